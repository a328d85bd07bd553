"""The commands on one document: what was removed from it and why, the text that readers see, the text that arrived."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from flows.commands.options import KeyArgument, LakeOption, open_chosen_lake
from flows.console import print_exactly, print_line, print_table
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.lakes.lake import Lake

FIELDS = (
    "doc_id",
    "uri",
    "publisher",
    "logical_date",
    "title",
    "standfirst",
    "authors",
    "published_at",
    "language",
    "language_score",
    "flags",
)


def why(key: KeyArgument, lake: LakeOption = None) -> None:
    """What was removed from a document, by which rule, on which evidence; or why it is in quarantine, or what it repeats."""
    from tasks.lakes.lake import find_documents, find_duplicates, find_owners, find_quarantined

    opened = open_chosen_lake(lake)
    if find_documents(opened, key):
        explain_document(opened, find_document(opened, key))
        return
    quarantined, repeats = find_quarantined(opened, key), find_duplicates(opened, key)
    for row in quarantined:
        print_line(f"{row['uri']}: in quarantine at {row['stage']}: {', '.join(row['reasons'])}")
        for name in ("detail", "excerpt"):
            if row[name]:
                print_line(f"  {name}: {row[name]}")
    for row in repeats:
        owner = find_owners(opened, opened.manifest(), row["source"], [row["doc_id"]]).get(row["doc_id"])
        state = f"{owner[1]} ({owner[0]}), published as" if owner else "a record that is in quarantine as"
        print_line(f"{row['uri']}: duplicate ({row['reason']}): repeats {state} {row['doc_id']}")
    if len(repeats) == 1 and not quarantined and find_documents(opened, repeats[0]["doc_id"]):
        explain_document(opened, find_document(opened, repeats[0]["doc_id"]))
    if not quarantined and not repeats:
        raise RequestError(
            f"{key!r} is neither a document, nor in quarantine, nor a duplicate in {opened.name}. "
            "Give a doc_id, uri, url or record id."
        )


def explain_document(lake: Lake, document: dict[str, Any]) -> None:
    """Prints every line of a document that is not in its text, with the rule that decided and its why."""
    from tasks.cleaning.clean import explain_rule
    from tasks.lakes.lake import find_lines

    rows = find_lines(lake, document["doc_id"])
    print_line(f"{document['doc_id']}  {document['uri']}  {document['title'] or ''}")
    print_line(
        f"{document['removed_lines']} of {document['line_count']} lines removed, {len(document['body_lines'])} in the text"
    )
    marks = {True: "removed", False: "kept apart"}
    print_table(
        ("line", "state", "role", "rule", "evidence", "text"),
        (
            (row["line"], marks[row["removed"]], row["role"], row["rule"], row["evidence"], row["text"][:160])
            for row in rows
        ),
        right=frozenset({"line"}),
    )
    for rule in sorted({row["rule"] for row in rows}):
        if reason := explain_rule(rule):
            print_line(f"  {rule}: {reason}")
    if rows:
        print_line(f"  wrong? copydesk correct {shlex.quote(document['uri'])} LINE --keep (or --remove) --why ...")


def show(key: KeyArgument, lake: LakeOption = None) -> None:
    """A document as readers of the lake see it."""
    document = find_document(open_chosen_lake(lake), key)
    for name in FIELDS:
        value = document[name]
        if value not in (None, []):
            print_line(f"{name:15} {', '.join(value) if isinstance(value, list) else value}")
    for caption in document["captions"]:
        copies = f" ({caption['copies']} copies)" if caption["copies"] > 1 else ""
        print_line(f"{'caption':15} {caption['text']} [{caption['credit'] or 'no credit'}]{copies}")
    print_line()
    print_line(document["text"])


def restore(key: KeyArgument, lake: LakeOption = None) -> None:
    """The canonical text of a document, exactly, on standard output."""
    from tasks.lakes.lake import restore_text

    opened = open_chosen_lake(lake)
    print_exactly(restore_text(opened, find_document(opened, key)))


def find_document(lake: Lake, key: str) -> dict[str, Any]:
    """The one document that `key` names. Raises RequestError, after printing a list where it names several."""
    from tasks.lakes.lake import find_documents

    found = find_documents(lake, key)
    if not found:
        raise RequestError(
            f"no document {key!r} in {lake.name}. `copydesk why` also looks in quarantine and among duplicates."
        )
    if len(found) > 1:
        print_line(f"{len(found)} documents match {key}:")
        print_table(("doc_id", "uri", "title"), ((row["doc_id"], row["uri"], row["title"]) for row in found))
        raise RequestError("Name one of them by its doc_id.")
    return found[0]

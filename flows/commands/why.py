"""`copydesk why`: what was removed from a document, and why; or why it is not published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.commands.options import KeyArgument, LakeOption, open_chosen_lake
from flows.commands.rules import list_rule_rows
from flows.commands.show import find_document
from flows.console import print_line, print_table
from flows.errors import RequestError

if TYPE_CHECKING:
    from tasks.lakes.lake import Lake


def why(key: KeyArgument, lake: LakeOption = None) -> None:
    """What was removed from a document, by which rule, on which evidence; or why it is in quarantine."""
    from tasks.lakes import lookup

    opened = open_chosen_lake(lake)
    if lookup.find_documents(opened, key):
        explain_document(opened, find_document(opened, key))
        return
    quarantined, twins = lookup.find_quarantined(opened, key), lookup.find_duplicates(opened, key)
    for row in quarantined:
        print_line(f"{row['uri']}: in quarantine at {row['stage']}: {', '.join(row['reasons'])}")
        for name in ("detail", "excerpt"):
            if row[name]:
                print_line(f"  {name}: {row[name]}")
    for twin in twins:
        print_line(f"{key}: repeats {twin['twin']} ({twin['twin_date']}), published as {twin['doc_id']}")
    if not quarantined and not twins:
        raise RequestError(
            f"{key!r} is neither a document, nor in quarantine, nor a duplicate in {opened.name}. "
            "Give a doc_id, uri, url or record id."
        )


def explain_document(lake: Lake, document: dict[str, Any]) -> None:
    """Prints every line of a document that is not in its text, with the rule that decided and its why."""
    from tasks.cleaning.reasons import explain_reason
    from tasks.lakes.lookup import find_lines

    rows = find_lines(lake, document["doc_id"])
    print_line(f"{document['doc_id']}  {document['uri']}  {document['title'] or ''}")
    print_line(
        f"{document['removed_lines']} of {document['line_count']} lines removed, {len(document['body_lines'])} in the text"
    )
    marks = {True: "removed", False: "kept apart"}
    print_table(
        ("line", "", "role", "rule", "evidence", "text"),
        (
            (row["line"], marks[row["removed"]], row["role"], row["rule"], row["evidence"], row["text"][:160])
            for row in rows
        ),
        right=frozenset({"line"}),
    )
    whys = {row.id: row.why for row in list_rule_rows()}
    for rule in sorted({row["rule"] for row in rows}):
        if reason := whys.get(rule) or explain_reason(rule):
            print_line(f"  {rule}: {reason}")

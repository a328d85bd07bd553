"""One document, asked for by name: why it is as it is, how readers see it, what it was made of."""

from __future__ import annotations

import sys
from typing import Any

from flows.batches.places import open_lake
from flows.commands.lists import describe_rules
from flows.console import fail, out, print_table
from flows.settings import Settings
from tasks.cleaning.reasons import explain_reason
from tasks.lakes import lookup


def explain(settings: Settings, key: str) -> int:
    """What was taken out of a document and why; or why it is not published."""
    documents = lookup.find_documents(open_lake(settings.lake), key)
    if len(documents) == 1:
        return explain_document(settings, documents[0])
    if documents:
        picked = pick_document(settings, key)
        return picked if isinstance(picked, int) else 0
    quarantined = lookup.find_quarantined(open_lake(settings.lake), key)
    for row in quarantined:
        out.print(
            f"{row['uri']}: in quarantine at {row['stage']}: {', '.join(row['reasons'])}", soft_wrap=True, markup=False
        )
        for name in ("detail", "excerpt"):
            if row[name]:
                out.print(f"  {name}: {row[name]}", soft_wrap=True, markup=False)
    twins = lookup.find_duplicates(open_lake(settings.lake), key)
    for twin in twins:
        out.print(
            f"{key}: says the same as {twin['twin']} ({twin['twin_date']}), published as {twin['doc_id']}",
            soft_wrap=True,
            markup=False,
        )
    if quarantined or twins:
        return 0
    return fail(
        f"{key!r} is neither a document, nor in quarantine, nor a duplicate in {open_lake(settings.lake).name}. "
        "Give a doc_id, uri, url or record id.",
        2,
    )


def explain_document(settings: Settings, document: dict[str, Any]) -> int:
    """Every line of a document that is not in its text, with the rule and its why."""
    whys = {name: reason for name, reason, *_ in describe_rules()}
    rows = lookup.find_lines(open_lake(settings.lake), document["doc_id"])
    out.print(f"{document['doc_id']}  {document['uri']}  {document['title'] or ''}", soft_wrap=True, markup=False)
    out.print(
        f"{document['removed_lines']} of {document['line_count']} lines taken out, {len(document['body_lines'])} in the text",
        markup=False,
    )
    marks = {True: "taken out", False: "kept apart"}
    print_table(
        ("line", "", "role", "rule", "evidence", "text"),
        (
            (row["line"], marks[row["removed"]], row["role"], row["rule"], row["evidence"], row["text"][:160])
            for row in rows
        ),
        right=frozenset({"line"}),
    )
    for rule in sorted({row["rule"] for row in rows}):
        if said := whys.get(rule) or explain_reason(rule):
            out.print(f"  {rule}: {said}", soft_wrap=True, markup=False)
    return 0


def show_document(settings: Settings, key: str) -> int:
    """A document with its parts."""
    picked = pick_document(settings, key)
    if isinstance(picked, int):
        return picked
    for name in (
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
    ):
        value = picked[name]
        if value not in (None, []):
            out.print(
                f"{name:15} {', '.join(value) if isinstance(value, list) else value}", soft_wrap=True, markup=False
            )
    for caption in picked["captions"]:
        copies = f" ({caption['copies']} copies)" if caption["copies"] > 1 else ""
        out.print(
            f"{'caption':15} {caption['text']} [{caption['credit'] or 'no credit'}]{copies}",
            soft_wrap=True,
            markup=False,
        )
    out.print()
    out.print(picked["text"], soft_wrap=True, markup=False)
    return 0


def restore_document(settings: Settings, key: str) -> int:
    """The canonical text of a document on standard output, exactly: no line end is added."""
    picked = pick_document(settings, key)
    if isinstance(picked, int):
        return picked
    sys.stdout.buffer.write(lookup.restore_text(open_lake(settings.lake), picked).encode())
    sys.stdout.buffer.flush()
    return 0


def pick_document(settings: Settings, key: str) -> dict[str, Any] | int:
    """The one document that `key` names, or an exit code after saying what is wrong."""
    found = lookup.find_documents(open_lake(settings.lake), key)
    if len(found) == 1:
        return found[0]
    if found:
        out.print(f"{len(found)} documents match {key}:", markup=False)
        print_table(("doc_id", "uri", "title"), ((row["doc_id"], row["uri"], row["title"]) for row in found))
        return fail("name one of them", 2)
    return fail(
        f"no document {key!r} in {open_lake(settings.lake).name}. "
        "`copydesk why` also looks in quarantine and among duplicates.",
        2,
    )

"""`copydesk story`: who carried a story, who was first, what each added and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.documents import find_document
from flows.commands.options import KeyArgument, LakeOption, open_chosen_lake
from flows.console import print_line, print_table
from tasks.counts import format_count

if TYPE_CHECKING:
    from tasks.lakes.stories import Story

STYLES = {"-": "red", "+": "green"}
COLUMNS = ("kind", "published", "publisher", "this", "other", "headline", "doc_id")
SHARES = frozenset({"this", "other"})


def story(
    key: KeyArgument,
    lake: LakeOption = None,
    chars: Annotated[int, typer.Option("--chars", min=20, help="Characters to show of each paragraph.")] = 160,
) -> None:
    """The story of a document: its copies, revisions and excerpts in order, with what each added and dropped."""
    from tasks.lakes.stories import find_story

    opened = open_chosen_lake(lake)
    document = find_document(opened, key)
    found = find_story(opened, document["doc_id"])
    if found is None:
        print_line(f"{document['doc_id']} shares no story with another document of {opened.name}")
        return
    print_story(found, chars)


def print_story(found: Story, chars: int) -> None:
    """Prints a story: a row per document, then how each differs from the one that it repeats or quotes."""
    from tasks.stories.paragraphs import diff_paragraphs

    publishers = {row["publisher"] for row in found.documents}
    size = format_count(len(found.documents), "document")
    print_line(f"story {found.story_id}: {size} of {format_count(len(publishers), 'publisher')}", "bold")
    print_table(COLUMNS, map(describe_document_row, found.documents), right=SHARES)
    texts = {row["doc_id"]: row for row in found.documents}
    for row in found.documents:
        if other := texts.get(row["of_doc_id"]):
            print_line()
            print_line(
                f"{row['kind']} of {other['doc_id']} ({other['publisher']}): {row['doc_id']} ({row['publisher']})",
                "bold",
            )
            changes = list(diff_paragraphs(other["text"], row["text"]))
            for mark, line in changes:
                print_line(f"  {mark} {line if len(line) <= chars else line[:chars] + ' …'}", STYLES[mark])
            if not changes:
                print_line("  the same paragraphs")
    if found.quoting:
        print_line()
        print_line(f"quoted by {format_count(len(found.quoting), 'document')}", "bold")
        print_table(COLUMNS, map(describe_document_row, found.quoting), right=SHARES)


def describe_document_row(row: dict[str, Any]) -> tuple[str, ...]:
    """A document of a story as a row of a table; shares are those of its text and of the other one's, in per cent."""
    from tasks.lakes.stories import format_time

    shares = ("" if row[name] is None else f"{row[name]:.0%}" for name in ("share_of_this", "share_of_other"))
    latest = row["kind"] if row["is_latest"] else f"{row['kind']}, outdated"
    return latest, format_time(row), row["publisher"], *shares, row["title"] or "", row["doc_id"]

"""`copydesk show` and `copydesk restore`: one document, as readers see it or as it arrived."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from flows.commands.options import KeyArgument, LakeOption, open_chosen_lake
from flows.console import out, print_line, print_table
from flows.errors import RequestError

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
    out.print()
    print_line(document["text"])


def restore(key: KeyArgument, lake: LakeOption = None) -> None:
    """The canonical text of a document, exactly, on standard output."""
    from tasks.lakes.lookup import restore_text

    opened = open_chosen_lake(lake)
    # No line end is added.
    sys.stdout.buffer.write(restore_text(opened, find_document(opened, key)).encode())
    sys.stdout.buffer.flush()


def find_document(lake: Lake, key: str) -> dict[str, Any]:
    """The one document that `key` names. Raises RequestError, after printing a list where it names several."""
    from tasks.lakes.lookup import find_documents

    found = find_documents(lake, key)
    if not found:
        raise RequestError(
            f"no document {key!r} in {lake.name}. `copydesk why` also looks in quarantine and among duplicates."
        )
    if len(found) > 1:
        print_line(f"{len(found)} documents match {key}:")
        print_table(("doc_id", "uri", "title"), ((row["doc_id"], row["uri"], row["title"]) for row in found))
        raise RequestError("name one of them")
    return found[0]

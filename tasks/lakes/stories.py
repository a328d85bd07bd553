"""Questions about the stories of a lake."""

from dataclasses import dataclass
from typing import Any

from tasks.lakes.lake import Lake, query_table

SHOWN = ("published_at", "logical_date", "publisher", "title", "url", "text")


@dataclass(frozen=True)
class Story:
    """A story: its rows of `stories` in order of publication, each with what SHOWN names of its document.

    `quoting`: such rows of documents of other stories that quote one of it.
    """

    story_id: str
    documents: list[dict[str, Any]]
    quoting: list[dict[str, Any]]


def find_story(lake: Lake, doc_id: str) -> Story | None:
    """The story of a document; None where it has no copies, and neither quotes nor is quoted."""
    rows = query_table(lake, "stories", "doc_id = ?", doc_id)
    if not rows:
        return None
    story_id = rows[0]["story_id"]
    inside = query_table(lake, "stories", "story_id = ?", story_id)
    ids = [row["doc_id"] for row in inside]
    quoting = query_table(lake, "stories", "len(list_intersect([quote.doc_id FOR quote IN quotes], ?)) > 0", ids)
    others = [row for row in quoting if row["story_id"] != story_id]
    return Story(story_id, add_documents(lake, inside), add_documents(lake, others))


def add_documents(lake: Lake, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `stories` with what SHOWN names of their documents, in order of publication."""
    found = query_table(lake, "documents", "list_contains(?, doc_id)", [row["doc_id"] for row in rows]) if rows else []
    documents = {row["doc_id"]: {name: row[name] for name in SHOWN} for row in found}
    whole = [row | documents[row["doc_id"]] for row in rows if row["doc_id"] in documents]
    return sorted(whole, key=lambda row: (format_time(row), row["logical_date"], row["doc_id"]))


def format_time(row: dict[str, Any]) -> str:
    """When a document was published, to the minute; the day of its batch where that is not known."""
    time = row["published_at"]
    return f"{time:%Y-%m-%d %H:%M}" if time else f"{row['logical_date']}"

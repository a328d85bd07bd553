"""The texts of erased records, as the kept versions of a lake still have them."""

from collections.abc import Iterator

import polars as pl

from tasks.erasing.targets import Request, list_kept_files, match_request
from tasks.lakes.lake import Lake

# By table, the columns that hold text of a record.
TEXTS = {
    "documents": ("title", "standfirst", "text"),
    "shadowed": ("title", "standfirst", "text"),
    "lines": ("text",),
    "shadowed_lines": ("text",),
    "duplicates": ("title",),
    "quarantine": ("title", "excerpt", "detail"),
}
SHARED_ROLES = ("byline", "credit", "dateline", "timestamp")


def read_erased_texts(lake: Lake, request: Request) -> Iterator[str]:
    """Titles, texts, lines and excerpts of the records of a request.

    Without what other articles have too: lines that a rule knows as boilerplate, bylines, credits, dates and places.
    """
    for found in list_kept_files(lake, tuple(TEXTS)):
        rows = found.frame.filter(match_request(request, found.table))
        if found.table.endswith("lines"):
            is_boilerplate = pl.col("removed") & (pl.col("role") == "boilerplate")
            rows = rows.filter(~(is_boilerplate | pl.col("role").is_in(SHARED_ROLES)).fill_null(False))
        for row in rows.select(TEXTS[found.table]).collect().iter_rows():
            yield from filter(None, row)

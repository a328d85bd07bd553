"""Every record of a batch by title, with what happened to it: a document, a duplicate or in quarantine."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

MOST_RECORDS = 2_000
CELL_CHARS = 160


class ShownRecord(NamedTuple):
    """A record. `result`: what happened to it, in words; `key`: what `copydesk why` finds it by."""

    title: str
    publisher: str
    result: str
    key: str


def list_by_title(rows: Mapping[str, pl.LazyFrame], ids: pl.Series, *, is_blocked: bool) -> tuple[ShownRecord, ...]:
    """The records of a batch by title, those without one last: all of them, or MOST_RECORDS, first those that are not published.

    `rows`: by table; `ids`: of its documents, in order.
    """
    stopped, repeats = (rows[table].sort("uri").head(MOST_RECORDS).collect() for table in ("quarantine", "duplicates"))
    others = [*show_quarantined(stopped), *show_duplicates(repeats)][:MOST_RECORDS]
    # Rows of a blocked batch that failed are staged as documents, too. Ids are hashes, so the first ones are a fair sample.
    ids = ids.filter(~ids.is_in(stopped["doc_id"].drop_nulls().implode())).head(MOST_RECORDS - len(others))
    known = rows["documents"].filter(pl.col("doc_id").is_in(ids.implode()))
    shown = known.select("doc_id", "title", "publisher", "removed_chars", "raw_chars", "flags").collect()
    found = [*(show_document(row, is_blocked) for row in shown.iter_rows(named=True)), *others]
    return tuple(sorted(found, key=lambda row: (not row.title, row.title.casefold(), row)))


def show_document(row: Mapping[str, Any], is_blocked: bool) -> ShownRecord:
    """A document."""
    result = f"{'would be ' * is_blocked}published, {row['removed_chars'] / max(row['raw_chars'], 1):.0%} removed"
    return show_record(row, ", ".join([result, *row["flags"]]), row["doc_id"][:12])


def show_duplicates(rows: pl.DataFrame) -> Iterator[ShownRecord]:
    """Records that repeat a document."""
    for row in rows.iter_rows(named=True):
        yield show_record(row, f"duplicate of {row['doc_id'][:12]}", row["uri"])


def show_quarantined(rows: pl.DataFrame) -> Iterator[ShownRecord]:
    """Records in quarantine."""
    for row in rows.iter_rows(named=True):
        yield show_record(row, f"in quarantine: {', '.join(row['reasons'])}", row["uri"])


def show_record(row: Mapping[str, Any], result: str, key: str) -> ShownRecord:
    """A record with at most CELL_CHARS characters of its title and its publisher."""
    title, publisher = ((row[name] or "")[:CELL_CHARS] for name in ("title", "publisher"))
    return ShownRecord(title, publisher, result, key)

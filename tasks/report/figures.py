"""Numbers of a batch for its charts, from narrow columns: days, languages, lengths, publishers and their history."""

from datetime import date
from typing import NamedTuple

import polars as pl

from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.claims import read_own_claims

NARROW = (
    *("doc_id", "publisher", "language", "logical_date", "published_at", "line_count", "raw_chars", "text_chars"),
    *("removed_lines", "removed_chars", "flags"),
)
LANGUAGES_SHOWN = 5
# The number of periods shown, the batch's own last, and their unit, by the length of their names: days, months, years.
PERIODS = {10: (45, "d"), 7: (36, "mo"), 4: (40, "y")}
EARLIER_SHARE = 0.25  # if more documents are older than the first period, periods are longer
EARLIER = "earlier"
PUBLISHERS_SHOWN = 12
OTHERS = "others"
# Text lengths in characters: each bin begins here and ends where the next one begins.
LENGTHS = (1, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
HISTORY_BATCHES = 12
HISTORY_DOCUMENTS = 200_000


class DayCount(NamedTuple):
    """Documents of one language in one period: a day, a month or a year."""

    period: str
    language: str
    documents: int


class LengthCount(NamedTuple):
    """Documents whose text has `low` characters or more, and fewer than `high` (None: no limit)."""

    low: int
    high: int | None
    documents: int


class PublisherShare(NamedTuple):
    """The share of a publisher's characters that was removed, here and in earlier batches of the source (None: none)."""

    publisher: str
    documents: int
    share: float
    usual: float | None
    documents_before: int


def count_days(documents: pl.DataFrame, day: date) -> tuple[DayCount, ...]:
    """Documents by day of publication (or else of the batch, which is `day`) and language, in order.

    By month or year if that shows more of the batch; older documents are counted as EARLIER, rare languages as OTHERS.
    """
    dated = documents.select(
        "language", day=pl.coalesce(pl.col("published_at").dt.date(), pl.col("logical_date")).dt.to_string("%Y-%m-%d")
    )
    for digits, (periods, unit) in PERIODS.items():
        first = str(pl.select(pl.lit(day).dt.offset_by(f"{1 - periods}{unit}")).item())[:digits]
        period = pl.col("day").str.head(digits)
        counted = dated.with_columns(period=pl.when(period >= first).then(period).otherwise(pl.lit(EARLIER)))
        if (counted["period"] == EARLIER).sum() <= EARLIER_SHARE * counted.height:
            break
    ranked = counted.group_by("language").len().sort("len", "language", descending=[True, False])["language"]
    shown = ranked.head(LANGUAGES_SHOWN if len(ranked) > LANGUAGES_SHOWN + 1 else LANGUAGES_SHOWN + 1)
    is_shown = pl.col("language").is_in(shown.implode())
    named = counted.with_columns(language=pl.when(is_shown).then("language").otherwise(pl.lit(OTHERS)))
    order = {name: place for place, name in enumerate([*shown, OTHERS])}
    found = named.group_by("period", "language").len().rows()
    return tuple(DayCount(*row) for row in sorted(found, key=lambda row: (row[0] != EARLIER, row[0], order[row[1]])))


def list_periods(first: str, last: str) -> list[str]:
    """All days, months or years from the first to the last."""
    start, end = (date.fromisoformat(f"{name}-01-01"[:10]) for name in (first, last))
    days = pl.date_range(start, end, f"1{PERIODS[len(first)][1]}", eager=True)
    return [str(day)[: len(first)] for day in days]


def count_lengths(documents: pl.DataFrame) -> tuple[LengthCount, ...]:
    """Documents by length of text, one entry per bin, including empty bins."""
    lengths = documents["text_chars"]
    bounds = [*LENGTHS, None]
    return tuple(
        LengthCount(low, high, int(((lengths >= low) & (lengths < high if high else lengths >= low)).sum()))
        for low, high in zip(LENGTHS, bounds[1:], strict=True)
    )


def compare_publishers(documents: pl.DataFrame, history: pl.DataFrame) -> tuple[PublisherShare, ...]:
    """The publishers with most documents, with the share removed now and before. `history`: of earlier batches."""

    def sum_up(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.group_by("publisher").agg(
            documents=pl.len(), share=pl.col("removed_chars").sum() / pl.max_horizontal(pl.col("raw_chars").sum(), 1)
        )

    before = sum_up(history).rename({"share": "usual", "documents": "documents_before"})
    both = sum_up(documents).join(before, on="publisher", how="left")
    ranked = both.sort("documents", "publisher", descending=[True, False]).head(PUBLISHERS_SHOWN)
    rows = ranked.select("publisher", "documents", "share", "usual", pl.col("documents_before").fill_null(0)).rows()
    return tuple(PublisherShare(*row) for row in rows)


def read_earlier_documents(lake: Lake, source: str, day: date) -> pl.DataFrame:
    """Publisher, raw_chars, removed_chars of batches before a day: HISTORY_BATCHES, or HISTORY_DOCUMENTS in all."""
    manifest = lake.manifest()
    dates: list[date] = []
    documents = 0
    earlier = [row for row in lake.receipts(source, ("logical_date", "published")) if row["logical_date"] < day]
    for row in reversed(earlier[-HISTORY_BATCHES:]):
        documents += row["published"]
        if dates and documents > HISTORY_DOCUMENTS:
            break
        dates.append(row["logical_date"])
    months = {month for each in dates for month in read_own_claims(lake, manifest, source, each)["partition"].unique()}
    own = (pl.col("source") == source) & pl.col("logical_date").is_in(dates)
    narrow = scan_table(lake, manifest, "documents", sorted(months)).filter(own)
    return narrow.select("publisher", "raw_chars", "removed_chars").collect()

"""Numbers for charts: periods, languages, lengths."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from builders.report_pages import DAY

from tasks.report.figures import EARLIER, count_days, count_lengths, list_periods


def frame(days: list[str | None], logical: date = DAY) -> pl.DataFrame:
    dated = pl.Series("published_at", days, dtype=pl.String).str.to_datetime(
        "%Y-%m-%d", time_zone="UTC", time_unit="us"
    )
    return pl.DataFrame({"published_at": dated, "logical_date": [logical] * len(days), "language": ["en"] * len(days)})


PERIODS = [
    ("one day", ["2026-10-31", None], {"2026-10-31": 2}),
    ("one old", ["2026-10-31"] * 4 + ["1999-01-01"], {EARLIER: 1, "2026-10-31": 4}),
    ("months", ["2026-10-31", "2026-03-01"], {"2026-03": 1, "2026-10": 1}),
    ("years", ["2026-10-31", "2001-03-01", "1871-01-01", "2012-01-01"], {EARLIER: 1, "2001": 1, "2012": 1, "2026": 1}),
]


@pytest.mark.parametrize(("days", "expected"), [row[1:] for row in PERIODS], ids=[row[0] for row in PERIODS])
def test_days_become_months_and_years(days: list[str | None], expected: dict[str, int]) -> None:
    counts = count_days(frame(days), DAY)
    assert {count.period: count.documents for count in counts} == expected


def test_rare_languages_are_counted_together() -> None:
    rows = frame(["2026-10-31"] * 30).with_columns(
        language=pl.Series(["en"] * 20 + ["de", "fr", "es", "it", "pl", "ru", "tr", "ja", "ar", "nl"])
    )
    counts = count_days(rows, DAY)
    assert [count.language for count in counts] == ["en", "ar", "de", "es", "fr", "others"]
    assert counts[-1].documents == 6


@pytest.mark.parametrize(
    ("first", "last", "many"), [("2026-02-27", "2026-03-02", 4), ("2025-11", "2026-02", 4), ("1999", "2002", 4)]
)
def test_no_period_is_left_out(first: str, last: str, many: int) -> None:
    found = list_periods(first, last)
    assert (found[0], found[-1], len(found)) == (first, last, many)


def test_every_length_has_its_bin() -> None:
    lengths = [1, 99, 100, 249, 31_999, 32_000, 10**7]
    counts = count_lengths(pl.DataFrame({"text_chars": lengths}))
    assert sum(count.documents for count in counts) == len(lengths)
    assert [count.documents for count in counts if count.documents] == [2, 2, 1, 2]

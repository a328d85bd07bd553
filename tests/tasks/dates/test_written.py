"""About 350 written dates in the languages that the project knows, as fields of records and as lines of articles."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dates.published import depends_on_origin, parse_published
from tasks.dates.written import MOST_CHARS, read_written
from tasks.dates.zones import Origin
from tasks.facts.dates import read_date
from tasks.language.profiles import load_language_model

# Columns: text, language, host of the publisher, the time as UTC (empty: none), read_as (field, line or both), why.
with Path(__file__).with_name("written_dates.tsv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
READERS = {"field": parse_published, "line": read_date}
CASES = [(row, name) for row in ROWS for name in READERS if row["read_as"] in (name, "both")]


def name_origin(row: dict[str, str]) -> Origin:
    """The origin that a row of the table states."""
    return Origin(None if row["language"] == "und" else row["language"], row["host"] or None)


@pytest.mark.parametrize(
    ("row", "reader"), CASES, ids=[f"{row['text']} ({row['language']} {row['why']}) {name}" for row, name in CASES]
)
def test_written_dates(row: dict[str, str], reader: str) -> None:
    moment = datetime.fromisoformat(row["utc"]).replace(tzinfo=UTC) if row["utc"] else None
    found = READERS[reader](row["text"], name_origin(row))
    assert (found and found.replace(microsecond=0)) == moment


def test_every_language_of_langdetect_has_dates() -> None:
    """Of the languages that counts/ adds, only some have words for dates."""
    model = load_language_model()
    assert {row["language"] for row in ROWS if row["utc"]} >= set(model.languages[: model.evidence.shape[1]])


@pytest.mark.parametrize("language", ["bs", "is", "ms", "sr"])
def test_numbers_are_day_first_in_languages_that_were_taken_for_a_neighbour(language: str) -> None:
    moment = parse_published("03/04/2024", Origin(language))
    assert moment is not None
    assert (moment.month, moment.day) == (4, 3)


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_a_date_that_its_origin_changes_is_marked_for_later(row: dict[str, str]) -> None:
    if row["read_as"] != "line" and parse_published(row["text"]) != parse_published(row["text"], name_origin(row)):
        assert depends_on_origin(row["text"])


@given(st.text(alphabet="0123456789/.-: TZ年月日時分午後オ오후مマрта٤مARCHmayjan,+|()", max_size=60))
def test_any_line_is_a_moment_in_utc_or_none(line: str) -> None:
    moment = read_written(line).moment
    assert moment is None or (moment.tzinfo is UTC and moment.year >= 1605)


def test_a_line_over_the_limit_is_no_date() -> None:
    day = "4 March 2024"
    assert read_written(day.rjust(MOST_CHARS)).moment == datetime(2024, 3, 4, tzinfo=UTC)
    assert read_written(day.rjust(MOST_CHARS + 1)).moment is None

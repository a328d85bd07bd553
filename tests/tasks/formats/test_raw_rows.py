"""Rows are cut from lines: plain ones by a pattern, all others by `csv`, with the same result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.dialect import Dialect
from tasks.formats.raw_rows import LineFeed, RawRow, make_row_pattern, read_raw_rows

PIECES = (*'",\n\r é', '""', "\r\n", "7,Ferry,It sails.\n", '8,"Pier","It, is\n""open"".",,\r\n', '9,5" pipe,It\n')


def list_rows(raw: bytes, size: int, limit: int) -> list[RawRow]:
    """The rows of a table of three columns whose bytes arrive in chunks of this size, below one line of a head."""
    raw = b"id,title,text\n" + raw
    feed = LineFeed(iter([raw[at : at + size] for at in range(0, len(raw), size)]), limit)
    feed.skip_lines(1)
    return list(read_raw_rows(feed, Dialect(), 3, None))


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["utf-8", "cp1252"]), st.sampled_from([999, 30]))
def test_rows_are_the_same_however_the_bytes_arrive(pieces: list[str], encoding: str, limit: int) -> None:
    """The pattern cuts only rows that are whole in one chunk."""
    raw = "".join(pieces).encode(encoding)
    assert list_rows(raw, 9999, limit) == list_rows(raw, 1, limit)


def test_a_plain_row_is_cut_by_the_pattern() -> None:
    feed = LineFeed(iter([b'text\n7,"Fer""ry","It,\nsails.",,\r\n8,Pier,It is.\n']), 100)
    feed.skip_lines(1)
    assert feed.take_plain_row(make_row_pattern(Dialect(), 3)) == ["7", 'Fer"ry', "It,\nsails."]
    assert (feed.number, feed.taken, feed.size) == (3, [b'7,"Fer""ry","It,\nsails.",,\r'], 28)


@pytest.mark.parametrize(
    "row", [b'8,5" pipe,It is.\n', b"\xe9,Pier,It is.\n", b"8,Pier\n", b"8,Pier,It is.", b'8,"Pier" ,It\n']
)
def test_any_other_row_is_left_where_it_is(row: bytes) -> None:
    feed = LineFeed(iter([b"text\n" + row]), 100)
    feed.skip_lines(1)
    assert feed.take_plain_row(make_row_pattern(Dialect(), 3)) is None
    assert feed.take_line() == row.rstrip(b"\n")


def test_no_pattern_is_made_for_a_dialect_that_it_cannot_read() -> None:
    assert make_row_pattern(Dialect(is_quoted=False), 3) is None
    assert make_row_pattern(Dialect(is_escaped=True), 3) is None
    assert make_row_pattern(Dialect(), 1000) is None

"""Tables of text: however they are written, each row is a record, and a broken row costs itself."""

from __future__ import annotations

import csv
import io
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import Fields, Limits
from tasks.formats.csv_table import read_csv
from tasks.formats.raw_rows import RawRow, finish_row
from tasks.formats.record import Found, ReadContext, Record, Reject

TEXT = 'The ferry, "Anna", sails;\n\nit | sails\tagain.'
HEAD = ["id", "title", "author", "date", "text"]
ROWS = [
    ["7", "Ferry sails", "Ann Lee", "2024-05-01", TEXT],
    ["8", "Pier “opens”", "Bo Day", "2024-05-02", "The café is open."],
]


def rows_of(
    raw: bytes, name: str = "a.csv", fields: Fields | None = None, limit: int = 10**6, size: int = 2**20
) -> list[Found]:
    chunks = (raw[begin : begin + size] for begin in range(0, len(raw), size))
    return list(read_csv(chunks, ReadContext(name, fields or Fields(), Limits(record_bytes=limit))))


def write_table(rows: list[list[str]], encoding: str = "utf-8", **options: object) -> bytes:
    file = io.StringIO()
    csv.writer(file, **options).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue().encode(encoding)


FORMS = {
    "comma": write_table([HEAD, *ROWS]),
    "semicolon": write_table([HEAD, *ROWS], delimiter=";"),
    "tab": write_table([HEAD, *ROWS], delimiter="\t"),
    "bar": write_table([HEAD, *ROWS], delimiter="|"),
    "all quoted": write_table([HEAD, *ROWS], quoting=csv.QUOTE_ALL),
    "line ends of Unix": write_table([HEAD, *ROWS], lineterminator="\n"),
    "quotes behind a backslash": write_table([HEAD, *ROWS], doublequote=False, escapechar="\\"),
    "byte order mark": write_table([HEAD, *ROWS], "utf-8-sig"),
    "UTF-16": write_table([HEAD, *ROWS], "utf-16"),
    "UTF-16 without a mark": write_table([HEAD, *ROWS], "utf-16-le"),
    "Windows-1252": write_table([HEAD, *ROWS], "cp1252"),
    "names in capitals": write_table([["ID", "Headline", "AUTHOR", "Date", "Content"], *ROWS]),
    "delimiter declared": b"sep=;\r\n" + write_table([HEAD, *ROWS], delimiter=";"),
    "numbers of rows": write_table([["", *HEAD], *([str(n), *row] for n, row in enumerate(ROWS))]),
    "numbers of rows below no name": write_table([HEAD, *([str(n), *row] for n, row in enumerate(ROWS))]),
    "blank lines": write_table([HEAD, [], ROWS[0], [], [], ROWS[1], []]),
    "blank cells behind": write_table([HEAD, *([*row, "", ""] for row in ROWS)]),
}


@pytest.mark.parametrize("size", [2**20, 7])
@pytest.mark.parametrize("raw", FORMS.values(), ids=FORMS.keys())
def test_a_row_is_a_record(raw: bytes, size: int) -> None:
    found = rows_of(raw, size=size)
    assert [(one.uri, one.record_id, one.title) for one in found] == [
        ("a.csv#0", "7", "Ferry sails"),
        ("a.csv#1", "8", "Pier “opens”"),
    ]
    first, second = (one for one in found if isinstance(one, Record))
    assert (first.text.replace("\r\n", "\n"), second.text) == (TEXT, "The café is open.")
    assert (first.authors, str(first.published_at)) == (("Ann Lee",), "2024-05-01 00:00:00+00:00")
    assert first.raw_sha256 != second.raw_sha256


def test_lines_that_end_as_on_old_macs_are_rows() -> None:
    first, second = rows_of(b"title,text\rFerry,It sails.\rPier,It is open.\r")
    assert (first.text, second.text) == ("It sails.", "It is open.")


def test_a_table_of_tabs_without_quoting_keeps_its_quotes() -> None:
    found = rows_of(b'title\ttext\nA\t"It sails.\nB\tIt "sails".\nC\t"Yes," she said\n', "a.tsv")
    assert [one.text for one in found] == ['"It sails.', 'It "sails".', '"Yes," she said']


GOOD = "7,Ferry,It sails.\n"
BROKEN = {
    "too few cells": ("8,Pier\n", 1),
    "too many cells": ("8,Pier,It, is, open.\n", 1),
    "a quote that is not closed": ('8,Pier,"It is open.\n', 1),
    "a quote that is not closed, in the middle": ('8,"Pier,It is open.\n', 1),
    "line ends without quotes": ("8,Pier,It is open\nand stays so\nto the end.\n", 1),
    "not closed, with more lines": ('8,Pier,"It is open\nand stays, so to say,\n\nto the end.\n', 1),
    "two in a row": ("8,Pier\n9,Pier\n", 2),
}


@pytest.mark.parametrize(("row", "count"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_row_costs_itself(row: str, count: int) -> None:
    found = rows_of(("id,title,text\n" + GOOD * 3 + row + GOOD * 3).encode("latin-1"))
    assert [isinstance(one, Reject) for one in found] == [False] * 3 + [True] * count + [False] * 3
    assert [one.text for one in found if isinstance(one, Record)] == ["It sails."] * 6
    assert [one.uri for one in found] == [f"a.csv#{number}" for number in range(len(found))]


def test_a_reject_names_the_line_in_the_file_that_goes_on() -> None:
    (_, bad) = rows_of(b"id,title,text\n7,Ferry,It sails.\n8,Pier,It is open\nand stays so.\n")
    assert isinstance(bad, Reject)
    assert bad.detail == "line 3: line 4 goes on with its last cell, which has no quotes"


def test_a_reject_says_where_and_why() -> None:
    _, bad, _ = rows_of(b'id,title,text\n7,"Fer\nry",It sails.\n8,Pier\n9,Quay,It is long.\n')
    assert isinstance(bad, Reject)
    assert (bad.uri, bad.reason, bad.text) == ("a.csv#1", "bad_row", "8,Pier")
    assert bad.detail == "line 4: 2 cells, and the table has 3 columns"


def test_a_row_over_the_limit_costs_itself() -> None:
    long = "x" * 3000
    found = rows_of(
        f'id,title,text\n7,Ferry,It sails.\n8,Pier,"{long}"\n9,Quay,"It\n{long}"\n10,Mole,It sails.\n'.encode(),
        limit=2000,
    )
    assert [type(one) for one in found] == [Record, Reject, Reject, Record]
    assert [one.reason for one in found if isinstance(one, Reject)] == ["record_too_large", "record_too_large"]


def test_quotes_without_end_cost_linear_time() -> None:
    lines = chain([b"id,title,text\n7,Ferry,It sails.\n"], repeat(b'8,Pier,"It is open.\n' * 500, 100))
    found = list(read_csv(iter(lines), ReadContext("a.csv", Fields(), Limits())))
    assert len(found) > 1


def test_a_table_without_a_header_is_read_where_its_columns_are_clear() -> None:
    rows = [
        ["7", "Ferry sails again on Monday", "https://a.example/7", "2024-05-01", "The ferry sails on Monday. " * 20]
    ]
    rows.append(["8", "Pier of Larkhaven opens", "https://a.example/8", "2024-05-02", "The pier is open again. " * 30])
    first, second = rows_of(write_table(rows))
    assert isinstance(first, Record)
    assert (first.title, first.url, str(first.published_at)[:10]) == (rows[0][1], rows[0][2], "2024-05-01")
    assert second.title == rows[1][1]


NO_TEXT = {
    "other names": b"id,name,price\n1,Ferry,7\n2,Pier,9\n",
    "numbers": b"1,2,3\n4,5,6\n",
    "one column of words": b"Ferry\nPier\n",
}


@pytest.mark.parametrize("raw", NO_TEXT.values(), ids=NO_TEXT.keys())
def test_a_table_without_texts_is_one_reject_that_names_its_columns(raw: bytes) -> None:
    (found,) = rows_of(raw)
    assert isinstance(found, Reject)
    assert (found.uri, found.reason) == ("a.csv", "no_text")
    assert raw.split(b"\n")[0].replace(b",", b", ").decode() in found.detail


def test_a_column_can_be_named() -> None:
    (found,) = rows_of(b"id,noticia\n7,El ferry zarpa.\n", fields=Fields(text=("noticia",)))
    assert found.text == "El ferry zarpa."


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_table_without_rows_is_empty(raw: bytes) -> None:
    (found,) = rows_of(raw)
    assert isinstance(found, Reject)
    assert found.reason == "empty"


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert rows_of(b"id,title,text\n") == []


CELLS = st.text(st.sampled_from('ab,;"\n |'), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_a_writer_writes_is_read(rows: list[list[str]], delimiter: str) -> None:
    rows = [[title, f"It sails. {text} Soon."] for title, text in rows]
    found = rows_of(write_table([["title", "text"], *rows], delimiter=delimiter))
    assert [" ".join(one.text.split()) for one in found if one.text] == [" ".join(text.split()) for _, text in rows]


@given(st.lists(st.sampled_from(['"', ",", "\n", "a", "\r", '""', "\\", "7,Ferry,It sails.\n", "\x00"])))
def test_any_table_is_read_without_an_exception(pieces: list[str]) -> None:
    found = rows_of(b"id,title,text\n" + "".join(pieces).encode())
    assert all(isinstance(one, Record | Reject) for one in found)


def test_a_row_with_fewer_cells_in_its_encoding_is_a_fault() -> None:
    row = finish_row(RawRow(["a", "b"], "a".encode("utf-16"), 3), True, {"delimiter": ";"}, None)
    assert (row.cells, row.fault) == (["a"], ("bad_row", f"1 cells in {row.encoding}, and 2 as bytes"))

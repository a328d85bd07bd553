"""Spreadsheets: each row of each sheet is a record."""

from __future__ import annotations

from datetime import datetime

import pytest
from builders.spreadsheet import Sheets, make_ods, make_xlsx

from tasks.batch import Fields, Limits
from tasks.formats.excel import CELL_CHARS, OLD_BOOK, read_excel, recognise_book
from tasks.formats.record import BrokenInputError, Found, ReadContext, Record, Reject
from tasks.formats.registry import choose_format

HEAD = ["id", "title", "date", "text"]
SHEETS: Sheets = {
    "May": [
        HEAD,
        [7, "Ferry", datetime(2024, 5, 1, 10), "It sails.\nSoon."],
        [None] * 4,
        [8, "Pier", None, "It is open."],
    ],
    "Empty": [],
    "June": [HEAD, [9, "Quay", datetime(2024, 6, 1), "It is long."]],
}


def rows_of(raw: bytes) -> list[Found]:
    return list(read_excel(iter([raw]), ReadContext("a.xlsx", Fields(), Limits())))


def test_rows_of_all_sheets_are_records() -> None:
    found = rows_of(make_xlsx(SHEETS))
    assert [(one.uri, one.record_id, one.title, one.text) for one in found] == [
        ("a.xlsx#0", "7", "Ferry", "It sails.\nSoon."),
        ("a.xlsx#1", "8", "Pier", "It is open."),
        ("a.xlsx#2", "9", "Quay", "It is long."),
    ]
    assert isinstance(found[0], Record)
    assert str(found[0].published_at) == "2024-05-01 10:00:00+00:00"


def test_spreadsheets_of_libreoffice_are_read() -> None:
    (found,) = rows_of(make_ods({"May": [["title", "text"], ["Ferry", "It sails.\nSoon."]]}))
    assert (found.title, found.text) == ("Ferry", "It sails.\nSoon.")


@pytest.mark.parametrize("raw", [make_xlsx(SHEETS), make_ods(SHEETS)], ids=["xlsx", "ods"])
def test_the_first_bytes_name_the_format(raw: bytes) -> None:
    assert recognise_book(raw[:4096])
    assert choose_format("auto", "a.bin", raw).name == "excel"


def test_a_sheet_without_texts_is_one_reject() -> None:
    first, second = rows_of(
        make_xlsx({"Prices": [["id", "price"], [7, 1.5]], "May": [HEAD, [7, "Ferry", None, "It sails."]]})
    )
    assert isinstance(first, Reject)
    assert (first.uri, first.reason) == ("a.xlsx#0", "no_text")
    assert "sheet Prices" in first.detail
    assert "id, price" in first.detail
    assert (second.uri, second.text) == ("a.xlsx#1", "It sails.")


def test_a_cell_that_excel_cut_is_flagged() -> None:
    (found,) = rows_of(make_xlsx({"May": [["text"], [("It sails. " * 4000)[:CELL_CHARS]]]}))
    assert isinstance(found, Record)
    assert found.flags == ("truncated",)


def test_what_is_no_workbook_is_no_article() -> None:
    with pytest.raises(BrokenInputError, match="Excel"):
        rows_of(make_xlsx(SHEETS)[:500])
    (found,) = rows_of(OLD_BOOK + b"\x00" * 2000)
    assert isinstance(found, Reject)
    assert (found.reason, found.detail.split()[0]) == ("unsupported_format", "Office")

"""Without the library that reads a file, the file is one row of quarantine that names what to install."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from builders.readings import read_raw, reasons_of
from builders.spreadsheet import make_ods, make_xlsx

SHEET = {"News": [["title", "text"], ["Old pier opens", "The pier of Venn opened on Monday."]]}
RTF_LETTER = b"{\\rtf1\\ansi The pier of Venn opened on Monday.\\par It is free.}"


def write_word() -> bytes:
    document, target = docx.Document(), io.BytesIO()
    document.add_paragraph("The pier of Venn opened on Monday.")
    document.save(target)
    return target.getvalue()


FILES = {
    "RTF": ("a.rtf", RTF_LETTER, "auto", "striprtf.striprtf", "office"),
    "RTF that is declared": ("a.rtf", RTF_LETTER, "rtf", "striprtf.striprtf", "office"),
    "Word": ("a.docx", write_word(), "auto", "docx", "office"),
    "Word by another name": ("a.bin", write_word(), "auto", "docx", "office"),
    "Excel": ("a.xlsx", make_xlsx(SHEET), "auto", "fastexcel", "excel"),
    "Excel that is declared": ("a.xlsx", make_xlsx(SHEET), "excel", "fastexcel", "excel"),
    "Excel without a name": ("a", make_xlsx(SHEET), "auto", "fastexcel", "excel"),
    "LibreOffice": ("a.ods", make_ods(SHEET), "auto", "fastexcel", "excel"),
    "Excel 97": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "auto", "fastexcel", "excel"),
}


@pytest.mark.parametrize(("name", "raw", "form", "module", "extra"), FILES.values(), ids=FILES.keys())
def test_the_file_is_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, raw: bytes, form: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    readings = read_raw(tmp_path, name, raw, format=form)
    assert readings.records.is_empty()
    assert reasons_of(readings) == [(name, "unsupported_format")]
    assert f"copydesk[{extra}]" in readings.quarantine["detail"][0]


def test_a_member_of_an_archive_is_one_row_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xlsx", make_xlsx(SHEET))
        archive.writestr("b.txt", "The pier of Venn opened on Monday.")
    readings = read_raw(tmp_path, "a.zip", target.getvalue())
    assert readings.records["canonical"].to_list() == ["The pier of Venn opened on Monday."]
    assert reasons_of(readings) == [("a.zip!a.xlsx", "unsupported_format")]

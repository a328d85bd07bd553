"""RTF, Word and HTML: exports of databases in them are records."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from builders.read_bytes import read_all, read_records, read_reject

from tasks.formats.html import HTML
from tasks.formats.office import DOCX, HTML_EXPORT, RTF, RTF_EXPORT
from tasks.formats.record import BrokenInputError
from tasks.formats.registry import choose_format

NEXIS = [
    *(
        "Old pier opens",
        "The Venn Courier",
        "March 5, 2014 Wednesday",
        "Copyright 2014 Venn",
        "Section: NEWS",
        "Length: 18 words",
    ),
    *(
        "Byline: Nell Ashgrove",
        "Body",
        "",
        "The café of Venn opened on Monday.",
        "",
        "Load-Date: March 6, 2014",
        "",
        "End of Document",
    ),
]
LETTER = ["Old pier opens", "The pier of Venn opened on Monday.", "It is free."]


def write_rtf(lines: list[str]) -> bytes:
    words = "\\par\n".join(lines).replace("é", "\\'e9")
    return ("{\\rtf1\\ansi\\ansicpg1252 {\\fonttbl{\\f0 Arial;}}\n" + words + "}").encode("ascii")


def write_docx(lines: list[str]) -> bytes:
    document, target = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(target)
    return target.getvalue()


def write_html(lines: list[str]) -> bytes:
    return (
        "<html><head><title>LexisNexis</title></head><body>"
        + "".join(f"<p>{line}</p>" for line in lines)
        + "</body></html>"
    ).encode()


EXPORTS = {
    "RTF": (RTF_EXPORT, write_rtf(NEXIS * 2)),
    "RTF that is declared": (RTF, write_rtf(NEXIS * 2)),
    "Word": (DOCX, write_docx(NEXIS * 2)),
    "HTML": (HTML_EXPORT, write_html(NEXIS * 2)),
}


@pytest.mark.parametrize(("form", "content"), EXPORTS.values(), ids=EXPORTS.keys())
def test_an_export_is_split(form: object, content: bytes) -> None:
    found = read_records(form.read, content)  # type: ignore[attr-defined]
    assert [item.uri for item in found] == ["a#0", "a#1"]
    for item in found:
        assert (item.title, item.authors, item.text) == (
            "Old pier opens",
            ("Nell Ashgrove",),
            "The café of Venn opened on Monday.",
        )


def test_other_word_and_declared_rtf_are_one_document() -> None:
    (found,) = read_records(DOCX.read, write_docx(LETTER))
    assert (found.uri, found.text) == ("a", "\n\n".join(LETTER))
    (found,) = read_records(RTF.read, write_rtf(LETTER))
    assert found.text.split() == " ".join(LETTER).split()


def test_other_rtf_is_named() -> None:
    found = read_reject(RTF_EXPORT.read, write_rtf(LETTER))
    assert found.reason == "unsupported_format"
    assert found.detail.startswith("RTF (rich text)")


def test_the_rows_of_a_table_are_lines() -> None:
    document, target = docx.Document(), io.BytesIO()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Venn", "2"
    document.save(target)
    (found,) = read_records(DOCX.read, target.getvalue())
    assert found.text == "Venn | 2"


def test_they_are_recognised_by_content() -> None:
    assert choose_format("auto", "a.txt", write_rtf(LETTER)) is RTF_EXPORT
    assert choose_format("auto", "a", write_docx(LETTER)) is DOCX
    assert choose_format("auto", "a.html", write_html(NEXIS)) is HTML_EXPORT
    assert choose_format("auto", "a.html", b"<html><body><p>The pier.</p>") is HTML


def test_another_page_of_an_archive_is_read_as_html() -> None:
    page = f"<html><head><title>Factiva</title></head><body><article><h1>Old pier opens</h1><p>{' '.join(LETTER) * 5}</p></article></body></html>"
    (found,) = read_all(HTML_EXPORT.read, page)
    assert found == read_all(HTML.read, page)[0]


def test_a_broken_file_is_corrupt() -> None:
    with pytest.raises(BrokenInputError, match="Word"):
        read_all(DOCX.read, write_docx(LETTER)[:-200])


def test_a_bomb_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + bytes(50_000_000))
    with pytest.raises(BrokenInputError, match="unpacked"):
        read_all(DOCX.read, target.getvalue())

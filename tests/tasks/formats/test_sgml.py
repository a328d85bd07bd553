"""Collections in SGML: every element is a record, however the file is cut into chunks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all, read_records

from tasks.batch import Fields, Limits
from tasks.formats.record import BrokenInputError, ReadContext, Record, Reject
from tasks.formats.sgml import SGML

REUTERS = (
    '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS TOPICS="YES" NEWID="7">\n<DATE> 5-MAR-1987 10:01:02.79</DATE>\n'
    "<UNKNOWN>\n&#5;&#5;C T\nf0704 reute\n</UNKNOWN>\n<TEXT>&#2;\n<TITLE>OLD PIER &lt;VENN> OPENS</TITLE>\n"
    "<AUTHOR>    By Nell Ashgrove, Reuters</AUTHOR>\n<DATELINE>    VENN, March 5 - </DATELINE><BODY>The pier of\nVenn opened.\n"
    "    It is free.\n REUTER\n&#3;</BODY></TEXT>\n</REUTERS>\n"
)
TREC = (
    "<DOC>\n<DOCNO> VE900305-0001 </DOCNO>\n<HEAD>Old pier opens</HEAD>\n<BYLINE>By NELL ASHGROVE</BYLINE>\n<DATELINE>VENN (AP)"
    "</DATELINE>\n<TEXT>\n   The pier of\nVenn opened.\n   It is free.\n</TEXT>\n</DOC>\n"
)
NEWSWIRE = (
    '<DOC id="VEN_ENG_20040305.0012" type="story">\n<HEADLINE>\nOld pier\nopens\n</HEADLINE>\n<TEXT>\n<P>\nThe pier of\nVenn opened.\n'
    "</P>\n<P>\nIt is free.\n</P>\n</TEXT>\n</DOC>\n"
)


def test_a_record_of_reuters() -> None:
    (found,) = read_records(SGML.read, REUTERS)
    assert found.title == "OLD PIER <VENN> OPENS"
    assert (found.record_id, found.authors) == ("7", ("Nell Ashgrove",))
    assert found.published_at == datetime(1987, 3, 5, 10, 1, 2, tzinfo=UTC)
    assert found.text == "VENN, March 5 - The pier of Venn opened.\n\nIt is free."


def test_a_document_of_trec() -> None:
    (found,) = read_records(SGML.read, TREC)
    assert (found.title, found.record_id, found.authors) == ("Old pier opens", "VE900305-0001", ("Nell Ashgrove",))
    assert found.text == "VENN (AP) - The pier of Venn opened.\n\nIt is free."


def test_a_document_of_a_newswire_collection() -> None:
    (found,) = read_records(SGML.read, NEWSWIRE)
    assert (found.title, found.published_at) == ("Old pier opens", datetime(2004, 3, 5, tzinfo=UTC))
    assert found.text == "The pier of Venn opened.\n\nIt is free."


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_chunks_change_nothing(size: int) -> None:
    raw = (REUTERS * 3).encode()
    chunks = iter([raw[start : start + size] for start in range(0, len(raw), size)])
    found = list(SGML.read(chunks, ReadContext("a", Fields(), Limits())))
    assert found == read_all(SGML.read, raw)
    assert [item.uri for item in found] == ["a#0", "a#1", "a#2"]


def test_a_cut_file_keeps_what_is_whole() -> None:
    items = SGML.read(iter([(TREC + TREC[:-20]).encode()]), ReadContext("a", Fields(), Limits()))
    assert isinstance(next(items), Record)
    with pytest.raises(BrokenInputError, match="not closed"):
        next(items)


def test_a_headline_without_a_body_is_empty() -> None:
    (found,) = read_all(SGML.read, '<REUTERS NEWID="1"><TEXT TYPE="BRIEF"><TITLE>Pier</TITLE></TEXT></REUTERS>')
    assert isinstance(found, Reject)
    assert found.reason == "empty"


def test_it_is_recognised() -> None:
    for content in (REUTERS, TREC, NEWSWIRE):
        assert SGML.recognise(content.encode())
    assert not SGML.recognise(b"<DOCTOR>Words.</DOCTOR>")

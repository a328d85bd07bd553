"""Exports of Factiva: with codes, with long labels, and in its plain layout."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records

from tasks.formats.exports import FACTIVA

CODED = """SE  News
HD  Old pier opens again
BY  By Nell Ashgrove
WC  118 words
PD  5 March 2024
ET  10:00
SN  The Venn Courier
SC  VENNC
LA  English
CY  (c) 2024 Venn Newspapers Ltd.

LP
The pier of Venn opened on Monday.

TD
IN the harbour, the band played.

RE the band: it was loud.

ART The pier on Monday morning.
NS  gtrans : Transport
RE  venn : Venn
PUB Venn Newspapers Ltd.
AN  Document VENNC00020240305ek340001u

"""
PLAIN = """News
Old pier opens again
By Nell Ashgrove
118 words
5 March 2024
10:00
The Venn Courier
VENNC
4
English
(c) 2024 Venn Newspapers Ltd.

The pier of Venn opened on Monday.

IN the harbour, the band played.

Document VENNC00020240305ek340001u

"""
GERMAN = """Old pier opens again
Von Nell Ashgrove
118 Wörter
5. März 2024
10:00
The Venn Courier
VENNC
Deutsch
Copyright 2024 Venn.

The pier of Venn opened on Monday.

IN the harbour, the band played.

Dokument VENNC00020240305ek340001u
"""
LONG = """Headline: Old pier opens again
Byline: Nell Ashgrove
Word Count: 118 words
Publication Date: 5 March 2024
Publication Time: 10:00
Source Name: The Venn Courier
Lead Paragraph: The pier of Venn opened on Monday.
Text:
IN the harbour, the band played.

Accession Number: Document VENNC00020240305ek340001u
"""
SUMMARY = "Search Summary\nText\tpier\nDate\tAll Dates\nResults Found\t2\n"
EXPORTS = {"codes": CODED, "plain": PLAIN, "plain, German": GERMAN, "long labels": LONG}


@pytest.mark.parametrize("content", EXPORTS.values(), ids=EXPORTS.keys())
def test_every_document_is_a_record(content: str) -> None:
    assert FACTIVA.recognise(content.encode())
    found = read_records(FACTIVA.read, content + content + SUMMARY)
    assert [item.uri for item in found] == ["a#0", "a#1"]
    for item in found:
        assert (item.title, item.authors) == ("Old pier opens again", ("Nell Ashgrove",))
        assert (item.publisher, item.record_id) == ("The Venn Courier", "VENNC00020240305ek340001u")
        assert item.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)
        assert item.text.startswith("The pier of Venn opened on Monday.\n\nIN the harbour, the band played.")
        assert "Venn Newspapers" not in item.text
        assert "Results" not in item.text


def test_the_caption_is_a_line_with_a_role() -> None:
    (found,) = read_records(FACTIVA.read, CODED.replace("RE the band: it was loud.\n\n", ""))
    assert found.text.endswith("\n\nThe pier on Monday morning.")
    assert found.markup == ((4, "caption"),)


def test_prose_is_not_recognised() -> None:
    for text in ("IN the harbour\n\nThe band played.", "Old pier\n\n118 words\n\nThe pier opened on 5 March 2024."):
        assert not FACTIVA.recognise(text.encode())

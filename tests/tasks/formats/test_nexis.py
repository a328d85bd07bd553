"""Exports of Nexis, old and new, in several languages of its user interface."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records

from tasks.formats.exports import NEXIS

OLD = """


                               {count}


                             The Venn Courier

                             {day}
                                 First Edition

Old pier opens again
after ten years

{author}: Nell Ashgrove; Harbour Reporter

{section}: NEWS; Pg. 4

{length}: 118 words

HIGHLIGHT: Free for all


The pier of Venn opened on Monday.

It is free, and the band played.

NOTE: this line is prose.

LOAD-DATE: March 6, 2014

LANGUAGE: ENGLISH

GRAPHIC: PHOTO: The pier on Monday morning.

PUBLICATION-TYPE: Newspaper


                    Copyright 2014 Venn Newspapers Ltd.
                              All Rights Reserved
"""
ENGLISH = {"author": "BYLINE", "section": "SECTION", "length": "LENGTH", "day": "March 5, 2014 Wednesday"}
LANGUAGES = {
    "English": ENGLISH | {"count": "{} of 2 DOCUMENTS"},
    "German": {
        "count": "Dokument {} von 2",
        "author": "AUTOR",
        "section": "RUBRIK",
        "length": "LÄNGE",
        "day": "Mittwoch 5. März 2014",
    },
    "French": {
        "count": "Document {} de 2",
        "author": "AUTEUR",
        "section": "RUBRIQUE",
        "length": "LONGUEUR",
        "day": "mercredi 5 mars 2014",
    },
    "Spanish": {
        "count": "{} de 2 DOCUMENTOS",
        "author": "AUTOR",
        "section": "SECCIÓN",
        "length": "LONGITUD",
        "day": "5 de marzo de 2014 miércoles",
    },
}


def write_old(words: dict[str, str], number: int) -> str:
    return OLD.format(**words | {"count": words["count"].format(number)})


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_document_of_an_old_export_is_a_record(words: dict[str, str]) -> None:
    found = read_records(NEXIS.read, write_old(words, 1) + write_old(words, 2))
    assert [item.uri for item in found] == ["a#0", "a#1"]
    for item in found:
        assert (item.title, item.standfirst) == ("Old pier opens again after ten years", "Free for all")
        assert (item.publisher, item.authors) == ("The Venn Courier", ("Nell Ashgrove",))
        assert item.published_at == datetime(2014, 3, 5, tzinfo=UTC)
        assert item.text == (
            "The pier of Venn opened on Monday.\n\nIt is free, and the band played.\n\nNOTE: this line is prose.\n\n"
            "The pier on Monday morning."
        )
        assert item.markup == ((6, "caption"),)


def test_lines_that_are_wrapped_are_joined() -> None:
    body = "The pier of Venn opened on Monday,\nand the band of the fire brigade\nplayed.\n\nIt is free for\nall who come.\n"
    content = write_old(LANGUAGES["English"], 1).replace(
        "The pier of Venn opened on Monday.\n\nIt is free, and the band played.\n", body
    )
    (found,) = read_records(NEXIS.read, content)
    assert found.text.startswith(
        "The pier of Venn opened on Monday, and the band of the fire brigade played.\n\nIt is free for all"
    )


UNI = """User Name: ab
Documents (2)
1. Old pier opens again
Client/Matter: -None-
Search Terms: pier
2. Gull steals a hat
Client/Matter: -None-
Search Terms: pier

Old pier opens again
The Venn Courier
March 5, 2014 Wednesday
First Edition

Copyright 2014 Venn Newspapers Ltd. All Rights Reserved
Section: NEWS; Pg. 4
Length: 118 words
Byline: Nell Ashgrove
Highlight: Free for all
Body

The pier of Venn opened on Monday.

Source: the harbour master.
Graphic

Photo: The pier on Monday morning.
Classification

Language: ENGLISH

Publication-Type: Newspaper

Load-Date: March 6, 2014

End of Document

Gull steals a hat
The Mercury
6. März 2014 Donnerstag

Copyright 2014 The Mercury
Length: 18 words
Body

A gull took a hat.

Load-Date: March 7, 2014

End of Document
"""


def test_every_document_of_nexis_uni_is_a_record_and_its_cover_is_none() -> None:
    first, second = read_records(NEXIS.read, UNI)
    assert (first.title, first.standfirst, first.authors) == (
        "Old pier opens again",
        "Free for all",
        ("Nell Ashgrove",),
    )
    assert (
        first.text == "The pier of Venn opened on Monday.\n\nSource: the harbour master.\n\nThe pier on Monday morning."
    )
    assert (second.title, second.publisher, second.text) == ("Gull steals a hat", "The Mercury", "A gull took a hat.")
    assert second.published_at == datetime(2014, 3, 6, tzinfo=UTC)


def test_exports_are_recognised_and_prose_is_not() -> None:
    assert NEXIS.recognise(write_old(LANGUAGES["German"], 1).encode())
    assert NEXIS.recognise(UNI.encode())
    assert NEXIS.recognise(write_old(ENGLISH | {"count": ""}, 1).encode())
    assert not NEXIS.recognise(b"Old pier opens\n\nBYLINE: Nell Ashgrove\n\nThe pier opened.")
    assert not NEXIS.recognise(b"1 of 2 documents is lost\n\nThe pier opened.")

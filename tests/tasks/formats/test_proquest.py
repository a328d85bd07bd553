"""Exports of ProQuest: documents between ruled lines; covers and notices are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records

from tasks.formats.exports import PROQUEST

RULE = "_" * 60 + "\n\n"
COVER = (
    RULE
    + "Report Information from ProQuest\nMarch 12 2024 14:04\n"
    + RULE
    + "Table of contents\n\n1. Old pier opens\n\n"
)
END = RULE + "Contact ProQuest\n\nCopyright 2024 ProQuest LLC. All rights reserved.\n"
DOCUMENT = """Document {} of 2

Old pier opens

{author}: Ashgrove, Nell; Day, Bo

Publication info: The Venn Courier ; Venn [Venn] 05 Mar 2024: A.4.

Abstract: None available.

{text}: The pier of Venn opened on Monday.

It is free: the band played.

Remember: bring a coat.

Subject: Piers; Harbors

{paper}: The Venn Courier; Venn

Publication date: Mar 5, 2024

ProQuest document ID: 1234567890

Database: News Collection

"""
LABELS = {
    "English": {"author": "Author", "text": "Full text", "paper": "Publication title"},
    "Spanish": {"author": "Autor", "text": "Texto completo", "paper": "Título de publicación"},
    "German": {"author": "Autor", "text": "Volltext", "paper": "Titel der Publikation"},
    "French": {"author": "Auteur", "text": "Texte intégral", "paper": "Titre de la publication"},
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
def test_every_document_is_a_record(labels: dict[str, str]) -> None:
    content = COVER + RULE + DOCUMENT.format(1, **labels) + RULE + DOCUMENT.format(2, **labels) + END
    assert PROQUEST.recognise(content.encode())
    found = read_records(PROQUEST.read, content)
    assert [item.uri for item in found] == ["a#0", "a#1"]
    for item in found:
        assert (item.title, item.standfirst, item.authors) == ("Old pier opens", None, ("Nell Ashgrove", "Bo Day"))
        assert (item.publisher, item.record_id) == ("The Venn Courier", "1234567890")
        assert item.published_at == datetime(2024, 3, 5, tzinfo=UTC)
        assert (
            item.text == "The pier of Venn opened on Monday.\n\nIt is free: the band played.\n\nRemember: bring a coat."
        )


def test_headings_in_capitals_are_labels() -> None:
    content = (
        RULE
        + "Old pier opens\n\nFULL TEXT\n\nThe pier opened.\n\nDETAILS\n\nSubject: Piers\n\nProQuest document ID: 7\n\n"
        + END
    )
    assert PROQUEST.recognise(content.encode())
    (found,) = read_records(PROQUEST.read, content)
    assert (found.title, found.text, found.record_id) == ("Old pier opens", "The pier opened.", "7")


def test_an_article_with_a_rule_is_not_recognised() -> None:
    assert not PROQUEST.recognise(f"Old pier opens\n\nTitle: x\n{RULE}The pier opened.".encode())

"""Which database an export is from, and what is none."""

from __future__ import annotations

from builders.read_bytes import read_all

from tasks.formats.exports import EXPORTS, NEXIS, find_export
from tasks.formats.record import Record


def test_no_text_is_the_export_of_two_databases() -> None:
    assert len({export.name for export in EXPORTS}) == len(EXPORTS)


def test_prose_is_no_export() -> None:
    for text in (
        "Old pier opens\n\nBy Nell Ashgrove\n\nThe pier opened.",
        "",
        "HD",
        "Title: x\n\ny",
        "Document 1 of 2\n",
    ):
        assert find_export(text) is None


def test_a_text_that_is_declared_and_no_export_is_one_document() -> None:
    (found,) = read_all(NEXIS.read, "Old pier opens\n\nThe pier opened.")
    assert isinstance(found, Record)
    assert (found.uri, found.text) == ("a", "Old pier opens\n\nThe pier opened.")


def test_an_export_without_documents_is_empty() -> None:
    (found,) = read_all(NEXIS.read, "Client/Matter: -None-\nSearch Terms: pier\nSearch Type: Natural\n")
    assert not isinstance(found, Record)
    assert found.reason == "empty"

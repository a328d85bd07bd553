"""Telegrams: the agency's head and trailer are no text; kills, notices and lists are no articles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all, read_records, read_reject

from tasks.formats.record import Record
from tasks.formats.telegrams import TELEGRAM


def make_iptc(
    head: str,
    body: str = "   Venn (dpa) - The pier of\r\nVenn opened.\r\n\n   It is free.\r\n",
    end: str = "051000 GMT Mar 24",
) -> str:
    return f"\x01eca062 4 i 211 ccccb   dpa 061\r\n\nVenn-pier/\r\n\x02{head}\r\n\n{body}\n\x03{end} \r\n\x7f\n\x7f\x04"


def make_anpa(heads: str, body: str = "\t   VENN (AP) _ The ``old'' pier opened. \r\n\r\n\t   It is free.\r\n") -> str:
    return f"\x16\x16\x01z1\x1f_-----\nr z\x13\x11 BC-VE--Pier\r\n\x02{heads}{body}\r\n\t   \x03AP-WF-03-05-24 1000GMT<\r\n\x0c\n\x04"


HEADS = {
    "one line": ("Old pier opens =", ()),
    "a byline": ("Old pier opens\r\nBy Nell Ashgrove, The Venn Post =", ("Nell Ashgrove",)),
    "a note": ("(Update)\r\nOld pier opens =", ()),
    "two lines": ("Old pier\r\nopens =", ()),
    "a line below the headline": ("Old pier opens\r\nBy Nell Ashgrove\r\nVenn has waited =", ("Nell Ashgrove",)),
}


@pytest.mark.parametrize(("head", "authors"), HEADS.values(), ids=HEADS.keys())
def test_iptc_7901(head: str, authors: tuple[str, ...]) -> None:
    (found,) = read_records(TELEGRAM.read, make_iptc(head))
    assert (found.uri, found.title, found.authors) == ("a#0", "Old pier opens", authors)
    assert found.text == "Venn (dpa) - The pier of Venn opened.\n\nIt is free."
    assert found.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_what_only_editors_read_is_no_text() -> None:
    body = "Venn (dpa) - The pier opened.\r\n\n# Notebook\r\n\n* * * *\r\nThe following information is not for publication\r\n\ndpa ab cd\r\n"
    (found,) = read_records(TELEGRAM.read, make_iptc("Old pier opens =", body))
    assert found.text == "Venn (dpa) - The pier opened."


def test_anpa_1312() -> None:
    heads = "^BC-VE--Pier, 1st Ld-Writethru,41<\r\n^Old pier opens<\r\n^AP Photo VE101<\r\n^Eds: Updates.<\r\n^By NELL ASHGROVE=\r\n^Associated Press=\r\n"
    (found,) = read_records(TELEGRAM.read, make_anpa(heads))
    assert (found.title, found.authors) == ("Old pier opens", ("Nell Ashgrove",))
    assert found.text == 'VENN (AP) _ The "old" pier opened.\n\nIt is free.'
    assert found.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


REFUSED = {
    "a kill": (make_anpa("^BC-VE--Pier, KILL<\r\n^MANDATORY KILL: Old pier<\r\n"), "killed"),
    "a digest": (make_anpa("^BC-VE--News Digest<\r\n^Venn at noon<\r\n"), "no_article"),
    "a notice": (make_iptc("Impressum =", "copyright by Venn Agency, copyright by Venn Agency\r\n"), "no_article"),
    "no body": (make_iptc("Old pier opens =", "\r\n"), "empty"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_article_is_named(content: str, reason: str) -> None:
    assert read_reject(TELEGRAM.read, content).reason == reason


def test_an_embargo_is_a_flag() -> None:
    (found,) = read_records(TELEGRAM.read, make_iptc("(EMBARGOED until 0600 GMT)\r\nOld pier opens ="))
    assert (found.title, found.flags) == ("Old pier opens", ("embargoed",))


def test_a_file_has_several_telegrams() -> None:
    found = read_all(TELEGRAM.read, make_iptc("One =") + make_iptc("Two ="))
    assert [item.title for item in found if isinstance(item, Record)] == ["One", "Two"]


def test_bytes_of_windows_are_decoded() -> None:
    (found,) = read_records(TELEGRAM.read, make_iptc("Caf\xe9 opens =").encode("cp1252"))
    assert found.title == "Café opens"


def test_it_is_recognised_by_its_control_characters() -> None:
    assert TELEGRAM.recognise(make_iptc("Old pier =").encode())
    assert TELEGRAM.recognise(make_anpa("^BC-VE--Pier<\r\n").encode())
    assert not TELEGRAM.recognise(b"\x01\x02\x03\x04")

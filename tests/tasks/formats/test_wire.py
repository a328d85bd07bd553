"""Names in bylines, kills, embargoes and sign-offs of agencies."""

from __future__ import annotations

import pytest

from tasks.formats.record import Record, Reject
from tasks.formats.wire import Item, drop_sign_off, is_embargo, is_kill, make_item, read_names

BYLINES = {
    "By Nell Ashgrove": ("Nell Ashgrove",),
    "By NELL ASHGROVE and BO DAY=": ("NELL ASHGROVE", "BO DAY"),
    "By Nell Ashgrove, Harbour Press Political Correspondent": ("Nell Ashgrove",),
    "Nell Ashgrove in Rome and Bo Day in Oslo": ("Nell Ashgrove", "Bo Day"),
    "Mara Press and Bo Day": ("Mara Press", "Bo Day"),
    "Von Karl Meier, dpa": ("Karl Meier",),
    "Por María López": ("María López",),
    "Agencia EFE": (),
    "By The Associated Press": (),
    "gr/bp": (),
    "admin": (),
    "이정화": ("이정화",),
    "By मीरा जोशी and अनिल वर्मा": ("मीरा जोशी", "अनिल वर्मा"),
    "": (),
}


@pytest.mark.parametrize(("byline", "names"), BYLINES.items(), ids=BYLINES.keys())
def test_persons_in_a_byline(byline: str, names: tuple[str, ...]) -> None:
    assert read_names(byline) == names


@pytest.mark.parametrize(
    "line", ["KILL: Pier", "MANDATORY KILL Pier", "STORY WITHDRAWN", "BULLETIN KILL - Pier", "KILL"]
)
def test_a_kill(line: str) -> None:
    assert is_kill(line)


@pytest.mark.parametrize(
    "line", ["KILL BILL RETURNS", "KILLED IN ACTION", "Withdrawn: the ferry", "WITHDRAWAL SYMPTOMS", None]
)
def test_no_kill(line: str | None) -> None:
    assert not is_kill(line)


@pytest.mark.parametrize(
    "line", ["EMBARGO: 10:00", "(EMBARGOED until 0600 GMT)", "Sperrfrist: 12 Uhr", "STRICT EMBARGO to noon"]
)
def test_an_embargo(line: str) -> None:
    assert is_embargo(line)


@pytest.mark.parametrize("line", ["Embargo on oil ends", "Arms embargo: what is next", "", None])
def test_no_embargo(line: str | None) -> None:
    assert not is_embargo(line)


SIGNED = {
    "initials": "One.\n\nab/cd/ef",
    "an end": "One.\n\nends",
    "both": "One.\n\nAAP RTV ar\n\nENDS",
    "a mark": "One.\n\n-30-",
}


@pytest.mark.parametrize("text", SIGNED.values(), ids=SIGNED.keys())
def test_a_sign_off_is_dropped(text: str) -> None:
    assert drop_sign_off(text) == "One."


@pytest.mark.parametrize("text", ["One.\n\nThe end", "One.\n\nHe ends", "ends", "One.\n\nMore than one"])
def test_prose_stays(text: str) -> None:
    assert drop_sign_off(text) == text


def test_a_standfirst_that_opens_the_body_is_none() -> None:
    found = make_item(Item({"standfirst": "The pier opened."}, "The pier\nopened. It is free."), "a", "utf-8", "")
    assert isinstance(found, Record)
    assert found.standfirst is None


def test_an_item_without_a_body_is_empty() -> None:
    found = make_item(Item({"title": "Pier", "id": "v1"}, " \n"), "a", "utf-8", "")
    assert isinstance(found, Reject)
    assert (found.reason, found.title, found.record_id) == ("empty", "Pier", "v1")

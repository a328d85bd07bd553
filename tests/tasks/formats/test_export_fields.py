"""Days as databases write them, and the lines of a body."""

from __future__ import annotations

import pytest

from tasks.formats.export_fields import add_graphics, find_clock, find_written_day, join_body

DAYS = {
    "March 5, 2014 Wednesday": "2014-03-05",
    "Wednesday, March 5, 2014": "2014-03-05",
    "5 March 2014": "2014-03-05",
    "Mar 5, 2014": "2014-03-05",
    "05 Mar 2014": "2014-03-05",
    "Mittwoch 5. März 2014": "2014-03-05",
    "mercredi 5 mars 2014": "2014-03-05",
    "5 de marzo de 2014": "2014-03-05",
    "mercoledì 5 marzo 2014": "2014-03-05",
    "woensdag 5 maart 2014": "2014-03-05",
    "2014-03-05": "2014-03-05",
    "2014年3月5日": "2014-03-05",
    "March 5, 2014 Wednesday 10:30 PM GMT": "2014-03-05T22:30:00+00:00",
    "The Venn Courier ; Venn 05 Mar 2024: A.4.": "2024-03-05",
    "5/3/2014": None,
    "Summer 2014": None,
    "45 March 2014": None,
    "": None,
}


@pytest.mark.parametrize(("words", "day"), DAYS.items(), ids=DAYS.keys())
def test_a_written_day(words: str, day: str | None) -> None:
    assert find_written_day(words) == day


def test_a_time() -> None:
    assert find_clock("12:05 AM") == "T00:05:00"
    assert find_clock("14:04") == "T14:04:00"
    assert find_clock("noon") is None


def test_paragraphs_are_kept_and_wrapped_lines_joined() -> None:
    long = "The pier of Venn opened on Monday, and the band of the fire brigade played for two hours until it began to rain."
    assert join_body([long, "", long]) == f"{long}\n\n{long}"
    assert join_body([long, long]) == f"{long}\n{long}"
    assert (
        join_body(["The pier of Venn", "opened on Monday.", "", "It is", "free."])
        == "The pier of Venn opened on Monday.\n\nIt is free."
    )


def test_captions_of_two_words_are_none() -> None:
    assert add_graphics("One.", ["Photo, map", "The pier on Monday."]) == (
        "One.\n\nThe pier on Monday.",
        ((2, "caption"),),
    )

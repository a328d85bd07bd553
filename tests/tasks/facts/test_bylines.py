"""Names out of bylines."""

from __future__ import annotations

import pytest

from tasks.facts.bylines import read_signature, split_byline

NAMES = [
    ("Mara Quist", ["Mara Quist"]),
    ("Mara Quist and Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara Quist, Ana Ruiz and Tom Ehlers", ["Mara Quist", "Ana Ruiz", "Tom Ehlers"]),
    ("Mara Quist und Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara  Quist, Mara Quist", ["Mara Quist"]),
    ("Mara Quist, Science Editor", ["Mara Quist"]),
    ("Piers Hallam, Courier Staff Writer", ["Piers Hallam"]),
    ("Anders Andersen", ["Anders Andersen"]),
    ("水無瀬ゆかり", ["水無瀬ゆかり"]),
    ("", []),
]


@pytest.mark.parametrize(("byline", "names"), NAMES, ids=[row[0] or "nothing" for row in NAMES])
def test_names(byline: str, names: list[str]) -> None:
    assert split_byline(byline) == names


@pytest.mark.parametrize(("chars", "names"), [(160, ("Mara Quist",)), (161, ())])
def test_a_byline_has_at_most_160_characters(chars: int, names: tuple[str, ...]) -> None:
    line = f"By Mara Quist, {'q' * (chars - 15)}"
    assert len(line) == chars
    assert read_signature(line).names == names


@pytest.mark.parametrize(("blanks", "names"), [(11, ("Mara Quist", "Tom Ehlers")), (12, ())])
def test_a_line_of_many_words_without_date_and_by_is_a_sentence(blanks: int, names: tuple[str, ...]) -> None:
    line = f"Mara Quist, Tom Ehlers, {' '.join(['quay'] * (blanks - 3))}"
    assert line.count(" ") == blanks
    assert read_signature(line).names == names
    assert read_signature(f"By {line}").names == ("Mara Quist", "Tom Ehlers")


@pytest.mark.parametrize("line", ["Mara Quist ...", "Mara Quist…", "Mara Quist?"])
def test_what_is_cut_or_asks_signs_nothing(line: str) -> None:
    assert read_signature(line).names == ()


def test_agencies_and_posts_are_no_names() -> None:
    found = read_signature("By Mara Quist, Harbour Editor, Larkhaven and AFP")
    assert (found.names, found.has_post) == (("Mara Quist",), True)
    assert read_signature("Mara Quist, AFP").agencies == ("AFP",)

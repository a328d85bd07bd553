"""The canonical text: idempotent, line numbers kept, and always to be had back from its parts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.record import Record, Reject, canonicalize, make_canonical, rebuild

SPACES = " \t\n\r\x0b\x0c\x1c\x1d\x85\xa0\u2003\u2028\u3000"
texts = st.text(
    st.one_of(st.sampled_from(SPACES + "ab"), st.characters(exclude_categories=["Cs"], exclude_characters="\u2029"))
)

FORMS = {
    "untouched": ("a\n\nb", "a\n\nb"),
    "windows line ends": ("a\r\nb\r\n", "a\nb\n"),
    "old Mac line ends": ("a\rb", "a\nb"),
    "mixed line ends": ("a\r\n\rb\n\r\nc", "a\n\nb\n\nc"),
    "spaces at line ends": ("a  \n b\t\n", "a\n b\n"),
    "space before a line end of Windows": ("a \r\nb", "a\nb"),
    "no-break and wide spaces at line ends": ("a\xa0\n\u3000\nb\u2003", "a\n\nb"),
    "spaces inside stay": ("a  b\tc", "a  b\tc"),
    "indents stay": ("\n    a", "\n    a"),
    "Unicode's own line ends": ("a\u2028b\u2029c", "a\nb\n\nc"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "canonical"), FORMS.values(), ids=FORMS.keys())
def test_only_line_ends_and_white_space_before_them_change(text: str, canonical: str) -> None:
    assert canonicalize(text) == canonical


@given(texts)
def test_doing_it_twice_is_doing_it_once(text: str) -> None:
    assert canonicalize(canonicalize(text)) == canonicalize(text)


@given(texts)
def test_lines_are_those_of_the_input_without_their_ends(text: str) -> None:
    lines = re.sub("\r\n|[\r\u2028\x85]", "\n", text).replace("\u2029", "\n\n").split("\n")
    assert canonicalize(text).split("\n") == [line.rstrip() for line in lines]


def make_document(text: str, body_lines: list[int], line_count: int) -> dict[str, object]:
    return {"text": text, "joins": [], "body_lines": body_lines, "line_count": line_count}


@given(texts, st.randoms(use_true_random=False))
def test_a_text_comes_back_from_any_choice_of_its_lines(text: str, random: object) -> None:
    canonical = canonicalize(text)
    lines = canonical.split("\n")
    filled = [(number, line) for number, line in enumerate(lines) if line]
    kept = [pair for pair in filled if random.random() < 0.5]  # type: ignore[attr-defined]
    others = [pair for pair in filled if pair not in kept]
    random.shuffle(others)  # type: ignore[attr-defined]
    for glue in ("\n", "\n\n"):
        body = glue.join(line for _, line in kept)
        numbers = [number for number, _ in kept]
        assert rebuild(make_document(body, numbers, len(lines)), others) == canonical


PARTS_THAT_DO_NOT_FIT = {
    "a line too many": ("a\nb", [0], 2, [], "2 non-blank lines"),
    "a number outside": ("a", [2], 2, [], "outside a text of 2 lines"),
    "a number below": ("a", [0], 2, [(-1, "b")], "line -1"),
    "a line twice": ("a", [0], 2, [(0, "b")], "line 0 is given twice"),
}


@pytest.mark.parametrize(
    ("text", "numbers", "count", "others", "words"), PARTS_THAT_DO_NOT_FIT.values(), ids=PARTS_THAT_DO_NOT_FIT.keys()
)
def test_parts_that_do_not_fit_are_refused(
    text: str, numbers: list[int], count: int, others: list[tuple[int, str]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        rebuild(make_document(text, numbers, count), others)


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n"])
def test_a_text_of_blank_lines_is_blank(text: str) -> None:
    assert isinstance(make_canonical(Record("f", text, "utf-8", "")), Reject)
    assert make_canonical(Record("f", text + "a", "utf-8", "")) == Record("f", text + "a", "utf-8", "")

"""Two texts as a diff, by lines and by words."""

from __future__ import annotations

import pytest

from tasks.trials.text_diff import diff_texts, diff_words, gather_words, mark_words, share_words


def test_a_diff_has_a_line_of_context() -> None:
    assert diff_texts("a\n\nb\nc\n\nd", "a\nb\n\nd") == ("@@ -2,3 +2,2 @@", " b", "-c", " d")
    assert diff_texts("a", "a") == ()


def test_rewritten_lines_are_one_line_and_others_are_two() -> None:
    rows = mark_words(["-The ferry left at six.", "-Gone", "+The ferry left at seven.", "+Come here", " same"])
    assert [mark for mark, _ in rows] == ["-", "-", "+", "+", " "]
    rows = mark_words(["-The ferry left at six.", "+The ferry left at seven."])
    assert rows == [("±", [(" ", "The ferry left at "), ("-", "six"), ("+", "seven"), (" ", ".")])]


@pytest.mark.parametrize("script", ["桟橋の渡し船は六時に出た", "a b c d e f g h", "हिन्दी में d लिखी एक पंक्ति"])
def test_parts_of_a_rewritten_line_are_the_old_and_the_new_line(script: str) -> None:
    old, new = script, script.replace("六", "七").replace("d", "x")
    parts = diff_words(old, new)
    assert [mark for mark, _ in parts] == [" ", "-", "+", " "]
    for mark, line in (("-", old), ("+", new)):
        assert "".join(text for own, text in parts if own in (" ", mark)) == line


def test_words_are_compared_without_case_and_digits() -> None:
    assert gather_words("Share 3 of 4: THE ferry, la môle") == {"share", "of", "the", "ferry", "la", "môle"}
    assert share_words({"a", "b"}, {"a", "b", "c", "d"}) == 1.0
    assert share_words(set(), {"a"}) == 0.0
    # A mark of a vowel ends no word.
    assert gather_words("हिन्दी में लिखी, हिन्दी।") == {"हिन्दी", "में", "लिखी"}

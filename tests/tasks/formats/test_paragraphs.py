"""Paragraphs out of wrapped lines."""

from __future__ import annotations

import pytest

from tasks.formats.paragraphs import join_paragraphs, split_html_paragraphs

TEXTS = {
    "blank lines": ("One\nmore.\n\nTwo.", "One more.\n\nTwo."),
    "indents": ("   One\nmore.\n   Two\nmore.", "One more.\n\nTwo more."),
    "the first line without one": ("One\nmore.\n   Two\nmore.", "One more.\n\nTwo more."),
    "all indented": ("   One\n   more.\n   And more.", "One more. And more."),
    "a list": ("Prices:\n* one\n* two\n  crowns", "Prices:\n* one\n* two crowns"),
    "columns": ("Table\nVenn      2    1\nLark      0    3\nEnd", "Table\nVenn      2    1\nLark      0    3\n\nEnd"),
    "a rule": ("One.\n___\nTwo.", "One.\n___ Two."),
    "Windows": ("One\r\nmore.\r\n\r\nTwo.\r\n", "One more.\n\nTwo."),
    "all indented, each a paragraph": (
        "   " + "It is so. " * 15 + "\n   " + "More. " * 30,
        "It is so. " * 14 + "It is so.\n\n" + "More. " * 29 + "More.",
    ),
    "all indented, each a sentence": ("   One.\n   Two.\n   Three.", "One.\n\nTwo.\n\nThree."),
    "Chinese": ("   渡船今晚\n照常开航。\n   不收钱。", "渡船今晚照常开航。\n\n不收钱。"),
    "Chinese, each a paragraph": (
        "渡船今晚照常开航。" * 9 + "\n" + "不收钱。" * 20,
        "渡船今晚照常开航。" * 9 + "\n\n" + "不收钱。" * 20,
    ),
    "nothing": ("\n \n", ""),
}


@pytest.mark.parametrize(("text", "joined"), TEXTS.values(), ids=TEXTS.keys())
def test_lines_are_joined(text: str, joined: str) -> None:
    assert join_paragraphs(text) == joined


def test_only_paragraphs_with_indents_are_split() -> None:
    html = "<p>One\n   more.\n   And more.</p>"
    assert split_html_paragraphs(html) == html
    assert split_html_paragraphs("<p>One\nmore.\n    Two.</p>") == "<p>One more.</p><p>Two.</p>"

"""A sentence with a credit behind it is a caption where other lines show that it is a credit."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, P3, clean_texts

from tasks.cleaning.caption_tails import name_tailed_captions

HEAD = f"Last ferry leaves\n\n{P1}\n\n"


def list_tailed(*lines: str) -> list[tuple[str, str]]:
    """Words and credit of the captions among lines that stand between paragraphs."""
    text = HEAD + "".join(f"{line}\n\n{P2}\n\n" for line in lines) + P3
    found = name_tailed_captions(clean_texts(text))
    return list(found.filter(found["by"] == "caption.credit-behind").select("role_text", "role_value").iter_rows())


@pytest.mark.parametrize(
    "lines",
    [
        ["The ferry lies at the quay. Ana Ruiz for The Courier"],
        ["The ferry lies at the quay. Mara Quist", "The harbour master on the bridge. Mara Quist"],
        ["The ferry lies at the quay. (CEN)", "The harbour master on the bridge. (CEN)"],
        ["The ferry lies at the quay. Reuters"],
        ["The ferry lies at the quay in the fog. Supplied"],
        ["The ferry lies at the quay. Mara Quist", "(Photo: Mara Quist)"],
    ],
)
def test_a_credit_behind_a_sentence_makes_a_caption(lines: list[str]) -> None:
    assert [words for words, _ in list_tailed(*lines)][:1] == [lines[0].rsplit(". ", 1)[0] + "."]


@pytest.mark.parametrize(
    "lines",
    [
        ["The ferry lies at the quay. Mara Quist"],
        ["He never took the ferry. False", "He bought the whole quay. False"],
        ["Did he take the ferry? The Harbour Master", "Did he buy the quay? The Harbour Master"],
        ["The ferry goes to St. Brendan", "The bus goes to St. Brendan"],
        ["The ferry lies at the quay. Tomorrow it sails", "The harbour is shut. Tomorrow it sails"],
    ],
)
def test_other_words_behind_a_sentence_are_none(lines: list[str]) -> None:
    assert list_tailed(*lines) == []


def test_an_agency_behind_the_last_sentence_signs_the_article() -> None:
    lines = name_tailed_captions(clean_texts(f"{HEAD}{P2}\n\n{P3} Reuters"))
    assert not (lines["by"] == "caption.credit-behind").any()

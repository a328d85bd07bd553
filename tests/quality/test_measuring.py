"""Measuring how well copydesk cleans: figures of made pages, counts of fields, dumps and mistakes, and the page they make."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from training.made_pages import write_labelled

from quality.dumps import LineCounts, count_lines, find_untitled
from quality.examples import find_outdated, read_examples
from quality.fields import FieldCounts, count_fields
from quality.lines import CHOICES, compute_gain, count_lost, passes_c4, score_choice, score_cleaned
from quality.mistakes import count_mistakes
from quality.pages import Cleaned, LabelledText, Line
from quality.run import main

PROSE = "The council voted on Monday to rebuild the old bridge over the Lark, and to keep the mill beside it."
SECOND = "Work is to begin in April and to cost about four million euros, most of it from a fund for towns."
GOLD = {
    "body_text": f"{PROSE}\n{SECOND}",
    "title": "A bridge comes back to Larkhaven",
    "authors": ["Mara Quill"],
    "published": "2026-10-04",
    "standfirst": ["The old one fell in a storm."],
    "captions": [{"text": "The bridge before the storm of January", "credit": "Tom Vale/Courier"}],
}
PAGE = LabelledText(
    "page",
    (
        Line("A bridge comes back to Larkhaven", "title", False),
        Line("By Mara Quill, October 4, 2026", "byline", False),
        Line(PROSE, "body", True),
        Line("The bridge before the storm of January. Tom Vale/Courier", "caption", False),
        Line("Most popular", "other", False),
        Line("The bridge before the storm of January. Tom Vale/Courier", "caption", False, repeats=True),
        Line(SECOND, "body", True),
    ),
    GOLD,
)


def clean_page(kept: list[int], lines: dict[int, dict[str, object]] | None = None, **document: object) -> Cleaned:
    """What a lake would hold of PAGE with these lines kept."""
    text = "\n".join(PAGE.lines[at].text for at in kept)
    fields = {"title": None, "standfirst": None, "authors": [], "published_at": None, "captions": []}
    return Cleaned(fields | {"text": text, "body_lines": kept} | document, lines or {})


def test_keeping_the_article_alone_is_perfect() -> None:
    figures = score_cleaned([PAGE], {"page": clean_page([2, 6])})
    assert (figures.word_f1, figures.line_f1, figures.low) == (1, 1, 0)


def test_a_title_line_in_the_text_counts_on_no_side() -> None:
    assert score_cleaned([PAGE], {"page": clean_page([0, 2, 6])}).word_f1 == 1


def test_a_missing_document_keeps_nothing() -> None:
    figures = score_cleaned([PAGE], {"page": Cleaned(None, {})})
    assert (figures.word_f1, figures.line_f1, figures.low) == (0, 0, 1)


def test_other_ways_choose_by_their_rule() -> None:
    assert score_choice([PAGE], CHOICES["best choice of lines"]).line_f1 == 1
    nothing = score_choice([PAGE], CHOICES["nothing done"])
    # Two of the six lines that are scored are good, and all are kept.
    assert nothing.line_f1 == pytest.approx(2 * 2 / (6 + 2))
    assert score_choice([PAGE], CHOICES["line rules like C4's"]).line_f1 == 1


@pytest.mark.parametrize(
    ("line", "passes"),
    [(PROSE, True), ("Two words.", False), ("no full stop", False), ("We use cookies, see terms of use here.", False)],
)
def test_c4_line_rules(line: str, passes: bool) -> None:
    assert passes_c4(line) == passes


def test_gain_and_its_standard_error() -> None:
    assert compute_gain([0.5, 0.7], [0.4, 0.4]) == pytest.approx((0.2, 0.1))


def test_words_that_are_lost_are_counted() -> None:
    article = LabelledText("page", (Line(PROSE, "body", True),), {"body_text": PROSE})
    cut = Cleaned({"title": None, "standfirst": None, "text": PROSE.removesuffix(" beside it."), "body_lines": [0]}, {})
    assert count_lost([article], {"page": cut}) == (2, 20)


def test_fields_that_are_right_are_counted() -> None:
    captions = [{"text": "The bridge before the storm of January", "credit": "Tom Vale/Courier", "copies": 2}]
    lines = {5: {"role": "repeat", "removed": True, "rule": "repeat.caption"}}
    right = clean_page(
        [2, 6],
        lines,
        title="A bridge comes back",
        authors=["Mara Quill"],
        published_at="2026-10-04 00:00:00+00:00",
        captions=captions,
    )
    counts = count_fields([PAGE], {"page": right})
    assert counts.pop("standfirst") == FieldCounts()
    assert set(map(repr, counts.values())) == {repr(FieldCounts(1, 1, 1, 1))}


def test_fields_that_are_wrong_or_missing_are_counted() -> None:
    wrong = clean_page([2, 6], title="Most popular", authors=["Tom Vale"], standfirst="Most popular")
    counts = count_fields([PAGE], {"page": wrong})
    assert counts["title"] == counts["authors"] == FieldCounts(1, 0, 1, 0)
    assert counts["date"] == counts["captions"] == counts["repeated captions"] == FieldCounts(0, 0, 1, 0)
    assert counts["standfirst"] == FieldCounts(1, 0, 0, 0)


def test_mistakes_are_named_by_label_and_by_what_cut() -> None:
    lines = {6: {"role": "boilerplate", "removed": True, "rule": "read-more.en.title"}}
    stays, cut = count_mistakes([PAGE], {"page": clean_page([2, 4], lines)})
    assert (stays, cut) == (Counter({"other": 1}), Counter({"read-more": 1}))


def test_dumps_are_counted_over_all_lines() -> None:
    assert count_lines([PAGE], {"page": clean_page([2, 4])})["copydesk"] == LineCounts(1, 1, 1)
    assert LineCounts(1, 1, 1).f1 == 0.5


def test_dumps_without_a_line_of_their_title() -> None:
    lines = (Line("Larkhaven has a bridge again after the storm", "unknown", False), Line(PROSE, "unknown", False))
    said = LabelledText("said", lines, {"title": "Larkhaven has a bridge again after the storm"})
    unsaid = LabelledText("unsaid", lines, {"title": "Nine million for schools in the north"})
    assert find_untitled([said, unsaid]) == [unsaid]


def test_examples_are_still_read_wrongly(tmp_path: Path) -> None:
    examples = read_examples()
    assert all(example.line in example.text.split("\n") and example.fault in ("stays", "cut") for example in examples)
    assert find_outdated(examples, tmp_path / "examples") == []


def test_a_small_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        ("A bridge comes back", "title"),
        (PROSE, "body"),
        ("Read more: How the mill was saved", "other"),
        (SECOND, "body"),
    ]
    folder = write_labelled(tmp_path / "labelled", "readability", [lines])
    main([str(folder), "--sources", "made", "--fields", "made", "--write", str(tmp_path / "page.md")])
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| readability | 1 | copydesk | 1.000 / 1.000 | 0% | +" in page
    assert "| readability | 1 | nothing done | " in page
    assert "| title | 1.00 (1 of 1) | 1.00 (1 of 1) |" in page
    assert "of the articles alone, 0 are lost: 0.000%" in page
    assert all(f"**{example.name}**: stays in the text." in page for example in read_examples())
    assert capsys.readouterr().out == f"wrote {tmp_path / 'page.md'}\n"


def test_folder_without_texts_is_an_error_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "give a folder that holds texts/ and pages/" in capsys.readouterr().err

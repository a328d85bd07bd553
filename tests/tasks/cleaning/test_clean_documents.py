"""Articles and pages side by side: each treated as what it is, alone or in company."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate_texts, clean_texts

from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean import REASONS, explain_rule
from tasks.cleaning.clean_documents import name_page_parts
from tasks.lines import split_lines

SENTENCE = "The harbour master said on day {n} that the last ferry would leave at six, an hour later than planned, and not return to the quay."
MENU = [
    "Skip to content",
    "Home",
    "News",
    "Sport",
    "Weather",
    "Politics",
    "Business",
    "Culture",
    "Travel",
    "Opinion",
    "Subscribe",
    "Sign in",
]
TEASERS = [
    f"{kind} of the {thing} in Larkhaven"
    for kind in ("Secrets", "Pictures", "Prices", "Friends", "Winners")
    for thing in ("harbour", "market", "tower", "choir", "school", "tram")
]
FOOTER = [
    "About us",
    "Contact",
    "Privacy policy",
    "Terms of use",
    "Cookie settings",
    "Advertise",
    "Jobs",
    "© 2026 The Larkhaven Courier",
]
BODY = [SENTENCE.format(n=n) + " " + SENTENCE.format(n=n + 20) for n in range(12)]
ARTICLE = "\n\n".join(["Last ferry leaves the harbour", "By Mara Quist", *BODY, "Most Popular", "Cats of the harbour"])
PAGE = "\n".join(
    [
        *MENU,
        *TEASERS[:10],
        "Last ferry leaves the harbour of Larkhaven tonight",
        "By Mara Quist",
        *BODY,
        *TEASERS,
        *FOOTER,
    ]
)


def test_a_page_keeps_its_article_and_an_article_all_of_itself() -> None:
    lines = clean_texts(ARTICLE, PAGE)
    for doc in (0, 1):
        body = lines.filter((pl.col("doc") == doc) & pl.col("role").is_null() & ~pl.col("removed"))["text"].to_list()
        assert body == BODY
    page = lines.filter(pl.col("doc") == 1)
    cut = page.filter(pl.col("removed") & pl.col("by").str.starts_with("page."))
    assert cut.height > 40
    assert cut["evidence"].str.contains(r"^boilerplate with probability [01]\.\d+$").all()
    assert page.filter(pl.col("role") == "headline")["text"].to_list() == [
        "Last ferry leaves the harbour of Larkhaven tonight"
    ]


def test_results_do_not_depend_on_other_documents() -> None:
    together = clean_texts(PAGE, ARTICLE, PAGE)
    for doc, text in enumerate((PAGE, ARTICLE, PAGE)):
        alone = clean_texts(text).drop("doc")
        assert together.filter(pl.col("doc") == doc).drop("doc").select(alone.columns).equals(alone)


def test_every_line_comes_out_once_and_in_order() -> None:
    lines = clean_texts(PAGE, ARTICLE)
    split = split_lines(pl.Series([PAGE, ARTICLE]))
    assert lines.select("doc", "line", "text").equals(split.select("doc", "line", "text"))


def test_every_decision_has_a_why(project: Path) -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted((project / "seeds").glob("*.en.txt"))
        if "night" not in path.name
    ]
    lines, _ = merge_captions(clean_texts(PAGE, *texts))
    for rule in lines["by"].drop_nulls().unique():
        assert explain_rule(rule), rule


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_are_sentences(reason: str) -> None:
    assert REASONS[reason].endswith(".")


SIGNED = "Words by Mara Quist"


def find_signed(headline: int, *lines: str) -> list[str | None]:
    """The roles around the article of a page whose paragraphs are kept and whose other lines are cut."""
    page = annotate_texts(["\n".join(lines)]).with_columns(
        page_cut=~pl.col("is_paragraph"), page_headline=pl.col("line") == headline, page_standfirst=pl.lit(False)
    )
    return name_page_parts(page)["role"].to_list()


def list_items(count: int) -> list[str]:
    return [f"Item number {number} of the list" for number in range(count)]


@pytest.mark.parametrize(("between", "role"), [(24, "byline"), (25, None)])
def test_a_pages_byline_stands_at_most_25_lines_above_the_body(between: int, role: str | None) -> None:
    assert find_signed(-1, SIGNED, *list_items(between), P1, P2)[0] == role


@pytest.mark.parametrize(
    ("above", "role"), [([P1, P2, P3], "byline"), ([P1, P2, P3, P1 + " Again."], None)], ids=["3", "4"]
)
def test_at_most_three_paragraphs_lie_between_a_pages_headline_and_its_byline(
    above: list[str], role: str | None
) -> None:
    assert find_signed(0, "Last ferry leaves", *above, SIGNED, P2 + " Again.")[len(above) + 1] == role


def test_a_standfirst_does_not_separate_a_name_from_the_headline() -> None:
    page = annotate_texts(["\n".join(["Last ferry leaves", P3, "Share", "Mara Quist", P1, P2])]).with_columns(
        page_cut=~pl.col("is_paragraph"), page_headline=pl.col("line") == 0
    )
    roles = [name_page_parts(page.with_columns(page_standfirst=pl.col("line") == line))["role"][3] for line in (1, -1)]
    assert roles == ["byline", None]


@pytest.mark.parametrize(
    ("date", "role"), [("Larkhaven, 5 May 2026", "byline"), ("The quay on a day in May", "credit"), ("Save", "credit")]
)
def test_an_agency_beside_a_date_that_is_cut_signs_the_article_of_a_page(date: str, role: str) -> None:
    head = [
        *MENU,
        "Last ferry leaves the harbour",
        date,
        "Reuters, Mara Quist",
        "The old ferry at the quay (Photo: Ana Ruiz)",
    ]
    lines = clean_texts("\n".join([*head, *BODY, *TEASERS, *FOOTER]))
    signed = lines.filter(text="Reuters, Mara Quist").select("role", "removed")
    assert signed.rows() == [(role, False)]


@pytest.mark.parametrize(
    ("around", "role"),
    [
        pytest.param(["The town votes on Monday.", "Mara Quist", "Last ferry leaves"], "byline", id="headline-again"),
        pytest.param(["Harbour", "Mara Quist", "Last ferry leaves"], None, id="kicker-above-the-headline"),
        pytest.param(["The town votes on Monday, says the mayor", "Mara Quist", "LARKHAVEN"], "byline", id="place"),
        pytest.param(["The town votes on Monday, says the mayor", "Mara Quist", "Larkhaven"], None, id="word"),
        pytest.param(["Harbour", "Mara Quist", "LARKHAVEN"], None, id="place-in-a-list"),
    ],
)
def test_a_name_on_a_page_stands_above_the_headline_or_a_place(around: list[str], role: str | None) -> None:
    found = find_signed(0, "Last ferry leaves", "Share", *around, "Save", "Print", P1, P2)
    assert found[3] == role


@pytest.mark.parametrize(("between", "role"), [(4, "byline"), (5, None)])
def test_a_page_is_signed_at_most_5_lines_below_its_last_paragraph(between: int, role: str | None) -> None:
    assert find_signed(0, "Last ferry leaves", P1, P2, *list_items(between), SIGNED)[between + 3] == role

"""The headline and the standfirst follow from where a line stands."""

from __future__ import annotations

import pytest
from builders.articles import P1 as PARAGRAPH
from builders.articles import annotate_text, find_roles


@pytest.mark.parametrize(
    ("name", "text", "title", "expected"),
    [
        ("first line", f"Last ferry leaves\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
        ("no headline at all", f"{PARAGRAPH}\n\n{PARAGRAPH}", None, {0: None, 2: None}),
        (
            "the record's title",
            f"Harbour\n\nLast ferry leaves the harbour tonight\n\n{PARAGRAPH}",
            "Last ferry leaves the harbour tonight",
            {2: "headline"},
        ),
        (
            "said twice",
            f"Last ferry leaves\nLast ferry leaves\n\n{PARAGRAPH}",
            None,
            {0: "headline", 1: "repeat", 3: None},
        ),
        (
            "standfirst without a stop",
            f"Last ferry leaves\n\nAfter forty years the line closes, and the islanders say that nobody asked them about it\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: "standfirst", 4: None},
        ),
        (
            "standfirst above the byline",
            f"Last ferry leaves\n\nAfter forty years the line closes, and nobody asked the islanders.\n\nBy Mara Quist\n\n{PARAGRAPH}",
            None,
            {2: "standfirst", 4: "byline", 6: None},
        ),
        (
            "no standfirst: the body begins",
            f"Last ferry leaves\n\n{PARAGRAPH}\n\n{PARAGRAPH} Again.",
            None,
            {0: "headline", 2: None, 4: None},
        ),
        (
            "a headline may use a rule's words",
            f"Most popular ferry in the country leaves for good\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: None},
        ),
        ("a question may be a headline", f"Who will run the ferry?\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 and "\n" not in value else "",
)
def test_headline_and_standfirst(name: str, text: str, title: str | None, expected: dict[int, str | None]) -> None:
    found = find_roles(text, title)
    assert {line: found[line] for line in expected} == expected


def test_a_later_headline_is_the_printed_one() -> None:
    text = f"Last ferry leaves the harbour | The Larkhaven Courier\nLast ferry leaves the harbour\n{PARAGRAPH}"
    assert annotate_text(text)["role_by"].to_list()[:2] == ["headline.page-title", "headline.printed"]

"""Last lines about a person of whom the article does not speak say who wrote it."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, P3, annotate_text

BODY = f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n{P3}\n\n"
FELLOW = (
    "Mara Quist is a senior fellow at the Institute of Harbours and the author of a book on swing bridges of the north."
)


def read_bios(text: str) -> list[str]:
    """Names in the bios that stand below an article."""
    lines = annotate_text(text)
    return lines.filter(lines["role_by"] == "bio.below-article")["role_value"].to_list()


@pytest.mark.parametrize(
    ("bio", "names"),
    [
        (FELLOW, "Mara Quist"),
        (
            "Mara Quist (*1958) war Direktorin des Hafenamts. Sie lebt in Larkhafen und schreibt an einem Buch.",
            "Mara Quist",
        ),
        ("Korrespondent Tom Ehlers ist bei KURIER für Häfen zuständig.", "Tom Ehlers"),
        (f"{FELLOW} Tom Ehlers is a lecturer in law at Larkhaven.", "Mara Quist; Tom Ehlers"),
        ("James W. Quist is Commander of the old crew and writes about knots.", "James W. Quist"),
    ],
)
def test_a_person_introduced_below_the_article_wrote_it(bio: str, names: str) -> None:
    assert read_bios(BODY + bio) == [names]


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}Quist laughed at that.\n\n{FELLOW}",
        f"Last ferry leaves\n\n{P1}\n\n{FELLOW}",
        f"{BODY}{FELLOW}\n\n{P1}\n\n{P2}\n\n{P3}\n\n{P1}\n\n{P2}",
        f"{BODY}The Harbour Foundation is a research institute with a director and three fellows in the old town.",
        f"{BODY}On Monday Mara Quist was a guest of the author at the quay.",
    ],
    ids=["spoken of", "short", "far above the end", "an institute", "news"],
)
def test_other_lines_are_no_bio(text: str) -> None:
    assert read_bios(text) == []

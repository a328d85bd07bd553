"""Lines of the text are found on the page by their letters."""

from __future__ import annotations

import pytest
from builders.mill_pages import CAPTION, FIGURE, FIRST, HEAD, SECOND, THIRD, list_markup, paragraph, read_mill, story

from tasks.formats.layout import keep_letters


def test_a_line_is_found_by_its_first_200_letters() -> None:
    # The page has the same first 60 letters in its menu; there the line does not begin.
    found = read_mill(story(), f"<main><nav>{FIRST[:70]} and more below</nav>{FIGURE}{{}}</main>")
    assert found.text.startswith(CAPTION)
    # The page has a button in the line, which the article does not have: behind 200 letters it does no harm.
    for above, is_found in ((THIRD, False), (f"{SECOND} {THIRD} {CAPTION}", True)):
        article = f"{HEAD}<p>{above} <button>Share</button>{FIRST}</p>{FIGURE}{paragraph(f'{SECOND} {SECOND}')}"
        assert read_mill(article).text.startswith(CAPTION) != is_found


@pytest.mark.parametrize(
    ("title", "is_teaser"), [("Ten mills that turned to left", False), ("Ten mills that turned to left x", True)]
)
def test_a_short_line_is_not_searched_on_the_page(title: str, is_teaser: bool) -> None:
    assert len(keep_letters(title)) == (25 if is_teaser else 24)
    found = read_mill(story("", f'<h3><a href="/mills">{title}</a></h3>'))
    assert [line for role, line in list_markup(found) if role == "link"] == [title] * is_teaser

"""Lines of the text are found on the page by their letters; lines that are links to other pages of the site."""

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
        # On top, below the headline.
        assert (CAPTION in read_mill(article).text.split("\n")[:2]) != is_found


@pytest.mark.parametrize(
    ("title", "is_teaser"), [("Ten mills that turned to left", False), ("Ten mills that turned to left x", True)]
)
def test_a_short_line_is_not_searched_on_the_page(title: str, is_teaser: bool) -> None:
    assert len(keep_letters(title)) == (25 if is_teaser else 24)
    found = read_mill(story("", f'<h3><a href="/mills">{title}</a></h3>'))
    assert [line for role, line in list_markup(found) if role == "link"] == [title] * is_teaser


TITLE = "Ten other mills that have been seen turning to the left"
ITEM = f"<ul><li>{SECOND}</li><li>{{}}</li></ul>"
TEASERS = {
    "a higher headline": (f'<h2><a href="/mills">{TITLE}</a></h2>', True),
    "a lower headline": (f'<h4><a href="/mills">{TITLE}</a></h4>', True),
    "the lowest headline": (f'<h5><a href="/mills">{TITLE}</a></h5>', False),
    "two elements in a list item": (ITEM.format(f'<b><i><a href="/mills">{TITLE}</a></i></b>'), True),
    "three elements in a list item": (ITEM.format(f'<b><i><u><a href="/mills">{TITLE}</a></u></i></b>'), False),
    "a few words more than the link": (f'<h3><a href="/mills">{TITLE}</a> (with video)</h3>', True),
    "a third more than the link": (f'<h3><a href="/mills">{TITLE}</a> (with a video of each of them)</h3>', False),
    "a list item": (f'<ul><li>{SECOND}</li><li>{THIRD}</li><li><a href="/mills">{TITLE}</a></li></ul>', True),
    "a headline": (f'<h3><a href="https://example.com/mills">{TITLE}</a></h3>', True),
    "a headline of another site": (f'<h3><a href="https://shop.example.org/mills">{TITLE}</a></h3>', False),
    "a place on the page": (f'<h3><a href="#mills">{TITLE}</a></h3>', False),
    "a paragraph": (f'<p><a href="/mills">{TITLE}</a></p>', False),
    "a link in a list item": (f'<ul><li>Some of them are <a href="/mills">well known</a>, {TITLE}</li></ul>', False),
}


@pytest.mark.parametrize(("html", "is_teaser"), TEASERS.values(), ids=TEASERS.keys())
def test_a_line_that_is_a_link_to_another_page_of_the_site(html: str, is_teaser: bool) -> None:
    found = read_mill(story("", html), head='<link rel="canonical" href="https://www.example.com/left">')
    said = [line for role, line in list_markup(found) if role == "link"]
    assert bool(said) == is_teaser
    assert TITLE in found.text


def test_a_bare_address_is_no_teaser() -> None:
    address = "https://www.example.com/mills/that/have/turned/to/the/left"
    found = read_mill(
        story("", f'<h3><a href="{address}">{address}</a></h3>'), head=f'<link rel="canonical" href="{address}">'
    )
    assert address in found.text
    assert list_markup(found) == []

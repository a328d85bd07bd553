"""Lines that are links to other pages of the site."""

from __future__ import annotations

import pytest
from builders.mill_pages import SECOND, THIRD, list_markup, read_mill, story

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

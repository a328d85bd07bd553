"""What only a page's markup knows: which lines are captions, which are links to other articles, what stands under the headline."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.articles import annotate
from builders.mill_pages import (
    CAPTION,
    FIGURE,
    FIRST,
    HEAD,
    PICTURE,
    SECOND,
    THIRD,
    list_markup,
    paragraph,
    read_mill,
    story,
)
from builders.readings import read_shard

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean_documents import clean_documents
from tasks.formats.html import read_page
from tasks.formats.record import Record
from tasks.lines import split_lines

ALIKE = {
    "a figcaption": FIGURE,
    "a class": f'<div class="photo">{PICTURE}<p class="newsCaption">{CAPTION}</p></div>',
    "a description of a picture": f'<div class="lightbox">{PICTURE}<div class="lightbox__description">{CAPTION}</div></div>',
    "a picture of the teaser": FIGURE.replace("<figure>", '<figure class="teaser-image">'),
    "words for screen readers": FIGURE.replace(
        "<figcaption>", '<figcaption><span class="sr-only">Image caption,</span>'
    ),
    "one in the other": FIGURE.replace(CAPTION, f'<span class="caption">{CAPTION}</span>'),
}


@pytest.mark.parametrize("figure", ALIKE.values(), ids=ALIKE.keys())
def test_a_caption_stands_where_its_figure_does(figure: str) -> None:
    found = read_mill(story("", figure))
    assert list_markup(found) == [("caption", CAPTION)]
    lines = found.text.split("\n")
    assert lines.index(FIRST) < lines.index(CAPTION) < lines.index(SECOND)


def test_the_picture_on_top_stands_above_the_body() -> None:
    found = read_mill(story(FIGURE))
    lines = found.text.split("\n")
    assert list_markup(found) == [("caption", CAPTION)]
    assert lines.index(CAPTION) < lines.index(FIRST)


def test_the_picture_on_top_stands_below_a_short_headline() -> None:
    page = f"<html><body><main><article><h1>Old mill sold</h1>{FIGURE}{paragraph(FIRST)}{paragraph(SECOND)}{paragraph(THIRD)}</article></main></body></html>"
    found = read_page(page.encode(), "a", None, None)
    assert isinstance(found, Record)
    assert [line for line in found.text.split("\n") if line][:3] == ["Old mill sold", CAPTION, FIRST]


CREDITED = {
    "in it": f'<figcaption>{CAPTION} <span class="credit">(Jorrit Hamel)</span></figcaption>',
    "beside it": f'<figcaption>{CAPTION}</figcaption><span class="image-copyright">(Jorrit Hamel)</span>',
    "in small print": f"<figcaption>{CAPTION} | <small>(Jorrit Hamel)</small></figcaption>",
}


@pytest.mark.parametrize("caption", CREDITED.values(), ids=CREDITED.keys())
def test_a_credit_that_markup_sets_off_stands_below_its_caption(caption: str) -> None:
    found = read_mill(story("", f"<figure>{PICTURE}{caption}</figure>"))
    assert list_markup(found) == [("caption", CAPTION), ("credit", "(Jorrit Hamel)")]


STRANGE = {
    "a menu": f"<nav>{FIGURE}</nav>",
    "an aside": f"<aside>{FIGURE}</aside>",
    "a footer": f"<footer>{FIGURE}</footer>",
    "a form": f"<form>{FIGURE}</form>",
    "a video's picture": FIGURE.replace("<figure>", '<figure class="video">'),
    "related articles": f'<div class="related-articles"><a href="/b">{FIGURE}</a></div>',
    "a video": f'<div class="video-player">{FIGURE}</div>',
    "the author's picture": FIGURE.replace(CAPTION, "By <address>Ann Lee</address>, 3 May"),
    "small type": f'<div>{PICTURE}<p class="text-caption">{CAPTION}</p></div>',
    "a caption without a picture": f'<p class="caption">{CAPTION}</p>',
    "nothing but a credit": FIGURE.replace(CAPTION, '<span class="credit">Jorrit Hamel</span>'),
    "a figure without words": f"<figure>{PICTURE}<figcaption> </figcaption></figure>",
    "a whole text": FIGURE.replace(CAPTION, "A caption of many words. " * 60),
}


@pytest.mark.parametrize("figure", STRANGE.values(), ids=STRANGE.keys())
def test_what_is_no_caption_of_the_article(figure: str) -> None:
    assert ("caption", CAPTION) not in list_markup(read_mill(story("", figure)))
    assert "caption" not in [role for role, _ in list_markup(read_mill(story("", figure)))]


def make_caption(length: int) -> str:
    return FIGURE.replace(CAPTION, ("The miller turned the mill. " * 60)[:length])


def nest_caption(depth: int) -> str:
    """A caption that is no figcaption, with its picture `depth` elements further out."""
    return f'<div>{PICTURE}{"<div>" * (depth - 1)}<p class="caption">{CAPTION}</p>{"</div>" * depth}'


def put_above(letters: int) -> tuple[str, str]:
    """An article, and a page with a figure so many letters above it."""
    return story(), f"<main>{FIGURE}<nav>{'menu ' * (letters // 4)}</nav>{{}}</main>"


PHOTO = f'<div class="photo">{PICTURE}<p class="caption">{CAPTION}</p></div>'
CAPTION_THRESHOLDS = {
    "a long caption": ((story("", make_caption(950)),), True),
    "too long for a caption": ((story("", make_caption(1050)),), False),
    "a picture on top": (put_above(1300), True),
    "a picture too far above": (put_above(1700), False),
    "a picture three elements out": ((story("", nest_caption(3)),), True),
    "a picture four elements out": ((story("", nest_caption(4)),), False),
    "a figcaption above the headline": ((FIGURE + story(),), True),
    "a class above the headline": ((PHOTO + story(),), False),
    "a class below the headline": ((story(PHOTO),), True),
}


@pytest.mark.parametrize(("page", "is_found"), CAPTION_THRESHOLDS.values(), ids=CAPTION_THRESHOLDS)
def test_both_sides_of_each_threshold_for_captions(page: tuple[str, ...], is_found: bool) -> None:
    assert ("caption" in [role for role, _ in list_markup(read_mill(*page))]) == is_found


def test_a_button_is_no_part_of_a_caption() -> None:
    figure = FIGURE.replace("</figcaption>", " <button>Enlarge</button></figcaption>")
    assert list_markup(read_mill(story("", figure))) == [("caption", CAPTION)]


def test_a_credit_beside_two_captions_is_neither_ones() -> None:
    second = "The cap of the mill on Thursday."
    captions = "".join(f"{PICTURE}<figcaption>{text}</figcaption>" for text in (CAPTION, second))
    figure = f'<figure>{captions}<span class="credit">Jorrit Hamel</span></figure>'
    assert list_markup(read_mill(story("", figure))) == [("caption", CAPTION), ("caption", second)]


def test_a_figure_below_the_article_is_not_its_own() -> None:
    found = read_mill(story(), f"<main>{{}}<section>{FIGURE}</section></main>")
    assert list_markup(found) == []


def test_what_holds_the_whole_article_does_not_make_its_captions_strange() -> None:
    found = read_mill(story("", FIGURE), '<div class="with-comments related">{}</div>')
    assert list_markup(found) == [("caption", CAPTION)]


def test_a_caption_that_stands_in_the_text_is_marked_and_not_doubled() -> None:
    found = read_mill(story("", FIGURE + paragraph(CAPTION)))
    assert found.text.count(CAPTION) == 1
    assert list_markup(found) == [("caption", CAPTION)]


def test_a_picture_that_the_page_shows_twice_has_one_caption() -> None:
    assert list_markup(read_mill(story(FIGURE, FIGURE))) == [("caption", CAPTION)]


TITLE = "Ten other mills that have been seen turning to the left"
DESCRIPTIONS = {
    "it stands on the page": (f"<p>{THIRD}</p>", THIRD, THIRD),
    "it begins the body": ("", FIRST[:60], None),
    "nobody sees it": ("", "Mills, flour, wind: all you need to know.", None),
}


@pytest.mark.parametrize(("lead", "description", "standfirst"), DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_description_is_a_standfirst_where_readers_see_it(
    lead: str, description: str, standfirst: str | None
) -> None:
    article = HEAD + lead + paragraph(FIRST) + paragraph(SECOND)
    found = read_mill(article, head=f'<meta name="description" content="{description}">')
    assert found.standfirst == standfirst


def treated(text: str, markup: list[tuple[int, str]]) -> pl.DataFrame:
    records = pl.DataFrame(
        {
            "title": ["Left"],
            "standfirst": [None],
            "authors": [[]],
            "markup": [[{"line": line, "role": role} for line, role in markup]],
        },
        schema_overrides={"standfirst": pl.String, "authors": pl.List(pl.String)},
    )
    return clean_documents(split_lines(pl.Series([text])), records, 0.5)


def test_markup_gives_roles_and_the_words_of_a_line_its_credit() -> None:
    caption = "The miller with his cat. (Ana Ruiz/AP)"
    lines = treated(
        "\n".join([FIRST, CAPTION, "Jorrit Hamel", SECOND, caption, "Photo: Ana Ruiz/AP", THIRD, TITLE]),
        [(1, "caption"), (2, "credit"), (4, "caption"), (5, "caption"), (7, "link")],
    )
    assert lines.select("role", "by").rows() == [
        (None, None),
        ("caption", "caption.figcaption"),
        ("credit", "credit.figcaption"),
        (None, None),
        ("caption", "caption.figcaption"),
        ("credit", lines["by"][5]),
        (None, None),
        ("boilerplate", "markup.link"),
    ]
    assert lines["removed"].to_list() == [False] * 7 + [True]
    (captions,) = merge_captions(lines)[1]["captions"].to_list()
    assert [(one["text"], one["credit"], one["line"]) for one in captions] == [
        (CAPTION, "Jorrit Hamel", 1),
        ("The miller with his cat.", "Ana Ruiz/AP", 4),
    ]


def test_a_document_without_markup_is_annotated_as_ever() -> None:
    lines = split_lines(pl.Series([f"{FIRST}\n{CAPTION}", SECOND]))
    bare = pl.DataFrame(
        {"title": [None, None], "standfirst": [None, None]},
        schema_overrides={"title": pl.String, "standfirst": pl.String},
    )
    empty = bare.with_columns(
        markup=pl.Series([[], []], dtype=pl.List(pl.Struct({"line": pl.Int32, "role": pl.String})))
    )
    assert annotate(lines, bare).equals(annotate(lines, empty))


def test_a_page_brings_its_markup_to_the_records(tmp_path: Path) -> None:
    path = tmp_path / "mill.html"
    path.write_text(f"<html><body><article>{story('', FIGURE)}</article></body></html>", encoding="utf-8")
    shard = Shard(
        Source("s", str(tmp_path)), date(2026, 11, 1), 0, (InputFile(str(path), "mill.html", path.stat().st_size),)
    )
    (row,) = read_shard(shard, Limits()).records.iter_rows(named=True)
    assert [(row["canonical"].split("\n")[said["line"]], said["role"]) for said in row["markup"]] == [
        (CAPTION, "caption")
    ]

"""What only a page's markup knows: which lines are captions, which are links to other articles, what stands under the headline."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.articles import annotate
from builders.readings import read_shard

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean_documents import clean_documents
from tasks.formats.html import read_page
from tasks.formats.layout import keep_letters
from tasks.formats.record import Record
from tasks.lines import split_lines

HEAD = "<h1>The mill that turns left</h1>"
FIRST = "The mill at Oosterwiel has turned to the left since Tuesday, and nobody in the village can say why it does so."
SECOND = (
    "The miller oiled the cap, changed the sails and spoke to it for an hour, but on Wednesday it still turned left."
)
THIRD = "A mechanic from the town is expected in November, and until then the flour is a little coarser than before."
CAPTION = "The miller on the gallery of the mill on Wednesday."
PICTURE = '<img src="/a.jpg" alt="a mill">'
FIGURE = f"<figure>{PICTURE}<figcaption>{CAPTION}</figcaption></figure>"


def paragraph(text: str) -> str:
    return f"<p>{text}</p>"


def read(article: str, around: str = "{}", head: str = "") -> Record:
    body = around.format(f"<article>{article}</article>")
    found = read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "f", None, None)
    assert isinstance(found, Record)
    return found


def says(record: Record) -> list[tuple[str, str]]:
    """Role and text of the lines that the markup says something of."""
    lines = record.text.split("\n")
    return [(role, lines[number]) for number, role in record.markup]


def story(*between: str) -> str:
    first, second = (*between, "", "")[:2]
    return HEAD + first + paragraph(FIRST) + second + paragraph(SECOND) + paragraph(THIRD)


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
    found = read(story("", figure))
    assert says(found) == [("caption", CAPTION)]
    lines = found.text.split("\n")
    assert lines.index(FIRST) < lines.index(CAPTION) < lines.index(SECOND)


def test_the_picture_on_top_stands_above_the_body() -> None:
    found = read(story(FIGURE))
    lines = found.text.split("\n")
    assert says(found) == [("caption", CAPTION)]
    assert lines.index(CAPTION) < lines.index(FIRST)


CREDITED = {
    "in it": f'<figcaption>{CAPTION} <span class="credit">(Jorrit Hamel)</span></figcaption>',
    "beside it": f'<figcaption>{CAPTION}</figcaption><span class="image-copyright">(Jorrit Hamel)</span>',
    "in small print": f"<figcaption>{CAPTION} | <small>(Jorrit Hamel)</small></figcaption>",
}


@pytest.mark.parametrize("caption", CREDITED.values(), ids=CREDITED.keys())
def test_a_credit_that_markup_sets_off_stands_below_its_caption(caption: str) -> None:
    found = read(story("", f"<figure>{PICTURE}{caption}</figure>"))
    assert says(found) == [("caption", CAPTION), ("credit", "(Jorrit Hamel)")]


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
    assert ("caption", CAPTION) not in says(read(story("", figure)))
    assert "caption" not in [role for role, _ in says(read(story("", figure)))]


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
    assert ("caption" in [role for role, _ in says(read(*page))]) == is_found


def test_a_button_is_no_part_of_a_caption() -> None:
    figure = FIGURE.replace("</figcaption>", " <button>Enlarge</button></figcaption>")
    assert says(read(story("", figure))) == [("caption", CAPTION)]


def test_a_credit_beside_two_captions_is_neither_ones() -> None:
    second = "The cap of the mill on Thursday."
    captions = "".join(f"{PICTURE}<figcaption>{text}</figcaption>" for text in (CAPTION, second))
    figure = f'<figure>{captions}<span class="credit">Jorrit Hamel</span></figure>'
    assert says(read(story("", figure))) == [("caption", CAPTION), ("caption", second)]


def test_a_line_is_found_by_its_first_200_letters() -> None:
    # The page has the same first 60 letters in its menu; there the line does not begin.
    found = read(story(), f"<main><nav>{FIRST[:70]} and more below</nav>{FIGURE}{{}}</main>")
    assert found.text.startswith(CAPTION)
    # The page has a button in the line, which the article does not have: behind 200 letters it does no harm.
    for above, is_found in ((THIRD, False), (f"{SECOND} {THIRD} {CAPTION}", True)):
        article = f"{HEAD}<p>{above} <button>Share</button>{FIRST}</p>{FIGURE}{paragraph(f'{SECOND} {SECOND}')}"
        assert read(article).text.startswith(CAPTION) != is_found


def test_a_figure_below_the_article_is_not_its_own() -> None:
    found = read(story(), f"<main>{{}}<section>{FIGURE}</section></main>")
    assert says(found) == []


def test_what_holds_the_whole_article_does_not_make_its_captions_strange() -> None:
    found = read(story("", FIGURE), '<div class="with-comments related">{}</div>')
    assert says(found) == [("caption", CAPTION)]


def test_a_caption_that_stands_in_the_text_is_marked_and_not_doubled() -> None:
    found = read(story("", FIGURE + paragraph(CAPTION)))
    assert found.text.count(CAPTION) == 1
    assert says(found) == [("caption", CAPTION)]


def test_a_picture_that_the_page_shows_twice_has_one_caption() -> None:
    assert says(read(story(FIGURE, FIGURE))) == [("caption", CAPTION)]


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
    found = read(story("", html), head='<link rel="canonical" href="https://www.example.com/left">')
    said = [line for role, line in says(found) if role == "link"]
    assert bool(said) == is_teaser
    assert TITLE in found.text


def test_a_bare_address_is_no_teaser() -> None:
    address = "https://www.example.com/mills/that/have/turned/to/the/left"
    found = read(
        story("", f'<h3><a href="{address}">{address}</a></h3>'), head=f'<link rel="canonical" href="{address}">'
    )
    assert address in found.text
    assert says(found) == []


@pytest.mark.parametrize(
    ("title", "is_teaser"), [("Ten mills that turned to left", False), ("Ten mills that turned to left x", True)]
)
def test_a_short_line_is_not_searched_on_the_page(title: str, is_teaser: bool) -> None:
    assert len(keep_letters(title)) == (25 if is_teaser else 24)
    found = read(story("", f'<h3><a href="/mills">{title}</a></h3>'))
    assert [line for role, line in says(found) if role == "link"] == [title] * is_teaser


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
    found = read(article, head=f'<meta name="description" content="{description}">')
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

"""A piece of HTML becomes lines: nothing of it is lost but what no reader sees."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.fragment import render_fragment
from tasks.formats.record import BrokenInputError, canonicalize

FRAGMENTS = {
    "paragraphs": ("<div class=x><p>One.</p><br/><p>Two.</p></div>", "One.\n\nTwo."),
    "break, and two breaks": ("<p>a<br>b<br><br>c</p>", "a\nb\n\nc"),
    "line ends where nothing else makes lines": ("A &amp; B\n\nC <b>d</b>\ne", "A & B\n\nC d\ne"),
    "blank lines between headings": ("<h2>H</h2>\nfirst\n\nsecond\nthird", "H\n\nfirst\n\nsecond third"),
    "white space in a paragraph": ("<p>a\n\n b</p>\n\n<p>c", "a b\n\nc"),
    "inline elements join": ("<p><b>Har</b>bour&nbsp;<i>board</i></p>", "Harbour board"),
    "list": ("<ul><li><p>a</p></li><li>b<ul><li>c</ul></ul>d", "- a\n- b\n- c\n\nd"),
    "an empty item": ("<ul><li></li></ul>a", "a"),
    "table of words": ("<table><tr><th>Club<th>Points<tr><td>A<td>3</table>", "Club | Points\nA | 3"),
    "table for the layout": ("<table><tr><td><p>a</p><p>b</p><td><p>c</p></table>", "a\n\nb\n\nc"),
    "quotation": ("a<blockquote>b</blockquote>c", "a\n\nb\n\nc"),
    "preformatted": ("<pre>a\n b\n\nc</pre>d", "a\nb\n\nc\n\nd"),
    "escaped twice": ("&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;", "a\n\nb"),
    "scripts and comments": ("a<script>b<p></script><!-- c --> d<style>e</style>", "a d"),
    "end tags without a start": ("<p>a</p></div>b</body></html><p>c", "a\n\nb\n\nc"),
    "signs that are no tags": ("x <3 y & z<br>", "x <3 y & z"),
    "a NUL": ("<p>a\x00b", "ab"),
    "nothing": ("<p> </p>", ""),
}


@pytest.mark.parametrize(("html", "text"), FRAGMENTS.values(), ids=FRAGMENTS.keys())
def test_elements_become_lines(html: str, text: str) -> None:
    assert render_fragment(html) == (text, ())


CAPTIONS = {
    "with credit": ("<figcaption>The pier. <cite>Ann Lee</cite></figcaption>", ["caption", "credit"]),
    "credit beside it": ("<figcaption>The pier.</figcaption><span class=credit>Ann Lee</span>", ["caption", "credit"]),
    "credit alone": ("<figcaption><small>Photo: Ann Lee</small></figcaption>", ["credit"]),
}


@pytest.mark.parametrize(("inside", "roles"), CAPTIONS.values(), ids=CAPTIONS.keys())
def test_captions_and_credits_are_named(inside: str, roles: list[str]) -> None:
    text, markup = render_fragment(f"<p>Before.</p><figure><img src=a>{inside}</figure><p>Behind.</p>")
    lines = text.split("\n")
    assert [role for _, role in markup] == roles
    assert [lines[number] for number, role in markup if role == "caption"] == ["The pier."] * ("caption" in roles)
    assert (lines[0], lines[-1], text.count("Ann Lee")) == ("Before.", "Behind.", "credit" in roles)


def test_a_class_names_a_caption_beside_a_picture() -> None:
    html = '<div class="wp-caption"><img src=a><p class="wp-caption-text">The pier.</p></div><p>It sails.</p>'
    assert render_fragment(html) == ("The pier.\n\nIt sails.", ((0, "caption"),))


def test_elements_nested_without_end_are_rejected() -> None:
    assert render_fragment("<div>" * 1000 + "deep") == ("deep", ())
    with pytest.raises(BrokenInputError, match="too deeply"):
        render_fragment("<div>" * 100_000)
    with pytest.raises(BrokenInputError, match="attributes"):
        render_fragment("<p " + "x=1 " * 4_000 + ">")


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<br>", "<li>", "<td>", "<pre>", "a", " b", "\n\n", "\n", "&amp;", "<figcaption>"]
        )
    )
)
def test_the_text_is_canonical_and_its_roles_are_of_its_lines(pieces: list[str]) -> None:
    text, markup = render_fragment("".join(pieces))
    assert canonicalize(text) == text == text.strip()
    assert all(text.split("\n")[number] for number, _ in markup)
    assert (text.count("a"), text.count("b")) == (pieces.count("a"), pieces.count(" b"))


SHAPES = (
    "<p>a b</p>",
    "<figcaption>x</figcaption>",
    "<td>a",
    "<small>x</small>",
    "<li>a",
    "<br>\n",
    "&amp;lt;p&amp;gt;",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cost_grows_with_the_size(shape: str) -> None:
    def measure(count: int) -> float:
        begin = time.process_time()
        render_fragment(shape * count)
        return time.process_time() - begin

    assert measure(8_000) < 16 * max(measure(2_000), 0.004)

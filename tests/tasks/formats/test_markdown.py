"""Markdown: what its marks become, and what only looks like a mark."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.markdown import is_markdown, render_markdown, strip_marks

MARKS = {
    "bold": ("The **last** ferry", "The last ferry"),
    "italic": ("The *last* ferry", "The last ferry"),
    "both": ("The ***last*** ferry", "The last ferry"),
    "italic in bold": ("**The *last* ferry**", "The last ferry"),
    "low lines": ("The __last__ and _only_ ferry", "The last and only ferry"),
    "struck": ("The ~~first~~ last ferry", "The first last ferry"),
    "code": ("Type `ferry` here", "Type ferry here"),
    "link": ("Read [the plan](https://a.example/p) now", "Read the plan now"),
    "link with a title": ('[the plan](https://a.example/p "The plan")', "the plan"),
    "link of the site": ("[the plan](/p)", "the plan"),
    "bold link": ("**Read more:** [The plan](https://a.example/p)", "Read more: The plan"),
    "address": ("See <https://a.example/p>.", "See https://a.example/p."),
    "picture in a line": ("At ![a pier](/p.jpg) the pier", "At  the pier"),
    "quotation": ("> She said so.", "She said so."),
    "quotation in a quotation": ("> > She said so.", "She said so."),
    "star of a list": ("* pier", "- pier"),
    "escaped": (r"5 \* 6 and \#1", "5 * 6 and #1"),
    "arithmetic": ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
    "footnotes": ("It costs 5* and 6*", "It costs 5* and 6*"),
    "pointer": ("use *p and *q", "use *p and *q"),
    "names with low lines": ("see my_old_file and __init__py", "see my_old_file and __init__py"),
    "brackets": ("He said [it] was (not) so", "He said [it] was (not) so"),
    "brackets in a row": ("[sic](not an address)", "[sic](not an address)"),
    "hashtag": ("#pier is open", "#pier is open"),
    "censored": ("What the f**k, he said", "What the f**k, he said"),
}


@pytest.mark.parametrize(("line", "plain"), MARKS.values(), ids=MARKS.keys())
def test_marks_in_a_line(line: str, plain: str) -> None:
    assert strip_marks(line, set()) == plain


PAGE = """# Ferry stays

*By Mara Quist*

![The ferry](https://post.example/f.jpg)
*The ferry at dusk. (Mara Quist/Post)*

It **stays**, says [the board](https://post.example/b).

## Why

![The pier at dawn](https://post.example/p.jpg "Dawn")

- one
* two

1. [Herring is back](https://post.example/h)
2. [The source](https://elsewhere.example/s)

```
a *b* c
```

| day | boats |
|-----|-------|
| Mon | **3** |

See [the plan][1].

[1]: https://post.example/plan
---
[Share](https://post.example/s) | [Tweet](https://x.example)"""
SHOWN = """Ferry stays

By Mara Quist


The ferry at dusk. (Mara Quist/Post)

It stays, says the board.

Why

The pier at dawn

- one
- two

1. Herring is back
2. The source


a *b* c


| day | boats |

| Mon | 3 |

See the plan.



Share | Tweet"""


def test_a_page_in_markdown() -> None:
    text, markup, title = render_markdown(PAGE)
    assert text == SHOWN
    assert title == "Ferry stays"
    assert markup == ((5, "caption"), (11, "caption"), (16, "link"), (31, "link"))


@pytest.mark.parametrize(
    ("text", "title"),
    [("Ferry\n=====\n\nIt sails.", "Ferry"), ("## Ferry\n\nIt sails.", "Ferry"), ("It sails.\n\n## Ferry", None)],
)
def test_the_heading_on_top_is_the_title(text: str, title: str | None) -> None:
    assert render_markdown(text)[2] == title


MARKDOWN = ["[a](https://a.example)", "![a](b.jpg)", "# a\n\n## b\n\n**c** d", "# a\n\n**b** c\n\n**d** e"]
NO_MARKDOWN = [
    "#a #b",
    "# a",
    "# a\n\n# b\n\n# c",
    "**a**",
    "a[1](b)",
    "a * b * c",
    "* a\n* b\n* c",
    "---\na\n---",
    "> a",
]


@pytest.mark.parametrize("text", MARKDOWN)
def test_a_text_that_is_markdown(text: str) -> None:
    assert is_markdown(text)


@pytest.mark.parametrize("text", NO_MARKDOWN)
def test_a_text_that_may_be_something_else(text: str) -> None:
    assert not is_markdown(text)


@given(st.text(alphabet="ab *_#[]()!`~>-|\\\n:/.", max_size=80))
def test_as_many_lines_come_out_as_went_in(text: str) -> None:
    rendered, markup, _ = render_markdown(text)
    lines = rendered.split("\n")
    assert len(lines) == len(text.split("\n"))
    assert all(lines[number] for number, _ in markup)


def test_the_cost_of_odd_lines_is_linear() -> None:
    began = time.process_time()
    for unit in ("*a ", "**a", "[a](", "![", "_a ", "`a", "~~a", "> ", "# ", "\\*", "[a][", "<http://a"):
        render_markdown(unit * (200_000 // len(unit)))
    render_markdown("# a" + " " * 200_000 + "b")
    assert time.process_time() - began < 10

"""Pages about a mill, and what their markup says about their lines."""

from __future__ import annotations

from tasks.formats.html import read_page
from tasks.formats.record import Record

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


def read_mill(article: str, around: str = "{}", head: str = "") -> Record:
    body = around.format(f"<article>{article}</article>")
    found = read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "f", None, None)
    assert isinstance(found, Record)
    return found


def list_markup(record: Record) -> list[tuple[str, str]]:
    """Role and text of the lines that the markup says something of."""
    lines = record.text.split("\n")
    return [(role, lines[number]) for number, role in record.markup]


def story(*between: str) -> str:
    first, second = (*between, "", "")[:2]
    return HEAD + first + paragraph(FIRST) + second + paragraph(SECOND) + paragraph(THIRD)

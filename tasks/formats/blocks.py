"""A text that comes in pieces, as a list of paragraphs or as an editor's blocks, becomes one text with named captions."""

from collections.abc import Iterator, Sequence
from typing import Any

from tasks.formats.fragment import render_fragment
from tasks.formats.record import Markup, canonicalize
from tasks.formats.values import has_tags, is_missing, resolve_entities

DEPTH = 20  # deeper is no article
HEADS = ("summary", "headline", "heading", "title")
PIECES = ("text", "content", "html", "rendered", "value", "@value", "plaintext", "plain", "paragraph", "body", "data")
LISTS = ("paragraphs", "sections", "blocks", "content_elements", "elements", "children", "items", "nodes")
KINDS = ("type", "kind", "role", "tag", "blockType", "nodeType")
PICTURES = frozenset({"image", "picture", "photo", "figure", "video", "gallery", "media", "graphic", "audio"})
# What a node of running text is in editors' trees: its pieces are parts of one line.
FLOWING = frozenset({"paragraph", "heading", "p", "h1", "h2", "h3", "h4", "h5", "h6", "header", "unstyled"})
CAPTIONS = ("caption", "description_text", "description", "body_text")
CREDITS = ("credit", "credits", "byline", "photographer", "creditline", "copyrightholder")
Block = tuple[str | None, str]  # role (None, caption, credit) and text


def join_blocks(value: Any) -> tuple[str, Markup]:
    """The text of a list of paragraphs, or of an object that holds one, and the roles of its lines; empty where there is none.

    >>> join_blocks([{"type": "p", "text": "One."}, {"type": "image", "caption": "The pier."}, "<p>Two &amp; three.</p>"])
    ('One.\\n\\nThe pier.\\n\\nTwo & three.', ((2, 'caption'),))
    """
    return place_blocks(read_blocks(value, 0))


def place_blocks(blocks: Iterator[Block]) -> tuple[str, Markup]:
    """The blocks as one text, a credit below its caption and a blank line between the others."""
    lines: list[str] = []
    markup: list[tuple[int, str]] = []
    before: str | None = None
    for role, words in blocks:
        text, roles = read_block(words) if role is None else (" ".join(read_block(words)[0].split()), ())
        if not text:
            continue
        if lines and not (role == "credit" and before == "caption"):
            lines.append("")
        markup += [(len(lines), role)] if role else [(len(lines) + line, name) for line, name in roles]
        lines += text.split("\n")
        before = role
    return "\n".join(lines), tuple(markup)


def read_block(words: str) -> tuple[str, Markup]:
    """The text of one piece, rendered where it is HTML."""
    if has_tags(words):
        return render_fragment(words)
    return canonicalize(resolve_entities(words)).strip("\n"), ()


def read_blocks(value: Any, depth: int) -> Iterator[Block]:
    """The pieces of a text in order."""
    if isinstance(value, str):
        if not is_missing(value):
            yield None, value
    elif depth > DEPTH:
        return
    elif isinstance(value, list | tuple):
        for entry in keep_form(value):
            yield from read_blocks(entry, depth + 1)
    elif isinstance(value, dict):
        kind = next((value[key].lower() for key in KINDS if isinstance(value.get(key), str)), "")
        if kind in PICTURES:
            yield from read_picture(value)
            return
        if kind in FLOWING and (line := join_nodes(value, depth)):
            yield None, line
            return
        for key in HEADS:
            yield from read_blocks(value.get(key), depth + 1)
        inner = next((value[key] for key in (*PIECES, *LISTS) if not is_missing(value.get(key))), None)
        yield from read_blocks(inner, depth + 1)


def keep_form(entries: Sequence[Any]) -> Sequence[Any]:
    """The pieces themselves; of one text in several forms, as ninjs has it, the form in HTML, else the first."""
    forms = [str(entry.get("contenttype", "")) if isinstance(entry, dict) else "" for entry in entries]
    if not all(forms) or len(entries) < 2:
        return entries
    best = next((number for number, form in enumerate(forms) if "html" in form.lower()), 0)
    return entries[best : best + 1]


def join_nodes(value: Any, depth: int) -> str:
    """The running text of a node: the texts of its leaves, one behind the other."""
    if isinstance(value, str):
        return value
    if depth > DEPTH:
        return ""
    if isinstance(value, list):
        return "".join(join_nodes(entry, depth + 1) for entry in value)
    if isinstance(value, dict):
        if str(value.get("type", "")).lower() in ("hardbreak", "linebreak", "br"):
            return "\n"
        return next((join_nodes(value[key], depth + 1) for key in (*PIECES, *LISTS) if value.get(key)), "")
    return ""


def read_picture(value: dict[str, Any]) -> Iterator[Block]:
    """The caption and the credit of a picture, where it has a caption."""
    caption = next((words for key in CAPTIONS if (words := find_words(value.get(key)))), "")
    if not caption and isinstance(value.get("data"), dict):
        yield from read_picture(value["data"])
    if caption:
        yield "caption", caption
        credit = next((words for key in CREDITS if (words := find_words(value.get(key)))), "")
        if credit:
            yield "credit", credit


def find_words(value: Any) -> str:
    """The words of a value that is a string, or holds one as names are held: a list, an object with name, by or text.

    >>> find_words({"by": [{"type": "author", "name": "Ann Lee"}]}), find_words(None)
    ('Ann Lee', '')
    """
    for _ in range(DEPTH):
        if isinstance(value, str):
            return "" if is_missing(value) else value
        if isinstance(value, list | tuple):
            value = next((entry for entry in value if entry), None)
        elif isinstance(value, dict):
            names = (
                "main",
                "basic",
                "rendered",
                "name",
                "by",
                "text",
                "value",
                "@value",
                "content",
                "original",
                "plain",
                "en",
            )
            value = next((value[key] for key in names if value.get(key)), None)
        else:
            break
    return ""

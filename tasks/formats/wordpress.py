"""What WordPress writes into feeds and exports: kinds and states of posts, names of authors, shortcodes in the text."""

import re
from typing import Any

from tasks.formats.xml_tree import find_all, find_child, join_words

POST_TYPES = frozenset({"post", "article", "news", "story"})
PUBLISHED = frozenset({"publish", "inherit", ""})
CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\]\n]{0,500}\]((?:[^\[<]|<[^>]{0,2000}>){0,4000})\[/(?:wp_)?caption\]", re.I
)
PICTURE = re.compile(r"(?:\s|<a\b[^>]{0,1000}>|</a>|<img\b[^>]{0,2000}>)+", re.I)
CLOSING = re.compile(r"\[/([A-Za-z][\w-]{1,40})\]")
WITH_VALUES = re.compile(
    r"\[[a-z][\w-]{1,40}(?:\s+[\w-]{1,40}=(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|&quot;[^\]\n]{0,500}|[^\s\]\"']{1,200}))+\s*/?\]",
    re.I,
)
MOST_CODES = 50  # kinds of codes in one text
ALONE = re.compile(r"\[(?:gallery|playlist|audio|video|embed|more|nextpage|toc|ad|ads|related|newsletter)\s*/?\]", re.I)


def find_display_names(root: Any) -> dict[str, str]:
    """The names of authors by their logins, where an export lists them: first and last name, else the name that is shown."""
    names = {}
    for author in find_all(root, "author"):
        login = join_words(find_child(author, "author_login"))
        first, last = (join_words(find_child(author, f"author_{part}_name")) for part in ("first", "last"))
        shown = join_words(find_child(author, "author_display_name"))
        if login:
            names[login] = (
                shown
                if shown and " " in shown
                else f"{first} {last}"
                if first and last and shown != login
                else shown or login
            )
    return names


def explain_post(parts: dict[str, list[Any]]) -> str | None:
    """Why an item of an export is no article that was published; None where it is one."""
    kind, status = (
        next(filter(None, map(join_words, parts.get(f"wp:{name}", ()))), "") for name in ("post_type", "status")
    )
    if kind not in POST_TYPES:
        return f"WordPress {kind or 'item'}, not a post"
    if status not in PUBLISHED:
        return f"WordPress post that is not published: {status}"
    return "WordPress post behind a password" if any(map(join_words, parts.get("wp:post_password", ()))) else None


def replace_shortcodes(html: str) -> str:
    """HTML with captions as HTML has them, and without the other codes in brackets that a plugin would replace.

    >>> replace_shortcodes('[dropcap]I[/dropcap]t sails [sic]. [gallery ids="1,2"]')
    'It sails [sic]. '
    >>> replace_shortcodes('[caption id="a"]<img src="b"> The pier.[/caption]')
    '<figure><img src="b"> <figcaption>The pier.</figcaption></figure>'
    """
    if "[" not in html:
        return html
    html = ALONE.sub("", WITH_VALUES.sub("", CAPTION.sub(write_caption, html)))
    for name in list(dict.fromkeys(CLOSING.findall(html)))[:MOST_CODES]:
        html = html.replace(f"[/{name}]", "").replace(f"[{name}]", "")
    return html


def write_caption(match: re.Match[str]) -> str:
    """A caption's code as a figure."""
    picture = PICTURE.match(match[1])
    words = match[1][picture.end() :] if picture else match[1]
    return f"<figure>{picture[0] if picture else ''}<figcaption>{words.strip()}</figcaption></figure>"

"""Markdown as text: headings, emphasis, links, pictures with their captions, quotations. No line is added or dropped."""

import re
from collections import Counter
from urllib.parse import urlsplit

from tasks.formats.record import Markup

LINK = re.compile(
    r"\[([^\[\]\n]{1,500})\]\(\s*<?((?:https?:/|mailto:|/|\#|\.)[^\s()<>]*)>?(?:\s+[\"'(][^\n\"]{0,300}[\"')])?\s*\)"
)
IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\]\(\s*<?([^\s()<>]+)>?(?:\s+[\"'(][^\n\"]{0,300}[\"')])?\s*\)")
REFERENCE = re.compile(r"\[([^\[\]\n]{1,500})\]\[([^\[\]\n]{0,100})\]")
DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,100})\]:\s*<?https?://\S+.*$")
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
UNDERLINE = re.compile(r"^ {0,3}(?:={3,}|-{3,})$")
RULE = re.compile(r"^ {0,3}(?:-[ -]{2,}|\*[ *]{2,}|_[ _]{2,})$")
TABLE_RULE = re.compile(r"^ {0,3}\|?[ :]*-{3,}[ :|-]*$")
QUOTE = re.compile(r"^ {0,3}(?:> ?)+")
BULLET = re.compile(r"^(\s*)[*+][ \t]+(?=\S)")
FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
MARKER = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+")
BETWEEN_LINKS = re.compile(r"[\s|·•,/–—-]*")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")
CODE = re.compile(r"(`{1,2})([^`\n]+)\1")
ITALIC = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
BOLD = re.compile(r"(?<!\\)\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*")
LOW_ITALIC = re.compile(r"(?<![\w_\\])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w_])")
LOW_BOLD = re.compile(r"(?<![\w\\])__(?=[^\s_])([^_\n]*[^\s_])__(?!\w)")
STRUCK = re.compile(r"~~(?=\S)([^~\n]*[^\s~])~~")
EMPHASISED = re.compile(r"^(?:\*[^*\n]+\*|_[^_\n]+_|\*\*[^*\n]+\*\*)$")
FILE_NAME = re.compile(r"^\S*\.(?:jpe?g|png|gif|webp|svg|avif)$|^(?:image|img|photo|picture)[-_ ]?\d*$", re.I)
HEADING_CHARS = 400
LEAST_SIGNS = 3  # headings and emphasised lines that make a text Markdown without a link or a picture
LEAST_WORDS = 2  # of a caption
OWN_LINKS = 2  # a site that a text links so often is its own


def is_markdown(text: str) -> bool:
    """Whether a text is Markdown: it has a link or a picture as only Markdown writes them, or headings and emphasis.

    >>> is_markdown("See [the plan](https://a.example/p)."), is_markdown("#pier is a tag, and *p a pointer")
    (True, False)
    """
    if "]" in text and "](" in text and (LINK.search(text) or IMAGE.search(text)):
        return True
    if "#" not in text or "# " not in text or ("**" not in text and "\n## " not in text):
        return False
    lines = text.split("\n")
    headings = sum(HEADING.match(line) is not None for line in lines if len(line) <= HEADING_CHARS)
    bold = sum(BOLD.search(line) is not None for line in lines if "**" in line)
    return headings > 0 and headings + bold >= LEAST_SIGNS


def render_markdown(text: str) -> tuple[str, Markup, str | None]:
    """The text without marks, the roles of its lines, and the heading that names it. Of as many lines as `text` has.

    >>> render_markdown("# Ferry\\n\\n![At the pier](https://a.example/p.jpg)\\n*The ferry. (Mara Quist)*\\n\\nIt **sails**.")
    ('Ferry\\n\\n\\nThe ferry. (Mara Quist)\\n\\nIt sails.', ((3, 'caption'),), 'Ferry')
    """
    lines = text.split("\n")
    defined = {hit[1].lower() for hit in map(DEFINITION.match, lines) if hit}
    site = find_site(text)
    shown: list[str] = []
    roles: list[tuple[int, str]] = []
    title = None
    is_code = False
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if FENCE.match(line):
            is_code = not is_code
            shown.append("")
            continue
        if is_code:
            shown.append(line)
            continue
        if is_mark(line):
            shown.append("")
            continue
        if pictured := read_pictures(line):
            is_described = EMPHASISED.match(below.strip()) is not None
            words = "" if is_described or not is_caption(pictured) else pictured
            shown.append(words)
            roles += [(number, "caption")] if words else []
            continue
        hit = HEADING.match(line) if len(line) <= HEADING_CHARS else None
        words = strip_marks(hit[2] if hit else line, defined)
        is_underlined = UNDERLINE.match(below) is not None and "=" in below
        if title is None and ((hit and len(hit[1]) == 1) or ((hit or is_underlined) and not any(shown))):
            title = words
        shown.append(words)
        if EMPHASISED.match(line.strip()) and read_pictures(above):
            roles.append((number, "caption"))
        elif is_link_line(line, site):
            roles.append((number, "link"))
    return "\n".join(shown), tuple(roles), title


def is_mark(line: str) -> bool:
    """Whether a line is nothing but a mark: a rule, an underline, the definition of a link.

    >>> is_mark("---"), is_mark("* * *"), is_mark("[1]: https://a.example"), is_mark("- pier")
    (True, True, True, False)
    """
    return any(pattern.match(line) for pattern in (UNDERLINE, RULE, TABLE_RULE, DEFINITION))


def read_pictures(line: str) -> str:
    """The descriptions of a line that is nothing but pictures, which may be links; "" for another line. No description is "-".

    >>> read_pictures("[![The pier](/p.jpg)](https://a.example)"), read_pictures("See ![the pier](/p.jpg).")
    ('The pier', '')
    """
    if "![" not in line or BETWEEN_LINKS.fullmatch(LINK.sub("", IMAGE.sub("", line.replace("[![", "![")))) is None:
        rest = re.sub(r"\]\([^\s()]*\)", "", IMAGE.sub("", line)).strip("[] |*_")
        if "![" not in line or rest:
            return ""
    words = " ".join(hit[1].strip() for hit in IMAGE.finditer(line)).strip()
    return words or "-"


def is_caption(words: str) -> bool:
    """Whether the description of a picture says something.

    >>> is_caption("The pier at dusk"), is_caption("pier-2.jpg"), is_caption("image 3")
    (True, False, False)
    """
    is_worded = len(words.split()) >= LEAST_WORDS or (not words.isascii() and len(words) > LEAST_WORDS)
    return is_worded and not FILE_NAME.match(words)


def strip_marks(line: str, defined: set[str]) -> str:
    """A line without the marks in it. `defined`: names of links that are defined elsewhere.

    >>> strip_marks("> **Read** [the *plan*](https://a.example/p), 2 * 3 * 4", set())
    'Read the plan, 2 * 3 * 4'
    """
    line = BULLET.sub(r"\1- ", QUOTE.sub("", line))
    if "[" in line:
        line = LINK.sub(r"\1", IMAGE.sub("", line))
        line = REFERENCE.sub(lambda hit: hit[1] if (hit[2] or hit[1]).lower() in defined else hit[0], line)
    line = AUTOLINK.sub(r"\1", line)
    for pattern in (ITALIC, BOLD, ITALIC, LOW_ITALIC, LOW_BOLD, STRUCK):
        line = pattern.sub(r"\1", line)
    return ESCAPED.sub(r"\1", CODE.sub(r"\2", line)).rstrip()


def find_site(text: str) -> str | None:
    """The host that a text is from: that of its pictures, else the one that it links most, at least twice."""
    pictures = Counter(urlsplit(hit[2]).netloc for hit in IMAGE.finditer(text) if is_address(hit[2]))
    links = Counter(urlsplit(hit[2]).netloc for hit in LINK.finditer(text) if is_address(hit[2]))
    if pictures:
        return pictures.most_common(1)[0][0]
    host, count = links.most_common(1)[0] if links else ("", 0)
    return host if count >= OWN_LINKS else None


def is_address(target: str) -> bool:
    """Whether the target of a link is a whole web address that can be read.

    >>> is_address("https://a.example/p"), is_address("/p"), is_address("https://[a")
    (True, False, False)
    """
    try:
        return bool(urlsplit(target).netloc)
    except ValueError:
        return False


def is_link_line(line: str, site: str | None) -> bool:
    """Whether a line is nothing but links to pages of the site: teasers, buttons.

    >>> is_link_line("1. [The plan](https://a.example/p)", "a.example"), is_link_line("See [it](/p).", "a.example")
    (True, False)
    """
    targets = [hit[2] for hit in LINK.finditer(line)]
    if not targets or BETWEEN_LINKS.fullmatch(LINK.sub("", MARKER.sub("", line.replace("*", "")))) is None:
        return False
    return any(target.startswith("/") or (is_address(target) and urlsplit(target).netloc == site) for target in targets)

"""Values that inputs write in many ways: names of authors, hosts. Each gets one form."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

# Elements that running text is marked up with. A word in angle brackets that is none of them is no markup.
TAGS = (
    "a|abbr|article|aside|b|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr"
    "|html|i|iframe|img|ins|li|main|mark|ol|p|picture|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody"
    "|td|th|thead|time|tr|u|ul|video"
)
END_TAG = re.compile(rf"</(?:{TAGS})\s*>", re.I)
SOLE_TAG = re.compile(r"<(?:br|hr|img|p|div)(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[", re.I)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


# What programs write where there is no value. Case counts where a person may be called so.
MISSING = frozenset(
    {"nan", "none", "null", "undefined", "n/a", "#n/a", "<na>", "nat", "[]", "['']", '[""]', "{}", "[none]", "\\n"}
)
MISSING_EXACT = frozenset({"NA", "-", "--", "—"})
# What services give in the place of an article that they do not give.
PLACEHOLDERS = frozenset({"[removed]", "[deleted]", "[no content]", "only available in paid plans"})
CUT_MARK = re.compile(r"(?:…|\.\.\.)?\s?\[\+?\d{1,7} (?:more )?char(?:acter)?s\]$|\s?\[(?:…|\.\.\.)\]$")
WRITTEN_END = re.compile(r"(?:\\r)?\\n|\\r")
SURE_END = re.compile(r"\\n(?:\\r)?\\n|[.!?…\"”’»)]\s?(?:\\r)?\\n")


def is_missing(value: Any) -> bool:
    """Whether a value is none: null, NaN, a blank string, or what programs write for these.

    >>> is_missing("nan"), is_missing("[Removed]"), is_missing(0), is_missing("Nan Goldin")
    (True, True, False, False)
    """
    if isinstance(value, str):
        if len(value) > 32:
            return value.isspace()
        words = value.strip()
        return not words or words in MISSING_EXACT or words.lower() in MISSING or is_placeholder(words)
    return value is None or value != value or (isinstance(value, list | dict) and not value)


def is_placeholder(text: str) -> bool:
    """Whether a text says that a service does not give the article."""
    return len(text) < 100 and text.strip(" .").lower() in PLACEHOLDERS


def cut_mark(text: str) -> str:
    """A text without the mark that a service puts where it cut it; the same object where there is none.

    >>> cut_mark("The ferry sails at no… [+1234 chars]")
    'The ferry sails at no'
    """
    end = text[-60:].rstrip()
    hit = CUT_MARK.search(end) if end.endswith("]") else None
    return text[: len(text) - len(text[-60:]) + hit.start()].rstrip() if hit else text


def break_written_lines(text: str) -> str:
    r"""A text on one line whose line ends are written out as `\n`, with line ends; the same object where that is not certain.

    >>> break_written_lines(r"It sails.\n\nSoon."), break_written_lines(r"C:\news\nord is full.")
    ('It sails.\n\nSoon.', 'C:\\news\\nord is full.')
    """
    if "\\" not in text or "\\n" not in text or "\n" in text.strip() or not SURE_END.search(text):
        return text
    return WRITTEN_END.sub("\n", text).replace("\\t", " ").replace('\\"', '"')


def has_tags(text: str) -> bool:
    """Whether a text is HTML: it has an end tag, or a tag that needs none.

    >>> has_tags("It sails.<br>Soon."), has_tags("If a < b and c > d"), has_tags("Bridges &amp; piers")
    (True, False, False)
    """
    return "<" in text and (END_TAG.search(text) is not None or SOLE_TAG.search(text) is not None)


def resolve_entities(text: str) -> str:
    """`text` with HTML's character references read; only those that end in a semicolon, and that HTML knows.

    >>> resolve_entities("Bridges &amp; piers, R&D; 2 &lt; 3")
    'Bridges & piers, R&D; 2 < 3'
    """
    return ENTITY.sub(lambda hit: unescape(hit[0]), text) if "&" in text else text


def parse_host(url: str | None) -> str | None:
    """The host of a web address in lower case without `www.`, else None.

    >>> parse_host("https://www.Example.com:8080/a"), parse_host("example.com")
    ('example.com', None)
    """
    if not url or "//" not in url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") or None if host else None

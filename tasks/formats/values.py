"""Values that inputs write in many ways: names of authors, hosts. Each gets one form."""

import re
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

BY = re.compile(r"^\s*(?:written\s+)?by:?\s+", re.I)
BETWEEN = re.compile(r"\s*[,|•]\s*(?:and\s+|&\s+)?|\s+(?:and|&|und|et|y|och|og|en)\s+", re.I)
SUFFIX = re.compile(r",\s*(Jr|Sr|II|III|IV|M\.?D|Ph\.?D)\b\.?", re.I)

# Elements that running text is marked up with. A word in angle brackets that is none of them is no markup.
TAGS = (
    "a|abbr|article|aside|b|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr"
    "|html|i|iframe|img|ins|li|main|mark|ol|p|picture|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody"
    "|td|th|thead|time|tr|u|ul|video"
)
END_TAG = re.compile(rf"</(?:{TAGS})\s*>", re.I)
SOLE_TAG = re.compile(r"<(?:br|hr|img|p|div)(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[", re.I)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


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


def parse_authors(value: Any) -> tuple[str, ...]:
    """Names of authors in order, each once. Takes a string, an object with `name`, or a list of these.

    >>> parse_authors([{"name": "Ann Lee"}, "By Bo Day", "ANN LEE", "https://example.com/ann"])
    ('Ann Lee', 'Bo Day')
    """
    if isinstance(value, str):
        names = split_names(value)
    elif isinstance(value, dict):
        names = parse_authors(value.get("name"))
    elif isinstance(value, list):
        # A comma inside an entry belongs to the name ("Smith, John").
        entries = ((tidy_name(entry),) if isinstance(entry, str) else parse_authors(entry) for entry in value)
        names = tuple(chain.from_iterable(entries))
    else:
        return ()
    distinct: dict[str, str] = {}
    for name in names:
        if any(map(str.isalpha, name)) and "://" not in name:
            distinct.setdefault(name.casefold().replace("-", " "), name)
    return tuple(distinct.values())


def split_names(words: str) -> tuple[str, ...]:
    """The names in a field; semicolons, where there are any, are the only separators.

    >>> split_names("By Ann Lee, Bo Day and Cy Fox, Jr."), split_names("Lee, Ann; Day, Bo"), split_names("Lee, Ann")
    (('Ann Lee', 'Bo Day', 'Cy Fox Jr.'), ('Lee, Ann', 'Day, Bo'), ('Lee, Ann',))
    """
    words = BY.sub("", " ".join(words.split()))
    if ";" in words:
        return tuple(tidy_name(part) for part in words.split(";"))
    if words.count(",") == 1 and len(words.split()) == 2:
        return (tidy_name(words),)  # family name first
    return tuple(tidy_name(part) for part in BETWEEN.split(SUFFIX.sub(r" \1.", words)))


def tidy_name(words: str) -> str:
    """One name without "By", outer punctuation and doubled white space.

    >>> tidy_name(" by  Ann   Lee,")
    'Ann Lee'
    """
    return " ".join(BY.sub("", words).split()).strip(",;|")


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

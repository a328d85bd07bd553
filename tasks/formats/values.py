"""Values that inputs write in many ways: names of authors, times of publication, hosts. Each gets one form."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

# Epoch numbers: seconds below this, milliseconds from here (1973 in milliseconds, the year 5138 in seconds).
FIRST_MILLISECONDS = 10**11
FIRST_MICROSECONDS = 10**14
FIRST_NEWSPAPER_YEAR = 1605
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DIGITS = re.compile(r"[+-]?\d{9,16}(?:\.\d+)?")
ZONE_WORD = re.compile(r"(?<!\s)\s*(?:UTC|GMT|Z)$", re.I)
OFFSET = re.compile(r"(?<=\d)\s+([+-]\d\d:?\d\d)$")
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")
MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")

# How the names of the months begin in the languages of the rules, long enough to be unambiguous; English first.
MONTHS = (
    "jan enero gennaio stycz янв ocak sty يناير січ",
    "feb fév fev févr lut фев şub فبراير شباط",
    "mar mär mrz maa мар marz مارس آذار бер",
    "apr avr abr kwi апр nis أبريل نيسان кві",
    "may mai maj mei mag мая май mayıs مايو أيار тра",
    "jun juin giu cze июн haz يونيو حزيران чер",
    "jul juil lug lip июл tem يوليو تموز лип",
    "aug aoû ago sie авг ağu agu أغسطس сер",
    "sep set wrz сен eyl سبتمبر أيلول вер",
    "oct okt ott out paź окт eki أكتوبر жов",
    "nov lis ноя kas نوفمبر лис",
    "dec dez déc dic gru дек ara des ديسمبر гру",
)
ENGLISH_MONTHS = tuple(words.split()[0] for words in MONTHS)
PREFIXES = sorted(
    ((prefix, month) for month, words in enumerate(MONTHS, 1) for prefix in words.split()), key=lambda p: -len(p[0])
)

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


def parse_published(value: Any) -> datetime | None:
    """The time of publication, in UTC; None where `value` gives none.

    Takes ISO 8601 in the forms of `datetime.fromisoformat`, RFC 2822, English dates without a time, and epoch seconds,
    milliseconds or microseconds. A date alone is midnight; a time without a zone is UTC.

    >>> parse_published("May 1, 2024"), parse_published("yesterday")
    (datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        moment = parse_epoch(value) if isinstance(value, int | float) else parse_moment(str(value or "").strip())
        if moment is None:
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if moment.year >= FIRST_NEWSPAPER_YEAR else None


def parse_epoch(value: float) -> datetime | None:
    """A point in time given as a number; True and False are none."""
    if isinstance(value, bool):
        return None
    scale = 1 if abs(value) < FIRST_MILLISECONDS else 1_000 if abs(value) < FIRST_MICROSECONDS else 1_000_000
    whole, part = divmod(value, scale)
    return EPOCH + timedelta(seconds=whole, microseconds=round(part * 1_000_000 / scale))


def parse_moment(words: str) -> datetime | None:
    """A point in time given in words; raises ValueError or TypeError where they give none."""
    if not words:
        return None
    if DIGITS.fullmatch(words):
        return parse_epoch(float(words) if "." in words else int(words))
    tidy = OFFSET.sub(r"\1", ZONE_WORD.sub("+00:00", words))
    try:
        return datetime.fromisoformat(tidy)
    except ValueError:
        return parse_english_date(words) or parsedate_to_datetime(words)


def parse_english_date(words: str) -> datetime | None:
    """ "May 1, 2024" or "1 May 2024", as midnight."""
    if match := DAY_FIRST.fullmatch(words):
        day, month, year = match.groups()
    elif match := MONTH_FIRST.fullmatch(words):
        month, day, year = match.groups()
    else:
        return None
    return datetime(int(year), ENGLISH_MONTHS.index(month[:3].lower()) + 1, int(day))


def find_month(word: str) -> int | None:
    """The number of the month that a word names in one of the languages of the rules, by its first letters.

    >>> find_month("Juillet"), find_month("June"), find_month("Monday")
    (7, 6, None)
    """
    word = word.lower()
    return next((month for prefix, month in PREFIXES if word.startswith(prefix)), None)


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

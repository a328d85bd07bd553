"""Authors in the fields of records: persons' names, each once. Posts, agencies, addresses and what programs write are none."""

import ast
import re
from functools import lru_cache
from itertools import chain
from typing import Any

from tasks.facts.names import AGENCIES, AND, NO_NAMES, PARTICLES, POSTS, is_name
from tasks.formats.values import has_tags, is_missing, resolve_entities

BY = re.compile(r"^\s*(?:(?:written|posted|reported|story|text|words)\s+)?by:?\s+", re.I)
FOREIGN_BY = re.compile(
    r"^(?:von|vom|par|por|door|av|af|fra|autor(?:in)?|auteur|autore|texto?|text[eo]?)\s*:?\s+(?=\S+\s+\S)", re.I
)
AND_BETWEEN = re.compile(rf"\s+(?:{AND}|&)\s+", re.I)
BETWEEN = re.compile(rf"\s*[,|•/]\s*(?:and\s+|&\s+)?|{AND_BETWEEN.pattern}", re.I)
FULL_NAME = re.compile(r"[^\W\d_]\S*\s\S")  # more than one word
SUFFIX = re.compile(r",\s*(Jr|Sr|II|III|IV|M\.?D|Ph\.?D)\b\.?", re.I)
WRITTEN_LIST = re.compile(r"[\[({].*[\])}]", re.S)
TAG = re.compile(r"<[^<>]*>")
FIELD_CHARS = 2_000  # what is longer names no authors
QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
LIST_CHARS = 5_000
MAIL = re.compile(r"[^\s<>()\[\],;]{1,64}@[^\s<>()\[\],;]{1,255}")
HOST = re.compile(r"(?:https?:)?//\S*|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}", re.I)
NOBODY = frozenset(
    {
        "admin",
        "administrator",
        "webmaster",
        "anonymous",
        "anonym",
        "unknown",
        "unbekannt",
        "guest",
        "editors",
        "newsroom",
    }
)
NAME_PARTS = ("name", "fullName", "full_name", "displayName", "display_name", "@value", "title", "value", "original")
NAME_PAIRS = (
    ("first_name", "last_name"),
    ("firstName", "lastName"),
    ("firstname", "lastname"),
    ("given", "family"),
    ("givenName", "familyName"),
)
CAPITAL_PARTS = re.compile(r"[^\W\d_]+")


def parse_authors(value: Any) -> tuple[str, ...]:
    """Names of authors in order, each once. Takes a string, an object with `name`, or a list of these, also written as text.

    >>> parse_authors([{"name": "Ann Lee"}, "By Bo Day", "ANN LEE", "https://example.com/ann"])
    ('Ann Lee', 'Bo Day')
    >>> parse_authors("['Ann Lee', 'Bo Day']"), parse_authors("nan"), parse_authors("Ann Lee, Harbour correspondent")
    (('Ann Lee', 'Bo Day'), (), ('Ann Lee',))
    """
    distinct: dict[str, str] = {}
    for words in list_names(value, 0):
        name = clean_name(words)
        if name:
            distinct.setdefault(name.casefold().replace("-", " "), name)
    return tuple(distinct.values())


def list_names(value: Any, depth: int) -> tuple[str, ...]:
    """The names in a value, not yet cleaned."""
    if is_missing(value) or depth > 5:
        return ()
    if isinstance(value, str):
        value = resolve_entities(TAG.sub(" ", value) if has_tags(value) else value)
        entries = read_written_list(value)
        return split_names(value) if entries is None else list_names(entries, depth + 1)
    if isinstance(value, dict):
        return list_names(name_object(value), depth + 1)
    if isinstance(value, list | tuple):
        return tuple(
            chain.from_iterable(
                split_entry(one) if isinstance(one, str) else list_names(one, depth + 1) for one in value
            )
        )
    return ()


def name_object(value: dict[str, Any]) -> Any:
    """What an object that is a person calls it."""
    if name := next((value[key] for key in NAME_PARTS if not is_missing(value.get(key))), None):
        return name
    parts = (value.get(key) for pair in NAME_PAIRS for key in pair)
    return " ".join(part for part in parts if isinstance(part, str) and part.strip())


def read_written_list(words: str) -> list[Any] | None:
    """The entries of a list that was written out as text, as Python or JSON write it; None where `words` is no list.

    >>> read_written_list("['Ann Lee', \\"Bo O'Day\\"]"), read_written_list("[Ann Lee, Bo Day]"), read_written_list("Ann Lee")
    (['Ann Lee', "Bo O'Day"], ['Ann Lee', 'Bo Day'], None)
    """
    words = words.strip()
    if len(words) > LIST_CHARS or words[:1] not in ("[", "{", "(") or not WRITTEN_LIST.fullmatch(words):
        return None
    if ":" in words and "{" in words:  # objects
        try:
            value = ast.literal_eval(words.replace("null", "None"))
            return value if isinstance(value, list) else [value]
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return []
    inner = words[1:-1]
    if quoted := QUOTED.findall(inner):
        return [re.sub(r"\\(.)", r"\1", single or double) for single, double in quoted]
    return [] if words[0] == "(" else [part.strip() for part in inner.split(",")]


@lru_cache(maxsize=4096)
def split_names(words: str) -> tuple[str, ...]:
    """The names in a field; semicolons, where there are any, are the only separators.

    >>> split_names("By Ann Lee, Bo Day and Cy Fox, Jr."), split_names("Lee, Ann; Day, Bo"), split_names("Lee, Ann")
    (('Ann Lee', 'Bo Day', 'Cy Fox Jr.'), ('Lee, Ann', 'Day, Bo'), ('Lee, Ann',))
    """
    words = drop_by(" ".join(words.split()))
    if len(words) > FIELD_CHARS:
        return ()
    if ";" in words:
        return tuple(tidy_name(part) for part in words.split(";"))
    if words.count(",") == 1 and len(words.split()) == 2 and not POSTS.search(words):
        return (tidy_name(words),)  # family name first
    return tuple(tidy_name(part) for part in BETWEEN.split(SUFFIX.sub(r" \1.", words)))


@lru_cache(maxsize=4096)  # the same few persons write a source's articles
def split_entry(words: str) -> tuple[str, ...]:
    """The names in an entry of a list: a comma belongs to the name ("Smith, John"), unless a post or a place is behind it.

    >>> split_entry("Smith, John"), split_entry("By Ann Lee and Bo Day"), split_entry("Ann Lee, Harbour editor")
    (('Smith, John',), ('Ann Lee', 'Bo Day'), ('Ann Lee', 'Harbour editor'))
    """
    words = tidy_name(words)
    if ";" in words or POSTS.search(words):
        return split_names(words)
    parts = AND_BETWEEN.split(words)
    return tuple(parts) if len(parts) > 1 and all(map(FULL_NAME.match, parts)) else (words,)


def tidy_name(words: str) -> str:
    """One name without "By", outer punctuation and doubled white space.

    >>> tidy_name(" by  Ann   Lee,")
    'Ann Lee'
    """
    return " ".join(drop_by(words).split()).strip(",;|")


def drop_by(words: str) -> str:
    """Words without a "by" in front."""
    return FOREIGN_BY.sub("", BY.sub("", words).strip())


@lru_cache(maxsize=4096)
def clean_name(words: str) -> str | None:
    """A person's name; None where words are a post, an agency, a site or an address.

    >>> [clean_name(words) for words in ("Ann Lee", "Harbour correspondent", "Reuters", "a@b.example (Ann Lee)", "ANN O'DAY")]
    ['Ann Lee', None, None, 'Ann Lee', "Ann O'Day"]
    """
    if "@" in words:
        words = (
            " ".join(MAIL.sub(" ", words).replace("@", " ").split()).strip("()<>[]\"' ") if MAIL.search(words) else ""
        )
    words = words.strip("\"“”'‘’ -–—·•*_[]{}")
    if is_missing(words) or not any(map(str.isalpha, words)) or HOST.fullmatch(words) or "://" in words:
        return None
    tokens = words.lower().split()
    if AGENCIES.fullmatch(words) or all(token in NO_NAMES or token in NOBODY for token in tokens):
        return None
    if post := POSTS.search(words):
        before = words[: post.start()].split()[:2]
        # "Ann Lee Harbour correspondent": two words in front of a section and a post are a name.
        is_named = len(words[: post.start()].split()) >= 3 and is_name(" ".join(before))
        return lower_capitals(" ".join(before)) if is_named else None
    return lower_capitals(words)


def lower_capitals(name: str) -> str:
    """A name that is all in capitals as names are written.

    >>> lower_capitals("ANN-MARIE O'DAY MCLEAN"), lower_capitals("JK"), lower_capitals("J.R. LEE")
    ("Ann-Marie O'Day McLean", 'JK', 'J.R. Lee')
    """
    if not name.isupper() or " " not in name:
        return name
    return CAPITAL_PARTS.sub(lambda hit: lower_part(hit[0]), name)


def lower_part(part: str) -> str:
    """One part of a name in capitals; initials and numbers of kings stay."""
    if part.lower() in PARTICLES:
        return part.lower()
    if len(part) < 2 or part in ("II", "III", "IV"):
        return part
    if part.startswith("MC") and len(part) > 3:
        return "Mc" + part[2:].capitalize()
    return part.capitalize()

"""What news agencies' formats have in common: bylines with posts, kills and embargoes, and the record that an item becomes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tasks.batch import Fields
from tasks.dates.tokens import MARKS
from tasks.facts.names import AND, CASELESS_LETTER
from tasks.formats.mapping import make_record
from tasks.formats.record import Found, Markup, Record, Reject

EMBARGOED = "embargoed"
FIELDS = Fields()
BY = re.compile(
    r"(?:by|von|por|par|di|af|av|door|text|texte|autor(?:in)?|auteur|reporting by|written by)(?::\s*|\s+)", re.I
)
BETWEEN = re.compile(rf"\s*[,;/|•]\s*(?:and\s+)?|\s+(?:{AND}|&|e|i|ja)\s+(?=(?-i:[^\Wa-zß-ÿ\d_]))", re.I)
PLACE = re.compile(r"\s+(?:in|at|for|of|with|en|à|a|aus)\s+(?=[A-ZÀ-Þ]).*")
# What agencies write beside names: posts, papers, the agencies themselves.
OTHERS = re.compile(
    r"\b(?:(?:associated|canadian|press) (?:press|association)|agence|agencia|agentur|agenzia|editors?|writers?|reporters?|staff"
    r"|correspondents?|desk|service|bureau|news|newsroom|newsdesk|times|tribune|herald|journal|post|daily|gazette|telegraph|chronicle"
    r"|courier|media|reuters|afp|efe|dpa|ansa|aap|ntb|tt|ritzau|belga|stt|apa|upi|redaktion|redacción|rédaction|redazione|admin"
    r"|administrator|webmaster|korrespondent\w*|corresponsal|periodista|journalist\w*|redakteur\w*|contributor|columnist|the)\b",
    re.I,
)
TOKEN = re.compile(r"[^\W\d_][\w’'`´.\-]*")
CASELESS = re.compile(rf"{CASELESS_LETTER}[\w{MARKS} ・·]*")
MOST_WORDS = 5
# In capitals, at the head of an item: the agency takes it back.
KILL = re.compile(
    r"\W*(?:(?:[A-Z]+[ -])?(?:MANDATORY|STORY|BULLETIN|URGENT|EDITORS?|PHOTO|ADVISORY|NEWS) (?:KILL|WITHDRAWAL)\b"
    r"|(?:(?:STORY|ITEM|ARTICLE) )?(?:KILL(?:ED)?|WITHDRAWN|WITHDRAWAL|RETRACTED|ANNULATION|ANNULÉE?|ANULAD[OA]|ANULACIÓN"
    r"|ANNULLATO|ZURÜCKGEZOGEN|ANNULERET|TRUKKET TILBAKE)(?:\s*[:.!—–=-]|\s*$|\s+\())"
)
EMBARGO = re.compile(
    r"\W*(?:[A-Za-z]+ )?(?:EMBARGO(?:ED)?|SPERRFRIST|Sperrfrist|Embargo(?:ed)?)\b"
    r"(?:\s*[:=!(]|\s+(?:until|till|to|for|bis|jusqu|hasta)\b|\s*$)"
)
# What only editors read, from such a line to the end.
EDITORS_PART = re.compile(
    r"(?m)^[ \t]*(?:#{1,3} ?(?:dpa[- ])?(?:note(?:book|s?)|notizblock|redaktion\w*)\b.*|dpa[- ](?:notizblock|notebook)\s*$"
    r"|#{1,3} ?(?:note|notes|notiz) (?:to|for|an|für) .*|The following information is (?:not|only) .*"
    r"|Die folgenden Informationen sind nicht .*|\* \* \* \*\s*$)",
    re.I,
)
# What agencies write below the last paragraph: the end, and the initials of those who worked on it.
SIGN_OFF = re.compile(
    r"(?:[-(*# ]*(?:ends?|ENDS?|mf|MF|mtf|30|more|MORE|fin|Ende|ENDE)[-)*# ]*|#+|[a-zA-Z]{1,4}(?:[-/][a-zA-Z]{1,4}){1,5}"
    r"|(?:AAP|aap|dpa|ntb|NTB|efe|EFE)(?: (?:[A-Za-z]{2,4}|[a-z]{1,3}/[a-z]{1,3})){1,4}|/[a-z]+/)"
)


def read_names(byline: str | None, least: int = 2) -> tuple[str, ...]:
    """The persons in a byline, in order, each once. `least`: words that a name has at least.

    >>> read_names("By Nell Ashgrove, Harbour Press Political Correspondent")
    ('Nell Ashgrove',)
    >>> read_names("By PETRA VANCE and TOLLY BRACK="), read_names("Agencia EFE"), read_names("gr/bp")
    (('PETRA VANCE', 'TOLLY BRACK'), (), ())
    """
    words = " ".join((byline or "").split()).strip("=<*_-–—:., ")
    if found := BY.match(words):
        words = words[found.end() :]
    names = (tidy_person(part, least) for part in BETWEEN.split(words))
    return tuple(dict.fromkeys(filter(None, names)))


def read_all_names(bylines: Iterable[str | None]) -> list[str]:
    """The persons in several bylines, in order, each once."""
    return list(dict.fromkeys(name for line in bylines for name in read_names(line)))


def tidy_person(words: str, least: int) -> str | None:
    """The name in one part of a byline; None where it names no person."""
    words = PLACE.sub("", BY.sub("", words, count=1) if BY.match(words) else words).strip(" .,=<()[]")
    if CASELESS.fullmatch(words):
        return words
    tokens = words.split()
    if not least <= len(tokens) <= MOST_WORDS or OTHERS.search(words) or not all(map(TOKEN.fullmatch, tokens)):
        return None
    return words if tokens[0][0].isupper() and tokens[-1][0].isupper() else None


def is_kill(*lines: str | None) -> bool:
    """Whether a headline, slug or note says that the agency takes the item back.

    >>> is_kill("MANDATORY KILL: Ferry"), is_kill("KILL BILL RETURNS"), is_kill("Ferry withdrawn: harbour waits")
    (True, False, False)
    """
    return any(KILL.match(line) for line in lines if line)


def is_embargo(*lines: str | None) -> bool:
    """Whether a note or a line at the head says that the item must not be published yet.

    >>> is_embargo("EMBARGOED until 0001 GMT"), is_embargo("Sperrfrist: 12.00 Uhr"), is_embargo("Embargo on oil ends")
    (True, True, False)
    """
    return any(EMBARGO.match(line) for line in lines if line)


def cut_editors_part(text: str) -> str:
    """A text up to the notes that only editors read.

    >>> cut_editors_part("It sails.\\n\\n# dpa-Notizblock\\n\\n## Orte")
    'It sails.'
    """
    found = EDITORS_PART.search(text)
    return text[: found.start()].rstrip() if found else text


def drop_sign_off(text: str) -> str:
    """A text without the agency's sign-off below the last paragraph.

    >>> drop_sign_off("The ferry sails.\\n\\nAAP RTV ar"), drop_sign_off("The ferry sails.\\n\\nhh/ph/ts")
    ('The ferry sails.', 'The ferry sails.')
    """
    while (cut := text.rstrip().rfind("\n")) > 0 and SIGN_OFF.fullmatch(text[cut:].strip()):
        text = text[:cut].rstrip()
    return text


@dataclass(frozen=True)
class Item:
    """What a format says of one item: `values` by the names in `Fields`, the body as text, and the roles of its lines."""

    values: Mapping[str, Any]
    text: str
    markup: Markup = ()
    flags: tuple[str, ...] = ()


def trim_item(item: Item) -> Item:
    """The item without the notes that only editors read and the sign-off at its end."""
    text = drop_sign_off(cut_editors_part(item.text))
    count = text.count("\n")
    return replace(item, text=text, markup=tuple(mark for mark in item.markup if mark[0] <= count))


def make_item(item: Item, uri: str, encoding: str, digest: str) -> Found:
    """The record of an item; a reject `empty` where it has no body. A standfirst that opens the body is no standfirst."""
    if not item.text.strip():
        values = {name: value for name, value in item.values.items() if isinstance(value, str)}
        title, identity = values.get("title"), values.get("id")
        return Reject(uri, "empty", "the item has no body", None, digest, identity, None, title, encoding)
    found = make_record({**item.values, "text": item.text}, FIELDS, uri, encoding, digest)
    if not isinstance(found, Record):
        return found
    opening, start = "".join((found.standfirst or "").split()), "".join(item.text[:4000].split())
    standfirst = None if opening and start.startswith(opening) else found.standfirst
    markup = item.markup if found.text == item.text else (*found.markup, *move_markup(item, found.text))
    flags = tuple(dict.fromkeys((*found.flags, *item.flags)))
    return replace(found, standfirst=standfirst, markup=tuple(sorted(set(markup))), flags=flags)


def move_markup(item: Item, text: str) -> Iterator[tuple[int, str]]:
    """The roles of an item's lines in its text as it was cleaned, where the lines are still in it.

    >>> list(move_markup(Item({}, "One.\\n\\n\\nThe pier.", ((3, "caption"),)), "One.\\nThe pier."))
    [(1, 'caption')]
    """
    lines = item.text.split("\n")
    places = {" ".join(line.split()): number for number, line in enumerate(text.split("\n"))}
    for number, role in item.markup:
        place = places.get(" ".join(lines[number].split()))
        if place is not None:
            yield place, role


def reject_killed(item: Item, because: str | None, uri: str, digest: str) -> Reject:
    """The reject of an item that its agency takes back."""
    return reject_item(item, "killed", f"the agency takes it back: {because}", uri, digest)


def reject_item(item: Item, reason: str, detail: str, uri: str, digest: str) -> Reject:
    """The reject of an item that is recognised and no article to publish."""
    text, title, identity = item.text or None, item.values.get("title"), item.values.get("id")
    return Reject(uri, reason, detail, text, digest, record_id=identity, title=title)

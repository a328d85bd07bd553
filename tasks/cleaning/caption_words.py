"""The parts of a caption: its label, its words, its credit. Copies of a caption share the words only."""

import re
from functools import lru_cache
from typing import NamedTuple

# What stands before the words of a caption and is none of them. Runs on Polars' engine too.
LABEL = (
    r"^(?:(?i:(?:file|archive|undated|handout|aerial|combination|courtesy|screen) ?)?"
    r"(?i:photos?|pictures?|images?|pics?|video|illustrations?|illustrative|graphic|map|photograph|file|archive)"
    r"(?i: (?:caption|captions|shows?|above|below))?(?: ?\([^()]{1,24}\))?(?: ?[:：|] ?| ?,? ?[–—] ?| - )"
    r"|(?i:pictured|above|below|left|right|top|bottom|clockwise from top left|(?:(?:image|media|photo|video|picture) )?caption)"
    r"(?i: (?:here|above|below|left|right))? ?[:：,|–—] ?|(?i:(?:image|media|photo|video|picture) caption) "
    r"|(?i:bild(?:unterschrift|text)?|archivbild|archivfoto|symbolbild|symbolfoto|foto|fotografía|imagen|imagem|immagine"
    r"|légende|leyenda|didascalia|pie de foto|zdjęcie|obr|kuva|kép|снимка|фото|на фото|на снимке|צילום|תמונה|بالصورة|صورة|عکس"
    r"|फोटो|तस्वीर|ภาพ|φωτο|写真|画像|图|图片|圖|圖片|사진) ?[:：] ?"
    r"|(?i:(?:image|photo|picture|slide|bild|foto|imagen|immagine) )?\d{1,3} ?(?:of|/|von|de|di|sur|av|af|z|из) ?\d{1,3}"
    r"(?: ?[|:：–—] ?| - |$)"
    r"|[▲△▼▽◀◁▶▷●○■□◆◇★☆→←↑↓📷📸🎥]+ ?)"
)
LABELLED = re.compile(LABEL)
LABELS = 3  # at most so many before one caption


# As captions are compared: quotes and dashes plain, without soft hyphens and how a sign is drawn.
PLAIN = str.maketrans(
    dict.fromkeys("“”„«»″", '"')
    | dict.fromkeys("’‘ʼ`´′‚‛", "'")
    | dict.fromkeys("–—−‐‑‒―", "-")
    | dict.fromkeys("\xad\ufe0e\ufe0f")
    | {"ŉ": "'n", "…": "..."}
)
SIGNS = " \t\"'“”‘’«»„*•·-–—>|"

CREDIT_CHARS = 80
KEPT_WORDS = 1024  # captions and credits of a document are compared several times
BRACKETED = re.compile(r"[(\[（【<〈](?P<inside>[^()\[\]（）【】<>〈〉]{2,80})[)\]）】>〉][ .;]*")
PREFIX = re.compile(
    r"(?:(?:photo(?:graph)?s?|picture|image|foto|illustration|credit|courtesy|copyright|handout|supplied|provided)s?\b|©|\(c\))"
    r"(?: (?:credit|courtesy))?(?: ?(?:by|of|:|：|from|-))?\s*",
    re.I,
)
PARTICLE_WORDS = "de da di del della der den van von vom zu la le el al bin ben ibn ter ten y e of and the for via by"
PARTICLES = frozenset(PARTICLE_WORDS.split())
PARTS = re.compile(r"\s*(?:/|／|,|;|\||·|–|—|\bvia\b|\bfor\b|\bthrough\b|\band\b)\s*")
PHOTO_BY = re.compile(r"^(?P<house>.*?)\b(?:photo(?:graph)?|picture|image|foto|illustration) by (?P<person>.+)$", re.I)
# Words in the name of a house, and hardly in that of a person.
HOUSE_WORDS = (
    "afp agence agency agentur alliance ap apa archive archives associated bloomberg central club council "
    "county courier daily dpa epa express film flickr foundation gallery gazette getty globe government "
    "handout herald images imago independent istock journal keystone library magazine mail media mercury "
    "museum nasa national network news newspaper office papers photo photography photos picture pictures "
    "police pool post press reuters review service shutterstock society star station sun telegraph the "
    "times tribune twitter university upi wikimedia wire youtube zuma"
)
HOUSES = frozenset(HOUSE_WORDS.split())


class Credit(NamedTuple):
    """Who took a picture and who gave it, folded for comparing."""

    persons: frozenset[str]
    houses: frozenset[str]


def strip_label(text: str) -> str:
    """A caption without what announces it.

    >>> strip_label("1 of 3 | FILE PHOTO: The mayor opens the bridge."), strip_label("Above: The ferry"), strip_label("▲ 港")
    ('The mayor opens the bridge.', 'The ferry', '港')
    """
    for _ in range(LABELS):
        rest = LABELLED.sub("", text, count=1).strip()
        if rest == text or not rest:
            break
        text = rest
    return text


@lru_cache(KEPT_WORDS)
def fold_words(text: str) -> str:
    """Words as captions are compared: lower case, plain quotes, dashes and dots, single blanks, no signs around them.

    >>> fold_words("• The  mayor’s “Bridge” – seen… on Monday")
    'the mayor\\'s "bridge" - seen... on monday'
    """
    return " ".join(text.translate(PLAIN).split()).casefold().strip(SIGNS)


def read_credit(rest: str) -> str | None:
    """The credit that follows the words of a caption; None where what follows is none.

    >>> [read_credit(rest) for rest in ("(Ana Ruiz/AP)", " | Ana Ruiz", "Courtesy of Ana Ruiz", "and the market")]
    ['Ana Ruiz/AP', 'Ana Ruiz', 'Ana Ruiz', None]
    """
    rest = rest.strip(" \t.|–—-·•;,")
    if not rest or len(rest) > CREDIT_CHARS:
        return None
    if bracketed := BRACKETED.fullmatch(rest):
        return bracketed["inside"].strip()
    if prefix := PREFIX.match(rest):
        return rest[prefix.end() :].strip() or rest
    words = re.split(r"[\s/]+", rest)
    named = [word for word in words if word and word.casefold() not in PARTICLES]
    return rest if named and all(not word[0].islower() for word in named) and not rest.endswith(("!", "?")) else None


@lru_cache(KEPT_WORDS)
def parse_credit(credit: str) -> Credit:
    """The persons and houses of a credit.

    >>> parse_credit("MARA QUIST / The Courier") == parse_credit("The Courier photo by Mara Quist")
    True
    """
    credit = credit.strip("()[] .;")
    if by := PHOTO_BY.match(credit):
        credit = f"{by['person']}/{by['house']}"
    persons: set[str] = set()
    houses: set[str] = set()
    for part in PARTS.split(credit):
        name = " ".join(PREFIX.sub("", part).casefold().removeprefix("the ").split())
        words = name.split()
        is_person = (2 <= len(words) <= 4 or (len(words) == 1 and not name.isascii())) and not HOUSES.intersection(
            words
        )
        if name:
            (persons if is_person else houses).add(name)
    return Credit(frozenset(persons), frozenset(houses))


def may_be_one(one: str, other: str) -> bool:
    """Whether two credits may be of one picture: no two photographers, and no two houses where a photographer is missing.

    >>> may_be_one("Ana Ruiz/AP", "Ana Ruiz/The Courier"), may_be_one("Ana Ruiz/AP", "Tom Ehlers/AP"), may_be_one("Ana Ruiz", "")
    (True, False, True)
    """
    mine, yours = parse_credit(one), parse_credit(other)
    for here, there in ((mine.persons, yours.persons), (mine.houses, yours.houses)):
        if here and there:
            return bool(here & there) or any(alike(a, b) for a in here for b in there)
    return True


def alike(one: str, other: str) -> bool:
    """Whether two folded names may be of one person or house: one within the other, or a first name as its letter."""
    first, second = sorted((one, other), key=len)
    if first in second:
        return True
    return first.split()[-1] == second.split()[-1] and first.split()[0].rstrip(".") == second[0]

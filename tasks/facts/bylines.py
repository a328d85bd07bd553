"""Authors' names out of bylines: "By Mara Quist and Ana Ruiz", "12 May 2026 | Tom Ehlers | 3 min read", "이정화 기자"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.facts.bywords import AGENCIES, BY, NO_NAMES, PARTICLES, POSTS
from tasks.facts.dates import cut_dates

BETWEEN = re.compile(
    r"\s*(?:,| [-–—]+ |;|\||/|&|•|·|\+|\n"
    r"|\b(?:and|und|et|y|e|og|och|en|i|и|та|й|ve|dan|και|và|és|ja|og|agus|na)\b(?=\s+[^\Wa-zà-ÿ\d_]))\s*"
)

NAMED = r"(?-i:[^\W\d_a-z])[^\W\d_]+(?:[’'`´.\-][^\W\d_]*)*"
TOKEN = re.compile(r"[^\W\d_]+(?:[’'`´.\-][^\W\d_]*)*")
HANGUL = re.compile(
    r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원|선임기자|인턴기자|논설위원|편집위원|전문기자|아나운서|PD)(?![가-힣])"
)
HAN_NAME = re.compile(r"[\u4e00-\u9fff々]{2,5}(?:[ 　]?[\u3040-\u30ff\u4e00-\u9fff]{1,4})?")
HAN_BY = re.compile(
    r"^(?:記者|记者|文／|文/|撰文／?|作者[:：]?|取材・文[:＝・=／]?|文[・:＝=：])[ 　]?([\u3040-\u30ff\u4e00-\u9fff]{2,8})"
)
BRACKETED_HAN = re.compile(r"[【（\[(]([\u4e00-\u9fff々]{3,5})(?:記者)?[】）\])]")
ARABIC_NAME = re.compile(r"[\u0621-\u064a]{2,}(?: [\u0621-\u064a]{2,}){1,3}")
MINUTES = re.compile(
    r"\d{1,2} hours?$|\(?(?:(?:reading time|read time|lesezeit|lesedauer|temps de lecture|tiempo de lectura|tempo di lettura"
    r"|leestijd)\s*:?\s*)?"
    r"(?:(?:ca\.?|etwa|about)\s*)?\d{1,3}\s*[-–]?\s*(?:min(?:ute[ns]?|uti|utos|uten|uut)?\b\.?)"
    r"(?:\s*(?:read|lesezeit|lesedauer|de lecture|de lectura|di lettura|leestijd|lesetid))?\)?",
    re.IGNORECASE,
)
HAS_DATE = re.compile(r"\d| ago\b")
UPDATED = re.compile(
    r"(?:last )?(?:updated|published|posted|follow(?:ing)?|view profile|suivre|folgen|seguir|seguici|tips (?:meg|oss)"
    r"|e-?mail)\W*$",
    re.IGNORECASE,
)
# What may follow names behind "by".
BEHIND = re.compile(r"\s+(?:on|published|posted|updated|follow|special to|for|in|@\w+)\b.*$")
NICKNAME = re.compile(r"\s[\"“‘'][^\"”’']{2,20}[\"”’']\s")
COMMENTS = re.compile(r"\s*\d+ (?:comments?|kommentare?|comentarios|commentaires)\b", re.IGNORECASE)
GLUED = re.compile(r"(?!(?:Mc|Mac|De|Di|Du|Le|La|Van|Fitz|O)[A-Z])\w*[a-zà-ÿ][A-Z]")
ASIDE = re.compile(r"\([^()]*\)")
MAIL = re.compile(
    r"(?<![@\w])(?:www\.)?[\w-]+\.(?:com|de|org|net|co\.uk|fr|es|it|pl|nl|at|ch|li|is|jp|kr)\b"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:^|\s)@\w{3,}"
)
# A name and a post behind it, without a comma: "Steffan Rhys Deputy Editor".
POSTED = re.compile(
    rf"({NAMED}(?: {NAMED}){{1,2}}?),? (?:(?:senior|chief|deputy|political|sports?|business|news|staff|content|foreign|associate"
    r"|managing)[\w &]* )?(?:\w+ )?(?:editor|reporter|writer|correspondent|director|columnist|critic|producer|journalist"
    r"|redakteur(?:in)?|reporterin)",
    re.IGNORECASE,
)
EDGES = ' \t\u00a0,;:|/•·–—-()[]*>«»"“”.。／、'
FIRST = ("de", "van", "von", "di", "da", "al", "el", "la")  # particles that a name may begin with
MOST_BLANKS = 11
LONGEST = 160


@dataclass(frozen=True)
class Signature:
    """What a short line says of who wrote the article and when: names in order, whether it says `by`, whether it holds a date.

    `rest`: words that are neither; `agencies`: news agencies named; `has_post`: whether it says what somebody does at a paper.
    """

    names: tuple[str, ...]
    is_by: bool = False
    is_dated: bool = False
    rest: str = ""
    agencies: tuple[str, ...] = ()
    has_post: bool = False


def split_byline(names: str) -> list[str]:
    """Names of one byline, in order, each once: "Mara Quist, Ana Ruiz and Tom Ehlers" -> three names."""
    found = (" ".join(name.split()) for name in (names.split(";") if ";" in names else BETWEEN.split(names)))
    return list(dict.fromkeys(name for name in found if name and not POSTS.search(name)))


def read_signature(line: str) -> Signature:
    """Reads a line that stands where bylines stand. Lines that sign nothing come back without names.

    A name is two to five words with a capital (one is enough behind "by"), or as reporters are named in Korean, Japanese,
    Chinese and Arabic. Dates, reading times, addresses and posts beside it are left out.
    """
    if len(line) > LONGEST or line.endswith(("...", "…", "?")):
        return Signature((), rest=line)
    if line.count(" ") > MOST_BLANKS and not HAS_DATE.search(line) and not BY.match(line):
        return Signature((), rest=line)  # words, and no name among them
    words, is_dated = MAIL.sub(" | ", line) if "@" in line or "." in line else line, False
    if HAS_DATE.search(words):
        words, is_dated = cut_dates(COMMENTS.sub("", MINUTES.sub(" | ", words)))
    words = UPDATED.sub("", words)
    words = ASIDE.sub(" ", words).strip(EDGES) or words.strip(EDGES)
    if far := read_han(words, is_dated):
        return far
    is_by = False
    while (hit := BY.match(words)) and hit.end() < len(words):
        words, is_by = words[hit.end() :].lstrip(EDGES), True
    names: list[str] = []
    agencies: list[str] = []
    rest: list[str] = []
    has_post = False
    if is_by:
        words = BEHIND.sub("", NICKNAME.sub(" ", words))
    for part in BETWEEN.split(words):
        part = " ".join(part.split()).strip(EDGES)
        # Behind a post follows where it is held.
        if not part or has_post:
            continue
        if (hit := BY.match(part)) and not names:
            part, is_by = part[hit.end() :], True
        part = drop_section(part)
        if AGENCIES.fullmatch(part):
            agencies.append(part)
        elif names and POSTS.search(part):
            has_post = True
        elif post := POSTED.fullmatch(part):
            names.append(post[1])
            has_post = True
        elif is_name(part, least=1 if is_by and not names else 2):
            names.append(fold_double(part))
        elif not (names and is_name(part, least=1)):
            rest.append(part)
    return Signature(tuple(dict.fromkeys(names)), is_by, is_dated, " ".join(rest), tuple(agencies), has_post)


def read_han(words: str, is_dated: bool) -> Signature | None:
    """Names of reporters in the scripts of East Asia and in Arabic."""
    if names := HANGUL.findall(words):
        rest = HANGUL.sub("", words).strip(EDGES)
        return Signature(tuple(dict.fromkeys(names)), True, is_dated, rest)
    if hit := HAN_BY.match(words):
        return Signature((hit[1],), True, is_dated)
    if hit := BRACKETED_HAN.fullmatch(words):
        return Signature((hit[1],), True, is_dated)
    if HAN_NAME.fullmatch(words):
        return Signature((words,), False, is_dated)
    by = BY.match(words)
    if by and ARABIC_NAME.fullmatch(words[by.end() :]):
        return Signature((words[by.end() :],), True, is_dated)
    return None


def is_name(words: str, least: int = 2) -> bool:
    """Whether words may be a person's name: capitals but for particles, no word of sites and posts among them."""
    tokens = words.split(" ")
    if not least <= len(tokens) <= 5 or len(words) > 45 or any(token.lower() in NO_NAMES for token in tokens):
        return False
    if POSTS.search(words) or any(GLUED.match(token) for token in tokens):
        return False
    named = [token for token in tokens if token not in PARTICLES]
    if max(map(len, tokens)) < 3 or len(tokens[0]) < 2 or not (tokens[0] in named or tokens[0] in FIRST):
        return False
    return (
        len(named) >= least
        and tokens[-1] in named
        and all(token[0].isupper() and TOKEN.fullmatch(token) for token in named)
    )


def drop_section(words: str) -> str:
    """Words without the name of a section behind a person's: "Mara Quist Politics"."""
    tokens = words.split(" ")
    while len(tokens) > 2 and tokens[-1].lower() in NO_NAMES:
        tokens.pop()
    return " ".join(tokens)


def fold_double(name: str) -> str:
    """A name that is said twice in a row, once: "Martin Gram Martin Gram"."""
    tokens = name.split(" ")
    half = len(tokens) // 2
    return " ".join(tokens[:half]) if len(tokens) % 2 == 0 and half >= 2 and tokens[:half] == tokens[half:] else name

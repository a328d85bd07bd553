"""Authors' names out of bylines ("By Mara Quist and Ana Ruiz", "이정화 기자"), and datelines ("LARKHAVEN (AP) —").

Datelines stay in the text, where editors put them; here they are read.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from tasks.facts.dates import COMMENTS, MINUTES, cut_dates
from tasks.facts.names import AGENCIES, AGENCY_NAMES, AND, BY, DESK, GENRES, POSTS, drop_section, fold_double, is_name

BETWEEN = re.compile(
    r"\s*(?:,| [-–—]+ |;|\||/|&|•|·|\+|\n"
    rf"|\b(?:{AND}|e|i|и|та|й|ve|dan|και|và|és|ja|agus|na)\b(?=\s+[^\Wa-zà-ÿ\d_]))\s*"
)

NAMED = r"(?-i:[^\W\d_a-z])[^\W\d_]+(?:[’'`´.\-][^\W\d_]*)*"
HANGUL = re.compile(
    r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원|선임기자|인턴기자|논설위원|편집위원|전문기자|아나운서|PD)(?![가-힣])"
)
HAN_NAME = re.compile(r"(?!.*[的了是在将將被])[\u4e00-\u9fff々]{2,5}(?:[ 　]?[\u3040-\u30ff\u4e00-\u9fff]{1,4})?")
HAN_BY = re.compile(
    r"^(?:記者|记者|文／|文/|撰文／?|作者[:：]?|取材・文[:＝・=／]?|文[・:＝=：])[ 　]?([\u3040-\u30ff\u4e00-\u9fff]{2,8})"
)
BRACKETED_HAN = re.compile(r"[【（\[(]([\u4e00-\u9fff々]{3,5})(?:記者)?[】）\])]")
ARABIC_NAME = re.compile(r"[\u0621-\u064a]{2,}(?: [\u0621-\u064a]{2,}){1,3}")
HAS_DATE = re.compile(r"\d| ago\b")
# What stands behind a date, and buttons beside a name.
UPDATES = (
    "updated|published|posted|offentliggjort|publisert|publicerad|veröffentlicht|publié|publicado|pubblicato|following|follow"
    "|view profile|suivre|folgen|seguir|seguici|tips meg|tips oss|e-mail|email"
)
UPDATED = re.compile(rf"(?:last )?(?:{UPDATES})\W*$", re.IGNORECASE)
UPDATE_WORDS = tuple(UPDATES.split("|"))
# What may follow names behind "by".
BEHIND = re.compile(
    r"\s+(?:(?:on|for|in)(?= (?:the\b|[^\Wa-zß-ÿ]))|(?:published|posted|updated|follow|special to|@\w+)\b).*$"
)
NICKNAME = re.compile(r"\s[\"“‘'][^\"”’']{2,20}[\"”’']\s")
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
# What pages glue to a name when they become text: "Mara Quist2 hours ago", "Mara QuistReporter".
GLUED_AGE = re.compile(r"(?<=[^\W\d_])(?=\d{1,2} (?:second|minute|hour|day|week|month|year)s? ago\b)")
GLUED_POSTS = "Reporter|Editor|Correspondent|Columnist|Journalist|Journalistin|Redakteur|Redakteurin|Reporterin"
GLUED_POST = re.compile(
    r"(?<=[a-zà-ÿ])(?=(?:(?:Chief|Senior|Political|Sports?|Deputy|News|Business) )?" + rf"(?:{GLUED_POSTS})$)"
)
GLUED_ENDS = tuple(GLUED_POSTS.split("|"))
# What closes a page's line of sections and dates: "News | Published: 5 hours ago | Written by Mara Quist".
WRITTEN = re.compile(r"^.*\|\s*(?=(?:written|posted|reported) by [^|]{4,40}$)", re.IGNORECASE)
# Whose reports the author used: "By Mara Quist with agencies".
WITH_AGENCIES = re.compile(
    r"\s+(?:with|mit|avec|con|com|met|med)\s+(?:(?i:(?:news )?agenc(?:y|ies)|agenturen|agences|agencias|agenzie|agências)"
    rf"|{AGENCY_NAMES}|dpa)(?:(?:,| and| und| et| y| e|/) ?(?:{AGENCY_NAMES}|dpa))*$"
)
EDGES = ' \t\u00a0,;:|/•·–—-()[]*>«»"“”.。／、'
MOST_BLANKS = 11  # a line with more, without a date and without "by", is a sentence
LONGEST = 160  # characters of the longest byline


@dataclass(frozen=True)
class Signature:
    """What a short line says about who wrote the article.

    `names`: persons in order; `is_by`: it says "by"; `is_dated`: it holds a date; `rest`: words that are none of these;
    `agencies`: news agencies; `has_post`: it says what a person does at a paper.
    """

    names: tuple[str, ...]
    is_by: bool = False
    is_dated: bool = False
    rest: str = ""
    agencies: tuple[str, ...] = ()
    has_post: bool = False


# How a headline or a standfirst closes that names the author: behind a sign, or by the kind of the article.
SIGNED_HEAD = (
    rf"(?i)(?:[|*•–—-] ?by|\b(?:an?|ein|eine|une?|una) (?:{GENRES}) (?:by|von|par|de|di))"
    r" ((?-i:[^\W\d_a-z])\S+ \S+(?: \S+)?)$"
)
OPENING_CHARS = 600  # a dateline opens one of the first lines; a standfirst may stand above it
PLACE = r"\p{Lu}[\p{L}\p{M}.'’\-]+(?:[ /]\p{Lu}[\p{L}\p{M}.'’\-]+){0,3}"
DAY = r"(?:, (?:\p{L}{3,9}\.? \d{1,2}|\d{1,2}\.? ?\p{L}{0,9}\.?)(?:,? \d{4})?)?"
AGENCY = (
    rf"(?:{AGENCY_NAMES}|dpa(?:/[\p{{L}}.]{{2,6}})?|EUROPA PRESS|CNN|CP|ANTARA|AA|AGI|ots|JTA|IPS|CNA|MTI|CTK|ČTK|STA|Hina"
    r"|Tanjug|LETA|NAMPA|SABC|SAnews|GLOBE NEWSWIRE|PRNewswire)"
)
# Place and agency; a place in capitals before a dash; the brackets of East Asian agencies.
DATELINE = (
    rf"(?m)^(?:(?P<a>{PLACE}(?:, {PLACE})?{DAY} ?\({AGENCY}\)) ?[-–—:.]"
    rf"|(?P<b>\p{{Lu}}[\p{{Lu}}.'’\-]{{2,}}(?:[ /]\p{{Lu}}[\p{{Lu}}.'’\-]+){{0,3}}(?:, {PLACE})?{DAY}) ?[–—]+ ?[\p{{L}}\"“‘„«]"
    rf"|(?P<c>\p{{Lu}}[\p{{Lu}}.'’\-]{{2,}}(?:[ /]\p{{Lu}}[\p{{Lu}}.'’\-]+){{0,3}}(?:, {PLACE})?{DAY}) --? ?[\p{{L}}\"“‘„«]"
    r"|(?P<d>【[^【】]{2,24}(?:AFP|ＡＦＰ|共同|時事|ロイター|新華社|CNN)[^【】]{0,12}】|[\(（][^()（）]{1,8}=[^()（）]{2,14}[\)）])"
    r"|(?P<e>新华社[\p{Han}]{2,8}\d{1,2}月\d{1,2}日电|（?中新[社网][^ ）]{0,12}\d{1,2}月\d{1,2}日电）?))"
)
# How the lines begin that may have one: cheap to search.
MAY_BE_DATELINE = r"(?m)^(?:\p{Lu}[\p{Lu}.'’\-]{2}|\p{Lu}[^\n(]*\(|[【(（中]|新华社)"
# Words before a dash that name a kind of report, or what follows, and no place.
NO_PLACES = (
    "ANALYSIS|ANALYSE|ANALISI|ANALIZA|ANÁLISIS|ANÁLISE|ANALYS|АНАЛИЗ|OPINION|OPINIÓN|OPINIÃO|OPINIE|OPINIA|OPINI|МНЕНИЕ|MEINUNG|COMMENT"
    "|COMMENTARY|COMMENTO|COMENTARIO|KOMMENTAR|KOMMENTTI|KOMENTARZ|COMMENTAIRE|EDITORIAL|ÉDITORIAL|ÉDITO|LEITARTIKEL|COLUMN|COLUMNA"
    "|COLONNE|KOLUMNE|TRIBUNE|ESSAY|LETTERS?|EXCLUSIVE|EXCLUSIVO|EXCLUSIVA|EXCLUSIF|ESCLUSIVA|ESCLUSIVO|EXKLUSIV|EXCLUSIEF|EKSKLUZYWNIE"
    "|ЭКСКЛЮЗИВ|ЭКСКЛЮЗИВНО|EKSKLUSIV|BREAKING|URGENT|URGENTE|EILMELDUNG|FLASH|ALERT|DEVELOPING|UPDATED?|UPDATES|CORRECTION|CORRECTED|REFILE|LIVE"
    "|LATEST|NEWS|SPORTS?|VIDEOS?|VIDÉO|PHOTOS?|FOTOS?|GALLERY|PODCAST|AUDIO|WATCH|LISTEN|READ|MORE|SEE|ALSO|EXPLAINER|EXPLAINED"
    "|FACTBOX|FACT|FACTS|CHECK|TIMELINE|CHRONOLOGY|PROFILE|PORTRÄT|PORTRAIT|OBITUARY|NACHRUF|REVIEW|PREVIEW|RECAP|INTERVIEWS?|ENTREVISTA"
    "|INTERVISTA|ENTRETIEN|WYWIAD|ИНТЕРВЬЮ|FEATURES?|REPORTAGE|REPORTAJE|RÉCIT|DÉCRYPTAGE|ENQUÊTE|CRÓNICA|CRONACA|INSIGHT|INVESTIGATION|SPECIAL"
    "|REPORT|STORY|POLL|QUIZ|TIPS?|BRIEF|BRIEFING|SUMMARY|BACKGROUND|HINTERGRUND|CONTEXT|NOTE|NOTES?|EDITOR|EDITORS|TO|THE|AND|OF|IN|ON|AT|FOR"
    "|MORNING|EVENING|DAILY|WEEKLY|KEY|POINTS?|WHAT|WHERE|WHEN|WHO|WHY|HOW|WAS|WO|WANN|WER|WARUM|WIE|QUÉ|DÓNDE|CUÁNDO|QUIÉN|QUI|QUOI|OÙ|QUAND"
    "|CHI|COSA|DOVE|QUANDO|KTO|CO|GDZIE|KIEDY|DATE|TIME|PLACE|VENUE|TICKETS|ADMISSION|COST|INFO|DETAILS|CONTACT|NEXT|PLUS|WARNING|SPOILER"
    "|BOOKS?|TRAVEL|FOOD|FILM|MUSIC|MUSIK|TV|HEALTH|SCIENCE|TECH|TECHNOLOGY|BUSINESS|MONEY|MARKETS?|POLITICS|POLITIK|POLITIQUE"
    "|POLÍTICA|POLITICA|POLITIEK|WIRTSCHAFT|KULTUR|CULTURE|CULTURA|PERSONS|PEOPLE|PERSONALIEN|LIFESTYLE|FASHION|GARDEN|RECIPES?"
    "|EDUCATION|HISTORY|CRIME|COURT|LOCAL|NATIONAL|WORLD|ECONOMY|ENVIRONMENT|RELIGION|ARTS?|THEATRE|GAMES?|OBITUARIES|CORRECTIONS"
    "|ADVERTISEMENT|SPONSORED|PROMOTED|HOROSCOPE|WEATHER|TRAFFIC|RESULTS?|SCORES?|FINAL|YES|NO|PROS?|CONS?|QUESTION|ANSWER"
)
# Words that open or close a label of more words, and no place.
OPENERS = (
    "HOW|WHAT|WHY|WHO|WHEN|WHERE|MY|OUR|YOUR|MEET|INSIDE|TODAY|TONIGHT"
    "|SUNDAY|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY"
)
CLOSERS = "LIFE|LIVE|REPORT|GUIDE|STYLE|WATCH|DIARY|BEST|TALK|POLL|REVIEW|UPDATE|ALERT"
NO_PLACE = (
    rf"(?m)^(?:(?:{NO_PLACES})(?:[ /](?:{NO_PLACES})){{0,4}}(?: ?\([^()\n]{{1,30}}\))?"
    rf"|(?:{OPENERS})(?: \p{{Lu}}+){{1,5}}|(?:\p{{Lu}}+ ){{1,4}}(?:{CLOSERS})) ?[-–—:]+ ?"
)


def split_byline(names: str) -> list[str]:
    """Names of one byline, in order, each once.

    >>> split_byline("Mara Quist, Ana Ruiz and Tom Ehlers")
    ['Mara Quist', 'Ana Ruiz', 'Tom Ehlers']
    """
    found = (" ".join(name.split()) for name in (names.split(";") if ";" in names else BETWEEN.split(names)))
    return list(
        dict.fromkeys(
            name
            for name in found
            if AGENCIES.fullmatch(name) or DESK.fullmatch(name) or (name and not POSTS.search(name))
        )
    )


@lru_cache(maxsize=2**14)
def read_signature(line: str) -> Signature:
    """Reads a line that stands where bylines stand. Lines that sign nothing come back without names.

    A name is two to five words with a capital (one is enough behind "by"), or as reporters are named in Korean, Japanese,
    Chinese and Arabic. Dates, reading times, addresses and posts beside it are left out.

    >>> read_signature("12 May 2026 | Tom Ehlers | 3 min read")
    Signature(names=('Tom Ehlers',), is_by=False, is_dated=True, rest='', agencies=(), has_post=False)
    >>> read_signature("By Mara Quist, Harbour Editor").names, read_signature("By the time it came").names
    (('Mara Quist',), ())
    """
    if len(line) > LONGEST or line.endswith(("...", "…", "?")):
        return Signature((), rest=line)
    if line.count(" ") > MOST_BLANKS and not HAS_DATE.search(line) and not BY.match(line):
        return Signature((), rest=line)  # words, and no name among them
    line = WRITTEN.sub("", line) if "|" in line else line
    line = GLUED_AGE.sub(" | ", line) if " ago" in line else line
    line = GLUED_POST.sub(", ", line) if line.endswith(GLUED_ENDS) else line
    line = WITH_AGENCIES.sub("", line)
    words, is_dated = cut_addresses_and_dates(line)
    if signature := read_caseless_names(words, is_dated):
        return signature
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
        if not names and (hit := BY.match(part)):
            part, is_by = part[hit.end() :], True
        part = drop_section(part)
        if AGENCIES.fullmatch(part):
            agencies.append(part)
        elif names and POSTS.search(part):
            has_post = True
        elif part.count(" ") > 1 and (post := POSTED.fullmatch(part)):
            names.append(post[1])
            has_post = True
        elif is_name(part, least=1 if is_by and not names else 2):
            names.append(fold_double(part))
        elif not (names and is_name(part, least=1)):
            rest.append(part)
    is_dated |= bool(names) and drop_update(line) != line
    return Signature(tuple(dict.fromkeys(names)), is_by, is_dated, " ".join(rest), tuple(agencies), has_post)


def cut_addresses_and_dates(line: str) -> tuple[str, bool]:
    """A line without addresses, dates, reading times and brackets; whether it held a date.

    >>> cut_addresses_and_dates("Mara Quist (Larkhaven), mquist@example.org, 5 May 2026")
    ('Mara Quist', True)
    """
    words, is_dated = MAIL.sub(" | ", line) if "@" in line or "." in line else line, False
    if HAS_DATE.search(words):
        words, is_dated = cut_dates(COMMENTS.sub("", MINUTES.sub(" | ", words)))
    words = drop_update(words)
    return ASIDE.sub(" ", words).strip(EDGES) or words.strip(EDGES), is_dated


def drop_update(words: str) -> str:
    """Words without those of an update or a button at their end.

    >>> drop_update("Mara Quist Published:")
    'Mara Quist '
    """
    may_have = not words.isascii() or any(map(words.lower().__contains__, UPDATE_WORDS))
    return UPDATED.sub("", words) if may_have else words


def read_caseless_names(words: str, is_dated: bool) -> Signature | None:
    """Names of reporters in scripts without capitals: East Asian ones and Arabic. None where there are none.

    >>> read_caseless_names("이정화 기자", False).names
    ('이정화',)
    """
    if words.isascii():
        return None
    if names := HANGUL.findall(words):
        rest = HANGUL.sub("", words).strip(EDGES)
        return Signature(tuple(dict.fromkeys(names)), True, is_dated, rest)
    if hit := HAN_BY.match(words) or BRACKETED_HAN.fullmatch(words):
        return Signature((hit[1],), True, is_dated)
    if HAN_NAME.fullmatch(words):
        return Signature((words,), False, is_dated)
    by = BY.match(words)
    if by and ARABIC_NAME.fullmatch(words[by.end() :]):
        return Signature((words[by.end() :],), True, is_dated)
    return None


def read_signed_head(text: str) -> str | None:
    """The author with whom a headline or a standfirst closes; None where it does not.

    >>> read_signed_head("Last ferry leaves * The Courier * by Mara Quist"), read_signed_head("A bridge by Mara Quist")
    ('Mara Quist', None)
    >>> read_signed_head("Wir fahren langsam. Ein Kommentar von Mara Quist")
    'Mara Quist'
    """
    found = re.search(SIGNED_HEAD, text)
    name = found[1].rstrip(" .") if found else ""
    return name if is_name(name) else None


def read_datelines(texts: pl.Series) -> pl.Series:
    """The dateline that opens each text, as it stands there, without the dash; null where there is none."""
    openings = texts.str.head(OPENING_CHARS).str.replace_all(NO_PLACE, "")
    at = openings.str.contains(MAY_BE_DATELINE).fill_null(False).arg_true()
    groups = openings.gather(at).str.extract_groups(DATELINE).struct.unnest()
    found = groups.select(pl.coalesce(pl.when(pl.col(name) != "").then(name) for name in "abcde")).to_series()
    empty = pl.repeat(None, len(texts), dtype=pl.String, eager=True)
    return empty.scatter(at, found.str.replace(r"^([^.]*)\.$", "$1"))

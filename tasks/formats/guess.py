"""Guesses the encoding of bytes that are not UTF-8: the one in which their letters are those of a language.

Each candidate decodes the bytes strictly. Letters beyond ASCII are scored by how often a language written in the encoding
has them, and next to which neighbours (counts: langdetect's profiles); symbols by their position; ASCII letters by the
same languages, so that one odd letter does not make English Lithuanian. The likeliest candidate wins, unless even its text
reads like no language. charset-normalizer took every second French text in Windows-1252 for Windows-1250.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.resources import files

WEST = ("fr", "de", "es", "pt", "it", "sv", "da", "no", "nl", "fi", "ca", "en", "af", "et", "sq", "id", "is")
CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "de")
CYRILLIC = ("ru", "uk", "bg", "mk")
# Candidates in the order that decides ties, with the languages they are used for and a handicap (natural logarithm).
CANDIDATES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("cp1251", CYRILLIC, 2),
    ("cp1250", CENTRAL, 3),
    ("gb18030", ("zh-cn",), 3),
    ("cp932", ("ja",), 3),
    ("cp949", ("ko",), 3),
    ("big5hkscs", ("zh-tw",), 3),
    ("euc_jp", ("ja",), 3),
    ("cp1254", ("tr",), 3),
    ("cp1253", ("el",), 3),
    ("cp1255", ("he",), 3),
    ("cp1256", ("ar", "fa", "ur"), 3),
    ("cp1257", ("lt", "lv", "et"), 4),
    ("cp874", ("th",), 3),
    ("koi8_u", ("ru", "uk"), 4),
    ("iso8859_2", CENTRAL, 4),
    ("iso8859_5", CYRILLIC, 5),
    ("iso8859_7", ("el",), 4),
    ("iso8859_15", WEST, 4),
    ("cp866", CYRILLIC, 5),
    ("mac_roman", ("fr", "de", "es", "pt", "it"), 6),
)
OTHER_SCRIPTS = frozenset({*CYRILLIC, "zh-cn", "zh-tw", "ja", "ko", "el", "he", "ar", "fa", "ur", "th"})
IDEOGRAPHIC = ("zh-cn", "zh-tw", "ja", "ko")
MULTIBYTE = frozenset({"gb18030", "cp932", "cp949", "big5hkscs", "euc_jp"})
LANGUAGES = {name: IDEOGRAPHIC if name in MULTIBYTE else languages for name, languages, _ in CANDIDATES}
# Icelandic has no profile: shares of its letters, from any long text in it.
SHARES = {
    "is": {"ð": 0.044, "á": 0.018, "í": 0.016, "þ": 0.015, "ó": 0.01, "æ": 0.009}
    | {"ö": 0.008, "é": 0.006, "ú": 0.006, "ý": 0.002}
}

SAMPLE_BYTES = 1 << 13
EXCERPT_CHARS = 40
MOST_CHARS = 1 << 18
# Natural logarithms: a character that is no evidence, punctuation, a character that the language lacks, an impossible one.
PLAIN_COST = -3.2
PUNCTUATION_COST, RARE_COST, ODD_COST = -6.0, -13.0, -18.0
CUT_COST = 10.0
FOREIGN_SHARE = 2e-5
NEIGHBOUR_FLOOR = 1e-3
PUNCTUATION = frozenset("’‘“”„‚–—…«»‹›•·©®™°£€§¿¡№½¼²\xa0\xad、。，（）「」『』：；？！・‧“”《》〈〉　")
IN_WORDS = "’·\xad\xa0"
VOWEL_SIGN = re.compile("[\u0591-\u05c7\u064b-\u0652\u0e31-\u0e4e]")  # of Hebrew, Arabic and Thai: no letters
CONTEXT = re.compile(r"(?=(.?)([^\x00-\x7f])(.?))", re.S)
# The mean score of a character beyond ASCII below which a text is unreadable, and the share of such characters from which
# that counts: one odd byte in an English text does not make it undecodable.
UNREADABLE = -12.5
DENSE_SHARE = 0.1
LEAST_LETTERS = 0.5  # of characters beyond ASCII, where most characters are; in EBCDIC, most are read as signs
# The mean score of letters beyond ASCII below which they are those of no language: of ideographs and Hangul, of other letters
# where they are many, and where they are few. Measured on news in 19 languages: read correctly -5.5 to -7.6, -5.6 to -7, -6.3 to
# -10.1; in another encoding -11.6 to -13, -9.5 to -13, -10 to -18. Lists of names score up to 3 less than articles.
FOREIGN_IDEOGRAPHS, FOREIGN, FOREIGN_ACCENTS = -11.0, -9.8, -12.3
MANY = 0.3
FOREIGN_LETTERS = 80
LINE_ENDS = re.compile(r"[\n<]")  # a page may be one line
IN_LINE = re.compile(r"(?=(.)([^\x00-\x7f])(.?))")


def guess_encoding(raw: bytes, mixed: str) -> str | None:
    """The likeliest encoding of `raw`, None where none is likely; `mixed`: `raw` as UTF-8 with stray Windows bytes."""
    scores = {"mixed": score_text(mixed[:SAMPLE_BYTES], WEST)}
    for name, languages, handicap in CANDIDATES:
        is_cut = False
        try:
            raw.decode(name)
        except UnicodeDecodeError as error:
            is_cut = name in MULTIBYTE and error.end == len(raw)
            if not is_cut:
                continue
        total, mean = score_text(raw[:SAMPLE_BYTES].decode(name, "ignore"), languages)
        scores[name] = (total - handicap - CUT_COST * is_cut, mean)
    best = max(scores, key=lambda name: scores[name][0])
    is_dense = sum(not char.isascii() for char in mixed[:SAMPLE_BYTES]) > DENSE_SHARE * len(mixed[:SAMPLE_BYTES])
    text = mixed if best == "mixed" else raw[:SAMPLE_BYTES].decode(best, "ignore")
    high = [char for char in text[:SAMPLE_BYTES] if not char.isascii()]
    is_signs = 2 * len(high) > len(text[:SAMPLE_BYTES]) and sum(map(str.isalpha, high)) < LEAST_LETTERS * len(high)
    return None if is_signs or (is_dense and scores[best][1] < UNREADABLE) else best


def find_foreign(text: str, languages: tuple[str, ...], is_judged: Callable[[str], bool]) -> str | None:
    """The start of the first lines whose letters are those of none of the languages; None without such lines.

    `is_judged`: whether a character is judged; lines are judged together until they have FOREIGN_LETTERS of these. Of a text
    over MOST_CHARS, only a part of the lines.
    """
    found: Counter[tuple[str, str, str]] = Counter()
    start, letters = "", 0
    lines = [line for line in LINE_ENDS.split(text) if not line.isascii()]
    for line in lines[:: 1 + len(text) // MOST_CHARS]:
        # A blank, so that the first letter has a neighbour.
        own = [context for context in IN_LINE.findall(f" {line}") if is_judged(context[1]) and is_in_word(*context)]
        start = start or (line.strip() if own else "")
        letters += sum(map(str.isalpha, line))
        found.update(own)
        if (count := found.total()) >= FOREIGN_LETTERS:
            totals = (sum(n * score_character(name, *context) for context, n in found.items()) for name in languages)
            dense = FOREIGN_IDEOGRAPHS if languages == IDEOGRAPHIC else FOREIGN
            if max(totals) < count * (dense if count > MANY * letters else FOREIGN_ACCENTS):
                return start[:EXCERPT_CHARS]
            found.clear()
            start, letters = "", 0
    return None


def is_in_word(before: str, char: str, after: str) -> bool:
    """Whether a character is a letter, or is between letters, where no symbol belongs."""
    return char.isalpha() or (before.isalpha() and after.isalpha() and char not in PUNCTUATION)


def score_text(text: str, languages: tuple[str, ...]) -> tuple[float, float]:
    """Log-likelihood of a text in the best of `languages`: the sum over all letters, the mean of those beyond ASCII."""
    found = Counter(CONTEXT.findall(text))
    plain = {char: n for char, n in Counter(text.lower()).items() if "a" <= char <= "z"}
    best, mean = -math.inf, -math.inf
    for language in languages:
        high = sum(n * score_character(language, *context) for context, n in found.items())
        total = high + sum(n * score_letter(language, char) for char, n in plain.items())
        if total > best:
            best, mean = total, high / max(sum(found.values()), 1)
    return best, mean


@cache
def score_letter(language: str, char: str) -> float:
    """Log-likelihood of an ASCII letter in a language; the same for all letters where it is not written in them."""
    if language in SHARES or language in OTHER_SCRIPTS:
        return PLAIN_COST
    single, _ = load_shares(language)
    return math.log(single.get(char, 0.0) + 1e-4)


@cache
def score_character(language: str, before: str, char: str, after: str) -> float:
    """Log-likelihood of `char` between its neighbours in a language."""
    if not char.isalpha() and char not in PUNCTUATION and not VOWEL_SIGN.match(char):
        return ODD_COST
    if char in PUNCTUATION:
        is_inside = is_latin(before) and after.isalpha() and char not in IN_WORDS and char < "\u3000"
        return ODD_COST if is_inside or (char in "¿¡" and before.isalpha()) else PUNCTUATION_COST
    if "\u0370" <= char < "\u0e80" and is_latin(before + after):
        return ODD_COST
    single, pairs = load_shares(language)
    share = single.get(char, 0.0)
    if char.isupper() or not share:
        share = max(share, 0.02 * single.get(char.lower(), 0.0)) * (0.1 if before.islower() and char.isupper() else 1)
    if not share:
        share = estimate_share(single, char)
    if not share:
        return RARE_COST
    if char >= "\u3000" or not pairs:
        return math.log(share) - (0 if char >= "\u3000" else 2)
    left = pairs.get((before if before.isalpha() else " ") + char, 0.0) / share
    right = pairs.get(char + (after if after.isalpha() else " "), 0.0) / share
    return math.log(share) + 0.5 * (math.log(left + NEIGHBOUR_FLOOR) + math.log(right + NEIGHBOUR_FLOOR))


def is_latin(neighbours: str) -> bool:
    """Whether a neighbour is a Latin letter: no word mixes two alphabets."""
    return any(char.isalpha() and char < "\u0250" for char in neighbours)


def estimate_share(single: dict[str, float], char: str) -> float:
    """Share of a character of which a profile has only the kind: kana by one sign of each, rare ideographs, Hangul."""
    if "\u3041" <= char <= "\u309f":
        return single.get("あ", 0.0) / 60
    if "\u30a0" <= char <= "\u30ff":
        return single.get("ア", 0.0) / 60
    if "\u4e00" <= char <= "\u9fff" and "人" in single:
        return 4e-6
    return 4e-6 if "\uac00" <= char <= "\ud7a3" and "이" in single else 0.0


@cache
def load_shares(language: str) -> tuple[dict[str, float], dict[str, float]]:
    """Shares of single characters and of pairs in a language; no pairs where it has no profile."""
    if language in SHARES:
        return SHARES[language], {}
    profile = json.loads((files("langdetect") / "profiles" / language).read_text("utf-8"))
    total = profile["n_words"][0]
    counts = profile["freq"]
    single = {char: n / total for char, n in counts.items() if len(char) == 1}
    # Letters that are rarer than one in fifty thousand come from quoted foreign names.
    single = {char: share for char, share in single.items() if share > FOREIGN_SHARE or char >= "\u3000"}
    return single, {pair: n / total for pair, n in counts.items() if len(pair) == 2}

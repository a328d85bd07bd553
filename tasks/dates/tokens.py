"""A line cut into tokens, each with a code of one character, so that patterns of dates are written over the codes.

"4 March 2024, 21:58 CET" has the codes `d m y, d:d z`: a number of one or two digits, a month, a number of four digits ...
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from tasks.dates.calendars import ERAS
from tasks.dates.words import choose_number, fold_word, load_date_words
from tasks.dates.zones import WORDED, Origin, is_zone

# Vowel signs and the like, which Python's \w leaves out: of Latin, Hebrew, Arabic, and the scripts of India and Thailand.
MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d"
)
LETTER = rf"(?:[^\W\d_]|[{MARKS}])"
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
UNITS = dict(zip("年년月월日일号號時时시點点分분秒초半", "YYMMDDDDHHHHHIISSB", strict=True))
WEEKDAYS = "月火水木金土日"
WEEKDAY = (
    rf"[{WEEKDAYS}]曜日?|(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]|[월화수목금토일]요일"
    rf"|(?<=[(（])[{WEEKDAYS}월화수목금토일](?=[)）])"
)
CJK_WORD = "오전|오후|午前|午後|上午|下午|中午|凌晨|早上|清晨|晚上|傍晚|晚间|晚間"
CJK_LABEL = (
    "最終更新|기사입력|기사수정|최종수정|최종|업데이트|입력|수정|등록|송고|승인|公開日時|更新日時|公開日|公開|更新日|更新时间|更新時間|更新于|更新於|更新|投稿日|投稿"
    "|掲載日|掲載|配信|发布时间|發布時間|发布于|发布|發布於|發布|發佈|發稿|日期|时间|時間"
)
TOKEN = re.compile(
    rf"(?P<number>\d+)|(?P<weekday>{WEEKDAY})|(?P<half>{CJK_WORD})|(?P<label>{CJK_LABEL})|(?P<era>{'|'.join(ERAS)})"
    rf"|(?P<zone>北京(?=时间|時間)|日本(?=時間))|(?P<unit>[{''.join(UNITS)}])|(?P<cjk>[{CJK}])"
    rf"|(?P<meridiem>(?<!{LETTER})[APap]\.? ?[Mm]\b\.?|[πμ]\.μ\.?|[قب]\.ظ\.?|[öÖ]\.?[öÖsS]\.?(?!{LETTER}))"
    rf"|(?P<word>(?:(?![{CJK}]){LETTER})+(?:[’'׳](?!\d)(?:(?![{CJK}]){LETTER})*)?)"
    r"|(?P<blank>\s+)|(?P<other>.)",
    re.S,
)
# The same for a line in ASCII, where the rest cannot occur.
ASCII_TOKEN = re.compile(
    r"(?P<number>[0-9]+)|(?P<meridiem>(?<![A-Za-z])[APap]\.? ?[Mm]\b\.?)|(?P<word>[A-Za-z]+(?:'(?![0-9])[A-Za-z]*)?)"
    r"|(?P<blank>\s+)|(?P<other>.)",
    re.S,
)
CHINESE_NUMBER = re.compile(r"[〇零○一二三四五六七八九十]{1,4}(?=[年月日号號時时點点分])")
CHINESE_DIGITS = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# A year and what stands right behind it on a page: "3. April 20223. April 2022", "December 15, 20163:33 PM".
GLUED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\d{1,2}(?::\d\d|\. ?[^\W\d_]))")
ABBREVIATED = re.compile(r"(?<=[\u0e00-\u0e7f])\.")
WIDE = str.maketrans("／：．，（）－−‐‑–—｜＋", "/:.,()------|+")
VIETNAMESE = {"một": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}


class Token(NamedTuple):
    """A piece of a line. `code`: what it is; `value`: its number, where it has one; `start`, `end`: its place in the line."""

    code: str
    text: str
    value: int
    start: int
    end: int


@cache
def digit_table() -> dict[int, str]:
    """Decimal digits of all scripts, as ASCII ones."""
    codes = (code for code in range(0x660, 0x10000) if not 0xAC00 <= code <= 0xFAFF)
    digits = ((code, unicodedata.decimal(chr(code), None)) for code in codes)
    return {code: str(digit) for code, digit in digits if digit is not None}


def tidy_line(line: str) -> str:
    """A line with ASCII digits and plain separators, and without characters that are not seen.

    >>> tidy_line("٤ مارس ٢٠٢٤"), tidy_line("二〇二四年三月十四日")
    ('4 مارس 2024', '2024年3月14日')
    """
    line = GLUED.sub(r"\1 ", line)
    if line.isascii():
        return line
    line = UNSEEN.sub("", line).translate(digit_table()).translate(WIDE)
    return CHINESE_NUMBER.sub(lambda hit: str(read_chinese(hit[0])), ABBREVIATED.sub("", line))


def read_chinese(number: str) -> int:
    """A number in Chinese figures, up to 99 or digit by digit.

    >>> read_chinese("二十三"), read_chinese("二〇二四"), read_chinese("十")
    (23, 2024, 10)
    """
    if "十" in number:
        tens, _, ones = number.partition("十")
        return CHINESE_DIGITS.get(tens, 1) * 10 + CHINESE_DIGITS.get(ones, 0)
    return int("".join(str(CHINESE_DIGITS[char]) for char in number))


def cut_tokens(line: str, origin: Origin) -> list[Token]:
    """The tokens of a tidy line.

    >>> "".join(token.code for token in cut_tokens("Sun, 4 March 2024, 9:58 p.m. CET", Origin()))
    'w, d m y, d:d p z'
    """
    pattern = ASCII_TOKEN if line.isascii() else TOKEN
    return join_tokens([make_token(hit, origin) for hit in pattern.finditer(line)])


def make_token(hit: re.Match[str], origin: Origin) -> Token:
    """One token by itself."""
    kind, text = hit.lastgroup, hit[0]
    code, value = "x", 0
    if kind == "blank":
        code = " "
    elif kind == "number":
        code = "d" if len(text) <= 2 else "y" if len(text) == 4 else "n"
        value = int(text) if len(text) <= 18 else 0
    elif kind in ("word", "half"):
        code, value = name_word(text, origin.language)
    elif kind == "other":
        code = text if text in ".,/-:+()|;'" else "?"
    elif kind == "unit":
        code = UNITS[text]
    elif kind == "weekday":
        code, value = "w", read_weekday(text)
    elif kind == "era":
        code, value = "e", ERAS[text]
    elif kind == "zone":
        code = "z"
    elif kind == "label":
        code = "l"
    elif kind == "meridiem":
        code = "p" if text[0] in "PpμبÖöbB" and text[:3].lower() not in ("öö", "ö.ö") else "a"
    return Token(code, text, value, hit.start(), hit.end())


def read_weekday(text: str) -> int:
    """The number of an East Asian weekday, Monday is 0."""
    for names in ("月火水木金土日", "一二三四五六日", "월화수목금토일"):
        for char in (text[0], text[-1]):
            if char in names and not (names[0] == "一" and len(text) == 1):
                return names.index(char)
    return 6  # 天


@lru_cache(maxsize=4096)
def name_word(text: str, language: str | None) -> tuple[str, int]:
    """Code and value of a word."""
    words = load_date_words()
    folded = fold_word(text)
    folded = folded[2:] if folded.startswith("d'") else folded
    if folded in words.months and (month := choose_number(words.months[folded], language)):
        return "m", month
    if folded in words.months:
        return "u", 0  # a month, but which one?
    if folded in words.jalali:
        return "j", words.jalali[folded]
    if is_zone(text) or folded in WORDED:
        return "z", 0
    if text in ("T", "t"):
        return "T", 0
    if folded in words.hours:
        return "h", 0
    if folded in words.afternoon:
        return "p", 0
    if folded in words.morning or folded in words.night:
        return ("a" if folded in words.morning else "N"), 0
    if folded in words.weekdays:
        day = choose_number(words.weekdays[folded], language)
        return "w", -1 if day is None else day
    if folded in words.ordinals:
        return "o", 0
    if folded == "tháng":
        return "k", 0
    if folded in VIETNAMESE and language in (None, "vi", "und"):
        return ("v" if folded != "năm" else "c"), VIETNAMESE[folded]
    if folded in words.connectors:
        return "c", 0
    return ("l" if folded in words.labels else "q" if folded in words.nouns else "x"), 0


@cache
def list_openers() -> frozenset[str]:
    """The first words of the months and weekdays that have two."""
    words = load_date_words()
    return frozenset(name.partition(" ")[0] for name in (*words.months, *words.weekdays) if " " in name)


def join_tokens(tokens: list[Token]) -> list[Token]:
    """The tokens, with months and weekdays of two words and `tháng 3` as one."""
    joined: list[Token] = []
    words, openers = load_date_words(), list_openers()
    codes = "".join(token.code for token in tokens)
    at = 0
    while at < len(tokens):
        first = tokens[at]
        if (
            codes[at + 1 : at + 2] == " "
            and at + 2 < len(tokens)
            and (first.code == "k" or fold_word(first.text) in openers)
        ):
            last = tokens[at + 2]
            whole = f"{fold_word(first.text)} {fold_word(last.text)}"
            month = last.value if first.code == "k" and last.code in "dvc" else 0
            ways = words.months.get(whole) or words.weekdays.get(whole)
            value = next(iter(ways)) if ways else month
            if ways or 1 <= month <= 12:
                code = "w" if whole in words.weekdays else "m"
                if codes.startswith("k v v", at) and value == 10:  # tháng mười một
                    value, at = 10 + tokens[at + 4].value, at + 2
                joined.append(Token(code, f"{first.text} {last.text}", value, first.start, last.end))
                at += 3
                continue
        joined.append(first)
        at += 1
    return [token._replace(code="x") if token.code in "kvu" else token for token in joined]

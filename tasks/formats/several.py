"""A text file with several articles: cut where its source says so or where marks leave no doubt, noted where it looks so."""

import re

# What stands between articles and nowhere in one: the end of a page, the mark of training corpora.
MARKS = ("<|endoftext|>", "\f")
RULE = re.compile(r"[ \t]*([-_=*#~+•—–])(?:[ \t]*\1){4,}[ \t]*")
HEADLINE_CHARS = 160
HEAD_LINES = 4
LEAST_HEADED = 2
FEW_SIGNS = 2  # of a ruled line
SENTENCE_STOPS = (".", "!", "?", "。", "！", "？", "।", "։", "؟", ":", ";", ",", "…")
BYLINE = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|przez|автор|tekst|texto|texte|text|από|بقلم|كتب|作者|文|글)[:： ]\s*\w", re.I
)
NEAR_DATE = re.compile(r"(?:^|\D)(?:1[6-9]|20)\d\d(?:\D|$)|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
BYLINE_CHARS = 80


def split_articles(text: str, separator: str | None) -> list[str]:
    """The articles of a text file; one where there is nothing to cut at.

    `separator`: of the source; a ruled line stands on a line of its own, others anywhere. Without one, MARKS count where an
    article begins behind each.

    >>> split_articles("Ferry sails\\n----\\nBridge opens\\n", "----")
    ['Ferry sails\\n', 'Bridge opens\\n']
    >>> split_articles("one page\\fand the next", None)
    ['one page\\x0cand the next']
    """
    if separator is not None:
        return drop_blank(cut_at(text, separator)) or [text]
    for mark in MARKS:
        parts = drop_blank(text.split(mark)) if mark in text else []
        if len(parts) > 1 and all(map(has_headline, parts)):
            return parts
    return [text]


def cut_at(text: str, separator: str) -> list[str]:
    """The parts of a text between separators, blank ones included."""
    wanted = separator.strip() or separator
    if len(set(wanted)) > FEW_SIGNS or wanted.isspace():
        return text.split(wanted)
    parts: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if (line.strip() or line.rstrip("\r\n")) == wanted:
            parts.append([])
        else:
            parts[-1].append(line)
    return ["".join(lines) for lines in parts]


def drop_blank(parts: list[str]) -> list[str]:
    """The parts with anything in them."""
    return [part for part in parts if part.strip()]


def looks_like_several(text: str) -> bool:
    """Whether a ruled line parts a text so that two parts or more begin with a headline and a byline.

    >>> story = "Ferry sails again\\n\\nBy Ann Lee\\n\\nThe ferry sails.\\n"
    >>> looks_like_several(story + "-----\\n" + story), looks_like_several(story + "-----\\nAdvertisement\\n")
    (True, False)
    """
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if RULE.fullmatch(line):
            parts.append([])
        elif len(parts[-1]) < HEAD_LINES and line.strip():
            parts[-1].append(line.strip())
    return len(parts) > 1 and sum(map(has_head, parts)) >= LEAST_HEADED


def has_head(lines: list[str]) -> bool:
    """Whether the first lines of a part are a headline, then a byline or a date."""
    if len(lines) < HEAD_LINES - 1 or not is_headline(lines[0]):
        return False
    return any(len(line) <= BYLINE_CHARS and (BYLINE.match(line) or NEAR_DATE.search(line)) for line in lines[1:])


def has_headline(part: str) -> bool:
    """Whether a part begins with a headline and has more lines."""
    lines = [line.strip() for line in part.strip().split("\n", HEAD_LINES)]
    return len(lines) > 1 and is_headline(lines[0]) and (not lines[1] or has_head(list(filter(None, lines))))


def is_headline(line: str) -> bool:
    """Whether a line has the form of a headline."""
    first = next((char for char in line if char.isalnum()), "")
    return 0 < len(line) <= HEADLINE_CHARS and not line.endswith(SENTENCE_STOPS) and bool(first) and not first.islower()

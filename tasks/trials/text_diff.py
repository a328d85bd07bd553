"""Two texts compared: as a diff line by line, word by word where a line was rewritten, and by how many words they share."""

import difflib
import re
from collections.abc import Sequence
from itertools import groupby, zip_longest

REWRITTEN = 0.5  # of the words of a line that was rewritten, so many are the same
MOST_PAIRS = 250_000  # of words that are compared
# A word with the blanks behind it, a character of a script without blanks, or a sign. A vowel sign of Hindi is part of its word.
UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
SIGNS = r"!-/:-@\[-`{-~\u00a1-\u00bf\u0964\u0965\u2010-\u205e\u3000-\u303f"
WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}{SIGNS}]+\s*|.")


def diff_texts(old: str, new: str) -> tuple[str, ...]:
    """Two texts as a diff with a line of context, blank lines left out: "-" before old lines, "+" before new ones."""
    before, after = ([line for line in text.split("\n") if line] for text in (old, new))
    # The first two lines name files.
    return tuple(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]


def mark_words(diff: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """A diff with rewritten lines in one: for each line its mark ("±" for these) and its parts, each with a mark of its own.

    As many old lines as new ones behind each other are the same lines, rewritten, where half of their words are the same.

    >>> mark_words([" Weather", "-Rain until noon.", "+Rain until night."])
    [(' ', [(' ', 'Weather')]), ('±', [(' ', 'Rain until '), ('-', 'noon'), ('+', 'night'), (' ', '.')])]
    """
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    groups = [(mark, [line[1:] for line in lines]) for mark, lines in groupby(diff, lambda line: line[:1])]
    for (mark, lines), (follower, others) in zip_longest(groups, groups[1:], fillvalue=("", [])):
        pairs = (
            [diff_words(*pair) for pair in zip(lines, others, strict=False)] if (mark, follower) == ("-", "+") else []
        )
        if len(lines) == len(others) and pairs and all(pairs):
            rows += [("±", parts) for parts in pairs]
            others.clear()
        else:
            rows += [(mark, [(mark, line)]) for line in lines]
    return rows


def diff_words(old: str, new: str) -> list[tuple[str, str]]:
    """Two lines as parts that are in both (" "), in the old ("-") or in the new one ("+"); empty if less than half is in both."""
    before, after = (WORD.findall(line) for line in (old, new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if len(before) * len(after) > MOST_PAIRS or matcher.ratio() < REWRITTEN:
        return []
    parts = []
    for _, first, last, start, end in matcher.get_opcodes():
        gone, come = "".join(before[first:last]), "".join(after[start:end])
        parts += [(" ", gone)] if gone == come else [("-", gone), ("+", come)]
    return [(mark, text) for mark, text in parts if text]


def gather_words(text: str) -> set[str]:
    """The words of a text in lower case, without numbers and signs.

    >>> sorted(gather_words("The 3 gulls, THE ferry."))
    ['ferry', 'gulls', 'the']
    """
    return {word.strip() for word in WORD.findall(text.casefold()) if word[0].isalpha()}


def share_words(one: set[str], other: set[str]) -> float:
    """The share of the words of the shorter text that the other has."""
    return len(one & other) / max(min(len(one), len(other)), 1)

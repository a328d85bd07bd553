"""Which captions of a document are copies of one another.

Copies are told by what they say, never by a likeness ratio: real captions of different pictures differ in one number or
one name. Two captions are copies when their words are the same once quotation marks, list signs and a final stop are off,
or when one is the other cut short, marked as cut or cut after a whole sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CUT_MARK = re.compile(
    r"\s*(?:…|\.\.\.)\s*(?:\(?(?:more|read more|more info|mehr|plus|más|mais|meer|mer|więcej|ещё)\)?)?$", re.IGNORECASE
)
SIGNS = " \t\"'“”‘’«»„*•·-–—>|"
CUT_CHARS = 25  # what is left of a cut caption must say at least this much
WHOLE_SENTENCE_CHARS = 60


@dataclass(frozen=True)
class Shown:
    """A caption or credit line: its number and place in the document, its words without the credit, its own credit."""

    line: int
    place: int
    role: str
    text: str
    credit: str | None


@dataclass(frozen=True)
class Caption:
    """A caption as the lake has it: `copies` found of it, `line` of the copy that was kept."""

    text: str
    credit: str | None
    copies: int
    line: int


@dataclass(frozen=True)
class Copy:
    """A line that goes because another says the same: the rule, and the line it repeats."""

    line: int
    rule: str
    of: int


def merge_copies(shown: Iterable[Shown], in_body: Mapping[int, int]) -> tuple[list[Caption], list[Copy]]:
    """The captions of one document, each once, and the lines that go.

    `shown`: its caption and credit lines in order; a credit line right under a caption without one is that caption's.
    `in_body`: caption lines whose words a body line says too, with that line.
    """
    captions: list[Shown] = []
    below: dict[int, str] = {}
    gone: list[Copy] = []
    credits_seen: dict[str, int] = {}
    for item in shown:
        if item.role == "credit":
            credit = (item.credit or item.text).strip("()[] .;")
            if captions and captions[-1].place + 1 == item.place and captions[-1].credit is None:
                below[captions[-1].line] = credit
            if credit in credits_seen:
                gone.append(Copy(item.line, "repeat.credit", credits_seen[credit]))
            credits_seen.setdefault(credit, item.line)
        elif item.line in in_body:
            gone.append(Copy(item.line, "repeat.caption-in-body", in_body[item.line]))
        else:
            captions.append(item)
    merged = []
    for group in group_copies(captions, below):
        # Of equally full copies the first stays.
        best = max(group, key=lambda item: (fullness(item), -item.line))
        credits = [best.credit or below.get(best.line), *(item.credit or below.get(item.line) for item in group)]
        merged.append(Caption(best.text, next(filter(None, credits), None), len(group), best.line))
        gone += [Copy(item.line, "repeat.caption", best.line) for item in group if item is not best]
    return merged, gone


def group_copies(captions: Iterable[Shown], below: Mapping[int, str]) -> list[list[Shown]]:
    """Captions in groups that say the same; `below`: credits that stand on a line of their own, by caption line."""
    groups: list[list[Shown]] = []
    for item in captions:
        credit = item.credit or below.get(item.line)
        for group in groups:
            first = max(group, key=fullness)
            same = is_copy(caption_key(item.text), caption_key(first.text))
            if same and credits_agree(credit, first.credit or below.get(first.line)):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def caption_key(text: str) -> str:
    """A caption's words as they are compared: lower case, white space folded, quotes and list signs off."""
    folded = " ".join(text.split()).casefold()
    return folded.replace("“", '"').replace("”", '"').replace("’", "'").strip(SIGNS)


def is_copy(one: str, other: str) -> bool:
    """Whether two caption keys say the same, or one is the other cut short."""
    if one.rstrip(".") == other.rstrip("."):
        return True
    short, long = sorted((one, other), key=len)
    uncut = CUT_MARK.sub("", short)
    if uncut != short:
        return len(uncut) >= CUT_CHARS and long.startswith(uncut)
    return len(short) >= WHOLE_SENTENCE_CHARS and short.endswith((".", "!", "?", "。")) and long.startswith(short + " ")


def credits_agree(one: str | None, other: str | None) -> bool:
    """Whether two credits may belong to one picture: one is missing, or one holds the other."""
    if not one or not other:
        return True
    first, second = caption_key(one), caption_key(other)
    return first in second or second in first


def fullness(item: Shown) -> tuple[bool, bool, int]:
    """What makes one copy of a caption fuller than another: its credit in the line, no cut, more words."""
    return item.credit is not None, CUT_MARK.search(item.text) is None, len(item.text)

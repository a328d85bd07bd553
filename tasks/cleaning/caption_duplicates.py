"""Which captions of a document are copies of one another.

Captions are compared by what they say, never by a similarity ratio: captions of different pictures may differ in one number
or one name. Two captions are copies if their words are the same without quotation marks, list signs and a final stop, or if
one is the other cut short: marked as cut, or cut after a whole sentence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CUT_MARK = re.compile(
    r"\s*(?:…|\.\.\.)\s*(?:\(?(?:more|read more|more info|mehr|plus|más|mais|meer|mer|więcej|ещё)\)?)?$", re.IGNORECASE
)
SIGNS = " \t\"'“”‘’«»„*•·-–—>|"
CUT_CHARS = 25  # what is left of a cut caption must say at least this much
WHOLE_SENTENCE_CHARS = 60  # a shorter first sentence may begin two different captions


@dataclass(frozen=True)
class CaptionLine:
    """A caption or credit line: line number, position among the document's lines, words without the credit, own credit."""

    line: int
    place: int
    role: str
    text: str
    credit: str | None


@dataclass(frozen=True)
class Caption:
    """A caption as the lake has it: `copies` of it stood in the document, and `line` is the one that is kept."""

    text: str
    credit: str | None
    copies: int
    line: int


@dataclass(frozen=True)
class RepeatedLine:
    """A line that is removed because another says the same: the rule, and the line that it repeats."""

    line: int
    rule: str
    of: int


def merge_copies(found: Iterable[CaptionLine], in_body: Mapping[int, int]) -> tuple[list[Caption], list[RepeatedLine]]:
    """The captions of one document, each once, and the lines to remove.

    `found`: its caption and credit lines in order; a credit right below a caption without one is that caption's.
    `in_body`: caption lines whose words a body line says too, with that line.
    """
    captions: list[CaptionLine] = []
    below: dict[int, str] = {}
    repeats: list[RepeatedLine] = []
    credits_seen: dict[str, int] = {}
    for item in found:
        if item.role == "credit":
            credit = (item.credit or item.text).strip("()[] .;")
            if captions and captions[-1].place + 1 == item.place:
                below[captions[-1].line] = credit
            if credit in credits_seen:
                repeats.append(RepeatedLine(item.line, "repeat.credit", credits_seen[credit]))
            credits_seen.setdefault(credit, item.line)
        elif item.line in in_body:
            repeats.append(RepeatedLine(item.line, "repeat.caption-in-body", in_body[item.line]))
        else:
            captions.append(item)
    merged = []
    for group in group_copies(captions, below):
        # Of equally full copies the first stays.
        best = max(group, key=lambda item: (measure_fullness(item), -item.line))
        credits = [best.credit or below.get(best.line), *(item.credit or below.get(item.line) for item in group)]
        merged.append(Caption(best.text, next(filter(None, credits), None), len(group), best.line))
        repeats += [RepeatedLine(item.line, "repeat.caption", best.line) for item in group if item is not best]
    return merged, repeats


def group_copies(captions: Iterable[CaptionLine], below: Mapping[int, str]) -> list[list[CaptionLine]]:
    """Captions in groups that say the same; `below`: credits that stand on a line of their own, by caption line."""
    groups: list[list[CaptionLine]] = []
    for item in captions:
        credit = item.credit or below.get(item.line)
        for group in groups:
            first = max(group, key=measure_fullness)
            same = is_copy(make_caption_key(item.text), make_caption_key(first.text))
            if same and credits_agree(credit, first.credit or below.get(first.line)):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def make_caption_key(text: str) -> str:
    """A caption's words as they are compared: lower case, white space folded, no quotes and list signs around them.

    >>> make_caption_key("• The  mayor's “Bridge”, seen on Monday")
    'the mayor\\'s "bridge", seen on monday'
    """
    folded = " ".join(text.split()).casefold()
    return folded.replace("“", '"').replace("”", '"').replace("’", "'").strip(SIGNS)


def is_copy(one: str, other: str) -> bool:
    """Whether two caption keys say the same, or one is the other cut short.

    >>> is_copy("the mayor opens the bridge.", "the mayor opens the bridge")
    True
    >>> is_copy("the mayor opens the new bridge ...", "the mayor opens the new bridge over the tarn on monday")
    True
    >>> is_copy("the mayor opens the bridge", "the mayor opens the bridge and the market")
    False
    """
    if one.rstrip(".") == other.rstrip("."):
        return True
    short, long = sorted((one, other), key=len)
    uncut = CUT_MARK.sub("", short)
    if uncut != short:
        return len(uncut) >= CUT_CHARS and long.startswith(uncut)
    return len(short) >= WHOLE_SENTENCE_CHARS and short.endswith((".", "!", "?", "。")) and long.startswith(short + " ")


def credits_agree(one: str | None, other: str | None) -> bool:
    """Whether two credits may belong to one picture: one is missing, or one contains the other.

    >>> credits_agree("Ana Ruiz/AP", "AP"), credits_agree("AP", None), credits_agree("AP", "dpa")
    (True, True, False)
    """
    if not one or not other:
        return True
    first, second = make_caption_key(one), make_caption_key(other)
    return first in second or second in first


def measure_fullness(item: CaptionLine) -> tuple[bool, bool, int]:
    """A key that is greater for the fuller of two copies: its credit in the line, not cut, longer."""
    return item.credit is not None, CUT_MARK.search(item.text) is None, len(item.text)

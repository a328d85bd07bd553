"""Which captions of a document say the same, and which of them stays.

Captions are compared by what they say, never by a similarity ratio: captions of different pictures may differ in one number or
one name. Copies are looked up by what they begin with, so the cost follows the number of captions.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tasks.cleaning.caption_words import fold_words, may_be_one, strip_label

CUT_MARK = re.compile(
    r"(?:…|\.\.\.)\s*(?:\(?(?:more|read more|more info|mehr|plus|más|mais|meer|mer|więcej|ещё)\)?)?$", re.IGNORECASE
)
CUT_CHARS = 25  # what is left of a cut caption must say at least this much
LINES_BELOW = 2  # from a credit down to its caption: a label may stand between
WHOLE_SENTENCE_CHARS = 60  # a shorter first sentence may begin two different captions


class CaptionLine(NamedTuple):
    """A caption or credit line: line number, position among the document's lines, words without the credit, own credit."""

    line: int
    place: int
    role: str
    text: str
    credit: str | None


def merge_copies(found: Iterable[CaptionLine]) -> tuple[list[dict[str, object]], list[tuple[int, str, int]]]:
    """The captions of one document, each once, and the lines to remove: line, rule, the line that it repeats.

    `found`: its caption and credit lines in order.
    """
    items = list(found)
    captions = [item._replace(text=strip_label(item.text)) for item in items if item.role == "caption"]
    beside = pair_credits(items)
    repeats: list[tuple[int, str, int]] = []
    credits_seen: dict[str, int] = {}
    for item in items:
        if item.role == "credit":
            credit = tidy_credit(item)
            if credit in credits_seen:
                repeats.append((item.line, "repeat.credit", credits_seen[credit]))
            credits_seen.setdefault(credit, item.line)
    credits = {item.line: item.credit or beside.get(item.line) for item in captions}
    merged: list[dict[str, object]] = []
    for group in group_copies(captions, credits):
        best = max(group, key=measure_fullness)
        credit_of_any = next(filter(None, (credits[item.line] for item in (best, *group))), None)
        merged.append({"text": best.text, "credit": credit_of_any, "copies": len(group), "line": best.line})
        repeats += [(item.line, "repeat.caption", best.line) for item in group if item is not best]
    return merged, repeats


def pair_credits(items: Sequence[CaptionLine]) -> dict[int, str]:
    """The credits on lines of their own, by the line of their caption: the one right above, else the next but one at most."""
    found: dict[int, str] = {}
    for at, item in enumerate(items):
        if item.role != "credit":
            continue
        before, after = items[at - 1 : at] if at else [], items[at + 1 : at + 2]
        above = [one for one in before if one.role == "caption" and one.place + 1 == item.place]
        below = [one for one in after if one.role == "caption" and one.place - item.place <= LINES_BELOW]
        owner = next((one for one in (*above, *below) if not one.credit and one.line not in found), None)
        if owner is not None:
            found[owner.line] = tidy_credit(item)
    return found


def tidy_credit(item: CaptionLine) -> str:
    """The credit of a line without brackets."""
    return (item.credit or item.text).strip("()[] .;")


def group_copies(captions: Iterable[CaptionLine], credits: Mapping[int, str | None]) -> list[list[CaptionLine]]:
    """Captions in groups that say the same, with credits that may be of one picture. `credits`: by caption line."""
    groups: list[list[CaptionLine]] = []
    fullest: list[tuple[tuple[int, bool, int], str, str]] = []  # of each group: fullness, words, credit
    index = CopyIndex()
    for item in captions:
        own = (measure_fullness(item), fold_words(item.text), credits[item.line] or "")
        _, words, credit = own
        for at in index.find(words):
            _, others, other = fullest[at]
            if is_copy(words, others) and may_be_one(credit, other):
                groups[at].append(item)
                if own[0] > fullest[at][0]:
                    fullest[at] = own
                    index.add(words, at)
                break
        else:
            index.add(words, len(groups))
            groups.append([item])
            fullest.append(own)
    return groups


class CopyIndex:
    """Finds the groups of captions that a caption may be a copy of without comparing it with all of them."""

    def __init__(self) -> None:
        self.same: dict[str, list[int]] = {}
        self.stems: dict[str, list[int]] = {}
        self.sizes: set[int] = set()
        self.sorted: list[tuple[str, int]] = []

    def add(self, words: str, group: int) -> None:
        """The group has a caption with this key."""
        self.same.setdefault(words.rstrip("."), []).append(group)
        insort(self.sorted, (words, group))
        if (stem := find_stem(words)) is not None:
            self.stems.setdefault(stem, []).append(group)
            self.sizes.add(len(stem))

    def find(self, words: str) -> list[int]:
        """The groups with a caption that says the same, that is cut short from this one, or that this one is cut from."""
        found = {*self.same.get(words.rstrip("."), ())}
        for size in self.sizes:
            found.update(self.stems.get(words[:size], ()))
        if (stem := find_stem(words)) is not None:
            at = bisect_left(self.sorted, (stem, -1))
            while at < len(self.sorted) and self.sorted[at][0].startswith(stem):
                found.add(self.sorted[at][1])
                at += 1
        return sorted(found)


def find_stem(words: str) -> str | None:
    """What a longer copy of a cut caption, or of a whole sentence, must begin with; None for other captions.

    >>> find_stem("the mayor opens the new bridge ..."), find_stem("the mayor opens the bridge")
    ('the mayor opens the new bridge', None)
    """
    uncut = drop_cut_mark(words)
    if uncut != words:
        return uncut if len(uncut) >= CUT_CHARS else None
    is_sentence = len(words) >= WHOLE_SENTENCE_CHARS and words.endswith((".", "!", "?", "。"))
    return f"{words} " if is_sentence else None


def drop_cut_mark(words: str) -> str:
    """A caption without the sign at its end that it is cut.

    >>> drop_cut_mark("The mayor opens the bridge … (more)")
    'The mayor opens the bridge'
    """
    hit = CUT_MARK.search(words)
    return words[: hit.start()].rstrip() if hit else words


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
    stem = find_stem(short)
    return stem is not None and long.startswith(stem)


def measure_fullness(item: CaptionLine) -> tuple[int, bool, int]:
    """A key that is greater for the fuller of two copies: its credit in the line, not in capitals; not cut; longer."""
    credited = 0 if item.credit is None else 1 if item.credit.isupper() else 2
    return credited, CUT_MARK.search(item.text) is None, len(item.text)

"""How many of the titles, authors, dates, standfirsts and captions are right, and how many of those in a text are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from training.figures import compute_word_f1

from quality.pages import Cleaned, LabelledText

FIELDS = ("title", "authors", "date", "standfirst", "captions", "credits", "repeated captions")
SHORTEST = 12  # a shorter caption is not scored
SHORTEST_TITLE = 15  # of which one may be part of the other


@dataclass
class FieldCounts:
    """Counts of one field: values given, those that are right; values in the texts, those that were found."""

    given: int = 0
    right: int = 0
    there: int = 0
    found: int = 0

    def add(self, given: int = 0, right: int = 0, there: int = 0, found: int = 0) -> None:
        """Counts values of one page."""
        self.given, self.right, self.there, self.found = (
            self.given + given,
            self.right + right,
            self.there + there,
            self.found + found,
        )


def count_fields(texts: list[LabelledText], cleaned: dict[str, Cleaned]) -> dict[str, FieldCounts]:
    """The counts of every field over pages whose gold has all fields (`captions` is a list there)."""
    counts = {field: FieldCounts() for field in FIELDS}
    for text in texts:
        found, said = cleaned[text.id], fold("\n".join(line.text for line in text.lines))
        document = found.document or {}
        count_title(counts["title"], text.gold, document, said)
        count_authors(counts["authors"], text.gold, document, said)
        count_date(counts["date"], text, document)
        count_standfirst(counts["standfirst"], text.gold, document, said)
        count_captions(counts, text.gold, document, said)
        for at, line in enumerate(text.lines):
            if line.label == "caption" and line.repeats:
                is_removed = bool(found.lines.get(at, {}).get("removed"))
                counts["repeated captions"].add(there=1, found=is_removed)
        for at, row in found.lines.items():
            if row["removed"] and (row["rule"] or "").startswith("repeat"):
                counts["repeated captions"].add(given=1, right=not text.lines[at].is_good)
    return counts


def count_title(counts: FieldCounts, gold: dict[str, Any], document: dict[str, Any], said: str) -> None:
    """A title is right if it is the gold one, one is part of the other, or word F1 is 0.8."""
    if not (known := gold.get("title") or gold.get("title_html")):
        return
    title = document.get("title")
    is_right = is_same_title(title, known)
    is_there = fold(known) in said
    counts.add(bool(title), bool(title) and is_right, is_there, is_there and is_right)


def is_same_title(title: str | None, known: str) -> bool:
    """Whether two titles are the same, one is part of the other, or they share most words."""
    one, other = fold(title), fold(known)
    is_part = min(len(one), len(other)) >= SHORTEST_TITLE and (one in other or other in one)
    return bool(one) and (one == other or is_part or compute_word_f1(title or "", known) >= 0.8)


def count_authors(counts: FieldCounts, gold: dict[str, Any], document: dict[str, Any], said: str) -> None:
    """An author is right if one of the names is part of the other."""
    known = [name for name in map(fold, gold.get("authors") or ()) if name]
    given = list(map(fold, document.get("authors") or ()))
    counts.add(given=len(given), right=sum(is_part(name, known) for name in given))
    there = [name for name in known if name in said]
    counts.add(there=len(there), found=sum(is_part(name, given) for name in there))


def is_part(name: str, others: Iterable[str]) -> bool:
    """Whether a name is part of another one, or another one of it."""
    return any(name in other or other in name for other in others)


def count_date(counts: FieldCounts, text: LabelledText, document: dict[str, Any]) -> None:
    """A date is right if it is one day off at most; a line of its year and its day has it."""
    if not text.gold.get("published"):
        return
    known, given = date.fromisoformat(str(text.gold["published"])[:10]), document.get("published_at")
    is_right = bool(given) and abs((date.fromisoformat(str(given)[:10]) - known).days) <= 1
    day = re.compile(rf"(?<!\d)0?{known.day}(?!\d)")
    is_there = any(
        len(line.text) < 200 and str(known.year) in line.text and day.search(line.text) for line in text.lines
    )
    counts.add(bool(given), is_right, is_there, is_there and is_right)


def count_standfirst(counts: FieldCounts, gold: dict[str, Any], document: dict[str, Any], said: str) -> None:
    """A standfirst is right if word F1 with one of the gold's parts, or with all of them, is 0.8."""
    known, given = [part for part in gold.get("standfirst") or () if part], document.get("standfirst")
    ways = [*known, " ".join(known)]
    is_right = bool(known and given) and max(compute_word_f1(given or "", way) for way in ways) >= 0.8
    is_there = any(fold(part) in said for part in known)
    counts.add(bool(given), is_right, is_there, is_there and is_right)


def count_captions(counts: dict[str, FieldCounts], gold: dict[str, Any], document: dict[str, Any], said: str) -> None:
    """A caption is right if word F1 is 0.7 or its first 50 characters are there. Pages without gold captions do not count."""
    known = [caption for caption in gold.get("captions") or () if len(fold(caption["text"])) >= SHORTEST]
    given = document.get("captions") or []
    if not known:
        return
    counts["captions"].add(given=len(given))
    counts["captions"].add(right=sum(any(is_same_caption(own, other) for other in known) for own in given))
    for caption in known:
        matches = [own for own in given if is_same_caption(own, caption)]
        is_there = fold(caption["text"])[:60] in said
        counts["captions"].add(there=is_there, found=is_there and bool(matches))
        if not (matches and caption.get("credit")):
            continue
        best = max(matches, key=lambda own: compute_word_f1(own["text"], caption["text"]))
        is_right = is_same_credit(best["credit"], caption["credit"])
        has_credit = fold(caption["credit"]) in said
        counts["credits"].add(bool(best["credit"]), is_right, has_credit, has_credit and is_right)


def is_same_caption(own: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two captions say the same."""
    return compute_word_f1(own["text"], other["text"]) >= 0.7 or fold(other["text"])[:50] in fold(own["text"])


def is_same_credit(own: str | None, other: str) -> bool:
    """Whether one credit is part of the other, or they share most words."""
    one = fold(own)
    return bool(one) and (is_part(one, [fold(other)]) or compute_word_f1(own or "", other) >= 0.6)


def fold(text: str | None) -> str:
    """Letters and digits in lower case, one space between words."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text or "").lower()).strip()

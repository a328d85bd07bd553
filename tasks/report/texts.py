"""Rebuilds a few documents from the lake, each line with what was done with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import polars as pl

from tasks.formats.record import rebuild
from tasks.report.hits import name_decider
from tasks.trials.text_diff import gather_words, share_words

EXAMPLES = 4
LEAST_EXAMPLES = 2  # whether they differ or not
SAME_WORDS = 0.8  # of a document's removed lines, in those of the ones that are shown already
CANDIDATES = 100  # documents that examples are chosen from
LINE_CHARS = 700
LINES_SHOWN = 90
LONGEST = 200_000  # characters; longer documents are not chosen, and their hits are shown without neighbours
# Of longer series of lines with one decision, only the first and last lines are shown.
SERIES_SHOWN = {"body": (4, 2), "removed": (4, 1), "apart": (8, 2)}


@dataclass(frozen=True)
class ShownLine:
    """A line, or with `skipped` so many lines that are not shown. `decision`: body, apart, removed or left."""

    number: int
    text: str
    decision: str
    role: str = ""
    rule: str = ""
    evidence: str = ""
    copies: int = 1
    skipped: int = 0

    @property
    def kind(self) -> str:
        """What removed a line (page, learned, repeat, list or rule), or else the decision."""
        return name_decider(self.rule) if self.decision == "removed" else self.decision


@dataclass(frozen=True)
class ShownDocument:
    """A row of `documents` with its non-blank lines in order."""

    row: Mapping[str, Any]
    lines: tuple[ShownLine, ...]


def choose_examples(documents: pl.DataFrame, removed: pl.DataFrame, most: int = EXAMPLES) -> list[str]:
    """Documents that differ: first the one with most rules, then those with most rules that no earlier one has; long ones last.

    Where several have as many, the one whose removed lines have least words of earlier ones; then other publishers and languages.
    Documents that would only say the same again are left out.
    """
    kinds = removed.group_by("doc_id").agg(
        rules=pl.col("rule").unique(),
        kinds=pl.col("rule").n_unique().clip(0, 8) + 2 * (pl.col("rule") == "repeat.caption").any(),
        texts=pl.col("text").str.head(LINE_CHARS).head(LINES_SHOWN).str.join(" "),
    )
    ranked = (
        documents.filter(pl.col("raw_chars") <= LONGEST)
        .join(kinds, on="doc_id")
        .with_columns(long=pl.col("line_count") > LINES_SHOWN)
        .sort("long", "kinds", "line_count", "doc_id", descending=[False, True, False, False])
        .with_columns(turn=pl.int_range(pl.len()).over("publisher", "language"))
        .sort("turn", maintain_order=True)
        .head(CANDIDATES)
    )
    rows = {row["doc_id"]: row for row in ranked.iter_rows(named=True)}
    left = {own: (not row["long"], set(row["rules"]), gather_words(row["texts"])) for own, row in rows.items()}
    chosen: list[str] = []
    rules: set[str] = set()
    words: set[str] = set()
    while left and len(chosen) < most:
        # Of equal ones, the first in order.
        best = max(left, key=lambda own: (left[own][0], len(left[own][1] - rules), -share_words(left[own][2], words)))
        _, own_rules, own_words = left.pop(best)
        if len(chosen) >= LEAST_EXAMPLES and own_rules <= rules and share_words(own_words, words) > SAME_WORDS:
            break
        chosen.append(best)
        rules, words = rules | own_rules, words | own_words
    return chosen


def read_documents(
    rows: pl.LazyFrame, lines: pl.LazyFrame, documents: pl.DataFrame, ids: Iterable[str]
) -> dict[str, ShownDocument]:
    """Some whole documents by doc_id. `rows`, `lines`: of the batch; `documents`: its narrow rows, which speed up reading."""
    wanted = documents.filter(pl.col("doc_id").is_in(sorted(set(ids))), pl.col("raw_chars") <= LONGEST)
    if wanted.is_empty():
        return {}
    chosen = pl.col("doc_id").is_in(wanted["doc_id"].implode())
    # Files are sorted by language, time and id; conditions on language and id skip most row groups.
    near = pl.col("language").is_in(wanted["language"].unique().implode()) & pl.col("doc_id").is_between(
        pl.lit(wanted["doc_id"].min()), pl.lit(wanted["doc_id"].max())
    )
    texts = rows.filter(chosen & near).collect()
    found = lines.filter(chosen).sort("doc_id", "line").collect()
    others = {doc_id: part.to_dicts() for (doc_id,), part in found.group_by("doc_id", maintain_order=True)}
    return {row["doc_id"]: rebuild_document(row, others.get(row["doc_id"], [])) for row in texts.to_dicts()}


def rebuild_document(document: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> ShownDocument:
    """A row of `documents` and its rows of `lines` as one text."""
    whole = rebuild(document, ((row["line"], row["text"]) for row in others))
    copies = {caption["line"]: caption["copies"] for caption in document["captions"]}
    decided = {row["line"]: row for row in others}
    lines = []
    for number, text in enumerate(whole.split("\n")):
        row = decided.get(number)
        if text and row:
            decision, evidence = "removed" if row["removed"] else "apart", row["evidence"] or ""
            lines.append(ShownLine(number, text, decision, row["role"], row["rule"], evidence, copies.get(number, 1)))
        elif text:
            lines.append(ShownLine(number, text, "body"))
    return ShownDocument(document, tuple(lines))


def shorten(lines: Sequence[ShownLine], most: int = LINES_SHOWN) -> tuple[ShownLine, ...]:
    """At most `most` lines, cut to LINE_CHARS; of long series with one decision, only the first and last lines."""
    shown: list[ShownLine] = []
    decided = groupby(lines, key=lambda line: (line.decision, line.rule if line.decision == "removed" else ""))
    for (decision, rule), series in decided:
        part = list(series)
        head, tail = SERIES_SHOWN[decision]
        if len(part) > head + tail + 1:
            middle = part[head:-tail]
            gap = ShownLine(middle[0].number, "", decision, middle[0].role, rule, skipped=len(middle))
            part = [*part[:head], gap, *part[-tail:]]
        shown.extend(part)
    if len(shown) > most:
        left = sum(line.skipped or 1 for line in shown[most:])
        shown = [*shown[:most], ShownLine(shown[most].number, "", "left", skipped=left)]
    return tuple(cut_text(line) for line in shown)


def cut_text(line: ShownLine) -> ShownLine:
    """A line of at most LINE_CHARS characters."""
    return line if len(line.text) <= LINE_CHARS else replace(line, text=line.text[:LINE_CHARS] + " …")


def find_neighbours(document: ShownDocument, number: int) -> Iterator[ShownLine]:
    """A line and the ones directly above and below it, if there are any."""
    at = next((place for place, line in enumerate(document.lines) if line.number == number), None)
    if at is not None:
        yield from (cut_text(line) for line in document.lines[max(at - 1, 0) : at + 2])

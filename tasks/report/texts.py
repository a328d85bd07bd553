"""A few documents put together again from the lake, each line with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from tasks.formats.canonical import rebuild
from tasks.report.hits import name_kind
from tasks.report.rows import BatchRows

EXAMPLES = 4
LINE_CHARS = 700
LINES_SHOWN = 90
LONGEST = 200_000  # characters; a longer document is not chosen, and its hits have no lines around them
# Longer runs of lines with one fate are told by their first and last lines.
RUNS = {"body": (4, 2), "removed": (4, 1), "apart": (8, 2)}


@dataclass(frozen=True)
class ShownLine:
    """A line and what became of it: `fate` is body, apart or removed; `copies` of a caption, when there are several.

    A line with `skipped` stands for so many that are not shown.
    """

    number: int
    text: str
    fate: str
    role: str = ""
    rule: str = ""
    evidence: str = ""
    copies: int = 1
    skipped: int = 0

    @property
    def kind(self) -> str:
        """What decided on a line taken out: page, learned, repeat, list or rule; else its fate."""
        return name_kind(self.rule) if self.fate == "removed" else self.fate


@dataclass(frozen=True)
class ShownDocument:
    """A document with its non-blank lines in order."""

    doc_id: str
    uri: str
    publisher: str
    title: str
    language: str
    raw_chars: int
    removed_chars: int
    removed_lines: int
    flags: tuple[str, ...]
    lines: tuple[ShownLine, ...]


def choose_examples(documents: pl.DataFrame, removed: pl.DataFrame, most: int = EXAMPLES) -> list[str]:
    """Documents that show much in little space: many different rules, merged captions.

    One a publisher at first, and whole pages and articles in turn where a batch has both.
    """
    kinds = removed.group_by("doc_id").agg(
        kinds=pl.col("rule").n_unique().clip(0, 8) + 2 * (pl.col("rule") == "repeat.caption").any(),
        is_page=pl.col("rule").str.starts_with("page.").any(),
    )
    ranked = (
        documents.filter(pl.col("raw_chars") <= LONGEST)
        .join(kinds, on="doc_id")
        .with_columns(long=pl.col("line_count") > LINES_SHOWN)
        .sort("long", "kinds", "line_count", "doc_id", descending=[False, True, False, False])
        .with_columns(turn=pl.int_range(pl.len()).over("publisher", "language"))
        .sort("turn", maintain_order=True)
        .with_columns(place=pl.int_range(pl.len()).over("is_page"))
    )
    return ranked.sort("place", "is_page", maintain_order=True)["doc_id"].head(most).to_list()


def read_documents(rows: BatchRows, documents: pl.DataFrame, ids: Iterable[str]) -> dict[str, ShownDocument]:
    """Some documents by doc_id, whole. `documents`: narrow rows of the batch, which say where to look for them."""
    wanted = documents.filter(pl.col("doc_id").is_in(sorted(set(ids))), pl.col("raw_chars") <= LONGEST)
    if wanted.is_empty():
        return {}
    chosen = pl.col("doc_id").is_in(wanted["doc_id"].implode())
    # Files are sorted by language, time and id; naming all three lets most row groups be passed over unread.
    near = pl.col("language").is_in(wanted["language"].unique().implode()) & pl.col("doc_id").is_between(
        pl.lit(wanted["doc_id"].min()), pl.lit(wanted["doc_id"].max())
    )
    texts = rows.documents.filter(chosen & near).collect()
    lines = rows.lines.filter(chosen).sort("doc_id", "line").collect()
    others = {doc_id: part.to_dicts() for (doc_id,), part in lines.group_by("doc_id", maintain_order=True)}
    return {row["doc_id"]: show_document(row, others.get(row["doc_id"], [])) for row in texts.to_dicts()}


def show_document(document: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> ShownDocument:
    """A row of `documents` and its rows of `lines` as one text."""
    whole = rebuild(
        document["text"], document["body_lines"], document["line_count"], ((row["line"], row["text"]) for row in others)
    )
    fates = {row["line"]: row for row in others}
    copies = {caption["line"]: caption["copies"] for caption in document["captions"]}
    lines = [
        make_line(number, text, fates.get(number), copies.get(number, 1))
        for number, text in enumerate(whole.split("\n"))
        if text
    ]
    return ShownDocument(
        document["doc_id"],
        document["uri"],
        document["publisher"],
        document["title"] or "",
        document["language"],
        document["raw_chars"],
        document["removed_chars"],
        document["removed_lines"],
        tuple(document["flags"]),
        tuple(lines),
    )


def make_line(number: int, text: str, row: Mapping[str, Any] | None, copies: int) -> ShownLine:
    """One line of a document; `row`: its row of `lines`, if it has one."""
    if row is None:
        return ShownLine(number, text, "body")
    fate = "removed" if row["removed"] else "apart"
    return ShownLine(number, text, fate, row["role"], row["rule"], row["evidence"] or "", copies)


def shorten(lines: Sequence[ShownLine], most: int = LINES_SHOWN) -> tuple[ShownLine, ...]:
    """Lines with long runs of one fate told by their first and last, long lines cut, and no more than `most`."""
    shown: list[ShownLine] = []
    for (fate, rule), run in groupby(lines, key=lambda line: (line.fate, line.rule if line.fate == "removed" else "")):
        part = list(run)
        head, tail = RUNS[fate]
        if len(part) > head + tail + 1:
            middle = part[head:-tail]
            gap = ShownLine(middle[0].number, "", fate, middle[0].role, rule, skipped=len(middle))
            part = [*part[:head], gap, *part[-tail:]]
        shown.extend(part)
    if len(shown) > most:
        left = sum(line.skipped or 1 for line in shown[most:])
        shown = [*shown[:most], ShownLine(shown[most].number, "", "left", skipped=left)]
    return tuple(cut_text(line) for line in shown)


def cut_text(line: ShownLine) -> ShownLine:
    """A line of at most LINE_CHARS characters."""
    if len(line.text) <= LINE_CHARS:
        return line
    return ShownLine(
        line.number, line.text[:LINE_CHARS] + " …", line.fate, line.role, line.rule, line.evidence, line.copies
    )


def find_neighbours(document: ShownDocument, number: int) -> Iterator[ShownLine]:
    """The line itself and the ones right above and below it, those that there are."""
    places = [place for place, line in enumerate(document.lines) if line.number == number]
    for place in places[:1]:
        yield from (cut_text(line) for line in document.lines[max(place - 1, 0) : place + 2])

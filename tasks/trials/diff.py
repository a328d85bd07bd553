"""What publishing a staged batch would change for readers: documents, and in documents of both sides line by line.

A document's id is a hash of its canonical text, so a line number means the same line before and after.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from tasks.auditing.batch_rows import read_published_rows
from tasks.auditing.judge import JudgedBatch
from tasks.lakes.lake import Lake, read_steadily
from tasks.publishing.claims import read_claimed, read_own_claims
from tasks.schema import MONTH, TABLES
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import empty_frame
from tasks.stores.manifest import Manifest

CHUNK_DOCUMENTS = 20_000
CHANGES = ("changed", "new", "removed", "quarantined", "same")  # of documents, what readers notice first
COMPARED = ("title", "standfirst", "authors", "published_at", "captions", "language", "publisher", "flags", "text")
# `before`, `after`: text (in the body), apart or removed; `rule`: removes the line now, or removed it before.
LINE_CHANGES = pl.Schema(
    dict.fromkeys(("doc_id", "publisher", "language"), pl.String())
    | {"line": pl.Int32()}
    | dict.fromkeys(("before", "after", "rule", "text"), pl.String())
)
# `change`: one of CHANGES; `columns`: those that differ; lost: what is removed now and was not before; won: the reverse.
DOCUMENT_CHANGES = pl.Schema(
    dict.fromkeys(("doc_id", "uri", "publisher", "title", "change"), pl.String())
    | {"columns": pl.List(pl.String)}
    | dict.fromkeys(("lines_lost", "chars_lost", "lines_won", "chars_won"), pl.Int64())
)
LOST, WON = pl.col("after") == "removed", pl.col("before") == "removed"


class Example(NamedTuple):
    """A document whose text changes: its old and new text as a diff, one string per line."""

    doc_id: str
    uri: str
    diff: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """`documents`: one row per document of either side, by doc_id (DOCUMENT_CHANGES); `lines`: one row per line that is
    treated differently, by doc_id and line (LINE_CHANGES); `examples`: the documents that lose or win most, worst first;
    `blocked_by`: the expectations that would block the batch.
    """

    documents: pl.DataFrame
    lines: pl.DataFrame
    examples: tuple[Example, ...]
    blocked_by: tuple[str, ...]


def diff_batch(lake: Lake, source: str, day: date, judged: JudgedBatch, examples: int = 5) -> Differences:
    """A judged batch compared with the rows that the lake has of it, and with those that an earlier batch owns for it."""
    staged = read_claimed(judged.folders, day)
    quarantined = judged.quarantine["doc_id"].drop_nulls().unique()

    def compare(seen: Manifest) -> Differences:
        held = read_own_claims(lake, seen, source, day)
        ids = pl.concat([held["doc_id"], staged["doc_id"]]).unique().sort()
        documents, lines = [DOCUMENT_CHANGES.to_frame()], [LINE_CHANGES.to_frame()]
        for part in ids.to_frame().iter_slices(CHUNK_DOCUMENTS):
            before = read_published_rows(lake, seen, source, day, held.join(part, on="doc_id", how="semi"))
            after = read_folders(judged.folders, part)
            lines.append(compare_lines(before, after))
            documents.append(compare_documents(before["documents"], after["documents"], lines[-1], quarantined))
        whole = pl.concat(documents)
        changed = whole.filter((pl.col("chars_lost") > 0) | (pl.col("chars_won") > 0))
        # Those that lose most of their text, then those that win most.
        worst = changed.sort("chars_lost", "chars_won", "doc_id", descending=[True, True, False]).head(examples)
        old = read_published_rows(lake, seen, source, day, held.join(worst, on="doc_id", how="semi"))["documents"]
        new = read_folders(judged.folders, worst.select("doc_id"))["documents"]
        return Differences(whole, pl.concat(lines), make_examples(worst, old, new), judged.blocked_by)

    return read_steadily(lake, compare)


def read_folders(folders: Sequence[StagedFolder], ids: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The staged rows of `documents` and `lines` of some documents."""
    found = {}
    for table in ("documents", "lines"):
        parts = [empty_frame(table).lazy()]
        for part in folders:
            rows = part.scan(table).select(*TABLES[table].names, MONTH.name)
            parts.append(rows.join(ids.lazy(), on="doc_id", how="semi"))
        found[table] = pl.concat(parts).collect()
    return found


def compare_lines(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Lines of documents of both sides that are treated differently, as LINE_CHANGES says."""
    both = after["documents"].join(before["documents"], on="doc_id", how="semi")
    state = pl.when("removed").then(pl.lit("removed")).otherwise(pl.lit("apart"))
    old, new = (
        side["lines"].join(both, on="doc_id", how="semi").select("doc_id", "line", "rule", "text", state=state)
        for side in (before, after)
    )
    joined = old.join(new, on=["doc_id", "line"], how="full", coalesce=True, suffix="_now").with_columns(
        before=pl.col("state").fill_null("text"), after=pl.col("state_now").fill_null("text")
    )
    changed = joined.filter(pl.col("before") != pl.col("after")).with_columns(
        text=pl.coalesce("text", "text_now"), rule=pl.when(pl.col("after") == "text").then("rule").otherwise("rule_now")
    )
    named = changed.join(both.select("doc_id", "publisher", "language"), on="doc_id", how="left")
    return named.select(LINE_CHANGES.names()).sort("doc_id", "line")


def compare_documents(
    before: pl.DataFrame, after: pl.DataFrame, lines: pl.DataFrame, quarantined: pl.Series
) -> pl.DataFrame:
    """Documents of both sides, as DOCUMENT_CHANGES says. `lines`: their LINE_CHANGES; `quarantined`: ids that are stopped."""
    chars = pl.col("text").str.len_chars().cast(pl.Int64)
    counted = lines.group_by("doc_id").agg(
        lines_lost=LOST.sum().cast(pl.Int64),
        chars_lost=chars.filter(LOST).sum(),
        lines_won=WON.sum().cast(pl.Int64),
        chars_won=chars.filter(WON).sum(),
    )
    names = ["doc_id", "uri", *COMPARED]
    joined = before.select(names).join(after.select(names), on="doc_id", how="full", coalesce=True, suffix="_now")
    is_new, is_missing = pl.col("uri").is_null(), pl.col("uri_now").is_null()
    differing = [pl.when(pl.col(name).ne_missing(pl.col(f"{name}_now"))).then(pl.lit(name)) for name in COMPARED]
    columns = pl.when(~is_new & ~is_missing).then(pl.concat_list(differing).list.drop_nulls())
    return (
        joined.join(counted, on="doc_id", how="left")
        .with_columns(columns=columns.otherwise(pl.lit([], dtype=pl.List(pl.String))))
        .select(
            "doc_id",
            *(pl.coalesce(f"{name}_now", name).alias(name) for name in ("uri", "publisher", "title")),
            pl.when(is_new)
            .then(pl.lit("new"))
            .when(is_missing & pl.col("doc_id").is_in(quarantined.implode()))
            .then(pl.lit("quarantined"))
            .when(is_missing)
            .then(pl.lit("removed"))
            .when((pl.col("columns").list.len() > 0) | pl.col("lines_lost").is_not_null())
            .then(pl.lit("changed"))
            .otherwise(pl.lit("same"))
            .alias("change"),
            "columns",
            pl.col("lines_lost", "chars_lost", "lines_won", "chars_won").fill_null(0),
        )
        .sort("doc_id")
    )


def make_examples(chosen: pl.DataFrame, old: pl.DataFrame, new: pl.DataFrame) -> tuple[Example, ...]:
    """Old and new texts of the chosen documents as diffs, in their order."""
    before, after = (dict(side.select("doc_id", "text").iter_rows()) for side in (old, new))
    return tuple(
        Example(doc_id, uri, diff_texts(before.get(doc_id, ""), after.get(doc_id, "")))
        for doc_id, uri in chosen.select("doc_id", "uri").iter_rows()
    )


def diff_texts(old: str, new: str) -> tuple[str, ...]:
    """Two texts as a diff with a line of context, blank lines left out: "-" before old lines, "+" before new ones."""
    before, after = ([line for line in text.split("\n") if line] for text in (old, new))
    # The first two lines name files.
    return tuple(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]


def count_changes(lines: pl.DataFrame) -> pl.DataFrame:
    """Line changes by rule and publisher, most first: rule, publisher, lines_lost, lines_won, apart, sample."""
    return (
        lines.group_by("rule", "publisher")
        .agg(
            lines_lost=LOST.sum(),
            lines_won=WON.sum(),
            apart=(~LOST & ~WON).sum(),
            sample=pl.col("text").sort_by(pl.col("text").str.len_chars(), descending=True).first(),
        )
        .sort("lines_lost", "lines_won", "apart", "rule", "publisher", descending=[True, True, True, False, False])
    )

"""What publishing a staged batch would change for readers: documents, and line by line what became of them.

A document's id says its canonical text, so a line number means the same line before and after.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tasks.auditing.batch_rows import empty_frame, read_kept, steadily
from tasks.auditing.judge import Judgement
from tasks.lakes.lake import Lake, Manifest
from tasks.publishing.duplicates import read_claimed, read_own_claims
from tasks.schema import MONTH, TABLES
from tasks.staging.receipt import StagedFolder

CHUNK_DOCUMENTS = 20_000
FATES = ("changed", "new", "gone", "quarantined", "same")  # of documents, what readers notice first
COMPARED = ("title", "standfirst", "authors", "published_at", "captions", "language", "publisher", "flags", "text")
LINE_CHANGES = pl.Schema(
    {
        "doc_id": pl.String(),
        "publisher": pl.String(),
        "language": pl.String(),
        "line": pl.Int32(),
        "before": pl.String(),  # text (in the body), apart or removed
        "after": pl.String(),
        "rule": pl.String(),  # that takes the line out now, or took it out before
        "text": pl.String(),
    }
)
DOCUMENT_CHANGES = pl.Schema(
    {
        "doc_id": pl.String(),
        "uri": pl.String(),
        "publisher": pl.String(),
        "title": pl.String(),
        "fate": pl.String(),  # new, gone, quarantined, changed or same
        "columns": pl.List(pl.String),  # those that differ
        "lines_lost": pl.Int64(),  # lines of the body that are taken out now
        "chars_lost": pl.Int64(),
        "lines_won": pl.Int64(),  # lines that were taken out and are not any more
        "chars_won": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Example:
    """A document whose text changes: its old and new text as a diff, one string a line."""

    doc_id: str
    uri: str
    diff: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """`documents`: one row a document of either side, by doc_id (DOCUMENT_CHANGES); `lines`: one row a line whose fate
    changes, by doc_id and line (LINE_CHANGES); `examples`: the documents that lose or win most, worst first.
    """

    documents: pl.DataFrame
    lines: pl.DataFrame
    examples: tuple[Example, ...]


def diff_batch(lake: Lake, source: str, day: date, judged: Judgement, examples: int = 5) -> Differences:
    """A judged batch beside what the lake holds of it. What an earlier batch shows in its stead is compared as well."""
    staged = read_claimed(judged.folders, day)

    def compare(seen: Manifest) -> Differences:
        held = read_own_claims(lake, seen, source, day)
        ids = pl.concat([held["doc_id"], staged["doc_id"]]).unique().sort()
        documents, lines = [DOCUMENT_CHANGES.to_frame()], [LINE_CHANGES.to_frame()]
        for part in ids.to_frame().iter_slices(CHUNK_DOCUMENTS):
            before = read_kept(lake, seen, source, day, held.join(part, on="doc_id", how="semi"))
            after = read_folders(judged.folders, part)
            changed = compare_lines(before, after)
            lines.append(changed)
            documents.append(compare_documents(before["documents"], after["documents"], changed))
        whole = mark_quarantined(pl.concat(documents), judged.quarantine)
        worst = pick_worst(whole, examples)
        told = show_texts(
            worst, held, lambda claims: read_kept(lake, seen, source, day, claims)["documents"], judged.folders
        )
        return Differences(whole, pl.concat(lines), told)

    return steadily(lake, compare)


def read_folders(folders: Sequence[StagedFolder], ids: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The staged rows of `documents` and `lines` of some documents."""
    found = {}
    for table in ("documents", "lines"):
        parts = [empty_frame(TABLES[table]).lazy()]
        for part in folders:
            rows = pl.scan_parquet(part.folder / f"{table}.parquet", hive_partitioning=False)
            own = rows.select(*TABLES[table].names, MONTH.name).join(ids.lazy(), on="doc_id", how="semi")
            parts.append(own.filter(~pl.col("doc_id").is_in(sorted(part.excluded_ids))) if part.excluded_ids else own)
        found[table] = pl.concat(parts).collect()
    return found


def compare_lines(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Lines of documents on both sides whose fate is another one, as LINE_CHANGES says."""
    both = after["documents"].join(before["documents"], on="doc_id", how="semi")
    fate = pl.when("removed").then(pl.lit("removed")).otherwise(pl.lit("apart"))
    old, new = (
        side["lines"].join(both, on="doc_id", how="semi").select("doc_id", "line", "rule", "text", fate=fate)
        for side in (before, after)
    )
    joined = old.join(new, on=["doc_id", "line"], how="full", coalesce=True, suffix="_now").with_columns(
        before=pl.col("fate").fill_null("text"), after=pl.col("fate_now").fill_null("text")
    )
    changed = joined.filter(pl.col("before") != pl.col("after")).with_columns(
        text=pl.coalesce("text", "text_now"), rule=pl.when(pl.col("after") == "text").then("rule").otherwise("rule_now")
    )
    named = changed.join(both.select("doc_id", "publisher", "language"), on="doc_id", how="left")
    return named.select(LINE_CHANGES.names()).sort("doc_id", "line")


def compare_documents(before: pl.DataFrame, after: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Documents of both sides, as DOCUMENT_CHANGES says. `lines`: what `compare_lines` found in them."""
    chars = pl.col("text").str.len_chars().cast(pl.Int64)
    lost, won = pl.col("after") == "removed", pl.col("before") == "removed"
    counted = lines.group_by("doc_id").agg(
        lines_lost=lost.sum().cast(pl.Int64),
        chars_lost=chars.filter(lost).sum(),
        lines_won=won.sum().cast(pl.Int64),
        chars_won=chars.filter(won).sum(),
    )
    names = ["doc_id", "uri", *COMPARED]
    joined = before.select(names).join(after.select(names), on="doc_id", how="full", coalesce=True, suffix="_now")
    differ = [
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}_now"))).then(pl.lit(name)).alias(f"_{name}")
        for name in COMPARED
    ]
    fate = (
        pl.when(pl.col("uri").is_null())
        .then(pl.lit("new"))
        .when(pl.col("uri_now").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("both"))
    )
    told = (
        joined.with_columns(fate=fate)
        .with_columns(*differ)
        .with_columns(
            columns=pl.when(pl.col("fate") == "both")
            .then(pl.concat_list(f"_{name}" for name in COMPARED).list.drop_nulls())
            .otherwise(pl.lit([], dtype=pl.List(pl.String)))
        )
        .join(counted, on="doc_id", how="left")
        .with_columns(
            pl.coalesce("uri_now", "uri").alias("uri"),
            pl.coalesce("publisher_now", "publisher").alias("publisher"),
            pl.coalesce("title_now", "title").alias("title"),
            pl.when(pl.col("fate") != "both")
            .then("fate")
            .when((pl.col("columns").list.len() > 0) | pl.col("lines_lost").is_not_null())
            .then(pl.lit("changed"))
            .otherwise(pl.lit("same"))
            .alias("fate"),
            pl.col("lines_lost", "chars_lost", "lines_won", "chars_won").fill_null(0),
        )
    )
    return told.select(DOCUMENT_CHANGES.names()).sort("doc_id")


def mark_quarantined(documents: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """Documents that would be gone since the audit or cleaning would stop them, named so."""
    stopped = pl.col("doc_id").is_in(quarantine["doc_id"].drop_nulls().unique().implode())
    fate = pl.when((pl.col("fate") == "gone") & stopped).then(pl.lit("quarantined")).otherwise("fate")
    return documents.with_columns(fate=fate)


def pick_worst(documents: pl.DataFrame, count: int) -> pl.DataFrame:
    """The documents that lose most of their text, then those that win most."""
    changed = documents.filter((pl.col("chars_lost") > 0) | (pl.col("chars_won") > 0))
    return changed.sort("chars_lost", "chars_won", "doc_id", descending=[True, True, False]).head(count)


def show_texts(
    worst: pl.DataFrame,
    held: pl.DataFrame,
    read: Callable[[pl.DataFrame], pl.DataFrame],
    folders: Sequence[StagedFolder],
) -> tuple[Example, ...]:
    """Old and new texts of some documents as diffs. `read`: the published rows of claims."""
    ids = worst.select("doc_id")
    old = dict(read(held.join(ids, on="doc_id", how="semi")).select("doc_id", "text").iter_rows())
    new = dict(read_folders(folders, ids)["documents"].select("doc_id", "text").iter_rows())
    return tuple(
        Example(doc_id, uri, diff_texts(old.get(doc_id, ""), new.get(doc_id, "")))
        for doc_id, uri in worst.select("doc_id", "uri").iter_rows()
    )


def diff_texts(old: str, new: str) -> tuple[str, ...]:
    """Two texts as a diff with a line of context, blank lines left out: "-" what goes, "+" what comes."""
    before, after = ([line for line in text.split("\n") if line] for text in (old, new))
    # The first two lines name files.
    return tuple(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]


def count_changes(lines: pl.DataFrame) -> pl.DataFrame:
    """Line changes by rule and publisher, most first: rule, publisher, lines_lost, lines_won, apart, sample."""
    lost, won = pl.col("after") == "removed", pl.col("before") == "removed"
    return (
        lines.group_by("rule", "publisher")
        .agg(
            lines_lost=lost.sum(),
            lines_won=won.sum(),
            apart=(~lost & ~won).sum(),
            sample=pl.col("text").sort_by(pl.col("text").str.len_chars(), descending=True).first(),
        )
        .sort("lines_lost", "lines_won", "apart", "rule", "publisher", descending=[True, True, True, False, False])
    )

"""What publishing a staged batch would change for readers: documents, and in documents of both sides line by line.

A document's id is a hash of its canonical text, so a line number means the same line before and after. An article whose input has
another text is another document: the new one and the removed one are paired by record id, url or uri.
"""

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
from tasks.trials.text_diff import diff_texts

CHUNK_DOCUMENTS = 20_000
# Of documents, with their meanings; what readers notice first.
CHANGES = {
    "changed": "the same text, treated differently",
    "revised": "the input has another text of the article",
    "new": "the lake does not have it",
    "removed": "its input is not there any more, or has another article",
    "quarantined": "its input would go to quarantine",
    "same": "no difference",
}
KEYS = ("record_id", "url", "uri")  # of an article in two texts, the surest first
COMPARED = ("title", "standfirst", "authors", "published_at", "captions", "language", "publisher", "flags", "text")
# `before`, `after`: text (in the body), apart or removed; `rule`: removes the line now, or removed it before.
LINE_CHANGES = pl.Schema(
    dict.fromkeys(("doc_id", "publisher", "language"), pl.String())
    | {"line": pl.Int32()}
    | dict.fromkeys(("before", "after", "rule", "text"), pl.String())
)
# `change`: one of CHANGES; `was`: of a revised document, the id of the removed one; `columns`: those that differ; lost: what is
# removed now and was not before; won: the reverse.
DOCUMENT_CHANGES = pl.Schema(
    dict.fromkeys(("doc_id", "uri", "publisher", "title", "change", "was"), pl.String())
    | {"columns": pl.List(pl.String)}
    | dict.fromkeys(("lines_lost", "chars_lost", "lines_won", "chars_won"), pl.Int64())
)
LOST, WON = pl.col("after") == "removed", pl.col("before") == "removed"


class Example(NamedTuple):
    """A document whose text changes: its old and new text as a diff, one string per line. `change`: changed or revised."""

    doc_id: str
    uri: str
    title: str | None
    change: str
    diff: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """`documents`: one row per document of either side, by doc_id (DOCUMENT_CHANGES); `lines`: one row per line that is
    treated differently, by doc_id and line (LINE_CHANGES); `examples`: the changed documents that lose or win most, worst first,
    then as many revised ones; `blocked_by`: the expectations that would block the batch.
    """

    documents: pl.DataFrame
    lines: pl.DataFrame
    examples: tuple[Example, ...]
    blocked_by: tuple[str, ...]


def diff_batch(lake: Lake, source: str, day: date, judged: JudgedBatch, examples: int = 5) -> Differences:
    """A judged batch compared with the rows that the lake has of it, and with those that an earlier batch owns for it."""
    staged = read_claimed(judged.folders, day)
    stopped = judged.quarantine.select("doc_id", "record_id", "uri")

    def compare(seen: Manifest) -> Differences:
        held = read_own_claims(lake, seen, source, day)
        ids = pl.concat([held["doc_id"], staged["doc_id"]]).unique().sort()
        documents, lines = [], [LINE_CHANGES.to_frame()]
        for part in ids.to_frame().iter_slices(CHUNK_DOCUMENTS):
            before = read_published_rows(lake, seen, source, day, held.join(part, on="doc_id", how="semi"))
            after = read_folders(judged.folders, part)
            lines.append(compare_lines(before, after))
            documents.append(compare_documents(before["documents"], after["documents"], lines[-1], stopped))
        whole = pair_revisions(pl.concat(documents)) if documents else DOCUMENT_CHANGES.to_frame()
        shown = pick_examples(whole, examples)
        known = shown.select(doc_id=pl.coalesce("was", "doc_id"))
        old = read_published_rows(lake, seen, source, day, held.join(known, on="doc_id", how="semi"))["documents"]
        new = read_folders(judged.folders, shown.select("doc_id"))["documents"]
        return Differences(whole, pl.concat(lines), make_examples(shown, old, new), judged.blocked_by)

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
    before: pl.DataFrame, after: pl.DataFrame, lines: pl.DataFrame, stopped: pl.DataFrame
) -> pl.DataFrame:
    """Documents of both sides, as DOCUMENT_CHANGES says but for `was`, with their KEYS.

    `lines`: their LINE_CHANGES; `stopped`: the rows of quarantine.
    """
    chars = pl.col("text").str.len_chars().cast(pl.Int64)
    counted = lines.group_by("doc_id").agg(
        lines_lost=LOST.sum().cast(pl.Int64),
        chars_lost=chars.filter(LOST).sum(),
        lines_won=WON.sum().cast(pl.Int64),
        chars_won=chars.filter(WON).sum(),
    )
    names = ["doc_id", *KEYS, *COMPARED]
    joined = before.select(names).join(after.select(names), on="doc_id", how="full", coalesce=True, suffix="_now")
    is_new, is_missing = pl.col("uri").is_null(), pl.col("uri_now").is_null()
    is_stopped = pl.any_horizontal(pl.col(key).is_in(stopped[key].drop_nulls().implode()) for key in stopped.columns)
    differing = [pl.when(pl.col(name).ne_missing(pl.col(f"{name}_now"))).then(pl.lit(name)) for name in COMPARED]
    columns = pl.when(~is_new & ~is_missing).then(pl.concat_list(differing).list.drop_nulls())
    return (
        joined.join(counted, on="doc_id", how="left")
        .with_columns(columns=columns.otherwise(pl.lit([], dtype=pl.List(pl.String))))
        .select(
            "doc_id",
            *(pl.coalesce(f"{name}_now", name).alias(name) for name in (*KEYS, "publisher", "title")),
            pl.when(is_new)
            .then(pl.lit("new"))
            .when(is_missing & is_stopped.fill_null(False))
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


def pair_revisions(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENT_CHANGES in which a new and a removed document with the same key are one revised document.

    A key that several have pairs none. The uri of a record is its place in a file, which another article may take: it pairs only
    documents with the same title.
    """
    new, old = (documents.filter(pl.col("change") == change) for change in ("new", "removed"))
    pairs = [pl.DataFrame(schema={"doc_id": pl.String, "was": pl.String})]
    for key in KEYS:
        is_known = pl.col(key).is_not_null() & pl.col(key).is_unique()
        found = new.filter(is_known).join(old.filter(is_known), on=key, suffix="_was")
        is_place = pl.lit(key == "uri") & pl.col(key).str.contains("#", literal=True)
        found = found.filter(~is_place | pl.col("title").eq_missing(pl.col("title_was"))).select(
            "doc_id", was="doc_id_was"
        )
        new, old = (
            new.join(found, on="doc_id", how="anti"),
            old.join(found, left_on="doc_id", right_on="was", how="anti"),
        )
        pairs.append(found)
    paired = pl.concat(pairs)
    rest = documents.join(paired, left_on="doc_id", right_on="was", how="anti").join(paired, on="doc_id", how="left")
    change = pl.when(pl.col("was").is_null()).then("change").otherwise(pl.lit("revised"))
    return rest.with_columns(change=change).select(DOCUMENT_CHANGES.names()).sort("doc_id")


def pick_examples(documents: pl.DataFrame, most: int) -> pl.DataFrame:
    """Changed documents, first those that lose most of their text, then those that win most, and as many revised ones by uri."""
    is_read = pl.col("columns").list.contains("title") | pl.col("columns").list.contains("standfirst")
    changed = documents.filter(
        pl.col("change") == "changed", (pl.sum_horizontal("chars_lost", "chars_won") > 0) | is_read
    )
    worst = changed.sort("chars_lost", "chars_won", "doc_id", descending=[True, True, False]).head(most)
    revised = documents.filter(pl.col("change") == "revised").sort("uri", "doc_id").head(most)
    return pl.concat([worst, revised])


def make_examples(chosen: pl.DataFrame, old: pl.DataFrame, new: pl.DataFrame) -> tuple[Example, ...]:
    """Headlines, standfirsts and texts of the chosen documents, old and new, as diffs in their order."""
    whole = pl.concat_str("title", "standfirst", "text", separator="\n", ignore_nulls=True)
    before, after = (dict(side.select("doc_id", whole).iter_rows()) for side in (old, new))
    return tuple(
        Example(doc_id, uri, title, change, diff_texts(before.get(was or doc_id, ""), after.get(doc_id, "")))
        for doc_id, uri, title, change, was in chosen.select(*Example._fields[:-1], "was").iter_rows()
    )


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


def count_columns(documents: pl.DataFrame) -> list[tuple[str, int]]:
    """The columns that differ, and in how many documents, most first."""
    counts = documents.select(pl.col("columns").explode().drop_nulls())["columns"].value_counts()
    return counts.sort("count", "columns", descending=[True, False]).rows()

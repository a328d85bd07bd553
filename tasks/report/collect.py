"""Collects what a page says of a batch in one `Report`, from the lake, or from staged rows if the batch is blocked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from tasks.batch import Skipped
from tasks.counts import sum_passed_over
from tasks.lakes.lake import Lake, find_owners, scan_files, scan_table
from tasks.publishing.claims import read_own_claims
from tasks.report import figures
from tasks.report.hits import Hit, RuleHits, draw_sample, pick_doubts, pick_hits, scan_removed
from tasks.report.record import RunRecord, shorten_receipt
from tasks.report.stories import ShownStory, list_stories
from tasks.report.texts import ShownDocument, choose_examples, read_documents
from tasks.report.titles import ShownRecord, list_by_title
from tasks.schema import TABLES
from tasks.staging.receipt import StagedBatch
from tasks.stores.manifest import month_of

DOUBTS = 8
STOPPED_SHOWN = 5
REASONS_SHOWN = 20
DUPLICATES_SHOWN = 50
EXCERPT_CHARS = 400


class Reason(NamedTuple):
    """Why records are in quarantine: how many have this reason, and the first few rows."""

    code: str
    records: int
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Report(RunRecord):
    """What a page says of a run. `receipt` as `shorten_receipt` leaves it; `sampled`: documents whose lines were read.

    `duplicates`: the first rows, each with the logical date and uri of its `twin`, the document that it repeats (None for one
    in quarantine); `kept`: documents of the batch that readers have now, whatever this run did (None: not known); `stories`: the
    largest ones that it has a part in.
    """

    receipt: dict[str, Any]
    days: tuple[figures.DayCount, ...]
    lengths: tuple[figures.LengthCount, ...]
    publishers: tuple[figures.PublisherShare, ...]
    rules: tuple[RuleHits, ...]
    doubts: list[Hit]
    examples: tuple[str, ...]
    texts: dict[str, ShownDocument]
    reasons: tuple[Reason, ...]
    records: tuple[ShownRecord, ...]
    duplicates: tuple[dict[str, Any], ...]
    sampled: int
    undated: int
    over_budget: int
    kept: int | None
    stories: tuple[ShownStory, ...] = ()

    @property
    def passed_over(self) -> list[Skipped]:
        """What the inputs have that is no record, by kind."""
        return sum_passed_over(self.receipt)


def collect_published(lake: Lake, source: str, day: date, record: RunRecord | None) -> Report | None:
    """The report of a published batch; None if the lake does not have it."""
    receipt = lake.receipt(source, day)
    if receipt is None:
        return None
    manifest = lake.manifest()
    months = sorted(set(read_own_claims(lake, manifest, source, day)["partition"]))
    own = (pl.col("source") == source) & (pl.col("logical_date") == day)
    month = [month_of(day)]
    partitions = {"documents": months, "lines": months, "duplicates": month, "quarantine": month}
    rows = {name: scan_table(lake, manifest, name, part).filter(own) for name, part in partitions.items()}
    run = record or RunRecord(source, day, "published", ())
    shown = rows["duplicates"].sort("uri").head(DUPLICATES_SHOWN).collect()
    twins = find_owners(lake, manifest, source, shown["doc_id"].to_list())
    report = collect_report(lake, run, receipt, rows, list_duplicates(shown, twins), receipt["published"])
    ids = rows["documents"].select("doc_id").collect().to_series()
    return replace(report, stories=list_stories(lake, manifest, ids, months))


def collect_blocked(lake: Lake, record: RunRecord, staged: StagedBatch) -> Report:
    """The report of a batch that the audit blocked, from its staged rows."""
    rows = {
        "duplicates": staged.duplicates.lazy(),
        "quarantine": staged.quarantine.select(TABLES["quarantine"].names).lazy(),
    }
    for table in ("documents", "lines"):
        parts = (part.scan(table).select(TABLES[table].names) for part in staged.folders)
        rows[table] = pl.concat([scan_files([], table), *parts])
    known = lake.receipt(record.source, record.logical_date)
    shown = staged.duplicates.sort("uri").head(DUPLICATES_SHOWN)
    found = rows["documents"].filter(pl.col("doc_id").is_in(shown["doc_id"].to_list()))
    twins = {
        doc_id: (day, uri) for doc_id, day, uri in found.select("doc_id", "logical_date", "uri").collect().iter_rows()
    }
    duplicates = list_duplicates(shown, twins)
    return collect_report(lake, record, staged.receipt, rows, duplicates, known["published"] if known else 0)


def list_duplicates(rows: pl.DataFrame, twins: Mapping[str, tuple[date, str]]) -> tuple[dict[str, Any], ...]:
    """Rows of `duplicates`, each with its twin."""
    return tuple(row | {"twin": twins.get(row["doc_id"])} for row in rows.iter_rows(named=True))


def collect_report(
    lake: Lake,
    record: RunRecord,
    receipt: Mapping[str, Any],
    rows: Mapping[str, pl.LazyFrame],
    duplicates: tuple[dict[str, Any], ...],
    kept: int | None,
) -> Report:
    """Reads narrow columns, a sample of the lines, and the text of the documents that are shown. `rows`: by table."""
    documents = rows["documents"].select(figures.NARROW).collect().sort("doc_id")
    last = draw_sample(documents)
    removed = scan_removed(rows["lines"], rows["documents"], last)
    counts = [(entry["rule"], entry["count"]) for entry in receipt["rules"]]
    doubts, examples = pick_doubts(removed, DOUBTS), choose_examples(documents, removed)
    shown = [*examples, *(hit["doc_id"] for hit in doubts)]
    earlier = figures.read_earlier_documents(lake, record.source, record.logical_date)
    return Report(
        **vars(record) | {"receipt": shorten_receipt(receipt)},
        days=figures.count_days(documents, record.logical_date),
        lengths=figures.count_lengths(documents),
        publishers=figures.compare_publishers(documents, earlier),
        rules=pick_hits(removed, counts),
        doubts=doubts,
        examples=tuple(examples),
        texts=read_documents(rows["documents"], rows["lines"], documents, shown),
        reasons=list_reasons(rows["quarantine"].collect(), record.blocked_by),
        records=list_by_title(rows, documents["doc_id"], is_blocked=record.state == "blocked"),
        duplicates=duplicates,
        sampled=documents.height if last is None else documents.filter(pl.col("doc_id") <= last).height,
        undated=documents["published_at"].null_count(),
        over_budget=documents.filter(pl.col("flags").list.contains("over_budget")).height,
        kept=kept,
    )


def list_reasons(quarantine: pl.DataFrame, first: tuple[str, ...]) -> tuple[Reason, ...]:
    """Quarantine by reason: those in `first` on top, then the most frequent; a record with two reasons is in both."""
    counts: Counter[str] = Counter(quarantine["reasons"].explode().drop_nulls().to_list())
    ranked = sorted(counts, key=lambda code: (code not in first, -counts[code], code))[:REASONS_SHOWN]
    short = quarantine.sort("uri", "stage").with_columns(pl.col("title", "detail", "excerpt").str.head(EXCERPT_CHARS))
    is_cut = (pl.col("excerpt") != "") & (pl.col("raw_chars") > pl.col("excerpt").str.len_chars())
    short = short.with_columns(excerpt=pl.when(is_cut).then(pl.col("excerpt") + " …").otherwise("excerpt"))
    rows = {code: short.filter(pl.col("reasons").list.contains(code)).head(STOPPED_SHOWN) for code in ranked}
    return tuple(Reason(code, counts[code], tuple(rows[code].to_dicts())) for code in ranked)

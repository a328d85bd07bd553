"""What an erasure would remove, counted; the copies that it leaves; and the raw files that hold the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from tasks.erasing.learned import find_orphans
from tasks.erasing.pages import find_pages
from tasks.erasing.runs import fingerprint_texts
from tasks.erasing.targets import Request, Targets, find_targets, match_request
from tasks.erasing.texts import read_erased_texts
from tasks.file_names import find_file
from tasks.lakes.lake import Lake, scan_table
from tasks.report.record import open_pages
from tasks.stores.manifest import Manifest
from tasks.stores.tags import list_tags

OF_DOCUMENT = ("doc_id", "publisher", "source", "logical_date", "uri")


@dataclass(frozen=True)
class NearCopy:
    """A document that stays although it shares passages with an erased one. `share`: as in `stories`."""

    doc_id: str
    kind: str
    share: float | None
    publisher: str
    source: str
    logical_date: date
    uri: str


@dataclass(frozen=True)
class Survey:
    """What a request removes. `counts`: by what it is; `files`: raw files that hold the text, by source and day."""

    targets: Targets
    counts: dict[str, int]
    versions: tuple[int, ...]
    tags: tuple[str, ...]
    near: tuple[NearCopy, ...]
    files: tuple[tuple[str, date, str], ...]


def survey_request(lake: Lake, request: Request) -> Survey:
    """Counts what a request would remove, and removes nothing."""
    manifest = lake.manifest()
    targets = find_targets(lake, request, manifest)
    removed = dict(targets.removed.group_by("table").len().iter_rows())
    lines = scan_table(lake, manifest, "lines", sorted(targets.months("documents")))
    stories = scan_table(lake, manifest, "stories")
    own = pl.col("doc_id").is_in(list(targets.ids))
    counts = {
        "records": targets.removed.unique(["source", "logical_date", "uri"]).height,
        "documents": removed.get("documents", 0),
        "lines": lines.filter(own).select(pl.len()).collect().item(),
        "duplicates": removed.get("duplicates", 0),
        "quarantine rows": removed.get("quarantine", 0),
        "excerpts": count_excerpts(lake, manifest, request, targets),
        "story rows": stories.filter(own).select(pl.len()).collect().item(),
        "learned lines": sum(gone for _, _, gone in find_orphans(lake, targets)),
        "pages": count_pages(lake, request, targets),
        "earlier versions": len(targets.versions - {manifest.version}),
    }
    tags = [tag for tag, version in list_tags(lake.files).items() if version in targets.versions]
    near = tuple(find_near(lake, manifest, targets))
    return Survey(
        targets, counts, tuple(sorted(targets.versions)), tuple(tags), near, tuple(list_raw_files(lake, targets))
    )


def count_excerpts(lake: Lake, manifest: Manifest, request: Request, targets: Targets) -> int:
    """How many rows of quarantine to remove have an excerpt."""
    rows = scan_table(lake, manifest, "quarantine", sorted(targets.months("quarantine")))
    own = match_request(request, "quarantine") & pl.col("excerpt").is_not_null()
    return int(rows.filter(own).select(pl.len()).collect().item())


def count_pages(lake: Lake, request: Request, targets: Targets) -> int:
    """How many pages of runs are written again or deleted."""
    pages = open_pages(lake)
    if not pages.list_names(""):
        return 0
    batches = frozenset(targets.records.select("source", "logical_date").iter_rows())
    return sum(1 for _ in find_pages(pages, fingerprint_texts(read_erased_texts(lake, request)), batches))


def find_near(lake: Lake, manifest: Manifest, targets: Targets) -> Iterator[NearCopy]:
    """The documents of the stories of erased documents, and those that quote them or are quoted, that are not erased."""
    ids = list(targets.ids)
    rows = scan_table(lake, manifest, "stories")
    own = rows.filter(pl.col("doc_id").is_in(ids)).collect()
    quoted = (
        own["quotes"].explode(empty_as_null=True).struct.field("doc_id").drop_nulls() if own.height else own["doc_id"]
    )
    named = [*own["story_id"], *quoted, *own["of_doc_id"].drop_nulls()]
    quotes = pl.col("quotes").list.eval(pl.element().struct.field("doc_id").is_in(ids)).list.any()
    others = rows.filter(
        ~pl.col("doc_id").is_in(ids),
        pl.col("story_id").is_in(own["story_id"].to_list()) | pl.col("doc_id").is_in(named) | quotes,
    ).collect()
    if others.is_empty():
        return
    wanted = pl.col("doc_id").is_in(others["doc_id"].to_list())
    heads = scan_table(lake, manifest, "documents").filter(wanted).select(OF_DOCUMENT).collect()
    for row in others.join(heads, on="doc_id").sort("doc_id").iter_rows(named=True):
        yield NearCopy(row["doc_id"], row["kind"], row["share"], *(row[name] for name in OF_DOCUMENT[1:]))


def list_raw_files(lake: Lake, targets: Targets) -> Iterator[tuple[str, date, str]]:
    """Source, logical date and uri of every raw file that a record came from."""
    batches = targets.records.select("source", "logical_date").unique().sort("source", "logical_date")
    for source, day in batches.iter_rows():
        own = targets.records.filter(pl.col("source") == source, pl.col("logical_date") == day)
        receipt = lake.receipt(source, day)
        inputs = {entry["uri"] for entry in receipt["inputs"]} if receipt else set()
        for uri in sorted({find_file(uri, inputs) for uri in own["uri"]}):
            yield source, day, uri

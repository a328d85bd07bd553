"""What a commit costs: small batches into small and large months, a backfill, the disk after many, duplicates among very many claims.

    python -m benchmark.commits [--claims N]

Staged rows are made up, since nothing but publishing is measured. Prints a Markdown table; docs/lake.md has one.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from tasks.columns import fill_column
from tasks.erasing.erase import erase
from tasks.erasing.targets import Request
from tasks.lakes.lake import Lake, PublishPolicy, open_lake, scan_table
from tasks.publishing.claims import read_rival_claims
from tasks.publishing.publish import publish
from tasks.publishing.receipts import add_tally, tally_documents, tally_lines
from tasks.schema import DOCUMENTS, LINES, MONTH, RECEIPTS
from tasks.staging.receipt import StagedBatch, StagedFolder
from tasks.staging.stage import empty_frame, stage_tables
from tasks.stores.disk_store import FILE_ROWS
from tasks.stores.manifest import CLAIMS, file_schema
from tasks.stores.table_files import write_files

FIRST = date(2025, 1, 1)
SENTENCES_EACH = 22
WORDS_EACH = 24
LINES_EACH = 4
SHARD = 5_000


def make_texts(rng: np.random.Generator, count: int) -> list[str]:
    """Texts of SENTENCES_EACH lines of made-up words, frequent ones more often: about 3,500 characters each.

    They pack about as well as prose does, which repeated sentences would not.
    """
    letters = Random(1)
    words = np.array(["".join(letters.choices("etaoinshrdlu", k=2 + at % 9)) for at in range(6_000)], dtype=object)
    weights = np.cumsum(1 / (np.arange(len(words)) + 3))
    texts = []
    for _ in range(count):
        picked = words[np.searchsorted(weights, rng.random(SENTENCES_EACH * WORDS_EACH) * weights[-1])]
        texts.append("\n".join(" ".join(picked[at::SENTENCES_EACH]) for at in range(SENTENCES_EACH)))
    return texts


def hash_text(text: str) -> int:
    """A seed from a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def make_documents(source: str, day: date, count: int, salt: str, published: list[date]) -> pl.DataFrame:
    """Rows of `documents` of one batch, published on `published` in turn."""
    texts = make_texts(np.random.default_rng(hash_text(f"{source} {day} {salt}")), count)
    ids = [blake2b(f"{source} {day} {salt} {at}".encode(), digest_size=16).hexdigest() for at in range(count)]
    times = [datetime.combine(published[at % len(published)], datetime.min.time(), UTC) for at in range(count)]
    rows = pl.DataFrame(
        {"doc_id": ids, "text": texts, "published_at": pl.Series(times, dtype=pl.Datetime("us", "UTC"))}
    )
    chars = pl.col("text").str.len_chars().cast(pl.Int64)
    empty: list[str] = []
    rows = rows.with_columns(
        record_id=pl.lit(None, pl.String),
        source=pl.lit(source),
        publisher=pl.concat_str(pl.lit(source), pl.lit(".example")),
        logical_date=pl.lit(day),
        uri=pl.concat_str(pl.lit(f"{source}/{day}.jsonl#"), pl.int_range(pl.len()).cast(pl.String)),
        url=pl.concat_str(pl.lit("https://news.example/"), "doc_id"),
        title=pl.col("text").str.head(60),
        standfirst=pl.lit(None, pl.String),
        authors=pl.lit(["Ada Quist"]),
        captions=pl.lit(
            [], pl.List(pl.Struct({"text": pl.String, "credit": pl.String, "copies": pl.Int32, "line": pl.Int32}))
        ),
        language=pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.lit("en")).otherwise(pl.lit("de")),
        language_score=pl.lit(0.98),
        body_lines=pl.lit(list(range(SENTENCES_EACH)), pl.List(pl.Int32)),
        joins=pl.lit([], pl.List(pl.Int32)),
        line_count=pl.lit(SENTENCES_EACH + LINES_EACH, pl.Int32),
        text_chars=chars,
        raw_chars=chars - (SENTENCES_EACH - 1) + 40 * LINES_EACH + SENTENCES_EACH + LINES_EACH - 1,
        removed_lines=pl.lit(LINES_EACH, pl.Int32),
        removed_chars=pl.lit(40 * LINES_EACH, pl.Int64),
        flags=pl.lit(empty, pl.List(pl.String)),
        raw_sha256=pl.concat_str("doc_id", "doc_id"),
        canonical_sha256=pl.concat_str("doc_id", "doc_id"),
        encoding=pl.lit("utf-8"),
        rules_version=pl.lit("0123456789ab"),
        month=pl.col("published_at").dt.strftime("%Y-%m"),
    )
    # Columns that may be missing and that nothing here depends on.
    missing = [field for field in DOCUMENTS if field.name not in rows.columns]
    others = {field.name: pl.lit(pl.Series(fill_column(field, 1))).first() for field in missing}
    return rows.with_columns(**others).select([*DOCUMENTS.names, MONTH.name])


def make_lines(documents: pl.DataFrame) -> pl.DataFrame:
    """Four removed lines per document, 40 characters each."""
    numbers = pl.DataFrame({"line": pl.Series(range(LINES_EACH), dtype=pl.Int32) + SENTENCES_EACH})
    return (
        documents.select("doc_id", "source", "logical_date", "publisher", "language", MONTH.name)
        .join(numbers, how="cross")
        .with_columns(
            role=pl.lit("boilerplate"),
            removed=pl.lit(True),
            rule=pl.lit("read-more.en"),
            evidence=pl.lit("Read more:"),
            text=pl.concat_str(
                pl.lit("Read more: everything about the matter "), pl.col("line").cast(pl.String).str.tail(1)
            ),
        )
        .select([*LINES.names, MONTH.name])
    )


def publish_batch(
    lake: Lake,
    staging: Path,
    source: str,
    day: date,
    count: int,
    *,
    salt: str = "",
    published: Iterable[date] = (),
    keep: int = 5,
    partition: str = "month",
) -> Callable[[], Any]:
    """Stages a batch now; what it gives publishes it."""
    documents = make_documents(source, day, count, salt, list(published) or [day])
    lines = make_lines(documents)
    receipt: dict[str, Any] = dict.fromkeys(RECEIPTS.names, 0)
    receipt |= {field.name: [] for field in RECEIPTS if pa.types.is_list(field.type)}
    receipt |= {
        "source": source,
        "logical_date": day,
        "fingerprint": salt,
        "records": count,
        "rules_version": "0123456789ab",
    }
    receipt |= {"versions": "{}", "settings": "{}"}
    receipt["inputs"] = [{"uri": f"{source}/{day}.jsonl", "size": 1, "sha256": "0" * 64, "records": count}]
    receipt = add_tally(receipt, tally_documents(documents.to_arrow()) + tally_lines(lines.to_arrow()), 1)
    quarantine, duplicates = empty_frame("quarantine"), empty_frame("duplicates")
    folders = []
    for number in range(0, count, SHARD):
        part = documents.slice(number, SHARD)
        own = lines.join(part.select("doc_id"), on="doc_id", how="semi")
        folder = staging / f"{source}-{day}-{salt}-{number}"
        stage_tables({"documents": part, "lines": own, "duplicates": duplicates, "quarantine": quarantine}, folder)
        folders.append(StagedFolder(folder, frozenset()))
    lake = replace(lake, policy=PublishPolicy(keep, partition=partition))
    return lambda: publish(lake, StagedBatch(tuple(folders), duplicates, quarantine, receipt))


@dataclass(frozen=True)
class Spent:
    """What something took: CPU seconds of this process, and megabytes of new files."""

    seconds: float
    written: float


def measure(work: Callable[[], Any]) -> Spent:
    """Does it and says what it took; the files of a commit are counted by their sizes."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    done = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    size = sum(file.size for files in done.files.values() for file in files)
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size / 2**20)


def days_of(month: int, count: int = 28) -> list[date]:
    """The first days of a month, counted from FIRST."""
    return [date(FIRST.year + month // 12, 1 + month % 12, 1 + at) for at in range(count)]


def fill(lake: Lake, staging: Path, months: int, each: int, partition: str = "month") -> Spent:
    """One batch a month; the cost of the last."""
    spent = Spent(0, 0)
    for month in range(months):
        days = days_of(month)
        work = publish_batch(lake, staging, "stock", days[-1], each, published=days, partition=partition)
        spent = measure(work)
    return spent


def measure_small_batches(root: Path) -> Iterable[tuple[str, Spent]]:
    """100 documents into a month of 4,000 and of 100,000, by month and by day."""
    for each, partition in ((4_000, "month"), (100_000, "month"), (100_000, "day")):
        lake = open_lake(root / f"small-{each}-{partition}" / "lake")
        load = fill(lake, root / "staging", 1, each, partition)
        yield f"{each:,} documents into an empty month, by {partition}", load
        spent = [measure(publish_batch(lake, root / "staging", "wire", day, 100)) for day in days_of(0, 4)]
        yield f"100 documents into a month of {each:,}, by {partition}", spent[-1]


def measure_backfill(root: Path) -> Iterable[tuple[str, Spent]]:
    """Three months of daily batches are run again with other texts, in a lake of 24 months and 100,000 documents."""
    lake = open_lake(root / "backfill" / "lake")
    fill(lake, root / "staging", 21, 4_166)
    days = [day for month in (21, 22, 23) for day in days_of(month)]
    for day in days:
        publish_batch(lake, root / "staging", "daily", day, 149)()
    again = [measure(publish_batch(lake, root / "staging", "daily", day, 149, salt="2")) for day in days]
    total = Spent(sum(one.seconds for one in again), sum(one.written for one in again))
    yield f"backfill of three months, {len(days)} daily batches of 149, in a lake of 100,000", total
    yield "one of them", again[len(again) // 2]
    live = sum(file.size for files in lake.manifest().tables.values() for file in files)
    yield "disk then: live", Spent(0, live / 2**20)
    yield "disk then: with 5 kept versions", Spent(0, measure_disk(lake) / 2**20)
    for number in range(20):
        publish_batch(lake, root / "staging", "wire", days[-1] - timedelta(days=number % 5), 100, salt=str(number))()
    yield "disk after 20 more commits of 100 documents", Spent(0, measure_disk(lake) / 2**20)


def measure_erasure(root: Path) -> Iterable[tuple[str, Spent]]:
    """One document is erased from a lake of 200,000 in two months; beside it, what publishing one of these months took."""
    lake = open_lake(root / "erasure" / "lake")
    yield "100,000 documents into the second month of a lake", fill(lake, root / "staging", 2, 100_000)
    (doc_id,) = scan_table(lake, lake.manifest(), "documents").select("doc_id").head(1).collect().to_series()
    before = resource.getrusage(resource.RUSAGE_SELF)
    erase(lake, Request((doc_id,), (), "withdrawn", None, datetime(2026, 11, 30, tzinfo=UTC)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    yield "one document erased from that lake of 200,000", Spent(spent, 0)


def measure_disk(lake: Lake) -> int:
    """Bytes of all versions, hard links counted once."""
    sizes = {}
    for path in (lake.store.folder / "versions").rglob("*.parquet"):
        facts = path.stat()
        sizes[facts.st_ino] = facts.st_size
    return sum(sizes.values())


def measure_duplicates(root: Path, claims: int) -> Iterable[tuple[str, Spent]]:
    """Looking for duplicates of 100 and of 5,000 documents among very many claims of 400 sources in 24 months."""
    rng = np.random.default_rng(1)
    sources, months = 400, 24
    folder, paths = root / "claims", []
    for month in range(months):
        count = claims // months
        owners = np.sort(rng.zipf(1.3, count) % sources)
        days = rng.integers(0, 28, count)
        ids = pl.Series(["".join(pair) for pair in zip(*[hex_ids(rng, count) for _ in range(2)], strict=True)])
        day = pl.lit(days_of(month)[0]) + pl.duration(days=pl.Series(days))
        rows = pl.DataFrame({"source": [f"source-{owner:03d}" for owner in owners], "doc_id": ids}).with_columns(
            logical_date=day.cast(pl.Date), month=pl.lit(f"{days_of(month)[0]:%Y-%m}")
        )
        rows = rows.with_columns(
            uri=pl.concat_str(
                "source",
                pl.lit("/"),
                pl.col("logical_date").cast(pl.String),
                pl.lit(".jsonl#"),
                pl.int_range(pl.len()) % 5_000,
            ),
            partition="month",
        ).sort("source", "logical_date", "doc_id")
        table = rows.select([*CLAIMS.names, MONTH.name]).to_arrow().cast(file_schema("claims").append(MONTH))
        for files in write_files(iter([table]), "claims", folder, FILE_ROWS).values():
            paths += [folder / file.path for file in files]
    size = sum(path.stat().st_size for path in paths)
    yield f"{claims:,} claims on disk ({size / claims:.1f} bytes each)", Spent(0, size / 2**20)
    for source, what in (("source-001", "the largest source"), ("source-200", "a source of medium size")):
        for count in (100, 5_000):
            ids = pl.Series([blake2b(str(at).encode(), digest_size=16).hexdigest() for at in range(count)])
            before = resource.getrusage(resource.RUSAGE_SELF)
            read_rival_claims(paths, source, FIRST, ids)
            after = resource.getrusage(resource.RUSAGE_SELF)
            yield (
                f"duplicates of {count:,} documents of {what}",
                Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0),
            )


def hex_ids(rng: np.random.Generator, count: int) -> list[str]:
    """16 random hex digits each."""
    return [f"{value:016x}" for value in rng.integers(0, 2**63, count).tolist()]


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="benchmark.commits", description=__doc__)
    parser.add_argument("--claims", type=int, default=5_000_000)
    options = parser.parse_args()
    print("| what | CPU s | MB written |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="commits-") as folder:
        root = Path(folder)
        parts = (measure_small_batches, measure_backfill, measure_erasure)
        for part in (*(part(root) for part in parts), measure_duplicates(root, options.claims)):
            for what, spent in part:
                print(f"| {what} | {spent.seconds:.2f} | {spent.written:,.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Staged batches for tests, and publishing them the way a run does. Receipts are counted here in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pyarrow as pa

from builders.staged_documents import Parts, make_document, make_stopped
from tasks.lakes.lake import Lake, PublishPolicy
from tasks.publishing.publish import Commit, publish
from tasks.schema import MONTH, SAME_BATCH, TABLES
from tasks.shard import StagedShard
from tasks.staging.assemble import assemble_duplicates
from tasks.staging.duplicates import gather_duplicates, settle_duplicates
from tasks.staging.receipt import StagedBatch, StagedFolder
from tasks.staging.stage import stage_tables

OCTOBER = date(2026, 10, 5)


@dataclass(frozen=True)
class Doc:
    """A document to stage: its text follows from `text`, its id from source and text. `paragraphs`: numbers of made-up ones."""

    text: int
    uri: str = ""
    published: datetime | None = datetime(2026, 10, 4, 8, tzinfo=UTC)
    language: str = "en"
    paragraphs: tuple[int, ...] = ()
    publisher: str = ""

    @property
    def name(self) -> str:
        return self.uri or f"doc-{self.text:06d}.txt"


def make_paragraph(number: int, words: int = 40) -> str:
    """A paragraph of made-up words, another one for each number."""
    rng = Random(number)
    return " ".join("".join(rng.choices("aeioulnrst", k=rng.randint(3, 8))) for _ in range(words)).capitalize() + "."


def build(doc: Doc, source: str, day: date) -> Parts:
    """A document's rows, right in every column."""
    article = [
        ("headline", f"Headline {doc.text}"),
        ("body", ""),
        ("caption", f"Caption number {doc.text}."),
        ("-repeat", f"Caption number {doc.text}."),
        ("body", f"Body of document {doc.text}, with an umlaut: ä. " + "word " * (doc.text % 7)),
        ("body", "A second line."),
        *(("body", make_paragraph(number)) for number in doc.paragraphs),
        *([("-boilerplate", "Read more: everything")] if doc.text % 3 else []),
    ]
    article = [(fate, text.rstrip()) for fate, text in article]
    month = (doc.published or day).strftime("%Y-%m")
    own = {"source": source, "logical_date": day, "month": month}
    document, lines = make_document(
        doc.text,
        article,
        uri=doc.name,
        published_at=doc.published,
        language=doc.language,
        publisher=doc.publisher or source,
        **own,
    )
    doc_id = sha256(f"{source}\n{doc.text}".encode()).hexdigest()[:32]
    rows = [line | own | {"doc_id": doc_id, "rule": f"rule.{line['role']}"} for line in lines]
    return document | {"doc_id": doc_id}, rows


def stage_shard(
    folder: Path, number: int, source: str, day: date, docs: Iterable[Doc], stopped: Sequence[str] = ()
) -> StagedShard:
    """One staged shard; copies inside it are duplicates, as a shard's building leaves them."""
    parts: dict[str, Parts] = {}
    repeats: list[dict[str, Any]] = []
    for doc in sorted(docs, key=lambda doc: doc.name):
        document, lines = build(doc, source, day)
        if document["doc_id"] in parts:
            repeats.append(document)
        else:
            parts[document["doc_id"]] = (document, lines)
    month = f"{day:%Y-%m}"
    bad = [make_stopped(uri=uri, source=source, logical_date=day, month=month) for uri in stopped]
    tables = {
        "documents": frame([document for document, _ in parts.values()], "documents"),
        "lines": frame([line for _, lines in parts.values() for line in lines], "lines"),
        "duplicates": assemble_duplicates(frame(repeats, "documents"), SAME_BATCH),
        "quarantine": frame(bad, "quarantine"),
    }
    stage_tables(tables, folder)
    records = len(parts) + len(repeats) + len(bad)
    return StagedShard((str(folder),), number, (), records, len(parts), len(bad))


def settle_staged(staged: Sequence[StagedShard]) -> tuple[list[StagedFolder], pl.DataFrame]:
    """The folders of a batch and its duplicates, as the judging of a batch settles them."""
    folders = settle_duplicates([Path(folder) for shard in staged for folder in shard.folders])
    return folders, gather_duplicates(folders)


def frame(rows: list[dict[str, Any]], table: str) -> pl.DataFrame:
    """Rows as a frame of the declared types, empty or not."""
    return pl.DataFrame(pl.from_arrow(pa.Table.from_pylist(rows, schema=TABLES[table].append(MONTH))))


def stage_batch(
    staging: Path,
    docs: Sequence[Doc],
    *,
    source: str = "s",
    day: date = OCTOBER,
    shards: int = 1,
    stopped: Sequence[str] = (),
) -> StagedBatch:
    """Documents staged in so many shards, with quarantine rows of the uris `stopped`: what `publish` is handed."""
    staged = [
        stage_shard(staging / str(number), number, source, day, docs[number::shards], stopped[number::shards])
        for number in range(shards)
    ]
    folders, duplicates = settle_staged(staged)
    parts = [pl.read_parquet(part.folder / "quarantine.parquet", hive_partitioning=False) for part in folders]
    receipt = count_receipt(docs, source, day, duplicates.height, list(stopped))
    return StagedBatch(tuple(folders), duplicates, pl.concat(parts), receipt)


def publish_docs(
    lake: Lake,
    staging: Path,
    docs: Sequence[Doc],
    *,
    source: str = "s",
    day: date = OCTOBER,
    shards: int = 1,
    stopped: Sequence[str] = (),
    keep: int = 5,
    wait_seconds: float = 30,
    partition: str = "month",
    on_wait: Callable[[str], None] | None = None,
    note: Mapping[str, Any] | None = None,
) -> Commit:
    """Stages documents and publishes them as one batch."""
    batch = stage_batch(staging, docs, source=source, day=day, shards=shards, stopped=stopped)
    return publish(replace(lake, policy=PublishPolicy(keep, wait_seconds, partition, on_wait)), batch, note)


def count_receipt(
    docs: Sequence[Doc], source: str, day: date, duplicates: int, stopped: Sequence[str]
) -> dict[str, Any]:
    """A batch's receipt as if it were alone, counted row by row."""
    originals = {doc.text: doc for doc in sorted(docs, key=lambda doc: doc.name, reverse=True)}
    built = [build(doc, source, day) for doc in originals.values()]
    lines = [line for _, rows in built for line in rows]
    gone = [line for line in lines if line["removed"]]
    body = sum(len(text) for document, _ in built for text in document["text"].split("\n"))
    inputs = [
        {"uri": name, "size": 1, "sha256": "0" * 64, "records": 1}
        for name in sorted([*(doc.name for doc in docs), *stopped])
    ]
    return {
        "source": source,
        "logical_date": day,
        "fingerprint": sha256(repr(sorted((doc.name, doc.text) for doc in docs)).encode()).hexdigest(),
        "inputs": inputs,
        "records": len(inputs),
        "published": len(built),
        "duplicates": duplicates,
        "quarantined": len(stopped),
        "erased": 0,
        "chars": sum(document["raw_chars"] for document, _ in built),
        "body_chars": body,
        "apart_chars": sum(len(line["text"]) for line in lines if not line["removed"]),
        "removed_chars": sum(len(line["text"]) for line in gone),
        "line_ends": sum(document["line_count"] - 1 for document, _ in built),
        "removed_lines": len(gone),
        "captions_merged": sum(caption["copies"] - 1 for document, _ in built for caption in document["captions"]),
        "rules": tally("rule", [line["rule"] for line in gone]),
        "languages": tally("language", [document["language"] for document, _ in built]),
        "reasons": tally("reason", ["record_malformed"] * len(stopped)),
        "warnings": [],
        "passed_over": [],
        "profile": [],
        "rules_version": "0123456789ab",
        "versions": "{}",
        "settings": "{}",
    }


def tally(name: str, values: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: value, "count": count} for value, count in sorted(Counter(values).items())]


def read_visible(lake: Lake) -> dict[str, str]:
    """Path below the lake -> SHA-256 of every file that readers find."""
    found = {}
    for table in sorted(lake.store.path.iterdir()):
        for path in sorted(table.resolve().rglob("*")) if table.is_symlink() else ():
            if path.is_file():
                found[f"{table.name}/{path.parent.name}/{path.name}"] = sha256(path.read_bytes()).hexdigest()
    return found

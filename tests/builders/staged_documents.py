"""Staged documents for tests: said line by line, put together in plain Python, far from the columns under test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.columns import fill_column
from tasks.schema import MONTH, TABLES

Row = dict[str, Any]
Parts = tuple[Row, list[Row]]
Line = tuple[str, str]  # (body, a role kept apart, or -role for a removed line; text)

DAY = date(2026, 10, 5)
MONTH_OF_DAY = "2026-10"
ARTICLE: tuple[Line, ...] = (
    ("body", ""),
    ("headline", "Harbour bridge opens a year late"),
    ("byline", "By Ada Quist"),
    ("body", ""),
    ("caption", "The new bridge seen from the old pier."),
    ("-repeat", "The new bridge seen from the old pier."),
    ("body", "The harbour bridge opened on Monday, a year later than planned, and the ferry made its last trip."),
    ("body", "Several hundred people walked across before noon."),
    ("body", ""),
    ("-boilerplate", "Read more: all about the ferry"),
    ("body", ""),
    ("body", "“We have waited long enough,” said the harbour master."),
    ("-boilerplate", "Subscribe to our newsletter"),
    ("body", "The ferry will be a café."),
    ("body", ""),
    ("body", ""),
)
# Counts of a batch that close, as `expectations.batch` wants them.
GOOD_SUMS = (
    {"records": 20, "published": 17, "duplicates": 2, "quarantined": 1, "erased": 0, "input_records": 20}
    | {"inputs": 3, "inputs_accounted": 3, "document_rows": 17, "quarantine_rows": 1}
    | {"chars": 1000, "body_chars": 600, "apart_chars": 100, "removed_chars": 260, "line_ends": 40}
    | {"removed_lines": 9, "removed_rows": 9, "language_documents": 17, "profile_documents": 17}
)


def make_document(number: int = 0, article: Sequence[Line] = ARTICLE, **columns: Any) -> Parts:
    """A document and its rows of `lines`, right in every column; `columns` replace some of the document's."""
    texts = [text for _, text in article]
    canonical = "\n".join(texts)
    kept = [at for at, (fate, text) in enumerate(article) if fate == "body" and text]
    gone = [text for fate, text in article if fate.startswith("-")]
    doc_id = sha256(f"{number}\n{canonical}".encode()).hexdigest()[:32]
    text = join_body(texts, kept)
    captions = [{"text": text, "credit": None, "copies": 2, "line": at} for at, text in find_lines(article, "caption")]
    document = empty_row("documents") | {
        "doc_id": doc_id,
        "record_id": None,
        "source": "harbour",
        "publisher": "harbour.example",
        "logical_date": DAY,
        "uri": f"harbour.jsonl#{number}",
        "url": None,
        "title": next((text for _, text in find_lines(article, "headline")), None),
        "standfirst": None,
        "authors": ["Ada Quist"],
        "published_at": datetime(2026, 10, 5, 8, tzinfo=UTC),
        "dateline": None,
        "text": text,
        "captions": captions,
        "language": "en",
        "language_score": 0.98,
        "languages": [{"language": "en", "share": 1.0}],
        "body_lines": kept,
        "line_count": len(texts),
        "raw_chars": len(canonical),
        "text_chars": len(text),
        "removed_lines": len(gone),
        "removed_chars": sum(map(len, gone)),
        "flags": [],
        "raw_sha256": sha256(b"raw").hexdigest(),
        "canonical_sha256": sha256(canonical.encode()).hexdigest(),
        "encoding": "utf-8",
        "rules_version": "0123456789ab",
        "month": MONTH_OF_DAY,
    }
    rows = [make_line(doc_id, at, fate, text) for at, (fate, text) in enumerate(article) if text and fate != "body"]
    return document | columns, rows


def make_line(doc_id: str, line: int, fate: str, text: str) -> Row:
    """One row of `lines`."""
    return empty_row("lines") | {
        "doc_id": doc_id,
        "source": "harbour",
        "logical_date": DAY,
        "line": line,
        "role": fate.removeprefix("-"),
        "removed": fate.startswith("-"),
        "rule": "some.rule",
        "evidence": None,
        "text": text,
        "month": MONTH_OF_DAY,
    }


def make_stopped(number: int = 0, **columns: Any) -> Row:
    """One row of `quarantine`, right in every column."""
    row = empty_row("quarantine")
    row |= {"uri": f"harbour.jsonl#{number}", "source": "harbour", "logical_date": DAY, "stage": "read"}
    row |= {"reasons": ["record_malformed"], "detail": "Not a JSON object.", "month": MONTH_OF_DAY}
    return row | columns


def empty_row(table: str) -> Row:
    """A row with each declared column as in rows that are older than the column: its default, or None."""
    return {field.name: fill_column(field, 1)[0].as_py() for field in TABLES[table]}


def find_lines(article: Sequence[Line], role: str) -> list[tuple[int, str]]:
    """Number and text of the lines kept apart in a role."""
    return [(at, text) for at, (fate, text) in enumerate(article) if fate == role and text]


def join_body(texts: Sequence[str], kept: Sequence[int]) -> str:
    """The text of the kept lines: a blank line between two where one stood between them, else one line end."""
    text = ""
    for above, at in zip([None, *kept], kept, strict=False):
        if above is not None:
            text += "\n\n" if "" in texts[above:at] else "\n"
        text += texts[at]
    return text


def write_shard(folder: Path, documents: Sequence[Parts], quarantine: Sequence[Row] = ()) -> Path:
    """The staged files of a shard; nothing is checked, so that broken ones can be written too."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "documents": [document for document, _ in documents],
        "lines": [line for _, lines in documents for line in lines],
        "quarantine": list(quarantine),
    }
    for name, rows in tables.items():
        loose = pa.schema([field.with_nullable(True) for field in TABLES[name].append(MONTH)])
        pq.write_table(pa.Table.from_pylist(rows, schema=loose), folder / f"{name}.parquet")
    return folder

"""Sketches: what they say of a document, and which row groups of their files are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from builders.staged_shards import make_paragraph

from tasks.stories import sketch_table
from tasks.stories.sketch_table import SketchTable, flatten_prints, hash_ids, sketch_documents, take_text

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = 3_600_000_000


def make_documents(count: int) -> pl.DataFrame:
    """One document per hour; the last one is not dated."""
    return pl.DataFrame(
        {
            "doc_id": [f"{at:04d}" for at in range(count)],
            "logical_date": date(2026, 10, 1),
            "published_at": [START + timedelta(hours=at) if at < count - 1 else None for at in range(count)],
            "text": [f"{make_paragraph(at)}\n{make_paragraph(at + 100)}" for at in range(count)],
        },
        schema_overrides={"published_at": pl.Datetime("us", "UTC")},
    ).with_columns(captions=pl.lit([], pl.List(pl.Struct({"text": pl.String}))))


def test_sketches_do_not_depend_on_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = make_documents(7)
    whole = sketch_documents(documents)
    monkeypatch.setattr(sketch_table, "AT_ONCE", 2)
    assert sketch_documents(documents).equals(whole)
    assert pl.concat([sketch_documents(part) for part in documents.iter_slices(3)]).equals(whole)
    assert whole["words"].to_list() == [80] * 7
    assert whole["at"].to_list()[-2:] == [
        int(START.timestamp()) * 1_000_000 + 5 * HOUR,
        int(START.timestamp()) * 1_000_000,
    ]
    assert sketch_documents(documents.clear()).schema == whole.schema


def test_only_the_row_groups_of_a_time_are_read(tmp_path: Path) -> None:
    rows = sketch_documents(make_documents(9)).sort("at", "doc_id")
    pq.write_table(rows.to_arrow(), tmp_path / "a.parquet", row_group_size=2)
    table = SketchTable((("2026-10", tmp_path / "a.parquet"),))
    # The last document has no time but its batch's day, as the first one has.
    first = int(rows["at"][0])
    read = [part["doc_id"].to_pylist() for _, part in table.scan(["doc_id"], first + 3 * HOUR, first + 4 * HOUR)]
    assert read == [["0003", "0004"]]
    taken = table.take(["doc_id"], first + 3 * HOUR, first + 4 * HOUR, np.array([1]))
    assert taken.rows() == [("0004", 1, "2026-10")]


def test_a_gallery_is_compared_by_its_captions() -> None:
    texts = ["The pier. The gull.", "A long text about the pier and the gull, and about nothing else at all."]
    captions = [
        [{"text": "The ferry at the old pier."}, {"text": "A gull on it."}],
        [{"text": "The ferry at the pier."}],
    ]
    documents = pl.DataFrame({"text": texts, "captions": captions})
    assert documents.select(take_text())["text"].to_list() == [
        "The pier. The gull.\nThe ferry at the old pier.\nA gull on it.",
        texts[1],
    ]


def test_fingerprints_of_a_slice() -> None:
    rows = sketch_documents(make_documents(5)).to_arrow()
    flat, counts = flatten_prints(rows)
    part, own = flatten_prints(rows.slice(2, 2))
    start = int(counts[:2].sum())
    assert own.tolist() == counts[2:4].tolist()
    assert part.tolist() == flat[start : start + int(own.sum())].tolist()
    assert len(flatten_prints(rows.slice(0, 0))[0]) == 0
    assert len(set(hash_ids(rows).tolist())) == 5

"""Which documents may match: few of very many, and the same ones however many there are beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from builders.staged_shards import make_paragraph

from tasks.stories import candidates
from tasks.stories.candidates import Asked, PrintSet, Window, find_sharing, propose_pairs
from tasks.stories.sketch_table import SketchTable, flatten_prints, hash_ids, sketch_documents

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = 3_600_000_000


def write_table(folder: Path, *texts: tuple[int, tuple[int, ...]]) -> SketchTable:
    """Sketches of documents, given as hours after START and numbers of paragraphs, in files of two."""
    documents = pl.DataFrame(
        {
            "doc_id": [f"{at:04d}" for at in range(len(texts))],
            "logical_date": date(2026, 10, 1),
            "publisher": [f"{at}.example" for at in range(len(texts))],
            "published_at": [START + timedelta(hours=hours) for hours, _ in texts],
            "text": ["\n".join(map(make_paragraph, numbers)) for _, numbers in texts],
        },
        schema_overrides={"published_at": pl.Datetime("us", "UTC")},
    ).with_columns(captions=pl.lit([], pl.List(pl.Struct({"text": pl.String}))))
    files = []
    for number, part in enumerate(sketch_documents(documents).iter_slices(2)):
        path = folder / f"{number}.parquet"
        pq.write_table(part.to_arrow(), path)
        files.append(("2026-10", path))
    return SketchTable(tuple(files))


def propose(table: SketchTable, places: list[int], hours: int = 1000, after: int = 0) -> list[tuple[int, int]]:
    rows = pl.concat(
        [pl.DataFrame(pl.from_arrow(rows)) for _, rows in table.scan(["doc_id", "at", "prints"], -(2**63), 2**63 - 1)]
    )
    own = rows[places].to_arrow()
    times = own["at"].to_numpy()
    asked = Asked(np.sort(hash_ids(own)), PrintSet(flatten_prints(own)[0]), int(times[0]), int(times[-1]))
    pairs = propose_pairs(table, asked, Window(hours * HOUR, after * HOUR))
    if not len(pairs.later):
        return []
    found = [
        table.take(["doc_id"], pairs.start, pairs.end, np.unique(side))["doc_id"].to_list()
        for side in (pairs.later, pairs.earlier)
    ]
    names = [
        dict(zip(np.unique(side).tolist(), ids, strict=True))
        for side, ids in zip((pairs.later, pairs.earlier), found, strict=True)
    ]
    return [
        (int(names[0][later]), int(names[1][earlier]))
        for later, earlier in zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True)
    ]


TEXTS = ((0, (1, 2, 3)), (1, (4, 5)), (2, (1, 2, 9)), (3, (4, 1, 2, 3)), (90, (1, 2, 3)))


def test_documents_that_share_passages(tmp_path: Path) -> None:
    table = write_table(tmp_path, *TEXTS)
    assert propose(table, [3]) == [(3, 0), (3, 2), (3, 1)]
    assert propose(table, [0, 1, 2]) == [(2, 0)]


def test_the_window(tmp_path: Path) -> None:
    table = write_table(tmp_path, *TEXTS)
    assert propose(table, [4], hours=88) == [(4, 2), (4, 3)] or propose(table, [4], hours=88) == [(4, 3), (4, 2)]
    assert propose(table, [4], hours=86) == []
    assert propose(table, [4], hours=100, after=88) == [(4, 0)]


def test_no_document_has_very_many_candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "HOLDERS", 4)
    monkeypatch.setattr(candidates, "BEST", 3)
    table = write_table(tmp_path, *((at, (1, 2, 3)) for at in range(10)))
    assert propose(table, [9]) == [(9, 0), (9, 1), (9, 2)]
    assert propose(table, [9], hours=5) == [(9, 4), (9, 5), (9, 6)]


def test_documents_that_have_any_fingerprint_of_some(tmp_path: Path) -> None:
    table = write_table(tmp_path, *TEXTS)
    prints = np.concatenate([flatten_prints(rows.slice(0, 1))[0] for _, rows in table.scan(["prints"], 0, 2**60)][:1])
    start = int(START.timestamp()) * 1_000_000
    found = np.concatenate(list(find_sharing(table, PrintSet(prints), start + 2 * HOUR, start + 10 * HOUR)))
    assert len(found) == 2


def test_a_set_of_fingerprints() -> None:
    some = PrintSet(np.array([7, 2**31, 7 + 2**26], np.uint32))
    others = np.array([7, 8, 2**31, 7 + 2**27, 7 + 2**26], np.uint32)
    assert some.find(others).tolist() == [0, 2, 4]
    assert PrintSet(np.zeros(0, np.uint32)).find(others).tolist() == []

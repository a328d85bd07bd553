"""The lake that readers' tests share: `seeds/` and three days of the source `wire`, made as its README describes."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from builders.lakes import make_test_run
from flows.batches.ingest import ingest_batch
from flows.batches.requests import find_batches

BATCHES = (
    ("wire", date(2026, 10, 1)),
    ("wire", date(2026, 10, 2)),
    ("wire", date(2026, 10, 3)),
    ("seeds", date(2026, 10, 31)),
)


def make_seed_lake(project: Path, place: Path) -> Path:
    """`place` with `lake/`, its store, `seeds/` and `sources.toml`; made once, so that test files can share it."""
    if not (place / "lake").exists():
        shutil.copytree(project / "seeds", place / "seeds")
        shutil.copy(project / "sources.toml", place)
        run = make_test_run(place / "lake")
        for name, day in BATCHES:
            (batch,) = find_batches([name], day, day, place / "sources.toml", run.lake)
            ingest_batch(batch, run)
    return place

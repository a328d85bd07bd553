"""The lakes that readers' tests share: `seeds/` with three days of the source `wire`, and a delivery full of copies."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from builders.lakes import make_test_run
from flows.batches.ingest import ingest_batch, list_files
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


def make_story_lake(project: Path, place: Path) -> Path:
    """`place` with the `lake/` of `tests/data/stories`; made once, so that test files can share it."""
    if not (place / "lake").exists():
        shutil.copytree(project / "tests" / "data" / "stories", place, dirs_exist_ok=True)
        run = make_test_run(place / "lake")
        first, last = date(2026, 10, 30), date(2026, 11, 2)
        for day in (first + timedelta(number) for number in range((last - first).days + 1)):
            for batch in find_batches(["agency", "papers"], day, day, place / "sources.toml", run.lake):
                if list_files(batch, run.limits).files:
                    ingest_batch(batch, run)
    return place

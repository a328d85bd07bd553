"""Deliveries: the files that a dated source gets on one day, the sources.toml that declares it, and runs of its days."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from builders.lakes import make_test_run
from flows.batches.ingest import ingest_batch
from flows.batches.run import Batch, BatchResult
from flows.days.states import Day, survey_days
from flows.settings import Settings

FIRST = date(2026, 10, 1)
TODAY = date(2026, 11, 24)


def write_day(folder: Path, day: date, count: int = 6, **fields: object) -> None:
    """A day's delivery: `count` stories that no other day has."""
    rows = []
    for number in range(count):
        text = "\n\n".join(
            f"Sentence {n} of story {number} on {day} tells how the last ferry left Larkhaven." for n in range(6)
        )
        rows.append(json.dumps({"id": f"{day}-{number}", "title": f"Story {number} of {day}", "text": text, **fields}))
    path = folder / "in" / str(day) / "a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows))


def write_sources(folder: Path) -> Settings:
    """Two sources, a dated one and a drop folder; the settings that go with them."""
    (folder / "sources.toml").write_text(
        '[[source]]\nname = "gazette"\npath = "in/{date}/*.jsonl"\n\n[[source]]\nname = "drop"\npath = "drop"\n'
    )
    (folder / "drop").mkdir(exist_ok=True)
    return Settings(lake=folder / "lake", sources=folder / "sources.toml")


def run_day(batch: Batch, settings: Settings) -> BatchResult:
    """Ingests a batch in this process."""
    return ingest_batch(batch, make_test_run(**settings.model_dump(exclude_unset=True)))


def list_days(settings: Settings, count: int, *names: str) -> list[Day]:
    """The state of `count` days from FIRST on; of all sources, or of those named."""
    return survey_days(
        names, FIRST, FIRST + timedelta(count - 1), make_test_run(**settings.model_dump(exclude_unset=True)), TODAY
    )

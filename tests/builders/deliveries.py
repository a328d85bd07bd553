"""Deliveries: the files that a dated source gets on one day, and the sources.toml that declares it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

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

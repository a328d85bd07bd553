"""Three days of one source over two months: documents with and without a publisher, repeats, stories, quarantine."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

WORDS = [
    "pier",
    "harbour",
    "ferry",
    "bridge",
    "storm",
    "council",
    "baker",
    "school",
    "market",
    "river",
    "library",
    "tower",
    "tram",
    "museum",
    "garden",
]
NEWS_DAYS = [date(2026, 9, 29) + timedelta(days=number) for number in range(3)]


def write_report(number: int) -> str:
    """A text of three paragraphs and two lines that no other number has."""
    lines = []
    for part in range(3):
        said = " ".join(WORDS[(number * 7 + part * 5 + at * (1 + number % 4)) % len(WORDS)] for at in range(12))
        name = f"Report {number * 31 + part} of the board"
        lines.append(f"{name} says that the {said} was seen by {number + part} people on Monday.")
    more = f"Read more: Who paid for it, part {number}"
    return "\n\n".join([*lines[:2], more, lines[2], "Report 0 ends here", "Report 0 ends here too"])


def write_news_day(root: Path, day: date, numbers: range, **fields: Any) -> None:
    """Records of a day: some with `fields` alone, one of a publisher, one twice, one that fails its audit, one without text."""
    folder = root / "in" / str(day)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = [{"id": f"r{number}", "text": write_report(number), **fields} for number in numbers]
    rows += [{"id": "own", "text": write_report(500 + day.day), "publisher": "b.example", "url": "https://b.example/1"}]
    rows += [{"id": "again", "text": write_report(numbers[0]), **fields}, {"id": "none", "text": " "}]
    rows += [{"id": "late", "text": write_report(900 + day.day), "published_at": "2099-01-01", **fields}]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))


def write_news_days(root: Path, **fields: Any) -> None:
    """NEWS_DAYS below in/, each with some documents of the day before."""
    for number, day in enumerate(NEWS_DAYS):
        write_news_day(root, day, range(number * 6, number * 6 + 8), **fields)

"""What a run found that stands in no table: the audit's findings, and the would-be receipt of a blocked batch.

Kept as JSON beside the page, so that the page can be made anew and a blocked batch is not forgotten:

    reports/index.html
    reports/<source>/<logical date>.html, .json            what became of the batch in its last run that was not blocked
    reports/<source>/<logical date>.blocked.html, .json    the last run, where the audit stopped it
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from os import getpid
from pathlib import Path
from threading import get_ident
from typing import Any

from tasks.audit import Finding
from tasks.lake import Lake

LONG_LISTS = ("inputs", "twins")


@dataclass(frozen=True)
class RunRecord:
    """A run's state (`published`, `unchanged` or `blocked`) and findings. `receipt`: of a blocked run, without long lists."""

    source: str
    logical_date: date
    state: str
    findings: tuple[Finding, ...]
    blocked_by: tuple[str, ...] = ()
    receipt: dict[str, Any] | None = None


def find_folder(lake: Lake) -> Path:
    """Where the pages of a lake are: in its store, where no reader of tables looks."""
    return lake.store / "reports"


def name_page(folder: Path, source: str, day: date, state: str) -> Path:
    """The page of a run; its record has the same name with `.json`."""
    return folder / source / f"{day}{'.blocked' if state == 'blocked' else ''}.html"


def outline(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt with the lengths of its long lists in their place."""
    short = {name: value for name, value in receipt.items() if name not in LONG_LISTS}
    return short | {f"{name}_count": len(receipt[name]) for name in LONG_LISTS if name in receipt}


def write_record(folder: Path, record: RunRecord) -> Path:
    """Writes a record, and takes away that of a blocked run when the batch has passed since. Returns the page's path."""
    page = name_page(folder, record.source, record.logical_date, record.state)
    write_whole(page.with_suffix(".json"), json.dumps(asdict(record), default=str, sort_keys=True, ensure_ascii=False))
    if record.state != "blocked":
        stale = name_page(folder, record.source, record.logical_date, "blocked")
        for path in (stale, stale.with_suffix(".json")):
            path.unlink(missing_ok=True)
    return page


def read_record(path: Path) -> RunRecord | None:
    """The record at a path; None when there is none that can be read, since a page can do without."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(Finding(**finding) for finding in raw["findings"])
        return RunRecord(
            raw["source"], date.fromisoformat(raw["logical_date"]), raw["state"], findings, tuple(raw["blocked_by"]),
            raw["receipt"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_blocked(folder: Path) -> Iterable[RunRecord]:
    """The records of all blocked runs, by source and date."""
    for path in sorted(folder.glob("*/*.blocked.json")):
        if (record := read_record(path)) is not None:
            yield record


def write_whole(path: Path, text: str) -> None:
    """Writes a file at one instant: nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Runs that end at the same moment write the same index.
    draft = path.with_name(f".{path.name}.{getpid()}-{get_ident()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)

"""What was asked for, turned into batches: names of sources, files and folders, a date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from flows.batches.recipe import Batch
from tasks.batch import Source
from tasks.reading.plan import REMOTE
from tasks.sources import load_sources


class RequestError(ValueError):
    """Something was asked for that cannot be done. One line: what, where, what next."""


def find_batches(what: Sequence[str], day: date, today: date, sources_file: Path) -> list[Batch]:
    """One batch for each source, file or folder asked for; all declared sources when nothing is.

    Relative paths of declared sources start where sources.toml lies, others where the command runs.
    """
    if day > today:
        raise RequestError(f"the date {day} lies in the future (today is {today}, UTC). Give a day that has come.")
    declared = load_sources(sources_file)
    root = sources_file.absolute().parent
    if not what:
        if not declared:
            raise RequestError(
                f"nothing to ingest: {sources_file} declares no source. Name a file or a folder, or declare one."
            )
        return [Batch(source, day, root) for source in declared.values()]
    here = Path.cwd()
    return [
        Batch(declared[name], day, root) if name in declared else Batch(adhoc_source(name, declared), day, here)
        for name in what
    ]


def adhoc_source(path: str, declared: dict[str, Source]) -> Source:
    """A source for a path given by hand, named after its last part."""
    if not REMOTE.match(path) and not Path(path).exists():
        known = f" Declared sources are {', '.join(declared)}." if declared else ""
        raise RequestError(f"{path!r} is neither a declared source nor a file or folder here.{known}")
    last = path.rstrip("/").rsplit("/", 1)[-1]
    name = re.sub(r"[^a-z0-9_-]+", "-", (Path(path).resolve().name if last in ("", ".", "..") else last).lower()).strip(
        "-_"
    )
    stem = re.sub(r"-(?:txt|html?|jsonl?|ndjson|warc)?(?:-gz|-bz2|-xz|-zst)?$", "", name) or name
    return Source(stem or "files", path)


def today() -> date:
    """The logical date of a run that names none: today in UTC."""
    return datetime.now(UTC).date()

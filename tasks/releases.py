"""What people let through: documents that the audit stopped and somebody published on their word, with the why.

    .lake-store/releases/<source>@<logical date>.json

A release belongs to a batch and names the reasons it answers. It is an input of the batch like its files: every run of the
batch finds it, so the document stays published, and a new fault of the same document stops it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import Release
from tasks.lake import Lake

FLAG = "released"


class ReleaseError(ValueError):
    """A release that cannot be given, taken back or read. One line: what, where, what next."""


def find_releases(lake: Lake, source: str, day: date) -> tuple[Release, ...]:
    """The releases of a batch, by doc_id."""
    path = path_of(lake, source, day)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["releases"]
        return tuple(Release(**row | {"reasons": tuple(row["reasons"])}) for row in rows)
    except FileNotFoundError:
        return ()
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseError(f"{path}: this file is damaged ({error}); mend it, or remove it and release anew.") from None


def list_releases(lake: Lake) -> Iterator[tuple[str, date, Release]]:
    """Every release of a lake with its batch, by source and logical date."""
    for path in sorted((lake.store / "releases").glob("*@*.json")):
        source, _, day = path.stem.rpartition("@")
        yield from (
            (source, date.fromisoformat(day), row) for row in find_releases(lake, source, date.fromisoformat(day))
        )


def store_releases(lake: Lake, source: str, day: date, releases: Iterable[Release]) -> None:
    """Replaces the releases of a batch in one step; without any, its file goes."""
    path = path_of(lake, source, day)
    rows = sorted((asdict(row) for row in releases), key=lambda row: str(row["doc_id"]))
    if not rows:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # One row a line, to be read and compared with any tool.
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    draft = path.with_suffix(".tmp")
    draft.write_text(f'{{"releases": [\n{lines}\n]}}\n', encoding="utf-8")
    draft.replace(path)


def make_release(row: Mapping[str, Any], why: str) -> Release:
    """The release of a row of quarantine. Raises ReleaseError where there is no document that could be published."""
    said = ", ".join(row["reasons"])
    if not why.strip():
        raise ReleaseError(f"{row['uri']}: say why it may be published: --why 'checked against the printed page'.")
    if row["stage"] == "read":
        raise ReleaseError(f"{row['uri']} could not be read ({said}): mend the file and run `copydesk replay`.")
    if row["stage"] == "clean":
        raise ReleaseError(
            f"{row['uri']} has no text left after cleaning: mend the rule that took it and run `copydesk replay`."
        )
    return Release(row["doc_id"], row["uri"], tuple(sorted(row["reasons"])), why.strip())


def add_release(known: Iterable[Release], new: Release) -> tuple[Release, ...]:
    """Releases with one more; an earlier one of the same document goes, and its reasons stay answered."""
    rows = {row.doc_id: row for row in known}
    before = rows.get(new.doc_id)
    reasons = tuple(sorted({*new.reasons, *(before.reasons if before else ())}))
    rows[new.doc_id] = Release(new.doc_id, new.uri, reasons, new.why)
    return tuple(rows[doc_id] for doc_id in sorted(rows))


def flag_released(documents: pl.DataFrame, releases: tuple[Release, ...]) -> pl.DataFrame:
    """Documents with the flag `released` on those that a person let through, so that readers know."""
    if not releases:
        return documents
    released = pl.col("doc_id").is_in([row.doc_id for row in releases])
    return documents.with_columns(flags=pl.when(released).then(pl.col("flags").list.concat(pl.lit([FLAG]))).otherwise("flags"))


def path_of(lake: Lake, source: str, day: date) -> Path:
    """Where the releases of a batch lie."""
    return lake.store / "releases" / f"{source}@{day}.json"

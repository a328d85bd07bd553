"""Records what a run found and no table has: the audit's findings, and the receipt of a blocked batch.

Stored as JSON beside the page, on a disk or in a bucket, so that pages can be written again and the index lists blocked runs:

    reports/index.html
    reports/<source>/<logical date>.html, .json            the batch, as of its last run that was not blocked
    reports/<source>/<logical date>.blocked.html, .json    the last run, if it was blocked
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from tasks.auditing.audit import Finding
from tasks.lakes.lake import Lake
from tasks.reading.listing import LeftOut
from tasks.stores.store_files import StoreFiles, change_store_file, read_store_file

LONG_LISTS = ("inputs",)


@dataclass(frozen=True)
class RunRecord:
    """A run's state (`published`, `unchanged` or `blocked`) and findings.

    `receipt`: of a blocked run, without long lists; `left_out`: names at the path of the source that are no inputs; `changes`:
    of documents, by the last run that changed any.
    """

    source: str
    logical_date: date
    state: str
    findings: tuple[Finding, ...]
    blocked_by: tuple[str, ...] = ()
    receipt: dict[str, Any] | None = None
    left_out: tuple[LeftOut, ...] = ()
    changes: dict[str, int] = field(default_factory=dict)


def open_pages(lake: Lake) -> StoreFiles:
    """The pages of a lake and their records, in its store, outside the folders of its tables."""
    return lake.files.open_folder("reports")


def name_run_page(source: str, day: date, state: str) -> str:
    """The page of a run."""
    return f"{source}/{day}{'.blocked' if state == 'blocked' else ''}.html"


def name_record(page: str) -> str:
    """The record of a run, by its page."""
    return page.removesuffix(".html") + ".json"


def shorten_receipt(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt with the lengths of its long lists instead of the lists."""
    short = {name: value for name, value in receipt.items() if name not in LONG_LISTS}
    return short | {f"{name}_count": len(receipt[name]) for name in LONG_LISTS if name in receipt}


def write_record(pages: StoreFiles, record: RunRecord) -> str:
    """Writes a record, and deletes that of an earlier blocked run unless this one is blocked. Returns the page's name."""
    page = name_run_page(record.source, record.logical_date, record.state)
    write_text(pages, name_record(page), format_record(record))
    if record.state != "blocked":
        stale = name_run_page(record.source, record.logical_date, "blocked")
        for name in (stale, name_record(stale)):
            change_store_file(pages, name, lambda _: None)
    return page


def format_record(record: RunRecord) -> str:
    """A record as JSON."""
    return json.dumps(asdict(record), default=str, sort_keys=True, ensure_ascii=False)


def read_record(pages: StoreFiles, name: str) -> RunRecord | None:
    """The record of this name; None if it cannot be read: a page can be written without it."""
    try:
        raw = json.loads(read_store_file(pages, name) or b"")
        read = {
            "logical_date": date.fromisoformat(raw["logical_date"]),
            "findings": tuple(Finding(**finding) for finding in raw["findings"]),
            "blocked_by": tuple(raw["blocked_by"]),
            "left_out": tuple(LeftOut(**own | {"names": tuple(own["names"])}) for own in raw.get("left_out", ())),
        }
        return RunRecord(**raw | read)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_blocked(pages: StoreFiles, names: Iterable[str]) -> Iterable[RunRecord]:
    """The records of blocked runs among these names."""
    for name in names:
        if name.endswith(".blocked.json") and (record := read_record(pages, name)) is not None:
            yield record


def move_pages(pages: StoreFiles, old: str, new: str | None) -> bool:
    """Gives the pages and records of a source to another name, or deletes them (None); whether there were any."""
    names = pages.list_names(old)
    for name in names:
        record = read_record(pages, name) if name.endswith(".json") else None
        if record and new:
            write_text(pages, f"{new}/{name.removeprefix(f'{old}/')}", format_record(replace(record, source=new)))
        elif new and (page := read_store_file(pages, name)):
            write_text(pages, f"{new}/{name.removeprefix(f'{old}/')}", page.decode())
        change_store_file(pages, name, lambda _: None)
    return bool(names)


def write_text(pages: StoreFiles, name: str, text: str) -> None:
    """Writes or overwrites a page or a record in one step."""
    change_store_file(pages, name, lambda _: text.encode())

"""The flow that writes the pages of runs anew, from the lake: after a change to the page, or for a folder that others see."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import State, flow, get_run_logger, runtime
from prefect.states import Completed

from flows.batches.page import find_batches, find_blocked, write_pages
from flows.batches.places import open_lake
from flows.errors import EXPECTED
from flows.orchestration.choices import SourceName
from flows.orchestration.end_with_worker import follow_worker
from flows.orchestration.failed_run import fail_run
from flows.settings import read_settings
from tasks.lakes.store_files import FolderFiles
from tasks.report.record import open_pages


def name_run() -> str:
    """Run names say what and when: report-2026-10-04-wire."""
    given = runtime.flow_run.parameters
    parts = [str(runtime.flow_run.scheduled_start_time.date()), given.get("source")]
    return "-".join(["report", *filter(None, parts)])


@flow(name="report", flow_run_name=name_run, persist_result=False, timeout_seconds=6 * 3600)
def report(source: SourceName = "", logical_date: date | None = None, target: str = "", lake: str = "") -> State[Any]:
    """Writes the pages of runs anew, and the page that leads to them.

    Args:
        source: Only pages of this source. Of all sources when left empty.
        logical_date: Only the page of this day. Of all days when left empty.
        target: Folder for the pages. Left empty: where runs write theirs.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    follow_worker()
    settings = read_settings(lake=lake or None)
    try:
        opened = open_lake(settings.lake)
        batches = find_batches(opened, source or None, logical_date)
        blocked = find_blocked(opened, source or None, logical_date)
        if not batches and not blocked:
            return fail_run(f"there is nothing to report on in {settings.lake}. Ingest something first.")
        pages = FolderFiles(Path(target)) if target else open_pages(opened)
        folder = pages.address("")
        write_pages(opened, batches, pages, blocked)
    except EXPECTED as error:
        return fail_run(str(error))
    except OSError as error:
        return fail_run(f"the report could not be written: {error}")
    get_run_logger().info("written: batches=%d blocked=%d folder=%s", len(batches), len(blocked), folder)
    return Completed(message=f"{len(batches) + len(blocked)} pages in {folder}")

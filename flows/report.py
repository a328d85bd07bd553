"""The Prefect flow that writes the pages of runs again from the lake: after a change to the page, or into a shared folder."""

from datetime import date
from pathlib import Path
from typing import Any

from prefect import State, flow, get_run_logger, runtime
from prefect.states import Completed

from flows.batches.page import write_reports
from flows.batches.run import open_settings_lake
from flows.orchestration.reporting import fail_run
from flows.orchestration.supervised_process import follow_worker
from flows.settings import SourceName, read_settings
from tasks.errors import EXPECTED


def name_report() -> str:
    """The name of a run: report-2026-10-04-wire."""
    given = runtime.flow_run.parameters
    parts = [str(runtime.flow_run.scheduled_start_time.date()), given.get("source")]
    return "-".join(["report", *filter(None, parts)])


@flow(name="report", flow_run_name=name_report, persist_result=False, timeout_seconds=6 * 3600)
def report(source: SourceName = "", logical_date: date | None = None, target: str = "", lake: str = "") -> State[Any]:
    """Writes the pages of runs again, and the index over them.

    Args:
        source: Only pages of this source. Of all sources when left empty.
        logical_date: Only the page of this day. Of all days when left empty.
        target: Folder for the pages. Left empty: where runs write theirs.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    follow_worker()
    try:
        opened = open_settings_lake(read_settings(lake=lake or None))
        index, pages = write_reports(opened, source or None, logical_date, Path(target) if target else None)
    except EXPECTED as error:
        return fail_run(str(error))
    get_run_logger().info("written: pages=%d index=%s", len(pages), index)
    return Completed(message=f"{len(pages)} pages, from {index}")

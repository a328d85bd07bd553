"""The Prefect flows that keep a lake in order: one checks it, learns templates and removes old versions, one writes its pages."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from prefect import State, flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from flows.batches.page import write_reports
from flows.batches.run import open_settings_lake
from flows.batches.staging import sweep_staging
from flows.orchestration.forms import titled
from flows.orchestration.reporting import begin_run, fail_run, show_table, show_text
from flows.settings import Settings, SourceName, read_settings
from flows.unexpected import explain_error
from tasks.checking.check import check_lake
from tasks.counts import format_count
from tasks.lakes.lake import Lake, require_lake
from tasks.learned.latest import learn_version
from tasks.publishing.older_copies import link_older
from tasks.publishing.publish import prune
from tasks.publishing.repartition import move_partitions
from tasks.stores.store import sweep_handovers

# No run lasts so long: what was handed over to it belongs to a machine that never came back.
LOST = timedelta(days=7)


def name_run() -> str:
    """The name of a run: maintain-2026-10-04, report-2026-10-04-wire."""
    run = runtime.flow_run
    parts = (run.flow_name, str(run.scheduled_start_time.date()), run.parameters.get("source"))
    return "-".join(filter(None, parts))


@flow(name="maintain", flow_run_name=name_run, persist_result=False, timeout_seconds=12 * 3600)
def maintain(
    check_lake: bool = titled("Check the lake", True),
    learn_templates: bool = titled("Learn templates", True),
    copies_days: int = titled("Look for copies so many days apart", 0),
    clear_away: bool = titled("Remove old versions and left-overs", True),
    partitions: Literal["as they are", "month", "day"] = titled("Partitions", "as they are"),
    lake: str = titled("Lake", ""),
) -> State[Any]:
    """Checks the lake, learns publishers' templates, and removes old versions and left-overs.

    Args:
        check_lake: Verify every file, sum and document of the lake against its hashes.
        learn_templates: Learn the lines that return across each publisher's documents, as a new version for later runs.
        copies_days: Look for copies of stories so many days apart over the whole lake; batches look COPYDESK_STORY_DAYS back.
            0: do not.
        clear_away: Remove versions beyond those that are kept for a roll-back (COPYDESK_KEEP_VERSIONS), and what stopped runs
            left behind. While the check finds something wrong, nothing is removed, moved or learned.
        partitions: The lake's partitions from now on. By day is for more than about a million documents per month.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    begin_run()
    done: list[str] = []
    try:
        settings = read_settings(lake=lake or None)
        opened = open_settings_lake(settings)
        require_lake(opened)
        faults = find_faults(opened) if check_lake else 0
        if check_lake:
            done.append(f"{format_count(faults, 'fault')} in the lake" if faults else "all is as its receipts say")
        if learn_templates:
            done.append("nothing learned from a lake with faults" if faults else learn_templates_of(opened, settings))
        if copies_days:
            done.append("no copies looked for in a lake with faults" if faults else find_older(opened, copies_days))
        if partitions != "as they are":
            done.append(
                "partitions not changed in a lake with faults" if faults else change_partitions(opened, partitions)
            )
        if clear_away:
            done.append("nothing removed, as a roll-back may be needed" if faults else remove_leftovers(opened))
    except Exception as error:
        return fail_run(str(explain_error(error)))
    show_text("maintain", "\n".join(f"- {line}" for line in done), done[0] if done else "")
    message = "; ".join(done) or "nothing was asked for"
    return fail_run(message) if faults else Completed(message=message)


@task(name="check-lake", cache_policy=NO_CACHE, persist_result=False)
def find_faults(lake: Lake) -> int:
    """Checks the lake; an artifact lists the faults."""
    found = check_lake(lake)
    get_run_logger().info("checked: findings=%d", len(found))
    if found:
        rows = [{"what": fault.what, "where": fault.where, "what next": fault.next} for fault in found]
        show_table("maintain-findings", rows, format_count(len(found), "fault"))
    return len(found)


@task(name="learn-templates", cache_policy=NO_CACHE, persist_result=False)
def learn_templates_of(lake: Lake, settings: Settings) -> str:
    """Learns templates; describes the new version."""
    learned = learn_version(lake, settings.sources)
    get_run_logger().info("learned: version=%s lines=%d vetoed=%d", learned.version, learned.used, learned.vetoed)
    lines = format_count(learned.used, "line")
    return f"learned {learned.version}: {lines} of {format_count(learned.publishers, 'publisher')}"


@task(name="link-copies", cache_policy=NO_CACHE, persist_result=False)
def find_older(lake: Lake, days: int) -> str:
    """Finds copies that are further apart than batches look."""
    before = lake.version()
    after = link_older(lake, days)
    return f"copies up to {days} days apart are linked" + ("" if after > before else ", no new ones")


@task(name="move-partitions", cache_policy=NO_CACHE, persist_result=False)
def change_partitions(lake: Lake, by: str) -> str:
    """Partitions the lake by month or day; describes the new version."""
    made = move_partitions(lake, by)
    get_run_logger().info("partitions: by=%s version=%d", by, made)
    return f"partitioned by {by}, version {made}"


@task(name="clear-away", cache_policy=NO_CACHE, persist_result=False)
def remove_leftovers(lake: Lake) -> str:
    """Removes old versions and what stopped runs left behind; says how many."""
    swept = sweep_staging(lake.staging) + sweep_handovers(lake.store, datetime.now(UTC) - LOST)
    removed = prune(lake)
    get_run_logger().info("cleared: versions=%d staged=%d", removed, swept)
    return f"removed {format_count(removed, 'old version')} and {format_count(swept, 'left-over')} of stopped runs"


@flow(name="report", flow_run_name=name_run, persist_result=False, timeout_seconds=6 * 3600)
def report(
    source: SourceName = titled("Source", ""),
    logical_date: date | None = titled("Logical date", None),
    target: str = titled("Folder", ""),
    lake: str = titled("Lake", ""),
) -> State[Any]:
    """Writes the pages of runs again, after a change to the page or into a shared folder, and the index over them.

    Args:
        source: Only pages of this source. Of all sources when left empty.
        logical_date: Only the page of this day. Of all days when left empty.
        target: Folder for the pages. Left empty: where runs write theirs.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    begin_run()
    try:
        opened = open_settings_lake(read_settings(lake=lake or None))
        index, pages = write_reports(opened, source or None, logical_date, Path(target) if target else None)
    except Exception as error:
        return fail_run(str(explain_error(error)))
    get_run_logger().info("written: pages=%d index=%s", len(pages), index)
    return Completed(message=f"{len(pages)} pages, from {index}")

"""The flow that keeps a lake in order: checked against its receipts, templates learned, old versions cleared away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from prefect import State, flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from flows.batches.places import make_policy, open_lake
from flows.batches.staging import sweep_staging
from flows.errors import EXPECTED
from flows.orchestration.artifacts import show_table, show_text
from flows.orchestration.end_with_worker import follow_worker
from flows.orchestration.failed_run import fail_run
from flows.settings import Settings, read_settings
from tasks.checking.check import check
from tasks.learned.versions import learn_version
from tasks.objects.handover import sweep_handovers
from tasks.publishing.publish import prune
from tasks.publishing.repartition import repartition

# No run lasts so long: what it handed over belongs to a machine that never came back.
LOST = timedelta(days=7)


def name_run() -> str:
    """Run names say what and when: maintain-2026-10-04."""
    return f"maintain-{runtime.flow_run.scheduled_start_time.date()}"


@flow(name="maintain", flow_run_name=name_run, persist_result=False, timeout_seconds=12 * 3600)
def maintain(
    check_lake: bool = True,
    learn_templates: bool = True,
    clear_away: bool = True,
    partitions: Literal["as they are", "month", "day"] = "as they are",
    lake: str = "",
) -> State[Any]:
    """Checks the lake, learns publishers' templates, and clears away what nobody needs.

    Args:
        check_lake: Verify every file, sum and document of the lake against its hashes.
        learn_templates: Learn the lines that return across each publisher's documents, as a new version for the runs to come.
        clear_away: Remove versions beyond those that are kept for a roll-back (COPYDESK_KEEP_VERSIONS), and what stopped runs
            left behind. While the check finds something wrong, nothing is removed, moved or learned.
        partitions: What the lake's partitions are to be. By day is for more than about a million documents a month.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    follow_worker()
    settings = read_settings(lake=lake or None)
    said: list[str] = []
    try:
        if not open_lake(settings.lake).version():
            return fail_run(f"there is no lake at {settings.lake}. Ingest something first.")
        wrong = find_wrong(settings) if check_lake else 0
        if check_lake:
            said.append(f"{wrong} things are wrong with the lake" if wrong else "all is as its receipts say")
        if learn_templates:
            said.append("nothing learned from a lake in which something is wrong" if wrong else learn(settings))
        if partitions != "as they are":
            said.append(
                "the partitions stay, since something is wrong" if wrong else move_partitions(settings, partitions)
            )
        if clear_away:
            said.append("nothing cleared away, as a roll-back may be needed" if wrong else clear(settings))
    except EXPECTED as error:
        return fail_run(str(error))
    show_text("maintain", "\n".join(f"- {line}" for line in said), said[0] if said else "")
    message = "; ".join(said) or "nothing was asked for"
    return fail_run(message) if wrong else Completed(message=message)


@task(name="check-lake", cache_policy=NO_CACHE, persist_result=False)
def find_wrong(settings: Settings) -> int:
    """Checks the lake; what is wrong with it becomes an artifact."""
    findings = check(open_lake(settings.lake))
    get_run_logger().info("checked: findings=%d", len(findings))
    if findings:
        rows = [{"what": found.what, "where": found.where, "what next": found.next} for found in findings]
        show_table("maintain-findings", rows, f"{len(findings)} things are wrong")
    return len(findings)


@task(name="learn-templates", cache_policy=NO_CACHE, persist_result=False)
def learn(settings: Settings) -> str:
    """Learns templates; says what came out."""
    learned = learn_version(open_lake(settings.lake), settings.sources)
    get_run_logger().info("learned: version=%s lines=%d vetoed=%d", learned.version, learned.used, learned.vetoed)
    return f"learned {learned.version}: {learned.used} lines of {learned.publishers} publishers"


@task(name="move-partitions", cache_policy=NO_CACHE, persist_result=False)
def move_partitions(settings: Settings, by: str) -> str:
    """Partitions the lake by month or day; says so."""
    made = repartition(open_lake(settings.lake, make_policy(settings)), by)
    get_run_logger().info("partitions: by=%s version=%d", by, made)
    return f"partitioned by {by}, version {made}"


@task(name="clear-away", cache_policy=NO_CACHE, persist_result=False)
def clear(settings: Settings) -> str:
    """Removes old versions and what stopped runs left behind; says how many."""
    lake = open_lake(settings.lake, make_policy(settings))
    swept = sweep_staging(lake.staging) + sweep_handovers(lake, datetime.now(UTC) - LOST)
    gone = prune(lake)
    get_run_logger().info("cleared: versions=%d staged=%d", gone, swept)
    return f"cleared away {gone} old versions and {swept} left-overs of stopped runs"

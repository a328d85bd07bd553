"""The Prefect flow that ingests batches, with one task per shard."""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import State, flow, get_run_logger, runtime, unmapped
from prefect.states import Completed
from prefect.task_runners import TaskRunner
from pydantic import Field

from flows.batches.ingest import ingest_batches
from flows.batches.page import locate_page
from flows.batches.requests import find_batches, today
from flows.batches.run import BatchResult, MapShards, Run, make_run
from flows.console import name_counts, outline_result
from flows.days.states import find_short
from flows.orchestration.alerts import SHORT_STATE
from flows.orchestration.forms import titled
from flows.orchestration.reporting import begin_run, fail_run, report_assets, show_text
from flows.orchestration.retries import retried_task
from flows.orchestration.shown_progress import make_shown_watcher
from flows.settings import Settings, read_settings
from flows.unexpected import explain_error
from flows.workers.run_folder import RunFolder, build_for, collect_shard, mark_run_folder, note_arrival
from flows.workers.runners import run_tasks
from tasks.batch import Limits, Shard
from tasks.counts import count_warnings, format_count
from tasks.errors import RequestError
from tasks.reading.plan import NothingNew
from tasks.shard import StagedShard
from tasks.unseen import show_unseen


class BatchBlocked(RuntimeError):
    """The audit blocked a batch; `results` are those of all batches of the run."""

    def __init__(self, message: str, results: Sequence[BatchResult] = ()) -> None:
        super().__init__(message)
        self.results = results


# A shard is safe to build again, and nothing it takes or returns needs storing: paths and counts.
@retried_task("build-shard", "{shard.source.name}-{shard.number}")
def build(shard: Shard, limits: Limits, target: RunFolder) -> StagedShard:
    """Builds one shard: files in, staged rows out."""
    return build_for(target, shard, limits)


def map_tasks(settings: Settings, stack: ExitStack) -> MapShards:
    """Builds shards as Prefect tasks. The runner starts with the first and ends with the stack."""

    @cache
    def start_runner() -> TaskRunner[Any]:
        return stack.enter_context(run_tasks(settings))

    def build_as_tasks(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        target = mark_run_folder(folder, run.lake)
        given = {"shard": list(shards), "limits": unmapped(limits), "target": unmapped(target)}
        # Prefect's own types ask for a coroutine, and take a function.
        futures = start_runner().map(build, given)  # type: ignore[arg-type]
        staged: list[StagedShard] = []
        for shard, future in zip(shards, futures, strict=True):
            note_arrival(target, built := future.result())
            staged.append(collect_shard(target, shard, built))
        return staged

    return build_as_tasks


def find_logical_date(given: Mapping[str, Any], scheduled: datetime) -> date:
    """The given logical date, else the day a run was scheduled for. Raises RequestError for an unknown time zone."""
    if given.get("logical_date"):
        return date.fromisoformat(str(given["logical_date"]))
    zone = given.get("time_zone") or "UTC"
    try:
        due = scheduled.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise RequestError(f"{zone!r} is no time zone. Write it as Europe/London, or UTC.") from None
    return due.date() - timedelta(days=given.get("days_back") or 0)


def name_ingest() -> str:
    """The name of a run: ingest-seeds-2026-10-01."""
    given = runtime.flow_run.parameters
    what = "-".join(Path(part).name for part in given.get("what") or ["all"])
    try:
        return f"ingest-{what}-{find_logical_date(given, runtime.flow_run.scheduled_start_time)}"
    except ValueError:
        return f"ingest-{what}"


@flow(
    name="ingest", flow_run_name=name_ingest, persist_result=False, validate_parameters=True, timeout_seconds=24 * 3600
)
def ingest(
    what: list[str] = titled("Sources, files or folders", []),
    logical_date: date | None = titled("Logical date", None),
    days_back: Annotated[int, Field(ge=0, le=31)] = titled("Days back", 0),
    time_zone: str = titled("Time zone", "UTC"),
    lake: str = titled("Lake", ""),
    force: bool = titled("Run again even if nothing has changed", False),
    learned: str = titled("Learned lines", ""),
    remove_missing: bool = titled("Remove documents of missing files", False),
    fields: list[str] = titled("Fields of records", []),
) -> list[BatchResult] | State[Any]:
    """Clean, audit and publish raw files: one batch per source.

    Args:
        what: Names of declared sources, files or folders. All declared sources when left empty.
        logical_date: The day the batches stand for. Left empty: the day this run was scheduled for, less days_back.
        days_back: How many days before its own day a run stands for. 1 for a run that takes yesterday's files.
        time_zone: The time zone of a scheduled run's day, such as Europe/London.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
        force: Run batches again even if nothing has changed.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
        remove_missing: Remove the documents of files that are no longer there. They are kept otherwise.
        fields: Which field of the records of a path is what, each as text=body.
    """
    begin_run()
    # An error is in the run's state, in one line, without a traceback in its log.
    try:
        settings = read_settings(lake=lake or None, learned=learned or None)
        given = {"logical_date": logical_date, "days_back": days_back, "time_zone": time_zone}
        day = find_logical_date(given, runtime.flow_run.scheduled_start_time)
        with ExitStack() as stack:
            mapper = map_tasks(settings, stack)
            run = make_run(settings, make_shown_watcher(), mapper, is_forced=force, removes_missing=remove_missing)
            batches = find_batches(what, day, today(), settings.sources, run.lake, fields)
            found = ingest_batches(batches, run, lambda result: report_result(result, run))
    except Exception as error:
        explained = explain_error(error)
        return fail_run(str(explained), explained)
    results = [result for result in found if isinstance(result, BatchResult)]
    errors = [error for error in found if isinstance(error, Exception) and not isinstance(error, NothingNew)]
    if errors:
        return fail_run(" ".join(map(str, errors)), errors[0])
    ends = sorted(results, key=lambda result: not result.why)
    published = [result for result in results if result.state == "published"]
    short = {result.batch.label: find_short(result.batch, result.counts["records"], run.lake) for result in published}
    said = " ".join(describe_outcome(result, settings.pages_url, short.get(result.batch.label, "")) for result in ends)
    if any(result.state == "blocked" for result in results):
        return fail_run(said, BatchBlocked(said, results))
    if not results:
        # Not a failure: on most nights a drop folder gets no new files.
        return Completed(message=str(found[0]), data=results)
    return Completed(name=SHORT_STATE if any(short.values()) else "Completed", message=said, data=results)


def report_result(result: BatchResult | Exception, run: Run) -> None:
    """Leaves the summary of a batch in Prefect: a line in the log, an artifact, and an event of the lake's tables."""
    if isinstance(result, Exception):
        return  # it is in the state of the run
    label = result.batch.label
    get_run_logger().info(result.summary)
    key = result.batch.source.name.lower().replace("_", "-")
    show_text(f"ingest-{key}", write_summary(result, run.settings.pages_url), f"{label}: {result.state}")
    if result.state == "published":
        report_assets(run.lake, label, result.counts)


def describe_outcome(result: BatchResult, pages_url: str, short: str = "") -> str:
    """The end of a batch in a sentence: wire 2026-10-02: 39 published, 7 quarantined, 1 warning (text_short 1).

    `short`: what is wrong where there are far fewer records than usual.
    """
    if result.why:
        said = result.why
    else:
        counts = [(name, result.counts[name]) for name in ("published", "duplicates", "quarantined")]
        said = ", ".join(f"{count:,} {name}" for name, count in counts if count or name == "published")
        said += f" ({result.state})" if result.state != "published" else ""
    if warnings := result.receipt.get("warnings"):
        total = format_count(count_warnings(result.receipt), "warning")
        said += f", {total} ({name_counts(warnings, 'reason')})"
    if short:
        said += f", short: {short}"
    page = locate_page(result, pages_url)
    return f"{result.batch.label}: {said}." + (f" Page: {page}" if page else "")


def write_summary(result: BatchResult, pages_url: str = "") -> str:
    """The table of a batch as Markdown. It has no text of articles; names of files are escaped."""
    rows = "\n".join(f"| {what} | {many} | {escape_markdown(which)} |" for what, many, which in outline_result(result))
    why = ""
    if result.blocked_by:
        blocks = (finding for finding in result.findings if finding.reason in result.blocked_by)
        reasons = " ".join(f"{found.reason}: {found.observed}. {found.why}" for found in blocks)
        why = f"{escape_markdown(reasons)}\n\n"
    place = locate_page(result, pages_url)
    page = f"\n{link_page(place)}\n" if place else ""
    headline = escape_markdown(f"{result.batch.label}: {result.why or result.state}")
    return f"**{headline}**\n\n{why}| | count | |\n|---|--:|---|\n{rows}\n{page}"


def link_page(place: str) -> str:
    """A link to the page of a run; for a page in a bucket the address alone, which no browser opens."""
    if place.startswith(("http://", "https://")):
        return f"[The page of the run]({place})"
    if "://" in place:
        return f"The page of the run: `{place}`"
    return f"[The page of the run]({Path(place).absolute().as_uri()})"


def escape_markdown(text: str) -> str:
    r"""Text that stays text in a Markdown table: no cell, markup or link begins in it.

    A bare address becomes code: as text it becomes a link, however it is escaped.

    >>> print(escape_markdown(r"a\|b <b> see www.example.org"))
    a&#92;&#124;b &#60;b> see `www.example.org`
    """
    return re.sub(r"[\\|`]|[^\s\\|`]+", escape_word, " ".join(show_unseen(text).split()))


def escape_word(found: re.Match[str]) -> str:
    """A word for Markdown: code where it is an address, else with each sign of Markdown by its number."""
    word = found[0]
    if re.search(r"(?i)www\.|://|mailto:|@", word):
        return f"`{word}`"
    return re.sub(r"[\\|`<&\[\]*~]|\b_|_\b", lambda sign: f"&#{ord(sign[0])};", word)

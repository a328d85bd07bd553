"""The Prefect flow: the same recipe, with a task a shard."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from prefect import flow, get_run_logger, runtime, task, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import TaskRunner

from flows.catalogs import follow_publish
from flows.console import fail, outline_receipt, print_directions, print_outcome, say_blocked, say_why
from flows.errors import EXPECTED, exit_code
from flows.pools import shard_folder
from flows.recipe import MapShards, Outcome, ingest_batch
from flows.reporting import report_run
from flows.requests import find_batches
from flows.runners import make_runner, share_cores
from flows.settings import Settings, make_limits
from flows.workplace import Workplace, check_workplace, mark_workplace
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard, build_shard


class BatchBlocked(RuntimeError):
    """The audit did not let a batch through; `outcomes` are those of all batches of the run."""

    def __init__(self, message: str, outcomes: Sequence[Outcome] = ()) -> None:
        super().__init__(message)
        self.outcomes = outcomes


class RunLog:
    """Tells the run's log how it is getting on."""

    def __init__(self, logger: logging.Logger | logging.LoggerAdapter[Any], label: str) -> None:
        self.logger = logger
        self.label = label

    def step(self, name: str) -> None:
        self.logger.info("%s: %s", self.label, name)

    def wait(self, message: str) -> None:
        self.logger.warning(message)


# A shard is safe to build again, and nothing it takes or returns is worth keeping: paths and counts. Each attempt stages in a
# folder of its own, so that a worker that was given up and lives on cannot spoil the next one's.
@task(
    name="build-shard",
    task_run_name="{shard.source.name}-{shard.number}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=1,
    retry_delay_seconds=5,
)
def build(shard: Shard, limits: Limits, place: Workplace) -> StagedShard:
    """Builds one shard: files in, staged rows out."""
    check_workplace(place, shard)
    return build_shard(shard, limits, shard_folder(place.folder, shard) / uuid4().hex[:8])


def map_tasks(settings: Settings, stack: ExitStack) -> MapShards:
    """Maps shards as Prefect tasks. The runner starts with the first shard and ends with the stack."""

    @cache
    def start_runner() -> TaskRunner[Any]:
        runner = make_runner(settings)
        stack.enter_context(share_cores(settings.workers))
        return stack.enter_context(runner)

    def run(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        given = {"shard": list(shards), "limits": unmapped(limits), "place": unmapped(mark_workplace(folder))}
        # Prefect's own types ask for a coroutine, and take a function.
        futures = start_runner().map(build, given)  # type: ignore[arg-type]
        return [future.result() for future in futures]

    return run


def name_run() -> str:
    """Run names say what and for when: ingest-seeds-2026-10-01."""
    given = runtime.flow_run.parameters
    what = "-".join(Path(part).name for part in given.get("what") or ["all"])
    return f"ingest-{what}-{given.get('logical_date') or runtime.flow_run.scheduled_start_time.date()}"


@flow(name="ingest", flow_run_name=name_run, persist_result=False, validate_parameters=True)
def ingest(
    what: list[str] = [],  # noqa: B006  (a form shows an empty list, and nobody changes it)
    logical_date: date | None = None,
    lake: str = "",
    force: bool = False,
    learned: str = "",
) -> list[Outcome]:
    """Clean, audit and publish raw files: one batch a source.

    Args:
        what: Names of declared sources, files or folders. All declared sources when left empty.
        logical_date: The day the batches stand for. Left empty: the day this run was scheduled for.
        lake: Folder of the lake. Left empty: the setting COPYDESK_LAKE, or `lake`.
        force: Run batches again even if nothing has changed.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
    """
    settings = Settings()
    if lake:
        settings = settings.model_copy(update={"lake": Path(lake)})
    if learned:
        settings = settings.model_copy(update={"learned": learned})
    day = logical_date or runtime.flow_run.scheduled_start_time.date()
    outcomes = []
    with ExitStack() as stack:
        map_shards = map_tasks(settings, stack)
        for batch in find_batches(what, day, datetime.now(UTC).date(), settings.sources):
            watcher = RunLog(get_run_logger(), f"{batch.source.name} {batch.logical_date}")
            outcome = ingest_batch(
                batch, settings.lake, make_limits(settings), map_shards, watcher,
                force=force, keep_versions=settings.keep_versions, wait_seconds=settings.wait_seconds,
                learned=settings.learned, drift=settings.drift,
                write_page=report_run if settings.report else None,
            )  # fmt: skip
            create_markdown_artifact(
                write_summary(outcome),
                key=f"ingest-{slug(batch.source.name)}",
                description=f"{batch.source.name} {batch.logical_date}: {outcome.state}",
            )
            outcomes.append(outcome)
    follow_publish(settings)
    blocked = [outcome for outcome in outcomes if outcome.state == "blocked"]
    if blocked:
        raise BatchBlocked(" ".join(say_blocked(outcome) for outcome in blocked), outcomes)
    return outcomes


def slug(name: str) -> str:
    """A name as artifact keys allow it."""
    return name.lower().replace("_", "-")


def write_summary(outcome: Outcome) -> str:
    """The run's table as Markdown; text from articles cannot stand in it, names of files can and are escaped."""
    rows = "\n".join(f"| {what} | {many} | {escape(which)} |" for what, many, which in outline_receipt(outcome.receipt))
    verdict = (
        f"blocked by {', '.join(outcome.blocked_by)}; readers keep what they had"
        if outcome.blocked_by
        else outcome.state
    )
    head = f"**{outcome.batch.source.name} {outcome.batch.logical_date}: {verdict}**\n\n"
    why = f"{escape(say_why(outcome))}\n\n" if outcome.blocked_by else ""
    page = f"\n[The page of the run]({outcome.page.as_uri()})\n" if outcome.page else ""
    return f"{head}{why}| | count | |\n|---|--:|---|\n{rows}\n{page}"


def escape(text: str) -> str:
    """Text that cannot break out of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[").replace("`", "'").replace("\n", " ")


def run_flow(what: Sequence[str], day: date, settings: Settings, *, force: bool) -> int:
    """Runs the flow from the command line and prints what it printed without Prefect; returns the exit code."""
    # The run's log is in Prefect; the terminal gets the table.
    logging.getLogger("prefect").setLevel(logging.WARNING)
    for name in ("sources", "workers", "runner", "runner_address"):
        os.environ[f"COPYDESK_{name.upper()}"] = str(getattr(settings, name))
    code = 0
    try:
        make_runner(settings)  # what is wrong with it is better known before a server starts
        outcomes: Sequence[Outcome] = ingest(
            what=list(what), logical_date=day, lake=str(settings.lake), force=force, learned=settings.learned
        )
    except BatchBlocked as blocked:
        outcomes, code = blocked.outcomes, fail(blocked, 1)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    for outcome in outcomes:
        print_outcome(outcome)
    if code == 0:
        print_directions(settings.lake)
    return code

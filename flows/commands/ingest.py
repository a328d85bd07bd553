"""`copydesk ingest`: batches run in this process, or as a Prefect flow where Prefect is asked for or configured."""

from __future__ import annotations

import logging
import os
import signal
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Optional, cast

import typer

from flows.commands.options import DriftOption, LakeOption, LearnedOption, SourcesOption, WorkersOption, make_day_option
from flows.console import open_progress, print_directions, print_error, print_line, print_result
from tasks.errors import RequestError

if TYPE_CHECKING:
    from flows.batches.run import BatchResult
    from flows.settings import Settings


def ingest(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="Sources of sources.toml, files or folders. All sources when left out.", metavar="[PATH or SOURCE]..."
        ),
    ] = None,
    day: Annotated[Optional[date], make_day_option("--date", "Logical date.", "today, UTC")] = None,
    lake: LakeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Run the batch again even if nothing has changed.")] = False,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Remove the documents of files that are no longer there.")
    ] = False,
    expect_new: Annotated[
        bool, typer.Option("--expect-new", help="End with an error where a drop folder has nothing new.")
    ] = False,
    fields: Annotated[
        Optional[list[str]],
        typer.Option(
            "--field",
            metavar="KEY=NAME",
            help="Which field of the records of a path is what: text=body, records=data.items. Repeat it for more.",
        ),
    ] = None,
    prefect: Annotated[
        bool, typer.Option("--prefect", help="Run as a Prefect flow (as is done when a Prefect server is configured).")
    ] = False,
    learned: LearnedOption = None,
    drift: DriftOption = None,
    workers: WorkersOption = None,
    runner: Annotated[
        Optional[str],
        typer.Option(
            "--runner",
            metavar="NAME",
            show_default="auto",
            help="Run as a Prefect flow whose tasks are run by threads, processes, dask or ray.",
        ),
    ] = None,
    runner_address: Annotated[
        Optional[str],
        typer.Option("--runner-address", metavar="ADDRESS", help="Dask scheduler or Ray head to give the tasks to."),
    ] = None,
    sources: SourcesOption = None,
) -> None:
    """Ingest raw files: clean, audit and publish them as one batch per source."""
    from flows.batches.ingest import ingest_batches
    from flows.batches.requests import find_batches, today
    from flows.batches.run import make_run
    from flows.settings import read_settings
    from tasks.errors import find_exit_code
    from tasks.reading.plan import NothingNew

    settings = read_settings(
        lake=lake,
        workers=workers,
        sources=sources,
        learned=learned,
        drift=drift,
        runner=runner,
        runner_address=runner_address,
    )
    day = day or today()
    if prefect or settings.runner != "auto" or has_prefect_api():
        options = {"force": force, "remove_missing": remove_missing, "fields": fields or []}
        run_flow(what or [], day, settings, options, expect_new=expect_new)
        return
    with open_progress() as (watcher, hide):
        run = make_run(settings, watcher, is_forced=force, removes_missing=remove_missing)
        batches = find_batches(what or [], day, today(), settings.sources, run.lake, fields or ())

        def report(result: BatchResult | Exception) -> None:
            if isinstance(result, NothingNew) and not expect_new:
                hide()
                print_line(str(result))
            else:
                print_result(result, hide)

        results = ingest_batches(batches, run, report)
    failed = [found for found in results if expect_new or not isinstance(found, NothingNew)]
    codes = [find_exit_code(found) if isinstance(found, Exception) else found.state == "blocked" for found in failed]
    if any(codes):
        raise typer.Exit(max(codes))
    print_directions(run.lake.name)


def has_prefect_api() -> bool:
    """Whether a Prefect server is configured: in the environment or in the active profile. Prefect is not imported."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    home = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))
    try:
        profiles = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
        active = os.environ.get("PREFECT_PROFILE", profiles.get("active", ""))
        return bool(profiles["profiles"][active].get("PREFECT_API_URL"))
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return False


def run_flow(
    what: Sequence[str], day: date, settings: Settings, options: Mapping[str, Any], *, expect_new: bool
) -> None:
    """Runs the flow in this process and prints a table per batch. Output and exit code are those of a run without Prefect.

    `options`: further parameters of the flow.
    """
    from flows.batches.run import open_settings_lake
    from flows.ingest import BatchBlocked
    from flows.ingest import ingest as ingest_as_flow
    from flows.orchestration.connection import explain_server
    from flows.workers.runners import make_runner
    from tasks.file_names import escape_name

    # The run's log is in Prefect; the terminal gets the tables.
    logging.getLogger("prefect").setLevel(logging.WARNING)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")  # for workers that this process starts
    for name in ("sources", "workers", "runner", "runner_address"):
        os.environ[f"COPYDESK_{name.upper()}"] = str(getattr(settings, name))
    make_runner(settings)  # an error in it is raised before a server starts
    names = [escape_name(name) for name in what]
    blocked = None
    try:
        with stop_at_once(), explain_server():
            found = ingest_as_flow(
                what=names, logical_date=day, lake=settings.lake, learned=settings.learned, **options
            )
        results = cast("Sequence[BatchResult]", found)
    except BatchBlocked as error:
        results, blocked = error.results, error
        print_error(error)
    for result in results:
        print_result(result)
    if blocked:
        raise typer.Exit(1)
    if not results:
        message = f"nothing new for {day}: earlier batches have read all files. To run one again, give its --date and --force."
        if expect_new:
            raise RequestError(message)
        print_line(message)
        return
    print_directions(open_settings_lake(settings).name)


@contextmanager
def stop_at_once() -> Iterator[None]:
    """Ctrl-C ends the run now. A terminal sends it to an embedded server as well, and the flow, which has to report its end to
    the server, would wait minutes for it to come back.
    """
    from prefect.settings import get_current_settings

    is_stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal is_stopped
        is_stopped = True
        # What can no longer be reported to the server is not logged either.
        logging.disable()
        logging.getLogger("prefect._internal.concurrency").disabled = True
        # In place, since the threads that run tasks have to see it too; nothing of Prefect's comes after this.
        get_current_settings().client.max_retries = 0
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except Exception:
        if is_stopped:
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, before)

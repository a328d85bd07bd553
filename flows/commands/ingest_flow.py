"""`copydesk ingest` as a Prefect flow: its output and exit code are those of a run without Prefect."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import cast

import typer
from prefect.settings import get_current_settings

from flows.batches.run import BatchResult, open_settings_lake
from flows.console import print_directions, print_error, print_result
from flows.errors import RequestError
from flows.ingest import BatchBlocked, ingest
from flows.settings import Settings
from flows.workers.runners import make_runner
from tasks.reading.plan import escape_name


def run_flow(what: Sequence[str], day: date, settings: Settings, *, force: bool) -> None:
    """Runs the flow in this process and prints a table per batch."""
    # The run's log is in Prefect; the terminal gets the tables.
    logging.getLogger("prefect").setLevel(logging.WARNING)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")  # for workers that this process starts
    for name in ("sources", "workers", "runner", "runner_address"):
        os.environ[f"COPYDESK_{name.upper()}"] = str(getattr(settings, name))
    make_runner(settings)  # an error in it is raised before a server starts
    names = [escape_name(name) for name in what]
    blocked = None
    try:
        with stop_at_once():
            found = ingest(what=names, logical_date=day, lake=settings.lake, force=force, learned=settings.learned)
        results = cast(Sequence[BatchResult], found)
    except BatchBlocked as error:
        results, blocked = error.results, error
        print_error(error)
    for result in results:
        print_result(result)
    if blocked:
        raise typer.Exit(1)
    if not results:
        raise RequestError(
            f"nothing new for {day}: earlier batches took all files. To run one again, give its --date and --force."
        )
    print_directions(open_settings_lake(settings).name)


@contextmanager
def stop_at_once() -> Iterator[None]:
    """Ctrl-C ends the run now. A terminal sends it to an embedded server as well, and the flow, which has to report its end to
    the server, would wait minutes for it to come back.
    """
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

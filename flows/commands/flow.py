"""`copydesk ingest` as a Prefect flow: what it prints, and its exit code, are those of a run without Prefect."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import cast

from prefect.settings import get_current_settings

from flows.batches.places import open_lake
from flows.batches.recipe import Outcome
from flows.console import fail, print_directions, print_outcome
from flows.errors import EXPECTED, exit_code
from flows.ingest import BatchBlocked, ingest
from flows.settings import Settings
from flows.workers.runners import make_runner
from tasks.reading.plan import escape_name


def run_flow(what: Sequence[str], day: date, settings: Settings, *, force: bool) -> int:
    """Runs the flow in this process and prints a table a batch."""
    # The run's log is in Prefect; the terminal gets the table.
    logging.getLogger("prefect").setLevel(logging.WARNING)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")  # for workers that this process starts
    for name in ("sources", "workers", "runner", "runner_address"):
        os.environ[f"COPYDESK_{name.upper()}"] = str(getattr(settings, name))
    code = 0
    outcomes: Sequence[Outcome]
    try:
        make_runner(settings)  # what is wrong with it is better known before a server starts
        with stop_at_once():
            names = [escape_name(name) for name in what]
            found = ingest(what=names, logical_date=day, lake=settings.lake, force=force, learned=settings.learned)
        outcomes = cast(Sequence[Outcome], found)
    except BatchBlocked as blocked:
        outcomes, code = blocked.outcomes, fail(blocked, 1)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    for outcome in outcomes:
        print_outcome(outcome)
    if code == 0 and not outcomes:
        return fail(
            f"nothing new for {day}: earlier batches took all files. To run one again, give its --date and --force.", 2
        )
    if code == 0:
        print_directions(open_lake(settings.lake).name)
    return code


@contextmanager
def stop_at_once() -> Iterator[None]:
    """Ctrl-C ends the run now. A terminal sends it to an embedded server as well, and the flow, which has to tell the server
    how it ended, would wait minutes for it to come back.
    """
    is_stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal is_stopped
        is_stopped = True
        # What could not be told to the server any more is nobody's concern.
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

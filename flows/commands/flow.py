"""`copydesk ingest` as a Prefect flow: what it prints, and its exit code, are those of a run without Prefect."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import date
from typing import cast

from flows.batches.places import open_lake
from flows.batches.recipe import Outcome
from flows.console import fail, print_directions, print_outcome
from flows.errors import EXPECTED, exit_code
from flows.ingest import BatchBlocked, ingest
from flows.settings import Settings
from flows.workers.runners import make_runner


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
        found = ingest(
            what=list(what), logical_date=day, lake=settings.lake, force=force, learned=settings.learned
        )
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

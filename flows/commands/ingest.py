"""`copydesk ingest`: batches run in this process, or as a flow where Prefect is asked for or configured."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flows.batches.catalog import follow_publish
from flows.batches.places import open_lake
from flows.batches.recipe import Batch
from flows.batches.requests import find_batches, today
from flows.batches.run import ingest_by_settings
from flows.console import fail, print_directions, print_outcome, say_blocked, watch_run
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings
from flows.workers.pools import map_here


def run_ingest(what: Sequence[str], day: date | None, settings: Settings, *, force: bool, prefect: bool) -> int:
    """Ingests what was asked for, one batch a source, and prints a table a batch."""
    if prefect or settings.runner != "auto" or has_prefect_api():
        from flows.commands.flow import run_flow

        return run_flow(what, day or today(), settings, force=force)
    try:
        batches = find_batches(what, day or today(), today(), settings.sources)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    # With several sources asked for, one that fails does not stop the others.
    worst = max(run_batch(batch, settings, force=force) for batch in batches)
    worst = max(worst, keep_catalog(settings))
    if worst == 0:
        print_directions(open_lake(settings.lake).name)
    return worst


def run_batch(batch: Batch, settings: Settings, *, force: bool) -> int:
    """Runs one batch in this process and prints its table; returns the exit code."""
    try:
        with watch_run(f"{batch.source.name} {batch.logical_date}") as ticker:
            outcome = ingest_by_settings(batch, settings, map_here(ticker, settings.workers), ticker, force=force)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_outcome(outcome)
    return fail(say_blocked(outcome), 1) if outcome.state == "blocked" else 0


def keep_catalog(settings: Settings) -> int:
    """Brings the Iceberg catalog of the settings up to date, where they name one; returns the exit code."""
    try:
        follow_publish(settings)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    return 0


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

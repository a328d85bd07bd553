"""`copydesk ingest`: batches run in this process, or as a Prefect flow where Prefect is asked for or configured."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.commands.options import DriftOption, LakeOption, LearnedOption, SourcesOption, parse_date
from flows.console import open_progress, print_directions, print_result


def ingest(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="Sources of sources.toml, files or folders. All sources when left out.", metavar="[PATH or SOURCE]..."
        ),
    ] = None,
    day: Annotated[
        Optional[date],
        typer.Option(
            "--date", parser=parse_date, metavar="YYYY-MM-DD", help="Logical date.", show_default="today, UTC"
        ),
    ] = None,
    lake: LakeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Run the batch again even if nothing has changed.")] = False,
    prefect: Annotated[
        bool, typer.Option("--prefect", help="Run as a Prefect flow (as is done when a Prefect server is configured).")
    ] = False,
    learned: LearnedOption = None,
    drift: DriftOption = None,
    workers: Annotated[
        Optional[int],
        typer.Option("--workers", min=1, help="Shards that are built at the same time.", show_default="1"),
    ] = None,
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
    from flows.exit_codes import find_exit_code
    from flows.settings import read_settings
    from flows.workers.local_map import build_here

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
        from flows.commands.ingest_flow import run_flow

        run_flow(what or [], day, settings, force=force)
        return
    batches = find_batches(what or [], day, today(), settings.sources)
    with open_progress() as (watcher, hide):
        run = make_run(settings, build_here, watcher, is_forced=force)
        results = ingest_batches(batches, run, lambda result: print_result(result, hide))
    codes = [find_exit_code(found) if isinstance(found, Exception) else found.state == "blocked" for found in results]
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

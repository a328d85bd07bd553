"""Commands that run batches, of today and of past days, and what they learn from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from flows.commandline.options import DriftOption, LakeOption, SourcesOption, parse_date, parse_key, read_settings

app = typer.Typer()
PANEL = "Run"


@app.command(rich_help_panel=PANEL)
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
    learned: Annotated[
        Optional[str],
        typer.Option(
            "--learned",
            help="Learned lines to use: latest, none, a version, or auto: what the batch used before, else the latest.",
            show_default="auto",
            metavar="VERSION",
        ),
    ] = None,
    drift: DriftOption = None,
    workers: Annotated[
        Optional[int], typer.Option("--workers", min=1, help="Shards that are built side by side.", show_default="1")
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
    """Ingest raw files: clean, audit and publish them as one batch a source."""
    from flows.commands.ingest import run_ingest

    settings = read_settings(
        lake=lake,
        workers=workers,
        sources=sources,
        learned=learned,
        drift=drift,
        runner=runner,
        runner_address=runner_address,
    )
    raise typer.Exit(run_ingest(what or [], day, settings, force=force, prefect=prefect))


@app.command(rich_help_panel=PANEL)
def backfill(
    start: Annotated[date, typer.Option("--from", parser=parse_date, metavar="YYYY-MM-DD", help="First logical date.")],
    end: Annotated[date, typer.Option("--to", parser=parse_date, metavar="YYYY-MM-DD", help="Last logical date.")],
    names: Annotated[
        Optional[list[str]],
        typer.Argument(help="Declared sources. All when left out.", metavar="[SOURCE]", show_default=False),
    ] = None,
    on_existing: Annotated[
        Literal["skip", "stale", "replace"],
        typer.Option(
            "--on-existing",
            help="Days that the lake has: skip leaves them, stale makes those anew that were made with other rules or of "
            "other files, replace also compares the contents of all files.",
        ),
    ] = "skip",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show how the days stand and what would be run.")
    ] = False,
    parallel: Annotated[int, typer.Option("--parallel", min=1, max=8, help="Days worked on at the same time.")] = 1,
    newest_first: Annotated[bool, typer.Option("--newest-first/--oldest-first", help="Which end to begin at.")] = True,
    lake: LakeOption = None,
    learned: Annotated[
        Optional[str],
        typer.Option("--learned", help="Learned lines to use, as in ingest.", show_default="auto", metavar="VERSION"),
    ] = None,
    sources: SourcesOption = None,
) -> None:
    """Look at a range of days, and run those that are missing, failed or stale."""
    from flows.commands.backfill import run_backfill

    settings = read_settings(lake=lake, sources=sources, learned=learned)
    code = run_backfill(
        names or [],
        start,
        end,
        settings,
        on_existing=on_existing,
        order="newest first" if newest_first else "oldest first",
        dry_run=dry_run,
        parallel=parallel,
    )
    raise typer.Exit(code)


@app.command(rich_help_panel=PANEL)
def ui(port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the UI.")] = 4200) -> None:
    """Start a Prefect server with its UI, a worker and every deployment of prefect.yaml; ctrl-C stops it all."""
    from flows.commands.ui import run_ui

    raise typer.Exit(run_ui(port, Path.cwd()))


@app.command(rich_help_panel=PANEL)
def replay(
    source: Annotated[str, typer.Option("--source", help="Source of the batch.")],
    day: Annotated[
        Optional[date],
        typer.Option(
            "--date", parser=parse_date, metavar="YYYY-MM-DD", help="Logical date.", show_default="all that have rows"
        ),
    ] = None,
    reason: Annotated[Optional[str], typer.Option("--reason", help="Only rows with this reason.")] = None,
    lake: LakeOption = None,
    drift: DriftOption = None,
    workers: Annotated[
        Optional[int], typer.Option("--workers", min=1, help="Processes that build shards.", show_default="1")
    ] = None,
    sources: SourcesOption = None,
) -> None:
    """Run the quarantined inputs of a batch again, after a rule, an expectation or a file was mended."""
    from flows.commands.replay import run_replay

    settings = read_settings(lake=lake, workers=workers, sources=sources, drift=drift)
    raise typer.Exit(run_replay(settings, source, day, reason))


@app.command(rich_help_panel=PANEL)
def release(
    key: Annotated[
        Optional[str],
        typer.Argument(
            help="uri, doc_id or record id. Lists all when left out.", metavar="[URI or DOC_ID]", callback=parse_key
        ),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why it may be published; kept with the batch.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the release back.")] = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Publish one document that the audit stopped, on your word; or take that back."""
    from flows.commands.replay import run_release, run_revoke, show_releases

    settings = read_settings(lake=lake, sources=sources)
    if key is None:
        raise typer.Exit(show_releases(settings))
    raise typer.Exit(run_revoke(settings, key) if revoke else run_release(settings, key, why))


@app.command(rich_help_panel=PANEL)
def learn(
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="learned_veto.toml lies beside it.", show_default="sources.toml")
    ] = None,
) -> None:
    """Learn the lines that return across the documents of each publisher, as a new version for the runs to come."""
    from flows.commands.learn import learn_lake

    raise typer.Exit(learn_lake(read_settings(lake=lake, sources=sources)))

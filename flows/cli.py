"""The command line: `copydesk`. Each command calls one thing and prints what it found.

Nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

if TYPE_CHECKING:
    from flows.settings import Settings

app = typer.Typer(
    name="copydesk",
    help="The desk between raw news text and the people who analyse it: raw files in, audited partitioned Parquet out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

INTERRUPTED = 130
LakeOption = Annotated[Optional[Path], typer.Option("--lake", help="Folder of the lake.", show_default="lake")]


def parse_date(text: str) -> date:
    """A logical date as typed: 2026-10-01."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date. Write it as 2026-10-01.") from None


def read_settings(**given: object) -> Settings:
    """Settings from the environment with what was given on the command line on top."""
    from flows.settings import Settings

    return Settings.model_validate(
        {**Settings().model_dump(), **{name: value for name, value in given.items() if value is not None}}
    )


@app.command()
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
    workers: Annotated[
        Optional[int],
        typer.Option("--workers", min=1, help="Processes that build shards side by side.", show_default="1"),
    ] = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """Ingest raw files: clean, audit and publish them as one batch a source."""
    from flows.run import run_ingest

    settings = read_settings(lake=lake, workers=workers, sources=sources, learned=learned)
    raise typer.Exit(run_ingest(what or [], day, settings, force=force, prefect=prefect))


@app.command()
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
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """Look at a range of days, and run those that are missing, failed or stale."""
    from flows.run_backfill import run_backfill

    settings = read_settings(lake=lake, sources=sources, learned=learned)
    code = run_backfill(
        names or [], start, end, settings,
        on_existing=on_existing, order="newest first" if newest_first else "oldest first",
        dry_run=dry_run, parallel=parallel,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def ui(port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the UI.")] = 4200) -> None:
    """Start a Prefect server with its UI, a worker and every deployment of prefect.yaml; ctrl-C stops it all."""
    from flows.ui import run_ui

    raise typer.Exit(run_ui(port, Path.cwd()))


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="doc_id, uri, url or record id.", metavar="DOC_ID or URI")],
    lake: LakeOption = None,
) -> None:
    """What was taken out of a document, by which rule, on which evidence; or why it is in quarantine."""
    from flows.commands import explain

    raise typer.Exit(explain(read_settings(lake=lake), key))


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="doc_id, uri, url or record id.", metavar="DOC_ID or URI")],
    lake: LakeOption = None,
) -> None:
    """A document as readers of the lake see it."""
    from flows.commands import show_document

    raise typer.Exit(show_document(read_settings(lake=lake), key))


@app.command()
def restore(
    key: Annotated[str, typer.Argument(help="doc_id, uri, url or record id.", metavar="DOC_ID or URI")],
    lake: LakeOption = None,
) -> None:
    """The canonical text of a document, exactly, on standard output."""
    from flows.commands import restore_document

    raise typer.Exit(restore_document(read_settings(lake=lake), key))


@app.command()
def rules(
    find: Annotated[
        Optional[str], typer.Argument(help="Part of an id, a family or a language.", metavar="[TEXT]")
    ] = None,
) -> None:
    """The rules and roles that clean, each with its why."""
    from flows.commands import list_rules

    raise typer.Exit(list_rules(find))


@app.command()
def sources(
    file: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
    lake: LakeOption = None,
) -> None:
    """The declared sources, and the batches that the lake has of them."""
    from flows.commands import list_sources

    raise typer.Exit(list_sources(read_settings(lake=lake, sources=file)))


@app.command()
def quarantine(
    reason: Annotated[Optional[str], typer.Option("--reason", help="Only rows with this reason.")] = None,
    source: Annotated[Optional[str], typer.Option("--source", help="Only rows of this source.")] = None,
    lake: LakeOption = None,
) -> None:
    """What came in and was not published, by reason."""
    from flows.commands import list_quarantine

    raise typer.Exit(list_quarantine(read_settings(lake=lake), reason, source))


@app.command()
def learn(
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="learned_veto.toml lies beside it.", show_default="sources.toml")
    ] = None,
) -> None:
    """Learn the lines that return across the documents of each publisher, as a new version for the runs to come."""
    from flows.learning import learn_lake

    raise typer.Exit(learn_lake(read_settings(lake=lake, sources=sources)))


@app.command()
def learned(
    publisher: Annotated[
        Optional[str], typer.Argument(help="Only lines of this publisher.", metavar="[PUBLISHER]")
    ] = None,
    version: Annotated[str, typer.Option("--version", help="Version to show.", metavar="VERSION")] = "latest",
    lake: LakeOption = None,
) -> None:
    """The learned lines, each with how often it was seen and documents to look at."""
    from flows.learning import list_learned

    raise typer.Exit(list_learned(read_settings(lake=lake), publisher, version))


@app.command()
def check(lake: LakeOption = None) -> None:
    """Verify a lake: files against their hashes, receipts against rows, documents against their canonical hash."""
    from flows.commands import check_lake

    raise typer.Exit(check_lake(read_settings(lake=lake)))


@app.command()
def versions(lake: LakeOption = None) -> None:
    """The versions of a lake that are kept."""
    from flows.commands import list_versions

    raise typer.Exit(list_versions(read_settings(lake=lake)))


@app.command()
def rollback(
    number: Annotated[int, typer.Argument(help="Version to go back to.", metavar="VERSION")], lake: LakeOption = None
) -> None:
    """Make an earlier version of a lake the one that readers see."""
    from flows.commands import roll_back

    raise typer.Exit(roll_back(read_settings(lake=lake), number))


@app.command()
def doctor(lake: LakeOption = None) -> None:
    """Look whether everything that copydesk needs is here and works."""
    from flows.doctor import examine

    raise typer.Exit(examine(read_settings(lake=lake)))


def main() -> None:
    """Entry point. Typer ends with 130 on ctrl-C and says nothing; a person wants to know what became of the run."""
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("interrupted; readers of the lake see what they saw before", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()

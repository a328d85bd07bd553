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
DriftOption = Annotated[
    Optional[Literal["warn", "block", "off"]],
    typer.Option(
        "--drift",
        help="A batch unlike the earlier days of its source: publish with a warning, block, or do not look.",
        show_default="warn",
    ),
]
LakeOption = Annotated[
    Optional[Path], typer.Option("--lake", help="Folder of the lake, or s3://bucket/folder.", show_default="lake")
]


def say_version(wanted: bool) -> None:
    """Prints the version and ends."""
    if wanted:
        from importlib.metadata import version

        print(f"copydesk {version('copydesk')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=say_version, is_eager=True)
    ] = False,
) -> None:
    """The desk between raw news text and the people who analyse it: raw files in, audited partitioned Parquet out."""


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
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """Ingest raw files: clean, audit and publish them as one batch a source."""
    from flows.run import run_ingest

    settings = read_settings(
        lake=lake, workers=workers, sources=sources, learned=learned, drift=drift, runner=runner,
        runner_address=runner_address,
    )  # fmt: skip
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
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="Part of an id, a family or a language; or `try` and a candidate.", metavar="[TEXT | try PATTERN]"
        ),
    ] = None,
    kind: Annotated[
        Literal["pattern", "line"], typer.Option("--kind", help="Try a pattern, or a whole line as it stands.")
    ] = "pattern",
    zone: Annotated[
        Literal["any", "edge", "head", "tail"], typer.Option("--zone", help="Where in a text the candidate may fire.")
    ] = "any",
    languages: Annotated[
        Optional[list[str]], typer.Option("--language", help="Try on documents in this language only; may be repeated.")
    ] = None,
    max_chars: Annotated[int, typer.Option("--max-chars", min=1, max=1000, help="Longest line looked at.")] = 100,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Lines to show, the most harmful first.")] = 20,
    lake: LakeOption = None,
) -> None:
    """The rules and roles that clean, each with its why; with `try`, what a new one would take out of the lake."""
    if what and what[0] == "try" and len(what) == 2:
        from flows.trying import run_tryout

        raise typer.Exit(run_tryout(read_settings(lake=lake), what[1], kind, zone, languages or [], max_chars, samples))
    if what and len(what) > 1:
        raise typer.BadParameter(f"give one word to look for, or `try` and one pattern, and not {' '.join(what)!r}.")
    from flows.commands import list_rules

    raise typer.Exit(list_rules(what[0] if what else None))


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
def report(
    source: Annotated[Optional[str], typer.Argument(help="Only batches of this source.", metavar="[SOURCE]")] = None,
    day: Annotated[
        Optional[date], typer.Argument(parser=parse_date, help="Only the batch of this date.", metavar="[DATE]")
    ] = None,
    lake: LakeOption = None,
    target: Annotated[
        Optional[Path], typer.Option("--out", help="Folder for the pages.", show_default="reports in the lake's store")
    ] = None,
) -> None:
    """Write the pages of batches, and an index over them: what came of each, with figures, texts and doubts."""
    from flows.reporting import write_reports

    raise typer.Exit(write_reports(read_settings(lake=lake), source, day, target))


@app.command()
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
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """Run the quarantined inputs of a batch again, after a rule, an expectation or a file was mended."""
    from flows.replaying import run_replay

    settings = read_settings(lake=lake, workers=workers, sources=sources, drift=drift)
    raise typer.Exit(run_replay(settings, source, day, reason))


@app.command()
def release(
    key: Annotated[
        Optional[str],
        typer.Argument(help="uri, doc_id or record id. Lists all when left out.", metavar="[URI or DOC_ID]"),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why it may be published; kept with the batch.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the release back.")] = False,
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """Publish one document that the audit stopped, on your word; or take that back."""
    from flows.replaying import run_release, run_revoke, show_releases

    settings = read_settings(lake=lake, sources=sources)
    if key is None:
        raise typer.Exit(show_releases(settings))
    raise typer.Exit(run_revoke(settings, key) if revoke else run_release(settings, key, why))


@app.command()
def diff(
    source: Annotated[str, typer.Argument(help="Source of the batch.")],
    day: Annotated[
        Optional[date],
        typer.Argument(parser=parse_date, metavar="[YYYY-MM-DD]", help="Logical date.", show_default="its latest"),
    ] = None,
    examples: Annotated[int, typer.Option("--examples", min=0, help="Documents to show, worst first.")] = 5,
    learned: Annotated[
        Optional[str], typer.Option("--learned", help="As for ingest.", show_default="auto", metavar="VERSION")
    ] = None,
    lake: LakeOption = None,
    workers: Annotated[
        Optional[int], typer.Option("--workers", min=1, help="Processes that build shards.", show_default="1")
    ] = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="Where the sources are declared.", show_default="sources.toml")
    ] = None,
) -> None:
    """What a run of a published batch would change with today's rules and files. Publishes nothing."""
    from flows.diffing import run_diff

    settings = read_settings(lake=lake, workers=workers, sources=sources, learned=learned)
    raise typer.Exit(run_diff(settings, source, day, examples))


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
def check(
    whole: Annotated[
        bool, typer.Option("--all", help="Put every document together again, not some hundred of each file.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Verify a lake: files against their hashes, receipts against rows, documents against their canonical hash."""
    from flows.commands import check_lake

    raise typer.Exit(check_lake(read_settings(lake=lake), whole=whole))


@app.command()
def iceberg(
    catalog: Annotated[
        Optional[str],
        typer.Option(
            "--catalog", help="An SQLite file, or a URI (postgresql, thrift, http).", show_default="in the lake's store"
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Register the published files in an Iceberg catalog, or point it to the version that is published now."""
    from flows.catalogs import register_tables

    raise typer.Exit(register_tables(read_settings(lake=lake, iceberg=catalog)))


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
def repartition(
    by: Annotated[str, typer.Option("--by", help="month or day.", metavar="month|day")], lake: LakeOption = None
) -> None:
    """Partition a lake by day, or by month again, in one step; below a month its days."""
    from flows.commands import change_partitions

    raise typer.Exit(change_partitions(read_settings(lake=lake), by))


@app.command()
def files(
    table: Annotated[
        str, typer.Argument(help="documents, lines, quarantine or receipts.", metavar="TABLE")
    ] = "documents",
    lake: LakeOption = None,
) -> None:
    """The files of the published version, which never change: for a reader who must see one version throughout."""
    from flows.commands import list_files

    raise typer.Exit(list_files(read_settings(lake=lake), table))


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
    except Exception as error:
        # A lake or a store that cannot be read, whatever command asked.
        from flows.console import fail
        from flows.errors import EXPECTED, exit_code

        if not isinstance(error, EXPECTED):
            raise
        sys.exit(fail(error, exit_code(error)))


if __name__ == "__main__":
    main()

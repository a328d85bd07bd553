"""The command line, `copydesk`: collects the commands and reports their errors. Heavy imports wait until a command runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.commands import (
    backfill,
    check,
    diff,
    doctor,
    files,
    iceberg,
    ingest,
    learn,
    quarantine,
    release,
    repartition,
    replay,
    report,
    rules,
    show,
    sources,
    ui,
    versions,
    why,
)

INTERRUPTED = 130
# In the order in which the help lists them.
PANELS = {
    "Run": (ingest.ingest, backfill.backfill, ui.ui, replay.replay, release.release, learn.learn),
    "Ask": (
        why.why,
        show.show,
        show.restore,
        quarantine.quarantine,
        report.report,
        diff.diff,
        rules.rules,
        sources.sources,
        learn.learned,
    ),
    "Keep": (
        check.check,
        versions.versions,
        versions.rollback,
        repartition.repartition,
        files.files,
        iceberg.iceberg,
        doctor.doctor,
    ),
}

app = typer.Typer(name="copydesk", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)


def print_version(wanted: bool) -> None:
    """Prints the version and ends."""
    if wanted:
        from importlib.metadata import version

        print(f"copydesk {version('copydesk')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """The desk between raw news text and the people who analyse it: raw files in, audited partitioned Parquet out."""


def main() -> None:
    """Runs a command. An expected error, whatever command raised it, is one line on standard error and its exit code."""
    try:
        app()
    except SystemExit as end:
        # After ctrl-C, Typer ends without a message.
        if end.code == INTERRUPTED:
            print("interrupted; readers of the lake see what they saw before", file=sys.stderr)
        raise
    except Exception as error:
        from flows.console import print_error
        from flows.exit_codes import EXPECTED, find_exit_code

        if not isinstance(error, EXPECTED):
            raise
        print_error(error)
        sys.exit(find_exit_code(error))


if __name__ == "__main__":
    main()

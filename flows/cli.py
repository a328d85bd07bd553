"""The command line: `copydesk`. Nothing heavy is imported until a command needs it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.commandline import asking, keeping, running

app = typer.Typer(name="copydesk", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
for commands in (running, asking, keeping):
    app.add_typer(commands.app)

INTERRUPTED = 130


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

"""The command line, `copydesk`: collects the commands and reports their errors. Heavy imports wait until a command runs."""

import gc
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.commands.backfill import backfill
from flows.commands.batches import diff, report, sources, status
from flows.commands.corrections import correct, corrections
from flows.commands.doctor import doctor
from flows.commands.documents import restore, show, why
from flows.commands.erase import erase
from flows.commands.export import export, tag
from flows.commands.ingest import ingest
from flows.commands.init import init
from flows.commands.inspect import inspect
from flows.commands.lake import check, files, iceberg, repartition, rollback, versions
from flows.commands.learned import learn, learned
from flows.commands.quarantine import quarantine, release, replay
from flows.commands.rules import rules
from flows.commands.source_changes import remove_source, rename_source
from flows.commands.stories import story
from flows.commands.ui import deploy, pages, ui
from flows.console import output, print_error
from flows.system import find_missing_parts

INTERRUPTED = 130
GARBAGE = 50_000  # objects made before Python looks for garbage
# In the order in which the help lists them.
PANELS = {
    "Run": (init, ingest, inspect, backfill, ui, deploy, pages, replay, release, correct, learn),
    "Ask": (status, why, show, story, restore, quarantine, report, diff, rules, sources, learned, corrections, export),
    "Keep": (check, versions, tag, rollback, rename_source, remove_source, erase, repartition, files, iceberg, doctor),
}
JSON = "--json"


class CommandGroup(TyperGroup):
    """All commands. `--json` may stand anywhere; Typer's own errors repeat what was typed, such as the name of a file that a
    shell filled in.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        output.is_json = JSON in args[:end]
        return super().parse_args(ctx, [word for word in args[:end] if word != JSON] + args[end:])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from tasks.unseen import show_unseen

            if isinstance(message := getattr(error, "message", None), str):
                error.message = show_unseen(message)  # type: ignore[attr-defined]
            raise


app = typer.Typer(
    name="copydesk", cls=CommandGroup, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
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
    # Only for the help: CommandGroup reads it wherever it stands.
    as_json: Annotated[
        bool, typer.Option(JSON, help="Print the rows of tables as JSON, one object per line; may follow any command.")
    ] = False,
) -> None:
    """The desk between raw news text and the people who analyse it: raw files in, audited partitioned Parquet out."""


def main() -> None:
    """Runs a command. An error, whatever command raised it, is one line on standard error and its exit code."""
    if missing := find_missing_parts():
        print_error(missing)
        sys.exit(1)
    # Modules and rules are a million objects that stay, and every look for garbage visits them.
    gc.set_threshold(GARBAGE)
    try:
        app()
    except SystemExit as end:
        # After ctrl-C, Typer ends without a message.
        if end.code == INTERRUPTED:
            print("interrupted; readers of the lake see what they saw before", file=sys.stderr)
        raise
    except Exception as error:
        from flows.unexpected import explain_error
        from tasks.errors import find_exit_code

        explained = explain_error(error)
        print_error(explained)
        sys.exit(find_exit_code(explained))


if __name__ == "__main__":
    main()

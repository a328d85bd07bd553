"""Commands that keep a lake in order."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from flows.commandline.options import LakeOption, read_settings

app = typer.Typer()
PANEL = "Keep"


@app.command(rich_help_panel=PANEL)
def check(
    whole: Annotated[
        bool, typer.Option("--all", help="Put every document together again, not some hundred of each file.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Verify a lake: files against their hashes, receipts against rows, documents against their canonical hash."""
    from flows.commands.lake import check_lake

    raise typer.Exit(check_lake(read_settings(lake=lake), whole=whole))


@app.command(rich_help_panel=PANEL)
def versions(lake: LakeOption = None) -> None:
    """The versions of a lake that are kept."""
    from flows.commands.lake import list_versions

    raise typer.Exit(list_versions(read_settings(lake=lake)))


@app.command(rich_help_panel=PANEL)
def rollback(
    number: Annotated[int, typer.Argument(help="Version to go back to.", metavar="VERSION")], lake: LakeOption = None
) -> None:
    """Make an earlier version of a lake the one that readers see."""
    from flows.commands.lake import roll_back

    raise typer.Exit(roll_back(read_settings(lake=lake), number))


@app.command(rich_help_panel=PANEL)
def repartition(
    by: Annotated[str, typer.Option("--by", help="month or day.", metavar="month|day")], lake: LakeOption = None
) -> None:
    """Partition a lake by day, or by month again, in one step; below a month its days."""
    from flows.commands.lake import change_partitions

    raise typer.Exit(change_partitions(read_settings(lake=lake), by))


@app.command(rich_help_panel=PANEL)
def files(
    table: Annotated[
        str, typer.Argument(help="documents, lines, quarantine or receipts.", metavar="TABLE")
    ] = "documents",
    lake: LakeOption = None,
) -> None:
    """The files of the published version, which never change: for a reader who must see one version throughout."""
    from flows.commands.lake import list_files

    raise typer.Exit(list_files(read_settings(lake=lake), table))


@app.command(rich_help_panel=PANEL)
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
    from flows.commands.iceberg import register_tables

    raise typer.Exit(register_tables(read_settings(lake=lake, iceberg=catalog)))


@app.command(rich_help_panel=PANEL)
def doctor(lake: LakeOption = None) -> None:
    """Look whether everything that copydesk needs is here and works."""
    from flows.commands.doctor import examine

    raise typer.Exit(examine(read_settings(lake=lake)))

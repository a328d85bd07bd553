"""`copydesk report`: the pages of batches, written again from the lake."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption, open_chosen_lake, parse_date
from flows.console import print_line, print_table

MOST_ROWS = 20


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
    """Write the page of each batch, with figures, texts and findings, and an index over them."""
    from flows.batches.page import write_reports

    index, pages = write_reports(open_chosen_lake(lake), source, day, target)
    print_table(("source", "date", "state", "page"), pages if len(pages) <= MOST_ROWS else ())
    print_line(f"{len(pages)} pages, from {index}" if len(pages) != 1 else f"index: {index}")

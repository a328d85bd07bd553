"""`copydesk repartition`: a lake partitioned by day, or by month again."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line
from flows.errors import RequestError


def repartition(
    by: Annotated[str, typer.Option("--by", help="month or day.", metavar="month|day")], lake: LakeOption = None
) -> None:
    """Partition a lake by day, or by month again, in one step; each day lies below its month."""
    from tasks.publishing.repartition import repartition as move_rows
    from tasks.stores.errors import LakeError

    if by not in ("month", "day"):
        raise RequestError(f"--by {by}: lakes are partitioned by month or by day")
    opened = open_chosen_lake(lake)
    try:
        made = move_rows(opened, by)
    except LakeError as error:
        raise RequestError(str(error)) from None
    print_line(f"{opened.name}: version {made} is by {by}")

"""`copydesk quarantine`: the inputs that were not published."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption, ReasonOption, open_chosen_lake
from flows.console import print_line, print_table


def quarantine(
    reason: ReasonOption = None,
    source: Annotated[Optional[str], typer.Option("--source", help="Only rows of this source.")] = None,
    lake: LakeOption = None,
) -> None:
    """The inputs that were not published, by reason."""
    from tasks.lakes.lookup import query_table

    rows = query_table(
        open_chosen_lake(lake),
        "quarantine",
        "(? IS NULL OR list_contains(reasons, ?)) AND (? IS NULL OR source = ?) ORDER BY reasons, uri",
        reason,
        reason,
        source,
        source,
    )
    if not rows:
        print_line("nothing in quarantine" + (f" with reason {reason}" if reason else ""))
        return
    print_table(
        ("reasons", "uri", "date", "stage", "detail"),
        ((", ".join(row["reasons"]), row["uri"], row["logical_date"], row["stage"], row["detail"]) for row in rows),
    )

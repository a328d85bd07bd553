"""`copydesk check`: a lake verified against its own receipts and hashes."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line, print_table
from flows.errors import RunFailed

MOST_SHOWN = 50  # the table at the end counts all faults


def check(
    whole: Annotated[
        bool, typer.Option("--all", help="Rebuild every document, instead of some hundred of each file.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Verify a lake: files against their hashes, receipts against rows, documents against their canonical hash."""
    from tasks.checking import check as checking

    opened = open_chosen_lake(lake)
    if whole:
        with tempfile.TemporaryDirectory(prefix="copydesk-check-") as scratch:
            faults = checking.check(opened, Path(scratch))
    else:
        faults = checking.check(opened)
    # Without sound receipts, the numbers of a day mean nothing.
    odd_days = [] if faults else checking.find_odd_days(opened)
    for found in [*faults, *odd_days][:MOST_SHOWN]:
        # Not a table: paths and commands are to be copied.
        print_line(f"{found.what}: {found.where}\n  next: {found.next}")
    if faults:
        kinds = Counter(found.what for found in faults)
        print_table(("wrong", "times"), kinds.most_common(), right=frozenset({"times"}))
        raise RunFailed(f"{len(faults)} things are wrong with {opened.name}")
    checked = "all documents" if whole else "a sample of the documents (--all takes every one)"
    print_line(f"{opened.name}: all files and sums and {checked} are as their receipts say")
    if odd_days:
        print_line(f"{len(odd_days)} days look odd beside their neighbours")

"""Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def format_table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> str:
    """A table with a head. `right`: columns of numbers.

    >>> print(format_table(("what", "n"), [("a|b", 3)], right=("n",)), end="")
    | what | n |
    | --- | --: |
    | a\\|b | 3 |
    """
    rules = ("--:" if column in tuple(right) else "---" for column in columns)
    cells = ([str(cell).replace("|", "\\|") for cell in row] for row in rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in (columns, rules, *cells))

"""An expectation is a row: which column it judges, which values are good, what a failure leads to, and why.

To add one, add a row to `expectations/rows/<suite>.toml`, and an input that breaks it to
`tests/expectations/test_expectations.py`. `expectations/columns.toml` lists the columns that are measured. The reason code
is published with every document that fails it and is never reused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal

from tasks.toml_rows import RowError, describe_unknown, name_row, read_toml, read_toml_rows

ROWS = Path(__file__).with_name("rows")
COLUMNS = Path(__file__).with_name("columns.toml")
# A suite that includes others, which are judged in the same frame.
PARTS = {"documents": ("documents", "lines", "captions")}
TOLERATED_SHARE = 0.2  # of a batch may go to quarantine by one expectation; more block the batch


@dataclass(frozen=True)
class Expectation:
    """One row of a suite.

    `reason`: stable code in snake case. Good values of `column` are those between `low` and `high` (inclusive; None: open), or
    one of `one_of`, or equal to the column `equals`: exactly one of the three is given. `on_failure`: see `documents.toml`.
    `breaks`: an input that fails it, in words. `finding`: what failed, in words, for one row and for several; {rows} and
    {total} are counts, the name of a column stands for its lowest to highest failing value. `may_be_missing`: a missing value
    is no failure. Raises ValueError.
    """

    reason: str
    column: str
    on_failure: Literal["block", "quarantine", "warn"]
    why: str
    breaks: str = ""
    low: float | None = None
    high: float | None = None
    one_of: tuple[str | bool, ...] = ()
    equals: str | None = None
    may_be_missing: bool = False
    finding: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        is_range = self.low is not None or self.high is not None
        if is_range + bool(self.one_of) + (self.equals is not None) != 1:
            raise ValueError("give the good values once: low and high, or one_of, or equals")
        known = {"rows", "total", *self.columns}
        for template in self.finding:
            if unknown := {name for _, name, _, _ in Formatter().parse(template) if name is not None} - known:
                raise ValueError(f"finding: no {{{min(unknown)}}}; there are {', '.join(sorted(known))}")

    @property
    def severity(self) -> Literal["critical", "warning"]:
        """A critical row that fails is not published; a warning is published and counted."""
        return "warning" if self.on_failure == "warn" else "critical"

    @property
    def tolerated(self) -> float:
        """The share of failing rows up to which the batch is not blocked."""
        return TOLERATED_SHARE if self.on_failure == "quarantine" else 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The one or two columns that are judged."""
        return (self.column,) if self.equals is None else (self.column, self.equals)

    @property
    def kind(self) -> str:
        """The name of the Great Expectations class that judges it; importing the class takes seconds."""
        if self.equals is not None:
            return "ExpectColumnPairValuesToBeEqual"
        return "ExpectColumnValuesToBeInSet" if self.one_of else "ExpectColumnValuesToBeBetween"


@cache
def load_suite(name: str) -> tuple[Expectation, ...]:
    """The rows of a suite, in order. Raises RowError for a wrong row, such as one about a column that is not measured."""
    suite: list[Expectation] = []
    for path in [ROWS / f"{part}.toml" for part in PARTS.get(name, (name,))]:
        rows = read_toml_rows(path, "expectation", Expectation)
        measured = read_toml(COLUMNS).get(name, ())
        for number, row in enumerate(rows, 1):
            for key, column in zip(("column", "equals"), row.columns, strict=False):
                if column not in measured:
                    place = f"{name_row(path, number, row.reason)}: {key}"
                    raise RowError(f"{place}: {describe_unknown('column', column, measured)}")
        suite += rows
    return tuple(suite)


def list_columns(rows: Sequence[Expectation]) -> tuple[str, ...]:
    """The columns that the rows judge, each once, in order."""
    return tuple(dict.fromkeys(name for row in rows for name in row.columns))

"""An expectation is a row: what is looked at, what is allowed, what happens otherwise, and why.

To add one, add a row to a suite and its breakage to the tests, nothing else. A reason code stands in the lake beside
every document that was stopped for it and is never used again for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation as GreatExpectation


NONE = (0, 0)
TRUE = (True,)
FALSE = (False,)
OURS = 1.0
FAULTY = 0.8


@dataclass(frozen=True)
class Expectation:
    """One row of a suite.

    `reason`: stable code in snake case. `severity`: a critical row that fails is not published, a warning is published
    and counted. `kind`: `between` (limits: lowest and highest, None for open), `in_set` (limits: the values), `equal`
    (limits: the name of the other column). `breaks`: something broken that trips it, in words. `mostly`: the share of rows
    that must be good for the rest to be published; 1.0 means that a single bad row stops the batch. `may_be_missing`: a
    missing value is no failure.
    """

    reason: str
    severity: Literal["critical", "warning"]
    kind: str
    column: str
    limits: tuple[object, ...]
    why: str
    breaks: str = ""
    mostly: float = 1.0
    may_be_missing: bool = False


def broken(reason: str, kind: str, column: str, limits: tuple[object, ...], why: str, breaks: str) -> Expectation:
    """A row whose failure is our own fault: it stops the batch."""
    return Expectation(reason, "critical", kind, column, limits, why, breaks, mostly=OURS)


def faulty(
    reason: str,
    kind: str,
    column: str,
    limits: tuple[object, ...],
    why: str,
    breaks: str,
    *,
    may_be_missing: bool = False,
) -> Expectation:
    """A row whose failure is the document's fault: the document goes to quarantine, the others are published."""
    return Expectation(reason, "critical", kind, column, limits, why, breaks, FAULTY, may_be_missing)


def doubtful(
    reason: str,
    kind: str,
    column: str,
    limits: tuple[object, ...],
    why: str,
    breaks: str,
    *,
    may_be_missing: bool = False,
) -> Expectation:
    """A row whose failure is published and counted."""
    return Expectation(reason, "warning", kind, column, limits, why, breaks, may_be_missing=may_be_missing)


# Names of Great Expectations' classes, so that this module loads without it (its import takes seconds).
KINDS = {
    "between": "ExpectColumnValuesToBeBetween",
    "in_set": "ExpectColumnValuesToBeInSet",
    "equal": "ExpectColumnPairValuesToBeEqual",
}


def build_suite(name: str, rows: Sequence[Expectation]) -> ExpectationSuite:
    """A Great Expectations suite made of rows; each expectation carries its reason code in `meta`.

    Raises KeyError when a row's kind is not in KINDS.
    """
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=name, expectations=[build_expectation(row) for row in rows])


def build_expectation(row: Expectation) -> GreatExpectation:
    """The Great Expectations object of one row."""
    from great_expectations import expectations

    make: Callable[..., GreatExpectation] = getattr(expectations, KINDS[row.kind])
    arguments = {"severity": row.severity, "mostly": row.mostly, "description": row.why, "meta": {"reason": row.reason}}
    if row.kind == "equal":
        return make(column_A=row.column, column_B=row.limits[0], **arguments)
    if row.kind == "in_set":
        return make(column=row.column, value_set=list(row.limits), **arguments)
    return make(column=row.column, min_value=row.limits[0], max_value=row.limits[1], **arguments)

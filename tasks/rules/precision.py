"""How often each row was right on labelled pages, and the floor: a rule that was wrong too often flags and does not remove.

`make precision` writes the counts to `precision.json`. `precision_exceptions.toml` lists lines that are boilerplate although the
labels keep them, each with a reason.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import polars as pl

from tasks.kept import keep_value
from tasks.rules.load import ROWS, Rule, read_rules
from tasks.toml_rows import PROJECT, RowError, name_path, read_toml_rows

PRECISION = Path(__file__).with_name("precision.json")
EXCEPTIONS = Path(__file__).with_name("precision_exceptions.toml")
FLOOR = 0.9
FLOOR_LINES = 5  # fewer measured cuts say nothing

Counts = Mapping[str, Mapping[str, tuple[int, int]]]


@dataclass(frozen=True)
class PrecisionCounts:
    """Counts from `pages` labelled pages. `counts`: by row id (a header's list has `<id>.list`) and language of the page, the
    lines that were cut and how many of them the labels call part of the article."""

    name: str
    pages: int
    counts: Counts = field(default_factory=dict)


@dataclass(frozen=True)
class Exempt:
    """How many lines of one rule are boilerplate although the labels keep them, and what they are."""

    rule: str
    lines: int
    why: str

    def __post_init__(self) -> None:
        if self.lines < 1 or not self.why.endswith("."):
            raise ValueError("give a number of lines, and a sentence that says why")


@dataclass(frozen=True)
class RulePrecision:
    """The measured cuts of one row: `cut` lines, of which `wrong` belong to an article."""

    cut: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Share of the cut lines that were boilerplate, 0 to 1; None where nothing was cut."""
        return 1 - self.wrong / self.cut if self.cut else None


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules by id; those under the floor flag. Raises RowError when a row is wrong.

    Reading and checking the rows takes most of a second, so they are kept.
    """
    sources = (Path(__file__).parent, PROJECT / "tasks" / "toml_rows.py")
    return keep_value("rules", sources, (pl.__version__,), read_held_rules)


def read_held_rules() -> tuple[Rule, ...]:
    """All rules, read and checked; those under the floor flag."""
    return hold_to_floor(read_rules(ROWS), sum_counts(load_precision().counts, load_exceptions()))


def hold_to_floor(rules: Iterable[Rule], precisions: Mapping[str, RulePrecision]) -> tuple[Rule, ...]:
    """The same rules; one that removes and has a precision under the floor, over enough lines, flags and says why.

    A header whose list is under the floor still removes its own line, and keeps the list.
    """
    held: list[Rule] = []
    for rule in rules:
        if rule.action == "remove" and (fault := describe_low(precisions.get(rule.id))):
            rule = replace(rule, action="flag", why=f"{rule.why} Flags only: {fault}")
        elif rule.takes == "list" and (fault := describe_low(precisions.get(f"{rule.id}.list"))):
            rule = replace(rule, takes="line", why=f"{rule.why} Leaves the lines below: {fault}")
        held.append(rule)
    return tuple(held)


def describe_low(measured: RulePrecision | None) -> str:
    """A precision under the floor as a sentence; empty at or over it, or with fewer than FLOOR_LINES cuts."""
    if measured is None or measured.share is None or measured.cut < FLOOR_LINES or measured.share >= FLOOR:
        return ""
    return f"of {measured.cut} measured cuts {measured.wrong} belonged to an article."


def sum_counts(counts: Counts, exceptions: Iterable[Exempt] = ()) -> dict[str, RulePrecision]:
    """The precision of each row over all languages, with the exceptions counted as right."""
    exempt = {row.rule: row.lines for row in exceptions}
    return {
        name: RulePrecision(
            sum(cut for cut, _ in by.values()), sum(bad for _, bad in by.values()) - exempt.get(name, 0)
        )
        for name, by in counts.items()
    }


@cache
def load_precision(path: Path = PRECISION) -> PrecisionCounts:
    """The committed counts. Raises RowError where the file has no such counts."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        counts = {
            name: {language: (int(cut), int(wrong)) for language, (cut, wrong) in by.items()}
            for name, by in content["counts"].items()
        }
        return PrecisionCounts(content["name"], content["pages"], counts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RowError(
            f"{name_path(path)}: not a table of counts: {error!r}; write it again with `make precision FOLDER=... NAME=...`"
        ) from None


@cache
def load_exceptions(path: Path = EXCEPTIONS) -> tuple[Exempt, ...]:
    """The committed exceptions. Raises RowError for a wrong row."""
    return read_toml_rows(path, "exception", Exempt)

"""How often each row was right on labelled pages, and the floor: a rule that was wrong too often flags and does not cut.

`make precision` writes the counts to `precision.json`. `precision_exceptions.toml` lists lines that are boilerplate although the
labels keep them, each with a reason.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from tasks.rules.load import ROWS, Rule, read_rules

PRECISION = Path(__file__).with_name("precision.json")
EXCEPTIONS = Path(__file__).with_name("precision_exceptions.toml")
FLOOR = 0.9
FLOOR_LINES = 5  # fewer measured cuts say nothing

Counts = Mapping[str, Mapping[str, tuple[int, int]]]


@dataclass(frozen=True)
class Precision:
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


@dataclass(frozen=True)
class Score:
    """The measured cuts of one row: `cut` lines, of which `good` belong to an article after the exceptions are subtracted."""

    cut: int
    good: int

    @property
    def precision(self) -> float | None:
        """Share of the cut lines that were boilerplate, 0 to 1; None where nothing was cut."""
        return 1 - self.good / self.cut if self.cut else None


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules by id; those under the floor flag. Raises RowError when a row is wrong."""
    return hold_to_floor(read_rules(ROWS), score_rows(load_precision(), load_exceptions()))


def hold_to_floor(rules: Iterable[Rule], scores: Mapping[str, Score]) -> tuple[Rule, ...]:
    """The same rules; one that removes and has a precision under the floor, over enough lines, flags and says why.

    A header whose list is under the floor still removes its own line, and keeps the list.
    """
    held: list[Rule] = []
    for rule in rules:
        if rule.action == "remove" and (wrong := under_floor(scores.get(rule.id))):
            rule = replace(rule, action="flag", why=f"{rule.why} Flags only: {wrong}")
        elif rule.takes == "list" and (wrong := under_floor(scores.get(f"{rule.id}.list"))):
            rule = replace(rule, takes="line", why=f"{rule.why} Leaves the lines below: {wrong}")
        held.append(rule)
    return tuple(held)


def under_floor(score: Score | None) -> str:
    """What is wrong with a score, as a sentence; empty at or over the floor, or with fewer than FLOOR_LINES cuts."""
    if score is None or score.precision is None or score.cut < FLOOR_LINES or score.precision >= FLOOR:
        return ""
    return f"of {score.cut} measured cuts {score.good} belonged to an article."


def score_rows(precision: Precision, exceptions: Iterable[Exempt] = ()) -> dict[str, Score]:
    """The score of each row over all languages, after the exceptions are subtracted."""
    exempt = {row.rule: row.lines for row in exceptions}
    return {
        name: Score(sum(cut for cut, _ in by.values()), sum(good for _, good in by.values()) - exempt.get(name, 0))
        for name, by in precision.counts.items()
    }


@cache
def load_precision(path: Path = PRECISION) -> Precision:
    """The committed counts. Raises ValueError, one line, where the file holds no such counts."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        counts = {
            name: {language: (int(cut), int(good)) for language, (cut, good) in by.items()}
            for name, by in content["counts"].items()
        }
        return Precision(name=content["name"], pages=content["pages"], counts=counts)
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{path.name}: not a table of counts: {error!r}. Write it again with `make precision FOLDER=... NAME=...`."
        ) from None


@cache
def load_exceptions(path: Path = EXCEPTIONS) -> tuple[Exempt, ...]:
    """The committed exceptions. Raises ValueError where one names no measured lines or has no reason."""
    rows = tuple(Exempt(**row) for row in tomllib.loads(path.read_text(encoding="utf-8")).get("exception", []))
    for row in rows:
        if row.lines < 1 or not row.why.endswith("."):
            raise ValueError(f"{path.name}: exception {row.rule}: give a number of lines and a sentence that says why.")
    return rows

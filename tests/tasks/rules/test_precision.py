"""The floor holds rules to what was measured on labelled pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tasks.cleaning.clean import REASONS
from tasks.roles.rows import load_role_rows
from tasks.rules import Rule, load_rules
from tasks.rules.load import ROWS, read_rules
from tasks.rules.precision import (
    FLOOR,
    FLOOR_LINES,
    RulePrecision,
    hold_to_floor,
    load_exceptions,
    load_precision,
    sum_counts,
)
from tasks.toml_rows import RowError

RULE = replace(load_rules()[0], id="share.xx", family="share", action="remove", takes="list", why="It is a button.")


@pytest.mark.parametrize(
    ("cut", "wrong", "action"),
    [
        (100, 0, "remove"),
        (10, 1, "remove"),
        (10, 2, "flag"),
        (FLOOR_LINES, FLOOR_LINES, "flag"),
        (FLOOR_LINES - 1, 4, "remove"),
        (0, 0, "remove"),
    ],
    ids=["right", "on the floor", "under it", "always wrong", "too few to say", "none"],
)
def test_floor(cut: int, wrong: int, action: str) -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: RulePrecision(cut, wrong)})
    assert held.action == action
    assert (held.why == RULE.why) == (action == "remove")


def test_the_reason_is_added_to_the_why() -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: RulePrecision(10, 3)})
    assert held.why == "It is a button. Flags only: of 10 measured cuts 3 belonged to an article."


def test_a_list_is_held_to_the_floor_by_itself() -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: RulePrecision(50, 0), f"{RULE.id}.list": RulePrecision(10, 5)})
    assert (held.action, held.takes) == ("remove", "line")


def test_rules_in_force_stand_over_the_floor() -> None:
    scores = sum_counts(load_precision().counts, load_exceptions())
    cutting = [scores[rule.id] for rule in load_rules() if rule.action == "remove" and rule.id in scores]
    assert len(cutting) > 50
    assert [score for score in cutting if score.cut >= FLOOR_LINES and (score.share or 0) < FLOOR] == []


def test_rows_are_held_by_nothing_but_the_floor() -> None:
    in_force = {rule.id: rule for rule in load_rules()}

    def same(rule: Rule) -> bool:
        return rule == in_force[rule.id] or in_force[rule.id].why.startswith(rule.why)

    assert [rule.id for rule in read_rules(ROWS) if not same(rule)] == []


def test_exceptions_are_no_more_than_was_measured() -> None:
    labelled = sum_counts(load_precision().counts)
    assert [row.rule for row in load_exceptions() if row.lines > labelled[row.rule].wrong] == []
    assert len({row.rule for row in load_exceptions()}) == len(load_exceptions())


def test_counts_belong_to_rows() -> None:
    known = {rule.id for rule in load_rules()} | {row.id for row in load_role_rows()} | REASONS.keys()
    assert [name for name in load_precision().counts if name.removesuffix(".list") not in known] == []


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"name": "x", "pages": 1}', '{"name": "x", "pages": 1, "counts": {"a": {"en": 3}}}']
)
def test_wrong_counts_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "p.json").write_text(content)
    with pytest.raises(RowError, match=r"p\.json: not a table of counts"):
        load_precision(tmp_path / "p.json")


def test_a_wrong_exception_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[[exception]]\nrule = "share.xx"\nlines = 0\nwhy = "A button."\n')
    with pytest.raises(RowError, match=r"x\.toml, row 1 \(share\.xx\): give a number of lines"):
        load_exceptions(tmp_path / "x.toml")

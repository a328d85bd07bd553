"""The page of the rules comes from committed data, and the floor holds rules to what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.reference.rules import share, write_rules
from tasks.cleaning.reasons import REASONS
from tasks.roles.rows import load_role_rows
from tasks.rules import Rule, load_rules
from tasks.rules.load import ROWS, read_rules
from tasks.rules.precision import FLOOR, FLOOR_LINES, Score, hold_to_floor, load_exceptions, load_precision, score_rows

RULE = replace(load_rules()[0], id="share.xx", family="share", action="remove", takes="list", why="It is a button.")


def test_page_names_every_row() -> None:
    page = write_rules()
    names = [*(rule.id for rule in load_rules()), *(row.id for row in load_role_rows())]
    assert [name for name in names if f"| `{name}` |" not in page] == []


def test_rows_of_a_table_are_as_wide_as_its_head() -> None:
    blocks = [block for block in write_rules().split("\n\n") if block.startswith("|")]
    assert len(blocks) >= 5
    assert [len({line.replace("\\|", "").count("|") for line in block.splitlines()}) for block in blocks] == [1] * len(
        blocks
    )


@pytest.mark.parametrize(
    ("cut", "good", "action"),
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
def test_floor(cut: int, good: int, action: str) -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: Score(cut, good)})
    assert held.action == action
    assert (held.why == RULE.why) == (action == "remove")


def test_reason_is_reported() -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: Score(10, 3)})
    assert held.why == "It is a button. Flags only: of 10 measured cuts 3 belonged to an article."


def test_list_is_held_to_the_floor_by_itself() -> None:
    (held,) = hold_to_floor((RULE,), {RULE.id: Score(50, 0), f"{RULE.id}.list": Score(10, 5)})
    assert (held.action, held.takes) == ("remove", "line")


def test_rules_in_force_stand_over_the_floor() -> None:
    scores = score_rows(load_precision(), load_exceptions())
    cutting = [scores[rule.id] for rule in load_rules() if rule.action == "remove" and rule.id in scores]
    assert len(cutting) > 50
    assert [score for score in cutting if score.cut >= FLOOR_LINES and (score.precision or 0) < FLOOR] == []


def test_rows_are_held_by_nothing_but_the_floor() -> None:
    in_force = {rule.id: rule for rule in load_rules()}

    def same(rule: Rule) -> bool:
        return rule == in_force[rule.id] or in_force[rule.id].why.startswith(rule.why)

    assert [rule.id for rule in read_rules(ROWS) if not same(rule)] == []


def test_exceptions_are_no_more_than_was_measured() -> None:
    labelled = score_rows(load_precision())
    assert [row.rule for row in load_exceptions() if row.lines > labelled[row.rule].good] == []
    assert len({row.rule for row in load_exceptions()}) == len(load_exceptions())


def test_counts_belong_to_rows() -> None:
    known = {rule.id for rule in load_rules()} | {row.id for row in load_role_rows()} | REASONS.keys()
    assert [name for name in load_precision().counts if name.removesuffix(".list") not in known] == []


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"name": "x", "pages": 1}', '{"name": "x", "pages": 1, "counts": {"a": {"en": 3}}}']
)
def test_wrong_counts_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "p.json").write_text(content)
    with pytest.raises(ValueError, match=r"p\.json: not a table of counts"):
        load_precision(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("score", "shown"), [(Score(0, 0), ""), (Score(4, 0), "1"), (Score(1000, 1), "0.99"), (Score(4, 1), "0.75")]
)
def test_shares_are_not_flattered(score: Score, shown: str) -> None:
    assert share(score) == shown

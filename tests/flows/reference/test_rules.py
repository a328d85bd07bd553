"""The page of the rules comes from committed data and names every row."""

from __future__ import annotations

import pytest

from flows.reference.rules import format_precision, write_rules
from tasks.roles.rows import load_role_rows
from tasks.rules import load_rules
from tasks.rules.precision import RulePrecision


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
    ("score", "shown"),
    [
        (RulePrecision(0, 0), ""),
        (RulePrecision(4, 0), "1"),
        (RulePrecision(1000, 1), "0.99"),
        (RulePrecision(4, 1), "0.75"),
    ],
)
def test_shares_are_not_flattered(score: RulePrecision, shown: str) -> None:
    assert format_precision(score) == shown

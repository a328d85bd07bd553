"""Many columns are judged as one with the same result; placeholders import the real module when an attribute is used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from random import Random
from typing import Any

import polars as pl
import pytest

from expectations.evaluate import LAZY_MODULES, delay_imports, evaluate, make_placeholder
from expectations.suites import Expectation, load_suite

ODD_VALUES: dict[str, list[Any]] = {
    "whole": [0, 0, 0, 1, 2, -1, 100, 2**40, None],
    "share": [0.0, 0.0, 0.5, 1.0, 1.0000001, -0.1, 9.0, -9.0, float("nan"), None],
    "truth": [True, False, None],
    "word": ["en", "read", "clean", "xx", "", None],
}


def make_odd_frame(rows: tuple[Expectation, ...], height: int, seed: int) -> pl.DataFrame:
    """A frame of values that are good, bad or missing, in a type that suits each column; without some of the columns."""
    random = Random(seed)
    columns: dict[str, list[Any]] = {"doc_id": [f"{at}" for at in range(height)]}
    for row in rows:
        shares = isinstance(row.low, float) or isinstance(row.high, float)
        kind = "share" if shares else "whole"
        if row.one_of:
            kind = "truth" if isinstance(row.one_of[0], bool) else "word"
        for name in row.columns:
            if random.random() < 0.95:
                columns.setdefault(name, [random.choice(ODD_VALUES[kind]) for _ in range(height)])
    return pl.DataFrame(columns, strict=False)


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["documents", "quarantine", "batch", "drift"])
@pytest.mark.parametrize("height", [1, 17, 300])
def test_columns_judged_together_are_judged_as_each_alone(
    suite: str, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_suite(suite)
    frame = make_odd_frame(rows, height, seed=height)
    together = evaluate(rows, frame)
    monkeypatch.setattr("expectations.evaluate.BULKY_ROWS", 1)
    assert repr(together) == repr(evaluate(rows, frame))
    assert any(found.places for found in together)


def test_a_placeholder_imports_the_real_module() -> None:
    assert make_placeholder("colorsys").rgb_to_hsv is import_module("colorsys").rgb_to_hsv


def test_a_placeholder_has_only_the_attributes_of_the_real_module() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = make_placeholder("colorsys").nothing_of_the_kind


def test_placeholders_are_removed_after_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with delay_imports(("colorsys",)):
        held = import_module("colorsys")
        assert "__file__" not in vars(held)  # asking it by name would bring the real one
    assert "colorsys" not in sys.modules
    assert held.rgb_to_hsv is import_module("colorsys").rgb_to_hsv


def test_imported_modules_are_not_replaced() -> None:
    with delay_imports(("json",)):
        assert hasattr(sys.modules["json"], "loads")


@pytest.mark.slow
def test_great_expectations_loads_without_them_and_with_them_on_demand() -> None:
    code = f"""
import sys
from expectations.evaluate import load_library
load_library()
assert "great_expectations" in sys.modules
assert not [name for name in {LAZY_MODULES!r} if name in sys.modules]
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as user
assert user.stats.entropy([0.5, 0.5], [0.5, 0.5]) == 0
assert user.alt.Chart
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]

"""Placeholders are removed after the import, and import the real module when an attribute is used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from expectations.evaluate import LAZY_MODULES, delay_imports, make_placeholder


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

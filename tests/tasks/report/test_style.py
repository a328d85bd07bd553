"""Colours can be read in both themes."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = files("tasks.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
PALETTE = {
    name: (light, dark) for name, light, dark in re.findall(r"--([a-z0-9-]+): light-dark\((#\w+), (#\w+)\)", STYLE)
}
READ = ["ink", "muted", "stop", "warn", "good", "link", "rule", "list", "page", "learned", "repeat"]
SEEN_ONLY = [name for name in PALETTE if name.startswith("series-")] + ["part-0", "part-2"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "least"), [*((name, 4.5) for name in READ), *((name, 3.0) for name in SEEN_ONLY)])
def test_colours_can_be_read_in_both_themes(name: str, least: float, theme: int) -> None:
    for ground in ("paper", "shade") if name in READ else ("paper",):
        low, high = sorted((luminance(PALETTE[name][theme]), luminance(PALETTE[ground][theme])))
        assert (high + 0.05) / (low + 0.05) >= least, ground


def test_every_colour_that_is_used_is_declared() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", STYLE)) - {"serif", "sans"}
    assert used <= PALETTE.keys()

"""Charts drawn to SVG in process (Vega-Lite, by vl-convert) and made fit to stand in a page.

Colours are the page's own variables, so that a chart follows its theme. Nothing in the layout depends on how wide a font
on this machine is: margins are fixed, labels are cut here, and texts take the page's font when they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from tasks.report.safe import escape, plain

LABEL_CHARS = 24
WIDE, BROAD = 2.0, 1.35  # of a usual letter's width: Chinese ones; capitals, m and w
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.20.1.json"
CONFIG: dict[str, Any] = {
    "font": "Liberation Sans",  # what the library measures with; it brings it along
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "labelFontSize": 12,
        "labelLimit": 0,
        "labelOverlap": False,
        "labelFlush": False,
        "titleColor": "var(--muted)",
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "gridColor": "var(--line)",
        "tickSize": 4,
    },
}


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its name in the page, what it shows, the SVG, and the same numbers as a table."""

    name: str
    title: str
    says: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[str, ...] = ()


def draw(name: str, title: str, says: str, spec: Mapping[str, Any], *, stretch: bool = False) -> str:
    """A specification as an SVG element with title and description, without anything that leads out of the page.

    `stretch`: it may be drawn wider than high, as a strip without text may.
    """
    import vl_convert

    whole = {"$schema": SCHEMA, "background": None, "config": CONFIG, "autosize": {"type": "none"}, **spec}
    svg = str(vl_convert.vegalite_to_svg(whole))
    found = re.match(r'<svg [^>]*?width="(\d+)" height="(\d+)"[^>]*>', svg)
    if not found:
        raise ValueError(f"chart {name} came out without a size")
    width, height = found[1], found[2]
    aspect = ' preserveAspectRatio="none"' if stretch else ""
    opening = (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}"{aspect} role="img"'
        f' aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(says)}</desc>'
    )
    body = re.sub(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"| font-family="[^"]*"', "", svg[found.end() :])
    return opening + re.sub(r'<path class="(?:back|fore)ground"[^>]*display="none"/>', "", body)


def clip(label: str, most: float = LABEL_CHARS) -> str:
    """A label that fits into so many characters of usual width, without characters that change how its neighbours read."""
    label, room = plain(label), most
    for place, letter in enumerate(label):
        room -= WIDE if east_asian_width(letter) in "WF" else BROAD if letter.isupper() or letter in "mw@%<>=+_" else 1
        if room < 0:
            return label[: max(place - 1, 0)].rstrip() + "…"
    return label


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Labels clipped, and told apart where clipping made two the same."""
    found: list[str] = []
    for label in labels:
        short, number = clip(label), 2
        while short in found:
            short, number = f"{clip(label, LABEL_CHARS - 3)} {number}", number + 1
        found.append(short)
    return found


def axis(title: str | None = None, **more: Any) -> dict[str, Any]:
    """An axis with a title, or without."""
    return {"title": title, **more}

"""Draws charts as SVG in process (Vega-Lite, by vl-convert) and fits them into a page.

Colours are variables of the page, so charts follow its theme. The layout does not depend on the fonts of a machine: margins
are fixed, labels are cut here, and the page's font is used when a chart is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unicodedata import east_asian_width

from tasks.report.safe import escape_label, flatten_text

LABEL_CHARS = 24
WIDE, BROAD = 2.0, 1.35  # times the usual width of a letter: Chinese characters; capitals, m and w
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.20.1.json"
CONFIG: dict[str, Any] = {
    "font": "Liberation Sans",  # the library measures with it and includes it
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        **{"labelColor": "var(--muted)", "labelFontSize": 12, "labelLimit": 0, "labelOverlap": False},
        **{"labelFlush": False, "titleColor": "var(--muted)", "titleFontSize": 12, "titleFontWeight": "normal"},
        **dict.fromkeys(("domainColor", "tickColor", "gridColor"), "var(--line)"),
        "tickSize": 4,
    },
}


@dataclass(frozen=True)
class Chart:
    """A chart: its name in the page, title and summary, the same numbers as a table, and its Vega-Lite specification.

    `stretch`: it may be stretched to the page's width, as a strip without text may.
    """

    name: str
    title: str
    summary: str
    spec: Mapping[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[str, ...] = ()
    stretch: bool = False

    @cached_property
    def svg(self) -> str:
        """An SVG element with title and description, without addresses outside the page."""
        import vl_convert

        whole = {"$schema": SCHEMA, "background": None, "config": CONFIG, "autosize": {"type": "none"}, **self.spec}
        svg = str(vl_convert.vegalite_to_svg(whole))
        found = re.match(r'<svg [^>]*?width="(\d+)" height="(\d+)"[^>]*>', svg)
        if not found:
            raise ValueError(f"chart {self.name} was drawn without a size")
        width, height = found[1], found[2]
        aspect = ' preserveAspectRatio="none"' if self.stretch else ""
        opening = (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}"{aspect} role="img"'
            f' aria-labelledby="{self.name}-title {self.name}-desc"><title id="{self.name}-title">'
            f'{escape_label(self.title)}</title><desc id="{self.name}-desc">{escape_label(self.summary)}</desc>'
        )
        body = re.sub(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"| font-family="[^"]*"', "", svg[found.end() :])
        return opening + re.sub(r'<path class="(?:back|fore)ground"[^>]*display="none"/>', "", body)


def clip_label(label: str, most: float = LABEL_CHARS) -> str:
    """A flattened label, cut to so many characters of usual width."""
    label, room = flatten_text(label), most
    for place, letter in enumerate(label):
        room -= WIDE if east_asian_width(letter) in "WF" else BROAD if letter.isupper() or letter in "mw@%<>=+_" else 1
        if room < 0:
            return label[: max(place - 1, 0)].rstrip() + "…"
    return label


def clip_labels(labels: Sequence[str]) -> list[str]:
    """Clipped labels, with numbers where clipping makes two equal."""
    found: list[str] = []
    for label in labels:
        short, number = clip_label(label), 2
        while short in found:
            short, number = f"{clip_label(label, LABEL_CHARS - 3)} {number}", number + 1
        found.append(short)
    return found

"""The charts of a page: each is a Vega-Lite specification, a summary sentence, and a table of the same numbers.

They are drawn as SVG in process (by vl-convert). Colours are variables of the page, so charts follow its theme. The layout does
not depend on the fonts of a machine: margins are fixed, labels are cut here, and the page's font is used when a chart is shown.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unicodedata import east_asian_width

from tasks.counts import format_count
from tasks.report.figures import EARLIER, OTHERS, DayCount, LengthCount, PublisherShare, list_periods
from tasks.report.wording import MONTHS, Sum, escape_label, flatten_text

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
WIDTH = 304  # of the plot, in pixels, without padding
LABEL_WIDTH = 150
ROW_HEIGHT = 22
WIDEST_BAR = 36
COLOURS = 7  # variables --series-0 and so on in the style sheet
BARS_SHOWN = 12
TABLE_ROWS = 200
AMOUNT = {"type": "quantitative", "axis": {"title": None, "tickCount": 4, "format": "~s", "tickMinStep": 1}}
ROW_AXIS = {"title": None, "ticks": False, "domain": False, "labelColor": "var(--ink)"}


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


def draw_days(counts: Sequence[DayCount], kind: str = "language", undated: int = 0) -> Chart:
    """Documents by period and `kind`, stacked. `undated`: those that are counted on the day of their batch."""
    named = sorted({count.period for count in counts} - {EARLIER})
    older = sum(count.documents for count in counts if count.period == EARLIER)
    periods = [EARLIER] * bool(older) + (list_periods(named[0], named[-1]) if named else [])
    totals: Counter[str] = Counter()
    for count in counts:
        totals[count.language] += count.documents
    languages = sorted(totals, key=lambda name: (name == OTHERS, -totals[name], name))
    unit = {10: "day", 7: "month", 4: "year"}[len(named[-1]) if named else 4]
    place = {language: number for number, language in enumerate(languages)}
    labels = {period: format_period(period) for period in periods}
    first, last = labels[named[0]] if named else EARLIER, labels[periods[-1]]
    summary = f"{format_count(totals.total(), 'document')}, " + (f"from {first} to {last}" if first != last else first)
    summary += f"; {older:,} earlier ones in the first bar." if older and named else "."
    summary += f" {undated:,} have no date and are counted on the day of their batch." if undated else ""
    step = max(1, -(-len(periods) // 6))
    ticks = [labels[period] for period in periods[(len(periods) - 1) % step :: step]]
    x = {
        **{"field": "p", "type": "ordinal", "axis": {"title": None, "labelAngle": 0, "values": ticks}},
        "scale": {"domain": list(labels.values()), "paddingOuter": 0.1},
    }
    colours = {
        "domain": list(place.values()),
        "range": [f"var(--series-{number % COLOURS})" for number in place.values()],
    }
    spec = {
        **{"width": WIDTH, "height": 180, "padding": {"left": 46, "right": 24, "top": 10, "bottom": 28}},
        "data": {"values": [{"p": labels[row.period], "l": place[row.language], "n": row.documents} for row in counts]},
        "mark": {"type": "bar", "size": min(WIDEST_BAR, 0.85 * WIDTH / len(periods))},
        "encoding": {
            **{"x": x, "y": {"field": "n", **AMOUNT}, "order": {"field": "l", "type": "ordinal"}},
            "color": {"field": "l", "type": "ordinal", "legend": None, "scale": colours},
        },
    }
    rows = tuple((count.period, flatten_text(count.language), f"{count.documents:,}") for count in counts)
    legend = tuple(f"{flatten_text(name)} {totals[name]:,}" for name in languages)
    return Chart("days", f"Documents by {unit} and {kind}", summary, spec, (unit, kind, "documents"), rows, legend)


def format_period(period: str) -> str:
    """A day, month or year as a label: 3 Oct, Oct 2026, 2026."""
    if period == EARLIER or len(period) == len("2026"):
        return period
    year, month, *day = period.split("-")
    name = MONTHS[int(month) - 1][:3]
    return f"{int(day[0])} {name}" if day else f"{name} {year}"


def draw_rules(counts: Sequence[tuple[str, int]]) -> Chart:
    """Lines removed by each kind of rule, whatever its language; the table has each rule."""
    kinds: Counter[str] = Counter()
    for rule, lines in counts:
        # `share.en.word` is share; copies are named by what they repeat.
        head, _, rest = rule.partition(".")
        kinds[(f"copy of {rest}" if head == "repeat" else head).replace("-", " ")] += lines
    ranked = sorted(kinds.items(), key=lambda count: (-count[1], count[0]))
    summary = f"{format_count(kinds.total(), 'line')} by {format_count(len(counts), 'rule')}"
    summary += f" of {len(kinds):,} kinds" if len(kinds) > 1 else ""
    summary += f", the {BARS_SHOWN} largest." if len(ranked) > BARS_SHOWN else "."
    labels = clip_labels([kind for kind, _ in ranked[:BARS_SHOWN]])
    values = [{"k": label, "n": n, "s": f"{n:,}"} for label, (_, n) in zip(labels, ranked, strict=False)]
    y = {"field": "k", "type": "ordinal", "scale": {"domain": labels, "paddingInner": 0.3}, "axis": ROW_AXIS}
    scale = {"domain": [0, 1.25 * max(kinds.values(), default=1)]}
    x = {"field": "n", "type": "quantitative", "axis": None, "scale": scale}
    text = {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": "var(--ink)"}
    spec = {
        **size_rows(len(labels), right=12, bottom=4),
        **{"data": {"values": values}, "encoding": {"y": y, "x": x}},
        "layer": [
            {"mark": {"type": "bar", "color": "var(--series-0)"}},
            {"mark": text, "encoding": {"text": {"field": "s"}}},
        ],
    }
    by_size = sorted(counts, key=lambda count: (-count[1], count[0]))[:TABLE_ROWS]
    rows = tuple((flatten_text(rule), f"{lines:,}") for rule, lines in by_size)
    return Chart("rules", "Removed lines, by kind of rule", summary, spec, ("rule", "lines"), rows)


def size_rows(count: int, *, right: int, bottom: int) -> dict[str, Any]:
    """Size and padding of a chart with a labelled row for each of `count` values."""
    padding = {"left": LABEL_WIDTH, "right": right, "top": 4, "bottom": bottom}
    return {"width": WIDTH - LABEL_WIDTH + 50, "height": ROW_HEIGHT * count, "padding": padding}


def draw_publishers(shares: Sequence[PublisherShare]) -> Chart:
    """The share of characters removed from each publisher's documents: a dot for this batch, a stroke for earlier ones."""
    labels = clip_labels([share.publisher for share in shares])
    pairs = list(zip(labels, shares, strict=True))
    now = [{"k": label, "v": each.share} for label, each in pairs]
    before = [{"k": label, "v": each.usual} for label, each in pairs if each.usual is not None]
    summary = "The dot is this batch, the stroke the batches of this source before it."
    if not before:
        summary += " There is no earlier batch to compare with."
    elif len(before) < len(shares):
        summary += f" {len(before)} of the {len(shares)} publishers shown have documents in one."
    top = max([0.1, *(share.share for share in shares), *(share.usual or 0 for share in shares)])
    scale = {"domain": [0, top * 1.05], "nice": True}
    axis = {"title": None, "format": "%", "tickCount": 4, "grid": False}
    encoding = {
        "y": {"field": "k", "type": "ordinal", "scale": {"domain": labels}, "axis": {**ROW_AXIS, "grid": True}},
        "x": {"field": "v", "type": "quantitative", "scale": scale, "axis": axis},
    }
    stroke = {"type": "tick", "color": "var(--muted)", "thickness": 3, "size": 15}
    dot = {"type": "circle", "color": "var(--series-0)", "size": 90, "opacity": 1}
    layers = [
        {"data": {"values": rows}, "mark": mark, "encoding": encoding} for rows, mark in ((before, stroke), (now, dot))
    ]
    rows = tuple(
        (
            *(flatten_text(share.publisher), f"{share.documents:,}", f"{share.share:.1%}"),
            *("–" if share.usual is None else f"{share.usual:.1%}", f"{share.documents_before:,}"),
        )
        for share in shares
    )
    head = ("publisher", "documents", "removed", "before", "documents before")
    spec = {**size_rows(len(labels), right=20, bottom=28), "layer": layers}
    return Chart("publishers", "Share of characters removed, by publisher", summary, spec, head, rows)


def draw_lengths(counts: Sequence[LengthCount]) -> Chart:
    """Documents by length of text."""
    labels = [f"{count.low // 1000}k" if count.low >= 1000 else str(count.low) for count in counts]
    total = sum(count.documents for count in counts)
    short = sum(count.documents for count in counts if count.high and count.high <= 250)
    summary = f"{format_count(total, 'document')} by characters of the clean text; {short:,} below 250."
    x = {
        **{"field": "k", "type": "ordinal", "scale": {"domain": labels, "paddingInner": 0.08}},
        "axis": {"title": "characters, from", "labelAngle": 0},
    }
    spec = {
        **{"width": WIDTH, "height": 180, "padding": {"left": 46, "right": 12, "top": 10, "bottom": 46}},
        "data": {"values": [{"k": label, "n": count.documents} for label, count in zip(labels, counts, strict=True)]},
        "mark": {"type": "bar", "color": "var(--series-0)"},
        "encoding": {"x": x, "y": {"field": "n", **AMOUNT}},
    }
    rows = tuple(
        (f"{count.low:,} to {count.high - 1:,}" if count.high else f"{count.low:,} and more", f"{count.documents:,}")
        for count in counts
    )
    return Chart("lengths", "Text lengths", summary, spec, ("characters", "documents"), rows)


def draw_sum(name: str, whole: Sum) -> Chart:
    """A total as a strip of its parts."""
    labels = [label for label, _ in whole.parts]
    values = [{"k": label, "n": many, "o": at} for at, (label, many) in enumerate(p for p in whole.parts if p[1] > 0)]
    colours = {"domain": labels, "range": [f"var(--part-{number})" for number in range(len(labels))]}
    spec = {
        **{"width": 720, "height": 16, "padding": 0, "data": {"values": values}, "mark": {"type": "bar"}},
        "encoding": {
            "x": {"field": "n", "type": "quantitative", "stack": "normalize", "axis": None},
            "order": {"field": "o", "type": "ordinal"},
            "color": {"field": "k", "type": "nominal", "legend": None, "scale": colours},
        },
    }
    rows = tuple((label, f"{many:,}") for label, many in whole.parts)
    summary = ", ".join(f"{label} {many}" for label, many in rows) + "."
    return Chart(
        f"sum-{name}", f"{whole.total:,} {whole.name}", summary, spec, (whole.name, "count"), rows, stretch=True
    )


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

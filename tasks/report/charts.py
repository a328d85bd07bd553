"""The charts of a page, each as a specification in Vega-Lite's words with the sentence and the table that say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tasks.report.figures import EARLIER, OTHERS, DayCount, LengthCount, PublisherShare, list_periods
from tasks.report.safe import plain
from tasks.report.svg import Chart, axis, draw, unique_labels
from tasks.report.wording import MONTHS, Sum
from tasks.report.wording import count as say_count

WIDTH = 304  # of the plot, in pixels; what stands beside it comes on top
LABEL_WIDTH = 150
ROW_HEIGHT = 22
WIDEST_BAR = 36
SERIES = 7  # variables --series-0 and so on in the style sheet
TABLE_ROWS = 200


def draw_days(counts: Sequence[DayCount], kind: str = "language", undated: int = 0) -> Chart:
    """Documents by day (or month, or year) and language, stacked.

    `kind`: what stands in the place of the language; `undated`: how many stand under the day of their batch for want of one.
    """
    named = sorted({count.period for count in counts} - {EARLIER})
    periods = list_periods(named[0], named[-1]) if named else []
    periods = [EARLIER, *periods] if any(count.period == EARLIER for count in counts) else periods
    totals: dict[str, int] = {}
    for count in counts:
        totals[count.language] = totals.get(count.language, 0) + count.documents
    languages = sorted(totals, key=lambda name: (name == OTHERS, -totals[name], name))
    unit = {10: "day", 7: "month", 4: "year"}[len(named[-1]) if named else 4]
    place = {language: number for number, language in enumerate(languages)}
    labels = {period: say_period(period) for period in periods}
    values = [{"p": labels[count.period], "l": place[count.language], "n": count.documents} for count in counts]
    title = f"Documents by {unit} and {kind}"
    first, last = labels[named[0]] if named else EARLIER, labels[periods[-1]]
    says = f"{say_count(sum(totals.values()), 'document')}, " + (f"from {first} to {last}" if first != last else first)
    older = sum(count.documents for count in counts if count.period == EARLIER)
    says += f"; {older:,} earlier ones in the first bar." if older and named else "."
    says += f" {undated:,} say no date and stand under the batch's." if undated else ""
    step = max(1, -(-len(periods) // 6))
    ticks = [labels[period] for period in periods[(len(periods) - 1) % step :: step]]
    spec = {
        "width": WIDTH,
        "height": 180,
        "padding": {"left": 46, "right": 24, "top": 10, "bottom": 28},
        "data": {"values": values},
        "mark": {"type": "bar", "size": min(WIDEST_BAR, 0.85 * WIDTH / len(periods))},
        "encoding": {
            "x": {
                "field": "p",
                "type": "ordinal",
                "axis": axis(labelAngle=0, values=ticks),
                "scale": {"domain": list(labels.values()), "paddingOuter": 0.1},
            },
            "y": {"field": "n", "type": "quantitative", "axis": axis(tickCount=4, format="~s", tickMinStep=1)},
            "color": {
                "field": "l",
                "type": "ordinal",
                "legend": None,
                "scale": {"domain": list(place.values()), "range": [series(number) for number in place.values()]},
            },
            "order": {"field": "l", "type": "ordinal"},
        },
    }
    rows = tuple((count.period, plain(count.language), f"{count.documents:,}") for count in counts)
    legend = tuple(f"{plain(name)} {totals[name]:,}" for name in languages)
    return Chart("days", title, says, draw("days", title, says, spec), (unit, kind, "documents"), rows, legend)


def say_period(period: str) -> str:
    """A day, month or year as a label: 3 Oct, Oct 2026, 2026."""
    parts = period.split("-")
    if len(parts) == 1:
        return period
    month = MONTHS[int(parts[1]) - 1][:3]
    return f"{int(parts[2])} {month}" if len(parts) == len("ymd") else f"{month} {parts[0]}"


def series(number: int) -> str:
    """The colour of a series."""
    return f"var(--series-{number % SERIES})"


def draw_rules(counts: Sequence[tuple[str, int]], shown: int = 12) -> Chart:
    """Lines taken out by each kind of rule, whatever its language; the table has each rule."""
    kinds: Counter[str] = Counter()
    for rule, many in counts:
        kinds[name_kind(rule)] += many
    ranked = sorted(kinds.items(), key=lambda count: (-count[1], count[0]))
    title = "Lines taken out, by kind of rule"
    says = f"{say_count(sum(kinds.values()), 'line')} by {say_count(len(counts), 'rule')}"
    says += f" of {len(kinds):,} kinds" if len(kinds) > 1 else ""
    says += f", the {shown} largest." if len(ranked) > shown else "."
    spec = bars(unique_labels([kind for kind, _ in ranked[:shown]]), [many for _, many in ranked[:shown]])
    rows = tuple((plain(rule), f"{many:,}") for rule, many in sorted(counts, key=lambda count: (-count[1], count[0])))
    return Chart("rules", title, says, draw("rules", title, says, spec), ("rule", "lines"), rows[:TABLE_ROWS])


def name_kind(rule: str) -> str:
    """What a rule is about, whatever its language: `share.en.word` is share. Copies are told apart by what they repeat."""
    head, _, rest = rule.partition(".")
    return f"copy of {rest.replace('-', ' ')}" if head == "repeat" else head.replace("-", " ")


def bars(labels: Sequence[str], values: Sequence[int]) -> dict[str, Any]:
    """Horizontal bars with their values behind them."""
    data = [{"k": label, "n": value, "s": f"{value:,}"} for label, value in zip(labels, values, strict=True)]
    top = max(values, default=1)
    return {
        "width": WIDTH - LABEL_WIDTH + 50,
        "height": ROW_HEIGHT * len(labels),
        "padding": {"left": LABEL_WIDTH, "right": 12, "top": 4, "bottom": 4},
        "data": {"values": data},
        "encoding": {
            "y": {
                "field": "k",
                "type": "ordinal",
                "scale": {"domain": list(labels), "paddingInner": 0.3},
                "axis": axis(ticks=False, domain=False, labelColor="var(--ink)"),
            },
            "x": {"field": "n", "type": "quantitative", "scale": {"domain": [0, top * 1.25]}, "axis": None},
        },
        "layer": [
            {"mark": {"type": "bar", "color": series(0)}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": "var(--ink)"},
                "encoding": {"text": {"field": "s"}},
            },
        ],
    }


def draw_publishers(shares: Sequence[PublisherShare]) -> Chart:
    """Share of characters taken out, a dot a publisher, beside a stroke where it was in earlier batches."""
    labels = unique_labels([share.publisher for share in shares])
    named = list(zip(labels, shares, strict=True))
    usual = [(label, share.usual) for label, share in named if share.usual is not None]
    now = [{"k": label, "v": share.share} for label, share in named]
    before = [{"k": label, "v": value} for label, value in usual]
    title = "Share of characters taken out, by publisher"
    says = "The dot is this batch, the stroke the batches of this source before it."
    if not before:
        says += " There is none to compare with."
    elif len(before) < len(shares):
        says += f" {len(before)} of the {len(shares)} shown were in one."
    top = max([0.1, *(share.share for share in shares), *(value for _, value in usual)])
    y = {
        "field": "k",
        "type": "ordinal",
        "scale": {"domain": labels},
        "axis": axis(ticks=False, domain=False, grid=True, labelColor="var(--ink)"),
    }
    x = {
        "field": "v",
        "type": "quantitative",
        "scale": {"domain": [0, top * 1.05], "nice": True},
        "axis": axis(format="%", tickCount=4, grid=False),
    }
    spec = {
        "width": WIDTH - LABEL_WIDTH + 50,
        "height": ROW_HEIGHT * len(labels),
        "padding": {"left": LABEL_WIDTH, "right": 20, "top": 4, "bottom": 28},
        "layer": [
            {
                "data": {"values": before},
                "mark": {"type": "tick", "color": "var(--muted)", "thickness": 3, "size": 15},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": now},
                "mark": {"type": "circle", "color": series(0), "size": 90, "opacity": 1},
                "encoding": {"x": x, "y": y},
            },
        ],
    }
    rows = tuple(
        (
            plain(share.publisher),
            f"{share.documents:,}",
            f"{share.share:.1%}",
            "–" if share.usual is None else f"{share.usual:.1%}",
            f"{share.documents_before:,}",
        )
        for share in shares
    )
    head = ("publisher", "documents", "taken out", "before", "documents before")
    return Chart("publishers", title, says, draw("publishers", title, says, spec), head, rows)


def draw_lengths(counts: Sequence[LengthCount]) -> Chart:
    """Documents by length of text."""
    labels = [name_bin(count) for count in counts]
    total = sum(count.documents for count in counts)
    short = sum(count.documents for count in counts if count.high and count.high <= 250)
    title = "Text lengths"
    says = f"{say_count(total, 'document')} by characters of the clean text; {short:,} below 250."
    values = [{"k": label, "n": count.documents} for label, count in zip(labels, counts, strict=True)]
    spec = {
        "width": WIDTH,
        "height": 180,
        "padding": {"left": 46, "right": 12, "top": 10, "bottom": 46},
        "data": {"values": values},
        "mark": {"type": "bar", "color": series(0)},
        "encoding": {
            "x": {
                "field": "k",
                "type": "ordinal",
                "scale": {"domain": labels, "paddingInner": 0.08},
                "axis": axis("characters, from", labelAngle=0),
            },
            "y": {"field": "n", "type": "quantitative", "axis": axis(tickCount=4, format="~s", tickMinStep=1)},
        },
    }
    rows = tuple(
        (f"{count.low:,} to {count.high - 1:,}" if count.high else f"{count.low:,} and more", f"{count.documents:,}")
        for count in counts
    )
    return Chart("lengths", title, says, draw("lengths", title, says, spec), ("characters", "documents"), rows)


def name_bin(count: LengthCount) -> str:
    """Where a bin begins, in short: 250, 4k."""
    return f"{count.low // 1000}k" if count.low >= 1000 else str(count.low)


def draw_sum(name: str, whole: Sum) -> Chart:
    """A total as a strip of its parts."""
    parts = [(label, many) for label, many in whole.parts if many > 0]
    values = [{"k": label, "n": many, "o": number} for number, (label, many) in enumerate(parts)]
    title = f"{whole.total:,} {whole.name}"
    says = ", ".join(f"{label} {many:,}" for label, many in whole.parts) + "."
    colours = {label: f"var(--part-{number})" for number, (label, _) in enumerate(whole.parts)}
    spec = {
        "width": 720,
        "height": 16,
        "padding": 0,
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "n", "type": "quantitative", "stack": "normalize", "axis": None},
            "order": {"field": "o", "type": "ordinal"},
            "color": {
                "field": "k",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": list(colours), "range": list(colours.values())},
            },
        },
    }
    rows = tuple((label, f"{many:,}") for label, many in whole.parts)
    return Chart(
        f"sum-{name}", title, says, draw(f"sum-{name}", title, says, spec, stretch=True), (whole.name, "count"), rows
    )

"""The charts of a page: each is an SVG drawing, a summary sentence, and a table of the same numbers.

Colours are variables of the page, so charts follow its theme. The layout does not depend on the fonts of a machine: margins are
fixed, labels are cut here, and the page's font is used when a chart is shown.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, log10
from typing import NamedTuple
from unicodedata import east_asian_width

from tasks.counts import format_count
from tasks.report.figures import EARLIER, OTHERS, DayCount, LengthCount, PublisherShare, list_periods
from tasks.report.wording import MONTHS, Sum, escape_label, flatten_text

LABEL_CHARS = 24
WIDE, BROAD = 2.0, 1.35  # times the usual width of a letter: Chinese characters; capitals, m and w
# Sizes in pixels. Of columns: the plot, and the space left of it and around it; of rows: their labels and bars.
PLOT_WIDTH, PLOT_HEIGHT, LEFT, TOP, RIGHT = 304, 180, 46, 10, 24
LABEL_WIDTH, ROW_WIDTH, ROW_HEIGHT = 150, 216, 22
WIDEST_BAR = 36
COLOURS = 7  # variables --series-0 and so on in the style sheet
BARS_SHOWN = 12
TABLE_ROWS = 200


class Chart(NamedTuple):
    """A chart: its title and summary, an SVG element with both, the same numbers as a table, and names of its colours."""

    title: str
    summary: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[str, ...] = ()


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
    labels = [format_period(period) for period in periods]
    first, last = format_period(named[0]) if named else EARLIER, labels[-1]
    title = f"Documents by {unit} and {kind}"
    summary = f"{format_count(totals.total(), 'document')}, " + (f"from {first} to {last}" if first != last else first)
    summary += f"; {older:,} earlier ones in the first bar." if older and named else "."
    have = f"{undated:,} have no date and are" if undated != 1 else "1 has no date and is"
    summary += f" {have} counted on the day of the batch." if undated else ""
    step = max(1, -(-len(periods) // 6))
    shown = {at for at in range(len(periods)) if (len(periods) - 1 - at) % step == 0}
    stacks: list[list[tuple[int, int]]] = [[] for _ in periods]
    for count in sorted(counts, key=lambda count: languages.index(count.language)):
        stacks[periods.index(count.period)].append((languages.index(count.language) % COLOURS, count.documents))
    parts = draw_columns([label if at in shown else "" for at, label in enumerate(labels)], stacks)
    rows = tuple((count.period, flatten_text(count.language), f"{count.documents:,}") for count in counts)
    legend = tuple(f"{flatten_text(name)} {totals[name]:,}" for name in languages)
    svg = make_svg("days", title, summary, (LEFT + PLOT_WIDTH + RIGHT, TOP + PLOT_HEIGHT + 28), parts)
    return Chart(title, summary, svg, (unit, kind, "documents"), rows, legend)


def format_period(period: str) -> str:
    """A day, month or year as a label: 3 Oct, Oct 2026, 2026."""
    if period == EARLIER or len(period) == len("2026"):
        return period
    year, month, *day = period.split("-")
    name = MONTHS[int(month) - 1][:3]
    return f"{int(day[0])} {name}" if day else f"{name} {year}"


def draw_lengths(counts: Sequence[LengthCount]) -> Chart:
    """Documents by length of text."""
    labels = [f"{count.low // 1000}k" if count.low >= 1000 else str(count.low) for count in counts]
    total = sum(count.documents for count in counts)
    short = sum(count.documents for count in counts if count.high and count.high <= 250)
    summary = f"{format_count(total, 'document')} by characters of the clean text; {short:,} below 250."
    parts = [*draw_columns(labels, [[(0, count.documents)] for count in counts])]
    parts.append(draw_text(LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT + 40, "characters, from"))
    rows = tuple(
        (f"{count.low:,} to {count.high - 1:,}" if count.high else f"{count.low:,} and more", f"{count.documents:,}")
        for count in counts
    )
    svg = make_svg("lengths", "Text lengths", summary, (LEFT + PLOT_WIDTH + RIGHT, TOP + PLOT_HEIGHT + 46), parts)
    return Chart("Text lengths", summary, svg, ("characters", "documents"), rows)


def draw_rules(counts: Sequence[tuple[str, int]]) -> Chart:
    """Lines removed by each kind of rule, whatever its language; the table has each rule."""
    kinds: Counter[str] = Counter()
    for rule, lines in counts:
        # `share.en.word` is share; copies are named by what they repeat.
        head, _, rest = rule.partition(".")
        kinds[(f"copy of {rest}" if head == "repeat" else head).replace("-", " ")] += lines
    ranked = sorted(kinds.items(), key=lambda count: (-count[1], count[0]))
    title = "Removed lines, by kind of rule"
    summary = f"{format_count(kinds.total(), 'line')} by {format_count(len(counts), 'rule')}"
    summary += f" of {len(kinds):,} kinds" if len(kinds) > 1 else ""
    summary += f", the {BARS_SHOWN} largest." if len(ranked) > BARS_SHOWN else "."
    labels = clip_labels([kind for kind, _ in ranked[:BARS_SHOWN]])
    parts = [*label_rows(labels)]
    for at, (_, many) in enumerate(ranked[:BARS_SHOWN]):
        width = many / ranked[0][1] * (ROW_WIDTH - 50)  # where the number of the longest bar stands
        parts.append(draw_bar(LABEL_WIDTH, at * ROW_HEIGHT + 4, width, ROW_HEIGHT - 7, "series-0"))
        parts.append(draw_text(LABEL_WIDTH + width + 4, at * ROW_HEIGHT + 15, f"{many:,}", "start", "ink"))
    by_size = sorted(counts, key=lambda count: (-count[1], count[0]))[:TABLE_ROWS]
    rows = tuple((flatten_text(rule), f"{lines:,}") for rule, lines in by_size)
    svg = make_svg("rules", title, summary, (LABEL_WIDTH + ROW_WIDTH, len(labels) * ROW_HEIGHT + 4), parts)
    return Chart(title, summary, svg, ("rule", "lines"), rows)


def draw_publishers(shares: Sequence[PublisherShare]) -> Chart:
    """The share of characters removed from each publisher's documents: a dot for this batch, a stroke for earlier ones."""
    title = "Share of characters removed, by publisher"
    before = [share for share in shares if share.usual is not None]
    summary = "The dot is this batch, the stroke the batches of this source before it."
    if not before:
        summary += " There is no earlier batch to compare with."
    elif len(before) < len(shares):
        summary += f" {len(before)} of the {len(shares)} publishers shown have documents in one."
    ticks = list_ticks(max([0.1, *(max(share.share, share.usual or 0) for share in shares)]))
    width, bottom = ROW_WIDTH - 20, len(shares) * ROW_HEIGHT + 4
    parts = [*label_rows(clip_labels([share.publisher for share in shares]))]
    for tick in ticks:
        x = LABEL_WIDTH + 8 + tick / ticks[-1] * (width - 8)
        parts += [draw_line(x, bottom, x, bottom + 4), draw_text(x, bottom + 17, f"{tick:.0%}")]
    for at, share in enumerate(shares):
        y = at * ROW_HEIGHT + ROW_HEIGHT / 2 + 1
        parts.append(draw_line(LABEL_WIDTH + 8, y, LABEL_WIDTH + width, y))
        now, usual = (LABEL_WIDTH + 8 + each / ticks[-1] * (width - 8) for each in (share.share, share.usual or 0))
        if share.usual is not None:
            parts.append(draw_bar(usual - 1.5, y - 7, 3, 14, "muted"))
        parts.append(f'<circle cx="{now:.1f}" cy="{y:.1f}" r="5" fill="var(--series-0)"/>')
    rows = tuple(
        (
            *(flatten_text(share.publisher), f"{share.documents:,}", f"{share.share:.1%}"),
            *("–" if share.usual is None else f"{share.usual:.1%}", f"{share.documents_before:,}"),
        )
        for share in shares
    )
    head = ("publisher", "documents", "removed", "before", "documents before")
    svg = make_svg("publishers", title, summary, (LABEL_WIDTH + ROW_WIDTH, bottom + 26), parts)
    return Chart(title, summary, svg, head, rows)


def draw_sum(name: str, whole: Sum) -> str:
    """A total as a strip of its parts, which may be stretched to the page's width."""
    parts, x, all_parts = [], 0.0, sum(many for _, many in whole.parts)
    for at, (_, many) in enumerate(whole.parts):
        width = 100 * many / max(all_parts, 1)
        parts += [draw_bar(x, 0, width, 1, f"part-{at}")] if many else []
        x += width
    summary = ", ".join(f"{label} {many:,}" for label, many in whole.parts) + "."
    return make_svg(f"sum-{name}", f"{whole.total:,} {whole.name}", summary, (100, 1), parts, stretch=True)


def draw_columns(labels: Sequence[str], stacks: Sequence[Sequence[tuple[int, int]]]) -> Iterator[str]:
    """Columns above their labels, with an axis of whole numbers. `stacks`: colour and number of each part, from below."""
    ticks = list_ticks(max((sum(many for _, many in stack) for stack in stacks), default=0), least=1)
    ground, step = TOP + PLOT_HEIGHT, PLOT_WIDTH / max(len(stacks), 1)
    for tick in ticks:
        y = ground - tick / ticks[-1] * PLOT_HEIGHT
        yield draw_line(LEFT, y, LEFT + PLOT_WIDTH, y)
        yield draw_text(LEFT - 6, y + 4, shorten_number(tick), "end")
    wide = min(WIDEST_BAR, 0.85 * step)
    for at, (label, stack) in enumerate(zip(labels, stacks, strict=True)):
        middle, y = LEFT + (at + 0.5) * step, float(ground)
        for colour, many in stack:
            height = many / ticks[-1] * PLOT_HEIGHT
            y -= height
            yield draw_bar(middle - wide / 2, y, wide, height, f"series-{colour}")
        if label:
            yield draw_text(middle, ground + 16, label)


def label_rows(labels: Iterable[str]) -> Iterator[str]:
    """The labels of rows, left of them."""
    for at, label in enumerate(labels):
        yield draw_text(LABEL_WIDTH - 4, at * ROW_HEIGHT + 15, label, "end", "ink")


def list_ticks(top: float, least: float = 0.0, most: int = 4) -> list[float]:
    """Round numbers from 0 to at least `top`, `most` steps of at least `least` or fewer.

    >>> list_ticks(38, least=1), list_ticks(0.31)
    ([0.0, 10.0, 20.0, 30.0, 40.0], [0.0, 0.1, 0.2, 0.3, 0.4])
    """
    rough = max(top / most, least, 1e-9)
    power = 10.0 ** floor(log10(rough))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough)
    return [round(step * number, 9) for number in range(max(1, ceil(top / step)) + 1)]


def shorten_number(number: float) -> str:
    """A number of an axis: 500, 1.5k, 2M."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def draw_bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A rectangle. `colour`: a variable of the page."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="var(--{colour})"/>'


def draw_line(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin line."""
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="var(--line)"/>'


def draw_text(x: float, y: float, text: str, anchor: str = "middle", colour: str = "muted") -> str:
    """A label. `anchor`: which of its ends is at x."""
    words = escape_label(text)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}" fill="var(--{colour})">{words}</text>'


def make_svg(
    name: str, title: str, summary: str, size: tuple[int, int], parts: Iterable[str], *, stretch: bool = False
) -> str:
    """An SVG element with title and description. `name`: for its ids; `stretch`: whatever the proportions of its place."""
    width, height = size
    aspect = ' preserveAspectRatio="none"' if stretch else ""
    return (
        f'<svg viewBox="0 0 {width} {height}"{aspect} role="img"'
        f' aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape_label(title)}</title>'
        f'<desc id="{name}-desc">{escape_label(summary)}</desc>{"".join(parts)}</svg>'
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

"""The days around a batch on its page: the pages before and after it, and its source's last 30 days in figures.

A page is a function of its batch, but these depend on other batches. So they stand between two marks of the page, and a run
writes them again in the pages that its own is next to, or among whose last 30 days it is. What they say is read after the page
that they are for, and a page that changed meanwhile is read again: of two runs at once, the last one sees both days.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median_low
from typing import NamedTuple

from tasks.counts import count_warnings, format_count
from tasks.lakes.lake import Lake
from tasks.report.page import render_template
from tasks.report.wording import MONTHS
from tasks.stores.store_files import StoreFiles, change_store_file

TREND_DAYS = 30
TREND_COLUMNS = ("logical_date", "published", "quarantined", "chars", "removed_chars", "warnings")
FIGURES = ("documents published", "characters removed", "records in quarantine", "warnings")
BAR_WIDTH, BAR_HEIGHT = 10, 40  # of a day in a trend, in units of its drawing
MARKED = re.compile(r"(<!-- days around -->\n).*?(<!-- end of days around -->)", re.DOTALL)
PAGE_NAME = re.compile(r".*/(\d{4}-\d\d-\d\d)(?:\.blocked)?\.html")


class TrendDay(NamedTuple):
    """A day of a source. `page`: relative address of its page, or ""; `figures`: its FIGURES, None without a published batch."""

    day: date
    page: str
    figures: tuple[float, ...] | None

    @property
    def is_blocked(self) -> bool:
        """Whether the last run of the day was blocked."""
        return self.page.endswith(".blocked.html")


class Bar(NamedTuple):
    """A day in a trend's drawing. `kind`: now, past or blocked; `label`: for pointers."""

    x: int
    height: int
    kind: str
    label: str


class Trend(NamedTuple):
    """One figure over the days: `now` and `usual` in words, all of it in a sentence, and the bars."""

    name: str
    now: str
    usual: str
    summary: str
    bars: tuple[Bar, ...]


class DaysAround(NamedTuple):
    """`before`, `after`: the nearest days with a page; `other`: the other page of the same day, which had a blocked run."""

    before: TrendDay | None
    after: TrendDay | None
    other: str
    days: tuple[TrendDay, ...]
    trends: tuple[Trend, ...]


def update_days_around(lake: Lake, pages: StoreFiles, source: str, days: Sequence[date]) -> None:
    """Writes the days around again in the pages of these days, and in those that have one of these days around them."""
    for name in list_affected(pages.list_names(source), days):

        def place(page: bytes | None, name: str = name) -> bytes | None:
            return page and place_days_around(page.decode(), lake, pages, source, name).encode()

        change_store_file(pages, name, place)


def list_affected(names: Sequence[str], days: Sequence[date]) -> Iterator[str]:
    """Pages of some days, and those next to one of them, or up to 30 days after it."""
    dated = [(read_page_day(name), name) for name in names if PAGE_NAME.fullmatch(name)]
    known = sorted({day for day, _ in dated})
    for at, day in enumerate(known):
        beside = known[max(at - 1, 0) : at + 2]
        first = day - timedelta(TREND_DAYS - 1)
        if any(changed in beside or first <= changed <= day for changed in days):
            yield from (name for made, name in dated if made == day)


def place_days_around(page: str, lake: Lake, pages: StoreFiles, source: str, name: str) -> str:
    """A page with the days around it as the lake and the folder of pages have them now."""
    around = read_days_around(lake, pages, source, name)
    block = render_template("days_around.html", source=source, figures=FIGURES, around=around)
    return MARKED.sub(lambda found: found[1] + block + found[2], page, count=1)


def read_days_around(lake: Lake, pages: StoreFiles, source: str, name: str) -> DaysAround:
    """What stands around the page of this name."""
    day = read_page_day(name)
    names = [own for own in pages.list_names(source) if PAGE_NAME.fullmatch(own)]
    # Of a day with two pages, the blocked run is the last one; its name is the first in order.
    found = {read_page_day(own): own for own in reversed(names)}
    receipts = lake.receipts(source, TREND_COLUMNS) if lake.version() else []
    figures = {
        row["logical_date"]: (
            row["published"],
            row["removed_chars"] / max(row["chars"], 1),
            row["quarantined"],
            count_warnings(row),
        )
        for row in receipts
    }

    def describe(own: date) -> TrendDay:
        return TrendDay(own, found.get(own, "").rpartition("/")[2], figures.get(own))

    before = max((own for own in found if own < day), default=None)
    after = min((own for own in found if own > day), default=None)
    other = next((own for own in names if read_page_day(own) == day and own != name), "")
    last = (day - timedelta(ago) for ago in reversed(range(TREND_DAYS)))
    days = tuple(describe(own) for own in last if own in found or own in figures)
    return DaysAround(
        describe(before) if before else None,
        describe(after) if after else None,
        other.rpartition("/")[2],
        days,
        tuple(draw_trends(days, day)) if len(days) > 1 else (),
    )


def draw_trends(days: Sequence[TrendDay], today: date) -> Iterator[Trend]:
    """The trend of each figure up to a day."""
    first = today - timedelta(TREND_DAYS - 1)
    for at, name in enumerate(FIGURES):
        values = {own.day: own.figures[at] for own in days if own.figures}
        top = max(values.values(), default=0) or 1
        bars = []
        for own in days:
            value, x = values.get(own.day), (own.day - first).days * BAR_WIDTH
            if own.is_blocked:
                bars.append(Bar(x, BAR_HEIGHT, "blocked", f"{format_day(own.day)}: blocked"))
            if value is not None:
                height = max(round(value / top * BAR_HEIGHT), 1)
                kind = "now" if own.day == today else "past"
                bars.append(Bar(x, height, kind, f"{format_day(own.day)}: {format_figure(name, value)}"))
        past = {own: value for own, value in values.items() if own != today}
        usual = format_figure(name, median_low(past.values())) if past else ""
        now = format_figure(name, values[today]) if today in values else "none"
        summary = f"{now} on {format_day(today)}"
        if past:
            low, high = (pick(past, key=lambda own: (past[own], own)) for pick in (min, max))
            summary += f"; on {format_count(len(past), 'day')} before, the median is {usual}"
            summary += f", the least {format_figure(name, past[low])} ({format_day(low)})"
            summary += f", the most {format_figure(name, past[high])} ({format_day(high)})"
        yield Trend(name, now, usual, f"{summary}.", tuple(bars))


def read_page_day(name: str) -> date:
    """The logical date of a page."""
    return date.fromisoformat(name.rpartition("/")[2][:10])


def format_day(day: date) -> str:
    """A day without its year: 3 October."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def format_figure(name: str, value: float) -> str:
    """A value of one of FIGURES."""
    return f"{value:.1%}" if name == "characters removed" else f"{value:,}"

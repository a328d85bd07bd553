"""The days around a page: they are written again when others change, and are the same in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.report_pages import look
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake
from tasks.report import days_around
from tasks.report.days_around import TREND_DAYS, TrendDay, draw_trends, list_affected, update_days_around
from tasks.report.record import open_pages, write_text
from tasks.stores.store_files import change_store_file, read_store_file

EMPTY = "<main>\n<!-- days around -->\n<!-- end of days around -->\n</main>"
TODAY = date(2026, 10, 31)
FIRST, SECOND, THIRD = date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5)


def write_days(folder: Path, days: Sequence[date]) -> dict[str, str]:
    """Publishes a batch per day, and writes an empty page with the days around it; all pages in the end, by name."""
    lake = open_lake(folder / "lake")
    pages = open_pages(lake)
    for day in days:
        publish_docs(lake, folder / "staging", [Doc(day.day * 10 + n) for n in range(day.day)], source="s", day=day)
        write_text(pages, f"s/{day}.html", EMPTY)
        update_days_around(lake, pages, "s", [day])
    return {name: (read_store_file(pages, name) or b"").decode() for name in pages.list_names("s")}


def test_pages_are_the_same_in_whatever_order_days_are_published(tmp_path: Path) -> None:
    orders = ((FIRST, SECOND, THIRD), (THIRD, FIRST, SECOND))
    made = [write_days(tmp_path / str(at), days) for at, days in enumerate(orders)]
    assert made[0] == made[1]
    second = look(made[0][f"s/{SECOND}.html"])
    assert second.problems == []
    assert second.values("href") == [f"{FIRST}.html", f"{THIRD}.html", f"{SECOND}.html", f"{FIRST}.html"]
    assert [value for _, name, value in second.attributes if name == "rel"] == ["prev", "next"]
    assert "2 on 2 October; on 1 day before, the median is 1, the least 1 (1 October), the most 1" in second.text
    assert "documents published 5 usually 1" in look(made[0][f"s/{THIRD}.html"]).text
    # A single day has no trend.
    assert "svg" not in look(made[0][f"s/{FIRST}.html"]).tags


def test_writing_the_days_around_again_changes_nothing(tmp_path: Path) -> None:
    made = write_days(tmp_path, (FIRST, SECOND))
    lake = open_lake(tmp_path / "lake")
    update_days_around(lake, open_pages(lake), "s", [FIRST, SECOND])
    assert made[f"s/{FIRST}.html"].encode() == read_store_file(open_pages(lake), f"s/{FIRST}.html")


def test_a_blocked_run_is_linked_and_named(tmp_path: Path) -> None:
    write_days(tmp_path, (FIRST, SECOND))
    lake = open_lake(tmp_path / "lake")
    pages = open_pages(lake)
    write_text(pages, f"s/{SECOND}.blocked.html", EMPTY)
    update_days_around(lake, pages, "s", [SECOND])

    def read(name: str) -> str:
        return look((read_store_file(pages, f"s/{name}.html") or b"").decode()).text

    assert "2 October 2026 → (blocked)" in read(f"{FIRST}")
    assert "The last run of this day was blocked" in read(f"{SECOND}")
    assert "What readers have of this day" in read(f"{SECOND}.blocked")
    # The next run passes.
    change_store_file(pages, f"s/{SECOND}.blocked.html", lambda _: None)
    update_days_around(lake, pages, "s", [SECOND])
    assert "blocked" not in read(f"{FIRST}") + read(f"{SECOND}")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("10-31", {"10-02", "10-31", "10-31.blocked", "11-28"}),
        ("10-02", {"10-02", "10-31", "10-31.blocked"}),
        ("11-28", {"10-31", "10-31.blocked", "11-28", "12-30"}),
    ],
)
def test_pages_are_affected_by_their_neighbours_and_the_days_before(changed: str, expected: set[str]) -> None:
    names = [f"s/2026-{day}.html" for day in ("10-02", "10-31", "10-31.blocked", "11-28", "12-30")] + [
        "s/2026-10-02.json"
    ]
    found = set(list_affected(names, [date.fromisoformat(f"2026-{changed}")]))
    assert found == {f"s/2026-{day}.html" for day in expected}


def test_a_trend_has_a_bar_per_day_in_its_place() -> None:
    days = [TrendDay(TODAY - timedelta(ago), f"{ago}.html", (10.0 + ago, 0.25, 0, 0)) for ago in (29, 3, 0)]
    days.insert(2, TrendDay(TODAY - timedelta(1), "a.blocked.html", None))
    published, removed, quarantined, warnings = draw_trends(days, TODAY)
    assert [(bar.x, bar.kind) for bar in published.bars] == [
        (0, "past"),
        (260, "past"),
        (280, "blocked"),
        ((TREND_DAYS - 1) * 10, "now"),
    ]
    assert (removed.now, removed.usual) == ("25.0%", "25.0%")
    # A day without any has a bar, too; a day without a batch has none.
    assert {bar.height for bar in quarantined.bars if bar.kind != "blocked"} == {1}
    assert warnings.summary.startswith("0 on 31 October")


def test_of_two_runs_at_once_the_page_names_both_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_days(tmp_path, (THIRD, FIRST))
    lake = open_lake(tmp_path / "lake")
    place, asked = days_around.place_days_around, 0

    def overtake(*arguments: Any) -> str:
        nonlocal asked
        asked += 1
        page = place(*arguments)
        if asked == 1:
            write_days(tmp_path, (SECOND,))
        return page

    monkeypatch.setattr(days_around, "place_days_around", overtake)
    update_days_around(lake, open_pages(lake), "s", [FIRST])
    page = (read_store_file(open_pages(lake), f"s/{FIRST}.html") or b"").decode()
    assert look(page).values("href") == [f"{SECOND}.html"]

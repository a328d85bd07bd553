"""Charts: round numbers on axes, columns that are as high as their numbers, labels that break nothing."""

from __future__ import annotations

import re

import pytest
from builders.report_pages import Seen, look

from tasks.report.charts import draw_columns, draw_days, draw_publishers, list_ticks
from tasks.report.figures import DayCount, PublisherShare


def test_a_chart_does_not_depend_on_the_fonts_of_the_machine_or_break_on_odd_names() -> None:
    names = ["新華社新聞網站中文版", "الجزيرة", "<b>&\"'", "x" * 90, "x" * 91, ""]
    chart = draw_publishers([PublisherShare(name, 3, 0.1, 0.2, 5) for name in names])
    seen: Seen = look(chart.svg)
    assert seen.problems == []
    assert "viewBox" in chart.svg
    assert seen.tags.count("text") >= len(names)
    assert "font-family" not in chart.svg


@pytest.mark.parametrize(
    ("top", "least", "expected"),
    [
        (38, 1, [0, 10, 20, 30, 40]),
        (4, 1, [0, 1, 2, 3, 4]),
        (1, 1, [0, 1]),
        (0, 1, [0, 1]),
        (1_718, 1, [0, 500, 1_000, 1_500, 2_000]),
        (0.1, 0, [0, 0.05, 0.1]),
        (1.0, 0, [0, 0.5, 1.0]),
    ],
)
def test_an_axis_has_few_round_numbers_up_to_the_greatest(top: float, least: float, expected: list[float]) -> None:
    assert list_ticks(top, least) == expected


def test_a_column_is_as_high_as_its_numbers() -> None:
    bars = [part for part in draw_columns(["a", "b"], [[(0, 10), (1, 30)], [(0, 20)]]) if part.startswith("<rect")]
    boxes = [[float(value) for value in re.findall(r'(?:y|height)="([\d.]+)"', bar)] for bar in bars]
    # 40 is at the top of 180 pixels, which begin 10 below the edge.
    assert boxes == [[145.0, 45.0], [10.0, 135.0], [100.0, 90.0]]


def test_days_are_stacked_by_language_with_labels_for_few() -> None:
    counts = [DayCount(f"2026-10-{day:02}", language, day) for day in range(1, 31) for language in ("en", "de")]
    chart = draw_days(counts, undated=1)
    assert look(chart.svg).problems == []
    assert chart.svg.count("<rect") == 60
    assert chart.svg.count(" Oct</text>") == 6
    assert chart.summary.endswith("1 has no date and is counted on the day of the batch.")

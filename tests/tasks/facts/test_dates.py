"""Dates as articles write them."""

from __future__ import annotations

import pytest

from tasks.facts.dates import read_date

DATES = [
    ("Updated: 18 Nov 2019 9:38 pm", "2019-11-18 21:38"),
    ("13:38, 28 Jan 2025 Updated 14:08, 28 Jan 2025", "2025-01-28 13:38"),
    ("22/10/2025 05:10 -", "2025-10-22 05:10"),
    ("11/20/2019", "2019-11-20 00:00"),
    ("5 gennaio 2025 ( modifica il 5 gennaio 2025 | 14:08)", "2025-01-05 14:08"),
    ("15.04.2026 - 15:48 Uhr", "2026-04-15 15:48"),
    ("2026-01-08 | 12:42", "2026-01-08 12:42"),
    ("Monday, November 18, 2019, 12:05 am PT", "2019-11-18 00:05"),
    ("12 de octubre de 2026", "2026-10-12 00:00"),
    ("2025年12月1日 12:30", "2025-12-01 12:30"),
    ("نُشر في 27 سبتمبر 2026، الساعة 09:15", "2026-09-27 09:15"),
    ("3 października 2026", "2026-10-03 00:00"),
    ("31 February 2026", None),
    ("On Monday", None),
    ("45.99.2026", None),
]


@pytest.mark.parametrize(("line", "expected"), DATES, ids=[row[0] for row in DATES])
def test_dates(line: str, expected: str | None) -> None:
    found = read_date(line)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == expected

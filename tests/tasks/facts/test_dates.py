"""Dates as articles write them, read and cut from bylines."""

from __future__ import annotations

import pytest

from tasks.facts.dates import cut_dates, is_timestamp, read_date

DATES = [
    ("Updated: 18 Nov 2019 9:38 pm", "2019-11-18 21:38"),
    ("13:38, 28 Jan 2025 Updated 14:08, 28 Jan 2025", "2025-01-28 13:38"),
    ("22/10/2025 05:10 -", "2025-10-22 05:10"),
    ("11/20/2019", "2019-11-20 00:00"),
    ("5 gennaio 2025 ( modifica il 5 gennaio 2025 | 14:08)", "2025-01-05 14:08"),
    ("15.04.2026 - 15:48 Uhr", "2026-04-15 15:48"),
    ("2026-01-08 | 12:42", "2026-01-08 12:42"),
    ("Monday, November 18, 2019, 12:05 am PT", "2019-11-18 08:05"),
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


LINES = [
    ("Mara Quist 5 May 2026, 14:41", "Mara Quist"),
    ("Mara Quist, May 5, 2026", "Mara Quist"),
    ("Mara Quist vor 3 Stunden", "Mara Quist"),
    ("Mara Quist vor 3 Stundenvor 3 Stunden", "Mara Quist"),
    ("Mara Quist 3 hours ago", "Mara Quist"),
    ("Mara Quist 2026-05-05 updated", "Mara Quist"),
    ("Mara Quist 5. April 14:41 Uhr", "Mara Quist"),
    ("山田花子2026年1月13日 21時37分", "山田花子"),
]
WITHOUT = ["Mara Quist", "Mara Quist 5 Mai", "5 lemons at 14:41", "31 Quist 2026", "Mara Quist 1988"]


@pytest.mark.parametrize(("line", "words"), LINES, ids=[row[0] for row in LINES])
def test_a_date_is_cut_with_the_words_around_it(line: str, words: str) -> None:
    left, found = cut_dates(line)
    assert found
    assert left.strip(" |,.") == words


@pytest.mark.parametrize("line", WITHOUT)
def test_a_line_without_a_date_stays_as_it_is(line: str) -> None:
    assert cut_dates(line) == (line, False)


TIMESTAMPS = [
    "5 May 2026",
    "Published: 2024-01-27T18:30:15",
    "Larkhaven, 5 May 2026",
    "5 May 2026 | Low Mercy",
    "5 May 2026, 21:58 CET (Larkhaven)",
    "Updated 9:30 PM PST, January 27, 2024",
    "2024年3月4日 21時58分",
    "北京, 2024年3月4日",
    "2024년 3월 4일 오후 9시 58분 입력",
    "Den Haag - 5 mei 2026",
    "This story was first published on 5 May 2026",
    "15.04.2026 - 15:48 Uhr • Lesezeit: 2 Minuten",
    "Energie 12.12.2022, 08:30 Uhr",
    "June 5, 2019 by luxury",
    "3. April 20223. April 2022",
    "December 15, 20163:33 PM ET",
    "Published Aug 28, 2024 • Last updated 1 hour ago • 4 minute read",
    "2024年04月24日23:52 | 来源：海港网",
    "Aktualizacja: 19.04.2026 19:45 Publikacja: 19.04.2026 19:05",
]
NO_TIMESTAMPS = [
    "Larkhaven harbour in the fog on January 7, 2021",
    "The vote of 3 March 1931",
    "Sale ends 3 March 2031",
    "Tools must be back by 1 June 2019",
    "1931年3月3日に橋は開通した",
    "橋の開通を待つ漁師たち＝2024年3月3日",
    "1931년 3월 3일 다리가 열렸다",
    "Deadline: 3 March 2031",
    "Expires 3 March 2031",
    "Deadline 3 March 2031, 17:00",
    "Sale ends 3 March 2031 10:00",
    "The story of 3 March 1931",
    "The report of 3 March 1931",
    "The 3 March 1931 report",
    "Der Streik vom 4. Mai 1926",
    "What happened on 4 May 1926?",
    "Larkhaven and the sea",
]


@pytest.mark.parametrize("line", TIMESTAMPS)
def test_a_date_a_label_and_a_place_are_a_timestamp(line: str) -> None:
    assert is_timestamp(line)


@pytest.mark.parametrize("line", NO_TIMESTAMPS)
def test_other_words_make_a_dated_line_no_timestamp(line: str) -> None:
    assert not is_timestamp(line)


def test_no_place_stands_beside_a_date_where_it_may_be_a_sub_heading() -> None:
    assert not is_timestamp("Larkhaven, 5 May 1926", with_place=False)
    assert is_timestamp("Published on 5 May 1926", with_place=False)

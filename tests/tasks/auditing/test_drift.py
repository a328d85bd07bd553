"""A day held against the days before it: what is unusual, what is only chance, and that nothing published hangs on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.lakes import hash_lake, make_lake
from hypothesis import given
from hypothesis import strategies as st

from expectations.suites import load_suite
from flows.batches.run import BatchResult
from tasks.auditing.drift import (
    EVERYONE,
    LEAST_DAYS,
    Comparison,
    Drift,
    compare_batch,
    judge_drift,
    note_drift,
    read_history,
)
from tasks.lakes.lake import open_lake

MONDAY = date(2026, 10, 5)
USUAL = {
    "documents": 100,
    "chars": 300_000,
    "removed_chars": 30_000,
    "median_chars": 2_500,
    "captioned": 80,
    "lines": 1_500,
}
USUAL |= {"unknown_lines": 90}


def entry(publisher: str = "harbour", languages: dict[str, int] | None = None, **changes: int) -> dict[str, Any]:
    """A publisher's day."""
    counts = {**USUAL, **changes}
    spoken = languages or {"en": counts["documents"]}
    return {
        "publisher": publisher,
        **counts,
        "languages": [{"language": name, "count": n} for name, n in spoken.items()],
    }


def receipt(day: date, *entries: dict[str, Any], quarantined: int = 1) -> dict[str, Any]:
    documents = sum(each["documents"] for each in entries)
    return {
        "logical_date": day,
        "records": documents + quarantined,
        "quarantined": quarantined,
        "profile": list(entries),
    }


def past(*entries: dict[str, Any], days: int = 14) -> list[dict[str, Any]]:
    """So many days before MONDAY, a little unlike one another."""
    wobble = (0, 3, -2, 1, -3, 2)
    return [
        receipt(
            MONDAY - timedelta(days=days - at),
            *(
                each
                | {"documents": each["documents"] + wobble[at % 6], "captioned": each["captioned"] + wobble[-at % 6]}
                for each in entries
            ),
        )
        for at in range(days)
    ]


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("volume_low", {"documents": 45, "captioned": 36}, {}),
    ("volume_high", {"documents": 250, "captioned": 200}, {}),
    ("removed_shifted", {"removed_chars": 90_000}, {}),
    ("removed_shifted", {"removed_chars": 0}, {}),
    ("length_shifted", {"median_chars": 900}, {}),
    ("length_shifted", {"median_chars": 7_000}, {}),
    ("languages_shifted", {"languages": {"en": 60, "de": 40}}, {}),
    ("captions_shifted", {"captioned": 20}, {}),
    ("unknown_lines_shifted", {"unknown_lines": 400}, {}),
    ("quarantined_shifted", {}, {"quarantined": 30}),
]


@pytest.mark.parametrize(
    ("reason", "change", "more"), CHANGES, ids=[f"{row[0]}-{at}" for at, row in enumerate(CHANGES)]
)
def test_expectation_fails_for_what_it_names(reason: str, change: dict[str, Any], more: dict[str, int]) -> None:
    found = judge_drift(receipt(MONDAY, entry(**change), **more), past(entry()))
    assert [finding.reason for finding in found.findings if not finding.passed] == [reason]


def test_every_expectation_has_something_that_breaks_it() -> None:
    assert {row.reason for row in load_suite("drift")} == {reason for reason, _, _ in CHANGES}


def test_an_ordinary_day_fails_nothing() -> None:
    found = judge_drift(receipt(MONDAY, entry(documents=92, captioned=75, median_chars=2_700)), past(entry()))
    assert all(finding.passed for finding in found.findings)
    assert len(found.findings) == len(load_suite("drift"))
    assert all(row.deviation is not None for row in found.comparisons)


def test_findings_name_the_figure_and_the_usual_one() -> None:
    found = judge_drift(receipt(MONDAY, entry(documents=45, captioned=36)), past(entry()))
    assert found.findings[0].observed == ("(all publishers): 45 documents, usually 100 (97 to 103 in 14 earlier days)")
    assert note_drift(found)["drift"] == {"days": 14, "unusual": {"volume_low": found.findings[0].observed}}
    assert note_drift(None) == {}


@pytest.mark.parametrize(
    ("blocks", "blocked_by", "severity"), [(False, (), "warning"), (True, ("volume_low",), "critical")]
)
def test_a_setting_decides_whether_it_blocks(blocks: bool, blocked_by: tuple[str, ...], severity: str) -> None:
    found = judge_drift(receipt(MONDAY, entry(documents=10, captioned=8)), past(entry()), blocks=blocks)
    assert found.blocked_by == blocked_by
    assert found.findings[0].severity == severity


def test_an_expectation_that_was_not_evaluated_always_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.evaluate.run_suite", lambda rows, frame: {})
    assert judge_drift(receipt(MONDAY, entry()), past(entry())).blocked_by == tuple(
        row.reason for row in load_suite("drift")
    )


@pytest.mark.parametrize("days", [0, 1, LEAST_DAYS - 1])
def test_without_history_nothing_fails(days: int) -> None:
    found = judge_drift(receipt(MONDAY, entry(documents=1, captioned=0)), past(entry(), days=days))
    assert all(finding.passed for finding in found.findings)
    assert {row.deviation for row in found.comparisons} == {None}
    assert found.days == days


def find(compared: Sequence[Comparison], publisher: str, measure: str) -> Comparison:
    (row,) = [row for row in compared if (row.publisher, row.measure) == (publisher, measure)]
    return row


def test_a_missing_publisher_is_found() -> None:
    history = past(entry("harbour"), entry("pier"))
    found = judge_drift(receipt(MONDAY, entry("harbour")), history)
    assert "pier: 0 documents, usually 100" in found.findings[0].observed
    assert [finding.reason for finding in found.findings if not finding.passed] == ["volume_low"]


def test_a_small_publisher_is_only_judged_with_the_others() -> None:
    small = entry("pier", documents=3, captioned=1)
    compared = list(compare_batch(receipt(MONDAY, entry("harbour")), past(entry("harbour"), small)))
    assert {row.publisher for row in compared} == {"harbour", EVERYONE}


def test_a_new_publisher_has_no_history_yet() -> None:
    compared = list(compare_batch(receipt(MONDAY, entry("harbour"), entry("pier")), past(entry("harbour"))))
    # It usually has no document, so it is judged with all others: they are twice as many as usual.
    assert find(compared, EVERYONE, "volume").now == 200


def test_a_weekday_is_compared_with_the_same_weekday() -> None:
    # Sundays bring a fifth of what other days do.
    history = [
        receipt(day, entry(documents=20 if day.weekday() == 6 else 100, captioned=16 if day.weekday() == 6 else 80))
        for day in (MONDAY - timedelta(days=at) for at in range(55, 0, -1))
    ]
    sunday = MONDAY + timedelta(days=6)
    (row,) = [
        row
        for row in compare_batch(receipt(sunday, entry(documents=21, captioned=17)), history)
        if row.measure == "volume"
    ]
    assert (row.median, row.days) == (20, 8)
    assert row.deviation is not None
    assert abs(row.deviation) < 1
    found = judge_drift(receipt(MONDAY, entry(documents=20, captioned=16)), history)
    assert not found.findings[0].passed


def test_one_odd_day_in_the_past_changes_little() -> None:
    history = past(entry())
    odd = [*history[:-1], receipt(history[-1]["logical_date"], entry(documents=2_000, captioned=1_600))]
    today = receipt(MONDAY, entry(documents=45, captioned=36))
    for days in (history, odd):
        assert not judge_drift(today, days).findings[0].passed


@given(st.lists(st.integers(0, 400), min_size=LEAST_DAYS, max_size=12), st.integers(0, 400), st.randoms())
def test_the_order_of_the_days_changes_nothing(counts: list[int], now: int, dice: Any) -> None:
    history = [
        receipt(MONDAY - timedelta(days=at + 1), entry(documents=n, captioned=n // 2)) for at, n in enumerate(counts)
    ]
    today = receipt(MONDAY, entry(documents=now, captioned=now // 2))
    shuffled = dice.sample(history, len(history))
    assert sorted(map(str, compare_batch(today, history))) == sorted(map(str, compare_batch(today, shuffled)))


# With real batches.

PATH = "in/{date}/*.jsonl"


def write_day(root: Path, day: date, count: int, *, shared: int = 0) -> None:
    """A day's file: `count` stories of its own, and `shared` that every day has."""
    numbers = [f"{day} {n}" for n in range(count)] + [f"any day {n}" for n in range(shared)]
    rows = [
        {
            "title": f"Story {name}",
            "publisher": "harbour",
            "text": "\n\n".join(
                f"Sentence {n} of story {name} tells how the last ferry left the harbour of Larkhaven at six."
                for n in range(3)
            ),
        }
        for name in numbers
    ]
    path = root / "in" / str(day) / "a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)))


def run_day(root: Path, lake: Path, day: date, **options: Any) -> BatchResult:
    return make_lake(root, PATH, lake, day=day, **options)


@pytest.mark.slow
def test_half_a_day_is_blocked_before_it_is_published(tmp_path: Path) -> None:
    days = [MONDAY + timedelta(days=at) for at in range(LEAST_DAYS + 1)]
    *full, last = days
    for day in full:
        write_day(tmp_path, day, 60)
        first = run_day(tmp_path, tmp_path / "lake", day)
        assert first.drift is not None
        assert first.drift.blocked_by == ()
    write_day(tmp_path, last, 20)
    before = hash_lake(tmp_path / "lake")
    blocked = run_day(tmp_path, tmp_path / "lake", last, drift="block")
    assert (blocked.state, blocked.blocked_by) == ("blocked", ("volume_low",))
    assert hash_lake(tmp_path / "lake") == before
    assert run_day(tmp_path, tmp_path / "lake", last, drift="off").drift is None
    quiet = hash_lake(tmp_path / "lake")
    warned = run_day(tmp_path, tmp_path / "lake", last, drift="warn", is_forced=True)
    assert isinstance(warned.drift, Drift)
    assert [finding.reason for finding in warned.drift.findings if not finding.passed] == ["volume_low"]
    # What drift found is no part of what is published.
    assert hash_lake(tmp_path / "lake") == quiet
    assert [row["logical_date"] for row in read_history(open_lake(tmp_path / "lake"), "s", last)] == full


@pytest.mark.slow
def test_the_order_in_which_days_are_run_changes_nothing(tmp_path: Path) -> None:
    days = [MONDAY + timedelta(days=at) for at in range(2)]
    for day in days:
        write_day(tmp_path, day, 3, shared=2)
    for lake, order in (("one", days), ("two", days[::-1])):
        for day in order:
            assert run_day(tmp_path, tmp_path / lake / "lake", day).state == "published"
    assert hash_lake(tmp_path / "one" / "lake") == hash_lake(tmp_path / "two" / "lake")
    (_, later) = open_lake(tmp_path / "one" / "lake").receipts("s", columns=("logical_date", "published", "profile"))
    # The later day shows three of the five that it brought.
    assert (later["published"], later["profile"][0]["documents"]) == (3, 5)

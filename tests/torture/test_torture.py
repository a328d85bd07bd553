"""The torture tool recognises wrong lakes, and a short run finds none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from builders.object_store import KEYS

from torture.judge import ONE, TWO, Row, judge, make_generation
from torture.readers import name_error
from torture.report import write_report
from torture.rounds import Result, torture


def rows(day: date, number: int, months: Sequence[str] = ("2026-10", "2026-11")) -> list[Row]:
    found = [(day, doc.uri, f"{doc.published:%Y-%m}") for doc in make_generation(day, number)]
    return [row for row in found if row[2] in months]


def twins_settled(found: list[Row]) -> list[Row]:
    """The rows as copydesk shows them: the later day gives way."""
    shared = [row for row in found if row[1] == "shared"]
    return [row for row in found if row not in shared[1:]]


WHOLE = twins_settled(rows(ONE, 3) + rows(TWO, 8))
CASES = [
    ("right", WHOLE, "right"),
    ("right, the shared one with TWO", twins_settled(rows(ONE, 4) + rows(TWO, 8)), "right"),
    ("two generations", twins_settled(rows(ONE, 3) + rows(TWO, 8, ["2026-10"]) + rows(TWO, 9, ["2026-11"])), "mixed"),
    ("a row lost", WHOLE[1:], "wrong"),
    ("a row doubled", [*WHOLE, WHOLE[0]], "wrong"),
    ("a month lost", [row for row in WHOLE if row[2] == "2026-10"], "wrong"),
    ("the shared one doubled", rows(ONE, 3) + rows(TWO, 8), "wrong"),
    ("the shared one lost", [row for row in WHOLE if row[1] != "shared"], "wrong"),
    ("the shared one with the wrong day", [(TWO, *row[1:]) if row[1] == "shared" else row for row in WHOLE], "wrong"),
    ("a month torn", [*WHOLE[1:], (ONE, "g00000005-00", "2026-10")], "wrong"),
    ("nothing", [], "wrong"),
]


@pytest.mark.parametrize(("found", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_right_and_wrong_are_distinguished(found: list[Row], verdict: str) -> None:
    assert judge(found) == verdict


def test_errors_of_a_kind_have_one_name() -> None:
    names = {name_error(OSError(f"No such file: /tmp/{at}.parquet")) for at in range(3)}
    assert names == {"error: gone between listing and opening"}


def expect_nothing_wrong(result: Result, kills: int) -> None:
    assert result.kills >= kills
    assert (result.wrong, result.findings) == (0, [])
    assert result.checks
    assert all(found["right"] for found in result.reads.values())
    assert f"| {result.place} | {result.kills} |" in write_report([result], 1)


@pytest.mark.slow
def test_a_small_one_on_a_disk(tmp_path: Path) -> None:
    result = torture("disk", str(tmp_path / "lake"), tmp_path, {}, seed=1, kills=8, seconds=60)
    expect_nothing_wrong(result, 1)
    assert result.after["mixed"] == 0


@pytest.mark.slow
def test_a_small_one_in_a_bucket(object_store: str, tmp_path: Path) -> None:
    import os

    environment = {**KEYS, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    place = f"{object_store}/{tmp_path.name}/lake"
    expect_nothing_wrong(torture("bucket", place, tmp_path, environment, seed=1, kills=3, seconds=60), 1)

"""A replay leaves the lake as a whole run does; a release applies to every later run."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.lakes import DAY, ask, hash_lake, make_lake, make_test_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import suites
from flows.batches.replay import Replayed, find_batch, replay_batch
from flows.batches.run import Batch
from flows.settings import Settings
from tasks.auditing.batch_rows import pick_files, read_published_batch
from tasks.batch import Limits, Release, Source
from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.file_names import find_file
from tasks.lakes.lake import Lake, open_lake
from tasks.lakes.releases import (
    ReleaseError,
    add_release,
    change_releases,
    find_releases,
    group_releases,
    list_releases,
    make_release,
)
from tasks.stores.store_files import change_store_file

pytestmark = pytest.mark.slow

FUTURE = {"published_at": "2031-01-01"}
LATER = DAY + timedelta(days=1)
PATH = "in/{date}/*.jsonl"


def story(number: int, **fields: Any) -> dict[str, Any]:
    """A record whose text follows from its number; 13 has no text at all."""
    body = "\n\n".join(
        f"Sentence {n} of story {number} tells how the last ferry left the harbour of Larkhaven at six."
        for n in range(4)
    )
    return {"title": f"Story number {number} of the day", "text": "" if number == 13 else body, **fields}


def write(root: Path, files: dict[str, list[dict[str, Any]]], day: date = DAY) -> None:
    """The files of a day, instead of all that were there."""
    folder = root / "in" / str(day)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, records in files.items():
        (folder / name).write_text("\n".join(map(json.dumps, records)))


def ingest(root: Path, lake: str = "lake", *, day: date = DAY, **options: Any) -> str:
    return make_lake(root, PATH, root / lake / "lake", day=day, **options).state


def replay(root: Path, lake: str = "lake", *, limits: Limits | None = None, **options: Any) -> Replayed | None:
    run = make_test_run(root / lake / "lake", limits=limits)
    return replay_batch(Batch(Source("s", PATH), DAY, root), run, **options)


def hashes(root: Path, lake: str = "lake") -> dict[str, str]:
    return hash_lake(root / lake / "lake")


BROKEN = {
    "a.jsonl": [story(1), story(2)],
    "b.jsonl": [story(3), story(4, **FUTURE), story(1)],
    "c.jsonl": [story(13), story(5)],
    "d.jsonl": [story(6)],
}
FIXED = BROKEN | {"b.jsonl": [story(3), story(4), story(1)], "c.jsonl": [story(14), story(5)]}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A lake with a batch of which two records are in quarantine, and the files fixed since."""
    write(tmp_path, BROKEN)
    assert ingest(tmp_path) == "published"
    write(tmp_path, FIXED)
    return tmp_path


def stopped(root: Path) -> list[tuple[str, list[str]]]:
    rows = ask(root / "lake" / "lake", "SELECT uri, reasons FROM 'LAKE/quarantine/**/*.parquet' ORDER BY uri")
    return [(uri.rpartition("/")[2], reasons) for uri, reasons in rows]


def test_a_replay_leaves_what_a_whole_run_leaves(place: Path) -> None:
    assert stopped(place) == [("b.jsonl#1", ["published_in_future"]), ("c.jsonl#0", ["empty"])]
    done = replay(place)
    assert done is not None
    # a is run again as well, since b has one of its stories; d is not.
    assert (done.files, done.other_rules) == (3, 0)
    assert [row.state for row in done.rows] == ["published", "published"]
    assert stopped(place) == []
    write(place, BROKEN)
    ingest(place, "other")
    write(place, FIXED)
    assert ingest(place, "other") == "published"
    assert hashes(place) == hashes(place, "other")
    assert ingest(place) == "unchanged"
    assert check_lake(open_lake(place / "lake" / "lake")) == []


def test_a_replay_again_changes_nothing(place: Path) -> None:
    replay(place)
    before = hashes(place)
    assert replay(place) is None
    assert hashes(place) == before


def test_with_nothing_fixed_the_same_rows_stay(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    ingest(tmp_path)
    before = hashes(tmp_path)
    done = replay(tmp_path)
    assert done is not None
    assert done.result.version == 1
    assert [row.state for row in done.rows] == [
        "still in quarantine: published_in_future",
        "still in quarantine: empty",
    ]
    assert hashes(tmp_path) == before


def test_the_commit_says_what_was_run_again(place: Path) -> None:
    replay(place, reason="empty")
    note = open_lake(place / "lake" / "lake").manifest().note["replay"]
    assert note["reason"] == "empty"
    assert f"in/{DAY}/c.jsonl" in note["files"]


NUMBERS = st.lists(st.integers(1, 6) | st.just(13), min_size=1, max_size=4)
FILES = st.dictionaries(st.sampled_from("abcd"), NUMBERS, min_size=1)
INPUTS = st.fixed_dictionaries({"early": FILES, "late": FILES, "fixed": FILES})


def records(files: dict[str, list[int]], future: set[int]) -> dict[str, list[dict[str, Any]]]:
    return {
        f"{name}.jsonl": [story(n, **(FUTURE if n in future else {})) for n in numbers]
        for name, numbers in files.items()
    }


REASONS = st.sampled_from([None, "empty", "published_in_future"])
FUTURES = st.sets(st.integers(1, 6), max_size=2)
SLOW = [HealthCheck.too_slow]


@settings(max_examples=4, suppress_health_check=SLOW)
@given(files=INPUTS, future=FUTURES, reason=REASONS)
def test_whatever_was_fixed_a_replay_is_a_whole_run(
    files: dict[str, dict[str, list[int]]], future: set[int], reason: str | None
) -> None:
    compare_replay(files, future, reason)


@settings(max_examples=60, suppress_health_check=SLOW)
@given(files=INPUTS, future=FUTURES, reason=REASONS)
def test_a_replay_is_a_whole_run_in_many_more_cases(
    files: dict[str, dict[str, list[int]]], future: set[int], reason: str | None
) -> None:
    compare_replay(files, future, reason)


def compare_replay(files: dict[str, dict[str, list[int]]], future: set[int], reason: str | None) -> None:
    """Copies inside the batch and in another one, files that come, go and change, rows that stay in quarantine."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, records(files["late"], set()), LATER)
        for lake in ("one", "two"):
            write(root, records(files["early"], future))
            # Whichever batch is the earlier: the other one has documents of it.
            ingest(root, lake)
            ingest(root, lake, day=LATER)
            write(root, records(files["fixed"], set()))
            if lake == "one":
                replay(root, lake, reason=reason)
            else:
                ingest(root, lake, is_forced=True)
        assert hashes(root, "one") == hashes(root, "two")
        assert check_lake(open_lake(root / "one" / "lake")) == []


def test_a_document_that_an_earlier_batch_shows_is_kept_behind_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": [story(1)]}, DAY - timedelta(days=1))
    write(tmp_path, {"a.jsonl": [story(1), story(2)], "b.jsonl": [story(13)]})
    ingest(tmp_path, day=DAY - timedelta(days=1))
    ingest(tmp_path)
    write(tmp_path, {"a.jsonl": [story(1), story(2)], "b.jsonl": [story(3)]})
    done = replay(tmp_path)
    assert done is not None
    assert done.files == 1
    rows = ask(
        tmp_path / "lake" / "lake",
        "SELECT published, duplicates FROM 'LAKE/receipts/**/*.parquet' ORDER BY logical_date",
    )
    assert rows == [(1, 0), (2, 1)]
    assert check_lake(open_lake(tmp_path / "lake" / "lake")) == []


@pytest.fixture
def lax(monkeypatch: pytest.MonkeyPatch) -> None:
    """The expectation of dates changed: ten years ahead are allowed."""
    rows = tuple(
        replace(row, high=4_000) if row.reason == "published_in_future" else row
        for row in suites.load_suite("documents")
    )
    read = suites.load_suite
    monkeypatch.setattr(suites, "load_suite", lambda name: rows if name == "documents" else read(name))


def test_a_fixed_expectation_lets_its_rows_through(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    write(tmp_path, BROKEN)
    for lake in ("lake", "other"):
        ingest(tmp_path, lake)
    request.getfixturevalue("lax")
    done = replay(tmp_path, reason="published_in_future")
    assert done is not None
    assert [row.state for row in done.rows if row.reasons == ("published_in_future",)] == ["published"]
    ingest(tmp_path, "other", is_forced=True)
    assert hashes(tmp_path) == hashes(tmp_path, "other")


def test_with_other_settings_the_rest_stays_and_a_whole_run_is_still_due(place: Path) -> None:
    lower = Limits(removal_budget=0.4)
    done = replay(place, limits=lower, reason="empty")
    assert done is not None
    assert done.other_rules == 1
    (settings_said,) = ask(place / "lake" / "lake", "SELECT settings FROM 'LAKE/receipts/**/*.parquet'")[0]
    assert json.loads(settings_said)["limits"]["removal_budget"] == 0.5
    assert check_lake(open_lake(place / "lake" / "lake")) == []
    assert ingest(place) == "unchanged"
    assert ingest(place, limits=lower) == "published"


def test_a_blocked_batch_is_fixed_and_replayed(tmp_path: Path) -> None:
    good = {f"{n}.jsonl": [story(n)] for n in range(20, 30)}
    write(tmp_path, good | {"x.jsonl": [story(13)]})
    assert ingest(tmp_path) == "published"
    before = hashes(tmp_path)
    write(tmp_path, {name: [rows[0] | FUTURE] for name, rows in good.items()} | {"x.jsonl": [story(31)]})
    assert ingest(tmp_path) == "blocked"
    assert hashes(tmp_path) == before
    blocked = replay(tmp_path)
    assert blocked is not None
    assert blocked.result.blocked_by == ("published_in_future",)
    assert hashes(tmp_path) == before
    write(tmp_path, good | {"x.jsonl": [story(31)]})
    done = replay(tmp_path)
    assert done is not None
    assert (done.result.state, done.files, done.result.receipt["published"]) == ("published", 1, 11)


def test_a_batch_that_is_not_in_the_lake_cannot_be_replayed(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    with pytest.raises(RequestError, match="ingest it first"):
        replay(tmp_path)
    with pytest.raises(RequestError, match="has no batch s 2026-10-09"):
        find_batch(open_lake(tmp_path / "lake" / "lake"), "s", DAY, Settings(sources=tmp_path / "sources.toml"))


def test_the_receipt_remembers_a_source_that_is_not_declared(place: Path) -> None:
    found = find_batch(open_lake(place / "lake" / "lake"), "s", DAY, Settings(sources=place / "sources.toml"))
    assert found.source == Source("s", PATH)
    with pytest.raises(RequestError, match=f"It has s of {DAY} to {DAY}"):
        find_batch(open_lake(place / "lake" / "lake"), "s", LATER, Settings(sources=place / "sources.toml"))


@pytest.mark.parametrize(
    ("uri", "file"), [("a.txt", "a.txt"), ("a#1.txt", "a#1.txt"), ("a#1.txt#12", "a#1.txt"), ("b.jsonl#0", "b.jsonl")]
)
def test_a_record_knows_its_file(uri: str, file: str) -> None:
    assert find_file(uri, {"a.txt", "a#1.txt", "b.jsonl"}) == file


def test_a_file_of_the_same_size_that_says_something_else_is_run_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": [story(1)], "b.jsonl": [story(2)]})
    ingest(tmp_path)
    held = read_published_batch(open_lake(tmp_path / "lake" / "lake"), "s", DAY)
    assert held is not None
    write(tmp_path, {"a.jsonl": [story(1)], "b.jsonl": [story(3)]})
    from tasks.reading.plan import find_files

    files = find_files(Source("s", PATH), DAY, tmp_path).files
    assert [file.uri[-7:] for file in pick_files(held, files)] == ["b.jsonl"]


def release(root: Path, why: str = "checked by hand", lake: str = "lake") -> Replayed | None:
    found = read_published_batch(open_lake(root / lake / "lake"), "s", DAY)
    assert found is not None
    (row,) = [row for row in found.quarantine.iter_rows(named=True) if row["stage"] == "audit"]
    return replay(root, lake, uris={row["uri"]}, change=lambda known: add_release(known, make_release(row, why)))


def test_a_released_document_is_published_with_its_why_and_survives_every_run(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    for lake in ("lake", "other"):
        ingest(tmp_path, lake)
    done = release(tmp_path)
    assert done is not None
    assert [row.state for row in done.rows if row.reasons == ("published_in_future",)] == ["published"]
    (finding,) = [found for found in done.result.findings if found.reason == "released"]
    assert finding.severity == "warning"
    assert finding.observed.endswith("b.jsonl#1: checked by hand")
    assert ask(
        tmp_path / "lake" / "lake", "SELECT flags FROM 'LAKE/documents/**/*.parquet' WHERE title LIKE '%number 4%'"
    ) == [(["released"],)]
    (receipt,) = open_lake(tmp_path / "lake" / "lake").receipts(columns=("warnings", "settings"))
    assert receipt["warnings"] == [{"reason": "released", "count": 1}]
    assert json.loads(receipt["settings"])["releases"][0]["why"] == "checked by hand"
    before = hashes(tmp_path)
    assert ingest(tmp_path) == "unchanged"
    ingest(tmp_path, is_forced=True)
    assert hashes(tmp_path) == before
    release(tmp_path, lake="other")
    assert hashes(tmp_path, "other") == before
    assert check_lake(open_lake(tmp_path / "lake" / "lake")) == []


def test_a_revoked_release_leaves_no_trace(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    ingest(tmp_path)
    before = hashes(tmp_path)
    done = release(tmp_path)
    assert done is not None
    assert hashes(tmp_path) != before
    replay(tmp_path, uris={f"in/{DAY}/b.jsonl#1"}, change=lambda known: ())
    assert hashes(tmp_path) == before
    assert not list(Path(tmp_path / "lake").rglob("releases/*.json"))


@pytest.mark.parametrize(
    ("change", "why", "words"),
    [
        ({"stage": "read"}, "because", "fix the file"),
        ({"stage": "clean"}, "because", "fix the rule"),
        ({"stage": "audit"}, " ", "say why"),
    ],
    ids=["unread", "emptied", "no-why"],
)
def test_what_cannot_be_released_says_what_to_do(change: dict[str, str], why: str, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        make_release({"uri": "a.txt", "doc_id": "f" * 32, "reasons": ["empty"], **change}, why)


def test_releases_can_be_stored_changed_and_listed(any_lake: Lake) -> None:
    one, two = Release("d", "a.txt", ("x",), "one"), Release("e", "b.txt", ("y", "z"), "two – checked")
    change_releases(any_lake, "s", DAY, lambda known: [*known, two])
    change_releases(any_lake, "s", DAY, lambda known: [*known, one])
    change_releases(any_lake, "a-source", LATER, lambda known: [*known, one])
    assert find_releases(any_lake, "s", DAY) == (one, two)
    assert list(list_releases(any_lake)) == [("a-source", LATER, one), ("s", DAY, one), ("s", DAY, two)]
    assert group_releases(any_lake) == {("a-source", LATER): (one,), ("s", DAY): (one, two)}
    change_releases(any_lake, "s", DAY, lambda known: ())
    assert find_releases(any_lake, "s", DAY) == ()
    assert list(list_releases(any_lake)) == [("a-source", LATER, one)]


def test_two_releases_at_once_are_both_saved(any_lake: Lake) -> None:
    one, two = Release("d", "a.txt", ("x",), "one"), Release("e", "b.txt", ("y",), "two")
    asked = 0

    def change(known: tuple[Release, ...]) -> tuple[Release, ...]:
        nonlocal asked
        asked += 1
        if asked == 1:
            change_releases(any_lake, "s", DAY, lambda before: add_release(before, two))
        return add_release(known, one)

    change_releases(any_lake, "s", DAY, change)
    assert (asked, find_releases(any_lake, "s", DAY)) == (2, (one, two))


def test_a_damaged_file_of_releases_is_an_error(any_lake: Lake) -> None:
    change_store_file(any_lake.files, f"releases/s@{DAY}.json", lambda _: b'{"releases": [{"doc_id": 1}]}')
    with pytest.raises(ReleaseError, match="is damaged"):
        find_releases(any_lake, "s", DAY)


def test_a_second_release_keeps_the_reasons_of_the_first() -> None:
    first = Release("d", "a.txt", ("x",), "one")
    assert add_release([first], Release("d", "a.txt", ("y",), "two")) == (Release("d", "a.txt", ("x", "y"), "two"),)

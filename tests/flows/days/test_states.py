"""The state of the days of a range, by files, receipts and history; and what a backfill does with each."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from builders.deliveries import FIRST, TODAY, list_days, run_day, write_day, write_sources
from builders.lakes import ask, hash_lake, make_test_run
from hypothesis import given
from hypothesis import strategies as st

from flows.batches.run import Batch, make_run
from flows.batches.staging import list_failures, remember_failure
from flows.days.plan import choose_action, choose_days, preview_days, tabulate_plan
from flows.days.states import Day, each_day, find_changes, find_usual, survey_days
from flows.settings import Settings
from tasks.batch import Source
from tasks.errors import RequestError
from tasks.lakes.lake import open_lake
from tasks.stores.errors import LakeSilent

pytestmark = pytest.mark.slow


def states(days: list[Day]) -> list[str]:
    return [day.state for day in days]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Days: the first published and unchanged, the second grown since, the third blocked by the audit, no fourth, a new fifth."""
    folder = tmp_path_factory.mktemp("survey")
    settings = write_sources(folder)
    for number in (0, 1):
        write_day(folder, FIRST + timedelta(number))
    write_day(folder, FIRST + timedelta(2), count=20, published_at="2031-01-01")
    for day in list_days(settings, 3, "gazette"):
        run_day(day.batch, settings)
    write_day(folder, FIRST + timedelta(1), count=7)
    write_day(folder, FIRST + timedelta(4))
    return settings


def look(settings: Settings) -> list[Day]:
    return list_days(settings, 5, "gazette")


def test_each_day_has_a_state_and_a_why(made: Settings) -> None:
    days = look(made)
    assert states(days) == ["fine", "stale", "failed", "no files", "missing"]
    assert [day.records for day in days] == [6, 6, None, None, None]
    assert days[1].why == "files: 1 changed"
    assert days[2].why == "blocked by published_in_future"


def test_other_rules_make_a_day_stale_and_say_which(made: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.days.states.rules_version", lambda: "0123456789ab")
    first = look(made)[0]
    assert first.state == "stale"
    assert first.why.endswith(", now 0123456789ab")


@pytest.mark.parametrize(
    ("change", "why"),
    [({"removal_budget": 0.25}, "limits.removal_budget 0.5, now 0.25"), ({"learned": "auto"}, "")],
    ids=["another limit", "nothing"],
)
def test_other_settings_make_a_day_stale(made: Settings, change: dict[str, object], why: str) -> None:
    first = look(made.model_copy(update=change))[0]
    assert (first.state, first.why) == ("stale" if why else "fine", why)


CHOICES = [
    ("skip", ["leave", "leave", "make", "leave", "make"]),
    ("stale", ["leave", "make again", "make", "leave", "make"]),
    ("replace", ["compare", "make again", "make", "leave", "make"]),
]


@pytest.mark.parametrize(("on_existing", "wanted"), CHOICES, ids=[row[0] for row in CHOICES])
def test_what_a_backfill_does_with_each_day(made: Settings, on_existing: str, wanted: list[str]) -> None:
    assert [choose_action(day, on_existing) for day in look(made)] == wanted  # type: ignore[arg-type]


def test_days_are_in_the_requested_order(made: Settings) -> None:
    days = look(made)
    newest = [day.batch.logical_date for day in choose_days(days, "stale", "newest first")]
    assert newest == sorted(newest, reverse=True)
    assert [day.batch.logical_date for day in choose_days(days, "stale", "oldest first")] == newest[::-1]


def test_the_plan_lists_the_days_to_work_on_first(made: Settings) -> None:
    rows = tabulate_plan(look(made), "stale")
    assert [row["action"] for row in rows] == ["make again", "make", "make", "leave", "leave"]


def test_looking_and_previewing_change_nothing(made: Settings) -> None:
    before = hash_lake(Path(made.lake)), open_lake(made.lake).version()
    look(made)
    preview_days(look(made), make_test_run(**made.model_dump(exclude_unset=True)))
    assert (hash_lake(Path(made.lake)), open_lake(made.lake).version()) == before


def test_a_preview_counts_what_would_change(made: Settings) -> None:
    (row,) = preview_days([look(made)[1]], make_test_run(**made.model_dump(exclude_unset=True)))
    assert (row["same"], row["changed"], row["new"], row["removed"]) == ("6", "0", "1", "0")
    assert row["outcome"] == "would be published"


def test_a_failure_is_deleted_when_the_day_is_published(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST, count=20, published_at="2031-01-01")
    batch = Batch(Source("gazette", "in/{date}/*.jsonl"), FIRST, tmp_path)
    assert run_day(batch, settings).why
    assert list_failures(open_lake(settings.lake)) == {("gazette", FIRST): "blocked by published_in_future"}
    write_day(tmp_path, FIRST, count=20)
    assert run_day(batch, settings).state == "published"
    assert list_failures(open_lake(settings.lake)) == {}


def test_another_machine_sees_a_failure(object_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    settings = write_sources(tmp_path).model_copy(update={"lake": f"{object_store}/{tmp_path.name}/lake"})
    write_day(tmp_path, FIRST, count=20, published_at="2031-01-01")
    assert run_day(look(settings)[0].batch, settings).why
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "ours"))
    day = look(settings)[0]
    assert (day.state, day.why) == ("failed", "blocked by published_in_future")
    write_day(tmp_path, FIRST, count=20)
    run_day(day.batch, settings)
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    assert look(settings)[0].state == "fine"


def test_a_store_that_does_not_answer_is_no_failure_of_the_batch(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    with pytest.raises(LakeSilent), remember_failure(lake, "s", FIRST):
        raise LakeSilent("no answer")
    assert list_failures(lake) == {}


def test_a_store_that_cannot_save_the_failure_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_store: str
) -> None:
    lake = open_lake("s3://nobody/lake", work=tmp_path)
    with pytest.raises(ValueError, match="the real one"), remember_failure(lake, "s", FIRST):
        raise ValueError("the real one")
    with remember_failure(lake, "s", FIRST):
        pass


@pytest.mark.slow
def test_a_day_with_far_fewer_records_than_usual_is_short(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    for number in range(6):
        write_day(tmp_path, FIRST + timedelta(number), count=2 if number == 3 else 8)
    days = list_days(settings, 6, "gazette")
    for day in days:
        run_day(day.batch, settings)
    days = list_days(settings, 6, "gazette")
    assert states(days) == ["fine"] * 3 + ["short"] + ["fine"] * 2
    assert days[3].why.startswith("2 records, and 8 are usual")
    assert choose_action(days[3], "stale") == "leave"


def test_a_drop_folder_has_the_days_of_the_lake_each_with_its_own_files(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST)
    (tmp_path / "in" / str(FIRST) / "a.jsonl").rename(tmp_path / "drop" / "a.jsonl")
    drop = Source("drop", "drop")
    assert run_day(Batch(drop, FIRST, tmp_path), settings).counts["published"] == 6
    write_day(tmp_path, FIRST + timedelta(1))
    (tmp_path / "in" / str(FIRST + timedelta(1)) / "a.jsonl").rename(tmp_path / "drop" / "b.jsonl")
    (day,) = list_days(settings, 10, "drop")
    assert day.state == "fine"
    # New files belong to a later day, also when this one is made again.
    again = run_day(day.batch, settings.model_copy(update={"removal_budget": 0.4}))
    assert (again.state, again.counts["records"]) == ("published", 6)


@pytest.mark.parametrize(
    ("names", "start", "end", "message"),
    [
        ([], FIRST, FIRST - timedelta(1), "lies before the start"),
        ([], FIRST, TODAY + timedelta(1), "lies in the future"),
        ([], date(202, 10, 1), FIRST, "Is the year right?"),
        (["nowhere"], FIRST, FIRST, "'nowhere' is not a declared source. Declared in"),
    ],
    ids=["backwards", "future", "year", "source"],
)
def test_a_wrong_request_is_reported_in_one_line(
    made: Settings, names: list[str], start: date, end: date, message: str
) -> None:
    with pytest.raises(RequestError, match=message.replace("?", r"\?")) as raised:
        survey_days(names, start, end, make_test_run(**made.model_dump(exclude_unset=True)), TODAY)
    assert "\n" not in str(raised.value)


def test_without_a_declared_source_there_is_nothing_to_run(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="declares no source"):
        list_days(Settings(sources=tmp_path / "sources.toml", lake=tmp_path / "lake"), 1)


@given(
    st.dictionaries(st.dates(date(2026, 8, 1), date(2026, 12, 1)), st.integers(1, 10_000), max_size=60),
    st.integers(1, 9),
)
def test_the_usual_grows_with_the_history_and_never_counts_the_day_itself(
    records: dict[date, int], factor: int
) -> None:
    usual = find_usual(FIRST, records)
    assert find_usual(FIRST, {**records, FIRST: 10**9}) == usual
    many = find_usual(FIRST, {day: count * factor for day, count in records.items()})
    assert many == (None if usual is None else usual * factor)


@given(st.integers(0, 400))
def test_a_range_has_every_day_once(length: int) -> None:
    days = list(each_day(FIRST, FIRST + timedelta(length)))
    assert len(set(days)) == len(days) == length + 1


def test_replace_a_second_time_changes_nothing(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST)
    (day,) = list_days(settings, 1)
    assert run_day(day.batch, settings).state == "published"
    (day,) = list_days(settings, 1)
    assert choose_action(day, "replace") == "compare"
    assert run_day(day.batch, settings).state == "unchanged"
    # The same size and other words: only reading the contents finds it.
    path = tmp_path / "in" / str(FIRST) / "a.jsonl"
    path.write_text(path.read_text().replace("ferry", "train"))
    (day,) = list_days(settings, 1)
    assert day.state == "fine"
    assert run_day(day.batch, settings).state == "published"
    assert ask(settings.lake, "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE text LIKE '%train%'") == [(6,)]


def test_a_day_whose_files_were_archived_is_not_stale(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST, count=20)
    batch = Batch(Source("gazette", "in/{date}/*.jsonl"), FIRST, tmp_path)
    assert run_day(batch, settings).state == "published"
    receipt = open_lake(settings.lake).receipt("gazette", FIRST)
    assert receipt is not None
    assert find_changes(batch.source, [], receipt, make_run(settings).limits) == []

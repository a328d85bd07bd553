"""How a range of days stands, by files, receipts and history; and what a backfill makes of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from builders.deliveries import FIRST, TODAY, write_day, write_sources
from builders.lakes import Quiet, ask, hash_lake
from hypothesis import given
from hypothesis import strategies as st

from flows.batches.failures import list_failures, remember_failure
from flows.batches.recipe import Batch
from flows.batches.requests import RequestError
from flows.days.changes import sample_changes
from flows.days.day_run import choose_days, decide, outline_plan, run_day
from flows.days.survey import Day, each_day, find_usual, survey_days
from flows.settings import Settings
from tasks.batch import Source
from tasks.lakes.lake import LakeSilent
from tasks.lakes.open import open_lake


def states(days: list[Day]) -> list[str]:
    return [day.state for day in days]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three days: the first published and as it was, the second grown since, the third blocked by the audit; no fourth."""
    folder = tmp_path_factory.mktemp("survey")
    settings = write_sources(folder)
    for number in (0, 1):
        write_day(folder, FIRST + timedelta(number))
    write_day(folder, FIRST + timedelta(2), count=20, published_at="2031-01-01")
    for day in survey_days(["gazette"], FIRST, FIRST + timedelta(2), settings, TODAY):
        run_day(day.batch, settings, Quiet())
    write_day(folder, FIRST + timedelta(1), count=7)
    write_day(folder, FIRST + timedelta(4))
    return settings


def look(settings: Settings, names: tuple[str, ...] = ("gazette",)) -> list[Day]:
    return survey_days(list(names), FIRST, FIRST + timedelta(4), settings, TODAY)


def test_each_day_has_a_state_and_a_why(made: Settings) -> None:
    days = look(made)
    assert states(days) == ["fine", "stale", "failed", "no files", "missing"]
    assert [day.records for day in days] == [6, 6, None, None, None]
    assert days[1].why == "files: 1 changed"
    assert days[2].why == "blocked by published_in_future"


def test_other_rules_make_a_day_stale_and_say_which(made: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.days.survey.rules_version", lambda: "0123456789ab")
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
    ("stale", ["leave", "make anew", "make", "leave", "make"]),
    ("replace", ["compare", "make anew", "make", "leave", "make"]),
]


@pytest.mark.parametrize(("on_existing", "wanted"), CHOICES, ids=[row[0] for row in CHOICES])
def test_what_a_backfill_does_with_each_day(made: Settings, on_existing: str, wanted: list[str]) -> None:
    assert [decide(day, on_existing) for day in look(made)] == wanted  # type: ignore[arg-type]


def test_days_are_taken_from_the_end_that_was_asked_for(made: Settings) -> None:
    days = look(made)
    newest = [day.batch.logical_date for day in choose_days(days, "stale", "newest first")]
    assert newest == sorted(newest, reverse=True)
    assert [day.batch.logical_date for day in choose_days(days, "stale", "oldest first")] == newest[::-1]


def test_the_plan_begins_with_what_is_to_be_done(made: Settings) -> None:
    rows = outline_plan(look(made), "stale")
    assert [row["will"] for row in rows] == ["make anew", "make", "make", "leave", "leave"]


def test_a_look_changes_nothing(made: Settings) -> None:
    before = hash_lake(Path(made.lake)), open_lake(made.lake).version()
    look(made)
    sample_changes(look(made), made)
    assert (hash_lake(Path(made.lake)), open_lake(made.lake).version()) == before


def test_a_sample_says_what_would_change(made: Settings) -> None:
    (row,) = sample_changes([look(made)[1]], made)
    assert (row["same"], row["changed"], row["new"], row["removed"]) == ("6", "0", "1", "0")
    assert row["outcome"] == "would be published"


def test_a_failure_is_forgotten_when_the_day_is_published(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST, count=20, published_at="2031-01-01")
    batch = Batch(Source("gazette", "in/{date}/*.jsonl"), FIRST, tmp_path)
    assert run_day(batch, settings, Quiet()).is_bad
    assert list_failures(open_lake(settings.lake)) == {("gazette", FIRST): "blocked by published_in_future"}
    write_day(tmp_path, FIRST, count=20)
    assert run_day(batch, settings, Quiet()).state == "published"
    assert list_failures(open_lake(settings.lake)) == {}


def test_another_machine_knows_of_a_failure(object_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    settings = write_sources(tmp_path).model_copy(update={"lake": f"{object_store}/{tmp_path.name}/lake"})
    write_day(tmp_path, FIRST, count=20, published_at="2031-01-01")
    assert run_day(look(settings)[0].batch, settings, Quiet()).is_bad
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "ours"))
    day = look(settings)[0]
    assert (day.state, day.why) == ("failed", "blocked by published_in_future")
    write_day(tmp_path, FIRST, count=20)
    run_day(day.batch, settings, Quiet())
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    assert look(settings)[0].state == "fine"


def test_a_store_that_does_not_answer_says_nothing_of_the_batch(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    with pytest.raises(LakeSilent), remember_failure(lake, "s", FIRST):
        raise LakeSilent("no answer")
    assert list_failures(lake) == {}


def test_a_store_that_takes_no_note_does_not_hide_the_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_store: str
) -> None:
    lake = open_lake("s3://nobody/lake", work=tmp_path)
    with pytest.raises(ValueError, match="the real one"), remember_failure(lake, "s", FIRST):
        raise ValueError("the real one")
    with remember_failure(lake, "s", FIRST):
        pass


def test_a_day_with_far_fewer_records_than_usual_is_short(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    for number in range(6):
        write_day(tmp_path, FIRST + timedelta(number), count=2 if number == 3 else 8)
    days = survey_days(["gazette"], FIRST, FIRST + timedelta(5), settings, TODAY)
    for day in days:
        run_day(day.batch, settings, Quiet())
    days = survey_days(["gazette"], FIRST, FIRST + timedelta(5), settings, TODAY)
    assert states(days) == ["fine"] * 3 + ["short"] + ["fine"] * 2
    assert days[3].why.startswith("2 records, and 8 are usual")
    assert decide(days[3], "stale") == "leave"


def test_a_drop_folder_has_the_days_that_the_lake_knows_and_each_keeps_to_its_own_files(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST)
    (tmp_path / "in" / str(FIRST) / "a.jsonl").rename(tmp_path / "drop" / "a.jsonl")
    drop = Source("drop", "drop")
    assert run_day(Batch(drop, FIRST, tmp_path), settings, Quiet()).published == 6
    write_day(tmp_path, FIRST + timedelta(1))
    (tmp_path / "in" / str(FIRST + timedelta(1)) / "a.jsonl").rename(tmp_path / "drop" / "b.jsonl")
    (day,) = survey_days(["drop"], FIRST, FIRST + timedelta(9), settings, TODAY)
    assert day.state == "fine"
    # What came since belongs to a later day, also when this one is made anew.
    again = run_day(day.batch, settings.model_copy(update={"removal_budget": 0.4}), Quiet())
    assert (again.state, again.records) == ("published", 6)


@pytest.mark.parametrize(
    ("names", "start", "end", "says"),
    [
        ([], FIRST, FIRST - timedelta(1), "lies before the start"),
        ([], FIRST, TODAY + timedelta(1), "lies in the future"),
        ([], date(202, 10, 1), FIRST, "Is the year right?"),
        (["nowhere"], FIRST, FIRST, "'nowhere' is not a declared source. Declared in"),
    ],
    ids=["backwards", "future", "year", "source"],
)
def test_a_wrong_request_is_reported_in_one_line(
    made: Settings, names: list[str], start: date, end: date, says: str
) -> None:
    with pytest.raises(RequestError, match=says.replace("?", r"\?")) as told:
        survey_days(names, start, end, made, TODAY)
    assert "\n" not in str(told.value)


def test_without_a_declared_source_there_is_nothing_to_run(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="declares no source"):
        survey_days([], FIRST, FIRST, Settings(sources=tmp_path / "sources.toml", lake=tmp_path / "lake"), TODAY)


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
def test_every_day_of_a_range_is_looked_at_once(length: int) -> None:
    days = list(each_day(FIRST, FIRST + timedelta(length)))
    assert len(set(days)) == len(days) == length + 1


def test_replace_twice_is_no_work(tmp_path: Path) -> None:
    settings = write_sources(tmp_path)
    write_day(tmp_path, FIRST)
    (day,) = survey_days([], FIRST, FIRST, settings, TODAY)
    assert run_day(day.batch, settings, Quiet()).state == "published"
    (day,) = survey_days([], FIRST, FIRST, settings, TODAY)
    assert decide(day, "replace") == "compare"
    assert run_day(day.batch, settings, Quiet()).state == "unchanged"
    # The same size and other words: only a look at the contents finds it.
    path = tmp_path / "in" / str(FIRST) / "a.jsonl"
    path.write_text(path.read_text().replace("ferry", "train"))
    (day,) = survey_days([], FIRST, FIRST, settings, TODAY)
    assert day.state == "fine"
    assert run_day(day.batch, settings, Quiet()).state == "published"
    assert ask(settings.lake, "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE text LIKE '%train%'") == [(6,)]

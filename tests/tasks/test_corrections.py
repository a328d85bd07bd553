"""Corrections: rows of corrections.toml, what a batch makes of them, and which batches they make stale."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from builders.deliveries import FIRST, list_days, run_day, write_sources
from builders.lakes import Recorder, ask, make_test_run

from flows.batches.ingest import ingest_batch
from flows.settings import Settings
from tasks.batch import Correction
from tasks.corrections import add_correction, load_corrections, propose_rules, write_correction
from tasks.errors import RequestError
from tasks.rules.load import Rule, find_keys, find_rule_fault
from tasks.toml_rows import RowError, build_row
from tasks.trials.obeyed import find_obeyed

BODY = "The harbour board of Larkhaven voted on Tuesday to rebuild the pier that the storm of last winter tore away."
MORE = "Work is to begin in April and to cost about four million euros, most of it from a fund for coastal towns."
COMMENT = "Nobody ever asked me what I think of the pier."
LINK = "Read more: How the old pier was lost"
CAPTION = "Photo: The pier before the storm. (Ana Ruiz/Courier)"
TEXT = "\n\n".join(["Pier to be rebuilt", BODY, CAPTION, LINK, MORE, COMMENT])
DAYS = (FIRST, FIRST + timedelta(1))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two days of two documents each, by two publishers; nothing is published yet."""
    made = write_sources(tmp_path)
    for day in DAYS:
        rows = [
            {"id": f"{day} {number}", "publisher": f"paper{number}.example", "text": f"{TEXT}\n\nFiled on {day}."}
            for number in (0, 1)
        ]
        path = tmp_path / "in" / str(day) / "a.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("\n".join(map(json.dumps, rows)))
    return made


def publish_days(settings: Settings) -> list[str]:
    """Runs both days; their states."""
    return [run_day(day.batch, settings).state for day in list_days(settings, 2, "gazette")]


def correct(settings: Settings, line: str, action: str, day: int | None = None, number: int = 0) -> Correction:
    """Adds a correction: of a document of a day, or of a publisher."""
    place = {"publisher": f"paper{number}.example"}
    if day is not None:
        uri = f"in/{DAYS[day]}/a.jsonl#{number}"
        place = {"source": "gazette", "logical_date": DAYS[day], "uri": uri}
    row = Correction(line, action, "seen in print", "mara", **place)
    add_correction(settings.sources.with_name("corrections.toml"), row)
    return row


def read_texts(settings: Settings) -> list[str]:
    """The texts by day and publisher."""
    rows = ask(settings.lake, "SELECT text FROM 'LAKE/documents/**/*.parquet' ORDER BY logical_date, publisher")
    return [text for (text,) in rows]


def test_a_line_is_removed_from_one_document(settings: Settings) -> None:
    publish_days(settings)
    correct(settings, COMMENT, "remove", day=0)
    assert publish_days(settings) == ["published", "unchanged"]
    assert [COMMENT in text for text in read_texts(settings)] == [False, True, True, True]
    found = ask(
        settings.lake,
        "SELECT role, removed, rule, evidence, text FROM 'LAKE/lines/**/*.parquet' WHERE rule = 'correction'",
    )
    assert found == [("boilerplate", True, "correction", "seen in print", COMMENT)]


@pytest.mark.parametrize("line", [LINK, CAPTION, "Pier to be rebuilt"], ids=["removed", "caption", "headline"])
def test_a_line_is_kept_in_the_text(settings: Settings, line: str) -> None:
    correct(settings, line, "keep", day=0)
    publish_days(settings)
    texts = read_texts(settings)
    assert [line in text.split("\n") for text in texts] == [True, False, False, False]
    others = ask(settings.lake, f"SELECT count(*) FROM 'LAKE/lines/**/*.parquet' WHERE text = '{line}'")
    assert others == [(3,)]


@pytest.mark.slow
def test_a_publisher_is_corrected_on_every_day(settings: Settings) -> None:
    publish_days(settings)
    correct(settings, COMMENT, "remove", number=1)
    assert publish_days(settings) == ["published", "published"]
    assert [COMMENT in text for text in read_texts(settings)] == [True, False, True, False]
    correct(settings, COMMENT, "remove", number=7)
    assert publish_days(settings) == ["unchanged", "unchanged"]


@pytest.mark.slow
def test_a_document_is_corrected_otherwise_than_its_publisher(settings: Settings) -> None:
    correct(settings, COMMENT, "keep", day=0)
    correct(settings, COMMENT, "remove")
    publish_days(settings)
    assert [COMMENT in text for text in read_texts(settings)] == [True, True, False, True]


@pytest.mark.slow
def test_the_last_of_two_rows_counts(settings: Settings) -> None:
    correct(settings, COMMENT, "remove")
    correct(settings, COMMENT, "keep")
    publish_days(settings)
    assert all(COMMENT in text for text in read_texts(settings))


@pytest.mark.slow
def test_only_the_days_that_a_correction_touches_are_stale(settings: Settings) -> None:
    publish_days(settings)
    correct(settings, COMMENT, "remove", day=1)
    assert [day.state for day in list_days(settings, 2, "gazette")] == ["fine", "stale"]
    correct(settings, COMMENT, "remove")
    assert [day.state for day in list_days(settings, 2, "gazette")] == ["stale", "stale"]
    publish_days(settings)
    assert [day.state for day in list_days(settings, 2, "gazette")] == ["fine", "fine"]


def test_a_correction_that_matches_nothing_is_reported(settings: Settings) -> None:
    correct(settings, "This line is in no document.", "remove", day=0)
    correct(settings, COMMENT, "remove", day=0)
    watched = Recorder()
    run = make_test_run(**settings.model_dump(exclude_unset=True), watcher=watched.watcher)
    ingest_batch(list_days(settings, 1, "gazette")[0].batch, run)
    assert len(watched.warnings) == 1
    assert "a.jsonl#0 has no line 'This line is in no document.'" in watched.warnings[0]


@pytest.mark.slow
def test_the_lake_says_which_corrections_it_obeys(settings: Settings) -> None:
    publish_days(settings)
    rows = [
        correct(settings, COMMENT, "remove", day=0),
        correct(settings, COMMENT, "remove", number=1),
        correct(settings, LINK, "keep", day=0),
        correct(settings, MORE, "keep", day=0),
        correct(settings, "Nothing of this.", "keep", day=0),
        correct(settings, LINK, "keep", day=0, number=7),
    ]
    lake = make_test_run(settings.lake).lake
    assert find_obeyed(lake, rows) == [
        "not yet run in 1 document",
        "not yet run in 2 documents",
        "not yet run in 1 document",
        "obeyed in 1 document",
        "no such line",
        "no such document",
    ]
    run_day(list_days(settings, 1, "gazette")[0].batch, settings)
    assert find_obeyed(lake, rows[:3]) == [
        "obeyed in 1 document",
        "obeyed in 1 document, not yet run in 1 document",
        "obeyed in 1 document",
    ]


def test_rows_are_written_and_read(tmp_path: Path) -> None:
    rows = [
        Correction('Say "so" \\ here', "keep", "why", "mara", source="s", logical_date=FIRST, uri="in/a.jsonl#1"),
        Correction("Sign up", "remove", "a form", publisher="paper.example"),
    ]
    for row in rows:
        add_correction(tmp_path / "corrections.toml", row)
    assert load_corrections(tmp_path / "corrections.toml") == tuple(rows)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"line": "a\nb"}, "line must be one line"),
        ({"why": " "}, "why is empty"),
        ({"publisher": None}, "name a publisher, or else"),
        ({"uri": "in/a.txt"}, "name a publisher, or else"),
        ({"action": "delete"}, "unknown value 'delete'"),
        ({"logical_date": "2026-10-01"}, "logical_date must be a date such as 2026-10-04"),
    ],
)
def test_a_wrong_row_is_one_line(tmp_path: Path, change: dict[str, str | None], fault: str) -> None:
    values = {"line": "Sign up", "action": "remove", "why": "a form", "publisher": "paper.example"} | change
    written = "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None)
    (tmp_path / "corrections.toml").write_text(f"[[correction]]\n{written}\n")
    with pytest.raises(RowError, match=f"(?s)corrections.toml, row 1 .*{fault}"):
        load_corrections(tmp_path / "corrections.toml")


def test_a_file_that_cannot_take_a_row_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_text("correction = []\n")
    with pytest.raises(RequestError):
        add_correction(tmp_path / "corrections.toml", Correction("a", "keep", "why", publisher="b"))
    assert (tmp_path / "corrections.toml").read_text() == "correction = []\n"


def test_proposed_rules_are_rows_that_rules_can_be() -> None:
    rows = [
        Correction("Sign up for our letter", "remove", "a form", publisher="paper.example"),
        Correction("What the tide brought in", "remove", "another story", publisher="one.example"),
        Correction("What the tide brought in", "remove", "another story", publisher="other.example"),
        Correction(LINK, "keep", "a title", publisher="paper.example"),
    ]
    proposed = list(propose_rules(rows))
    kept = proposed.pop()
    found = [tomllib.loads(text)["rule"][0] for text in proposed if text.startswith("[[rule]]")]
    assert [row["hits"] for row in found] == [["What the tide brought in"], ["Sign up for our letter"]]
    for row in found:
        rule = build_row(row, Rule, "row")
        assert find_rule_fault(rule, find_keys([*rule.lines, *rule.hits, *rule.keeps])) == ""
    assert tomllib.loads(kept) == {"keeps": [LINK]}


def test_a_written_row_has_no_empty_keys() -> None:
    assert "by" not in tomllib.loads(write_correction(Correction("a", "keep", "b", publisher="c")))["correction"][0]

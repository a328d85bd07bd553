"""What `inspect` and `sources add` show and write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.command_line import run_copydesk

from tasks.sources import load_sources

STORY = "The gull has slept on the night ferry for a week now. No one has woken it, and the crew feeds it. " * 3
ROWS = [
    {"headline": "Gull sleeps", "author": "Ann Lee", "date": "2026-10-01", "body": STORY, "mood": "good"},
    {"headline": "Gull wakes", "author": "Bo Day", "date": "2026-10-02", "body": STORY + "It flew.", "mood": "bad"},
    {"headline": "No text"},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "in" / "2026-10-01"
    place.mkdir(parents=True)
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (place / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    return tmp_path


@pytest.mark.slow
def test_inspect_shows_what_a_run_would_make(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))
    assert run_copydesk("inspect", "in", "--json") == 0
    assert sorted(folder.rglob("*")) == before
    picture, rows = map(json.loads, capsys.readouterr().out.splitlines())
    assert (picture["format"], picture["reasons"]) == ("PNG image", {"unsupported_format": 1})
    assert (rows["format"], rows["records"], rows["is_whole"]) == ("jsonl", 3, True)
    assert {key: list(names) for key, names in rows["fields"].items()} == {
        "title": ["headline"],
        "authors": ["author"],
        "published": ["date"],
        "text": ["body"],
    }
    assert rows["unused"] == {"mood": 2}
    assert [(row["title"], row["authors"]) for row in rows["documents"]] == [
        ("Gull sleeps", ["Ann Lee"]),
        ("Gull wakes", ["Bo Day"]),
    ]
    assert rows["documents"][0]["published_at"].startswith("2026-10-01")
    assert rows["reasons"] == {"no_text": 1}
    assert run_copydesk("inspect", "in/2026-10-01/rows.jsonl", "--records", "1") == 0
    shown = capsys.readouterr().out
    assert "the first 1; --records reads more" in shown
    assert "text         from body 1" in shown


@pytest.mark.slow
def test_inspect_takes_a_format_and_fields(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_copydesk("inspect", "in/2026-10-01/rows.jsonl", "--format", "text", "--json") == 0
    assert json.loads(capsys.readouterr().out)["format"] == "text"
    assert run_copydesk("inspect", "in/2026-10-01/rows.jsonl", "--field", "title=mood", "--json") == 0
    assert list(json.loads(capsys.readouterr().out)["fields"]["title"]) == ["mood"]
    assert run_copydesk("inspect", "in", "--field", "mood") == 2
    assert run_copydesk("inspect", "in", "--field", "tilte=mood") == 2
    assert run_copydesk("inspect", "nowhere") == 2


@pytest.mark.slow
def test_a_source_is_added(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("sources.toml").write_text("# Mine.\n")
    assert run_copydesk("sources", "add", "gulls", "in") == 2
    assert Path("sources.toml").read_text() == "# Mine.\n"
    assert 'path = "in/{date}/**"' in capsys.readouterr().out
    assert run_copydesk("sources", "add", "gulls", "in", "--publisher", "The Gull", "--why", "Gulls.", "--yes") == 0
    source = load_sources(Path("sources.toml"))["gulls"]
    assert (source.path, source.publisher) == ("in/{date}/**", "The Gull")
    assert run_copydesk("sources", "add", "gulls", "in", "--yes") == 2
    assert run_copydesk("sources", "add", "Gulls!", "in", "--yes") == 2
    assert run_copydesk("sources", "add", "others", "nowhere", "--yes") == 2
    assert len(load_sources(Path("sources.toml"))) == 1
    capsys.readouterr()
    assert run_copydesk("sources", "add", "dated", "in/{date}/*.jsonl", "--yes") == 0
    assert load_sources(Path("sources.toml"))["dated"].path == "in/{date}/*.jsonl"
    assert "`copydesk ingest dated --date 2026-10-0" in capsys.readouterr().out


@pytest.mark.slow
def test_the_longest_field_is_proposed_as_text(folder: Path) -> None:
    lines = [json.dumps({"headline": "Gull", "prose": f"{number} {STORY}", "mood": "good"}) for number in range(3)]
    Path("b.jsonl").write_text("\n".join(lines))
    assert run_copydesk("sources", "add", "prose", "b.jsonl", "--yes") == 0
    assert load_sources(Path("sources.toml"))["prose"].fields.text == ("prose",)

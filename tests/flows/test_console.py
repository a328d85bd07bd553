"""Text of strangers on a terminal: no command lets a control character, a direction mark or markup through."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from builders.command_line import read_copydesk, run_copydesk
from builders.lakes import ask

from flows import console
from flows.batches.run import Batch, BatchResult
from flows.cli import PANELS
from flows.console import out, output, print_error, print_exactly, print_line, print_result, print_table
from tasks.batch import Source

# What a terminal obeys, or shows as nothing.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
ESCAPES = "\x1b]0;OWNED\x07\x1b[31m \x9b2J \u202egnp.exe\u202c \u200f\u061c\ufeff\x7f\r :bomb: [red]x[/red]"
WAIT = "where people had been waiting for the last ferry home since the early evening, in the rain and in the cold south wind"
# In one sentence only: a text with more of them goes to quarantine.
STORY = "\n\n".join(
    f"Sentence {n} tells how the night tram went by {'' if n else ESCAPES} without stopping at the old harbour, {WAIT}."
    for n in range(6)
)
FOOTER = f"Read more {ESCAPES} in our evening letter"
DATE = ("--date", "2026-10-31")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake of two batches, in which everything that a stranger writes has escapes."""
    folder = tmp_path_factory.mktemp("hostile")
    drop = folder / "in"
    drop.mkdir()
    record = {"id": f"e{ESCAPES}", "title": f"T {ESCAPES}", "standfirst": ESCAPES, "authors": [f"A{ESCAPES} Doe"]}
    record |= {
        "publisher": f"P{ESCAPES}",
        "url": f"https://e.org/{ESCAPES}",
        "text": f"{STORY}\n\nRead more: {ESCAPES}",
    }
    lines = [record, {**record, "id": "copy"}, {f"key{ESCAPES}": 1}]
    lines += [{**record, "id": f"n{n}", "text": f"{STORY} {n}\n\n{FOOTER}"} for n in range(60)]
    (drop / "wire.jsonl").write_text("\n".join(map(json.dumps, lines)) + '\n{"text": "\x1b[31m', encoding="utf-8")
    (drop / "a\x1b[31m\u202e.txt").write_text(f"Headline {ESCAPES}\n\nBy A {ESCAPES}\n\n{STORY} End.", encoding="utf-8")
    (drop / "b\x1b[31m.txt").write_bytes(b"")
    (folder / "sources.toml").write_text('[[source]]\nname = "wire"\npath = "in"\n', encoding="utf-8")
    return folder


def find_keys(folder: Path) -> tuple[str, str, str]:
    """A document, a row of quarantine, and a duplicate."""
    ((document,),) = ask(folder / "lake", "SELECT min(doc_id) FROM 'LAKE/documents/**/*.parquet'")
    ((stopped,),) = ask(folder / "lake", "SELECT max(uri) FROM 'LAKE/quarantine/**/*.parquet'")
    return document, stopped, "in/wire.jsonl#1"


@pytest.mark.slow
def test_no_command_prints_what_a_terminal_obeys(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk)
    shown: dict[str, str] = {}

    def run(*arguments: str, code: int = 0) -> str:
        found = run_copydesk(*arguments)
        printed = "".join(capfd.readouterr())
        assert found == code, printed
        assert not RAW.search(printed), (arguments, RAW.search(printed))
        shown[arguments[0]] = shown.get(arguments[0], "") + printed
        return printed

    run("ingest", "wire", *DATE)
    document, stopped, duplicate = find_keys(desk)
    for key in (document, stopped, duplicate):
        run("why", key)
    for key in (document, "in/a\x1b[31m\u202e.txt"):
        assert "<U+001B>" in run("show", key)
    assert "<U+202E>" in run("quarantine")
    run("show", f"nothing{ESCAPES}", code=2)
    run("learn")
    run("learned")
    run("rules", "try", "evening letter", "--kind", "line")
    run("rules", "try", "tram went by")
    (desk / "in/wire.jsonl").write_text(
        (desk / "in/wire.jsonl").read_text(encoding="utf-8").replace("night tram", "late tram"), encoding="utf-8"
    )
    run("diff", "wire")
    run("release", stopped, "--why", "x", code=2)
    run("replay", "--source", "wire", "--date", "2026-10-31")
    run("report")
    run("sources")
    run("inspect", "in")
    run("inspect", "in", "--json")
    document = find_keys(desk)[0]  # the text was changed, and run again
    run("why", document, "--json")
    run("correct", document, "0", "--keep", "--why", ESCAPES, "--by", ESCAPES)
    run("corrections")
    run("export", "a.csv")
    run("tag", "one")
    run("story", document)
    run("status", "--days", "60")
    run("inspect", f"in/none{ESCAPES}", code=2)
    run("sources", "add", "all", "in", "--yes")
    run("backfill", "--from", "2026-10-31", "--to", "2026-10-31", "--on-existing", "replace", "--dry-run")
    run("check")
    run("versions")
    run("files")
    run("repartition", "--by", "day")
    run("rollback", "1")
    run("ingest", f"--no{ESCAPES}", code=2)
    run("ingest", f"in/none{ESCAPES}", code=2)
    # `restore` gives bytes to a pipe; the others show no text of strangers.
    assert {command.__name__ for commands in PANELS.values() for command in commands} - shown.keys() == {
        *("init", "restore", "doctor", "iceberg", "ui", "pages")
    }


def test_rows_are_json_objects_and_lines_are_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_json", True)
    print_line(ESCAPES)
    print_table(("name", "day", ""), [(ESCAPES, date(2026, 10, 4), None), ("b", 3, True)])
    printed = capsys.readouterr()
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert rows == [{"name": ESCAPES, "day": "2026-10-04", "column 3": None}, {"name": "b", "day": 3, "column 3": True}]
    assert not RAW.search(printed.out + printed.err)


@pytest.mark.parametrize(
    "words", [("--json", "rules", "share.any.networks"), ("rules", "share.any.networks", "--json")]
)
def test_json_may_stand_anywhere(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, printed = read_copydesk(capsys, *words)
    assert (code, json.loads(printed)["id"]) == (0, "share.any.networks")
    assert not read_copydesk(capsys, "rules", "share.any.networks")[1].startswith("{")


def test_lines_tables_and_errors_have_neither_markup_nor_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(ESCAPES)
    print_table((ESCAPES,), [(ESCAPES,)])
    print_error(ESCAPES)
    printed = capsys.readouterr()
    for line in (*printed.out.splitlines(), *printed.err.splitlines()):
        assert not RAW.search(line)
        assert ":bomb: [red]x[/red]" in line


@pytest.mark.parametrize("text", ["نامه‌ها", "क्‍ष", "👩‍🚒", "two\nlines"])
def test_joiners_that_are_spelling_and_white_space_stay(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(text)
    assert capsys.readouterr().out == f"{text}\n"


@pytest.mark.parametrize("text", ["in\u200cvisible", "\u200d start", "soft\xadhyphen", "nul\x00", "half\ud800"])
def test_a_character_that_is_not_seen_is_shown(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(text)
    assert "<U+" in capsys.readouterr().out


@pytest.mark.parametrize(("is_terminal", "shown"), [(False, "a\x1b[31m\r\n"), (True, "a<U+001B>[31m<U+000D>\n")])
def test_a_restored_text_is_exact_except_on_a_terminal(
    is_terminal: bool, shown: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(out, "_force_terminal", is_terminal)
    print_exactly("a\x1b[31m\r\n")
    assert capfdbinary.readouterr().out == shown.encode()


def test_what_a_batch_is_called_stands_on_one_line_above_a_narrow_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "outline_result", lambda _: [("in", "1", "")])
    batch = Batch(Source("harbour-gazette", "in"), date(2026, 10, 4), Path())
    print_result(BatchResult(batch, "published", {}, version=3))
    assert capsys.readouterr().out.splitlines()[0] == "harbour-gazette  2026-10-04  published  (version 3)"

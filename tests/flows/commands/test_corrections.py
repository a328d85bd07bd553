"""`copydesk correct` and `copydesk corrections`, from a wrong cut to a lake that obeys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.lakes import ask, make_lake

from tasks.corrections import load_corrections

LINK = "Read more: How the old pier was lost"
TEXT = "\n\n".join(
    [
        "The harbour board of Larkhaven voted on Tuesday to rebuild the pier that the storm of last winter tore away.",
        LINK,
        "Work is to begin in April and to cost about four million euros, most of it from a fund for coastal towns.",
    ]
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lake of one document, declared as the source `pier`."""
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "pier"\npath = "in"\n')
    make_lake(tmp_path, "in", tmp_path / "lake", name="pier")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_wrong_cut_becomes_a_row_that_the_next_run_obeys(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = read_copydesk(capsys, "why", "in/a.txt")
    assert code == 0
    assert "wrong? copydesk correct in/a.txt LINE --keep (or --remove) --why ..." in shown
    code, said = read_copydesk(capsys, "correct", "in/a.txt", "2", "--keep", "--why", "A heading", "--by", "mara")
    assert (code, f"keep '{LINK}' in pier 2026-10-09 in/a.txt" in said) == (0, True), said
    (row,) = load_corrections(place / "corrections.toml")
    assert (row.line, row.action, row.why, row.by) == (LINK, "keep", "A heading", "mara")
    row = json.loads(read_copydesk(capsys, "corrections", "--json")[1])
    assert (row["action"], row["line"], row["in the lake"]) == ("keep", LINK, "not yet run in 1 document")
    tried = read_copydesk(capsys, "rules", "try", "read more: .*")[1]
    assert "of 1 correction by hand it matches 0 that removed the line and 1 that kept it" in tried
    command = said.split("copydesk ", 1)[1].split()
    assert command == ["ingest", "pier", "--date", "2026-10-09"]
    assert read_copydesk(capsys, *command)[0] == 0
    assert "obeyed in 1 document" in read_copydesk(capsys, "corrections")[1]
    assert ask(place / "lake", "SELECT text FROM 'LAKE/documents/**/*.parquet'") == [(TEXT,)]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("in/a.txt", "2", "--why", "x"), "say what is right: --keep where"),
        (("in/a.txt", "1", "--keep", "--why", "x"), "has no line '1'"),
        (("in/a.txt", "No such line", "--keep", "--why", "x"), "has no line 'No such line'"),
        (("in/a.txt", "2", "--keep"), "why is empty"),
        (("in/b.txt", "2", "--keep", "--why", "x"), "no document 'in/b.txt'"),
    ],
)
def test_a_correction_that_cannot_be_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], fault: str
) -> None:
    code, said = read_copydesk(capsys, "correct", *arguments)
    assert code
    assert len(said.strip().splitlines()) == 1, said
    assert fault in said
    assert not (place / "corrections.toml").exists()

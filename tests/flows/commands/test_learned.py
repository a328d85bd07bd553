"""`copydesk learned export` and `import`: what one lake learned cleans the batches of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.lakes import DAY, ask, make_lake
from builders.papers import FOOT, HEAD, PAPER, paper, with_template, write

GOOD = 'line = "Read on"\npublisher = "a.example"\nzone = "edge"\ndocuments = 5\nof = 9\nmonths = 1\n'


@pytest.mark.slow
def test_what_one_lake_learned_cleans_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, paper(with_template))
    make_lake(tmp_path, "in/{date}/*.jsonl", tmp_path / "one", day=DAY)
    assert read_copydesk(capsys, "learn", "--lake", "one")[0] == 0
    code, said = read_copydesk(capsys, "learned", "export", "learned.toml", "--lake", "one")
    assert (code, said.rpartition(" ")[0]) == (0, "learned.toml: 3 lines of 1 publisher, learned")
    written = (tmp_path / "learned.toml").read_text()
    assert written.count("documents = 26\nof = 40\nmonths = 2\n") == 3

    write(tmp_path / "two", paper(lambda number: with_template(number + 100), 5))
    make_lake(tmp_path / "two", "in/{date}/*.jsonl", tmp_path / "other", day=DAY)
    code, said = read_copydesk(capsys, "learned", "import", "learned.toml", "--lake", "other")
    assert code == 0
    assert "learned.toml: 3 lines, 3 of them new; 0 removed" in said
    assert said.count("2026-10-09") == 2
    again = read_copydesk(capsys, "learned", "import", "learned.toml", "--lake", "other")[1]
    assert "0 of them new" in again
    assert "Batches" not in again
    assert "yes" in read_copydesk(capsys, "learned", PAPER, "--lake", "other")[1]
    assert read_copydesk(capsys, "learned", "export", "again.toml", PAPER, "--lake", "other")[0] == 0
    assert (tmp_path / "again.toml").read_text() == written

    make_lake(tmp_path / "two", "in/{date}/*.jsonl", tmp_path / "other", day=DAY, learned="latest")
    removed = ask(tmp_path / "other", "SELECT DISTINCT text FROM 'LAKE/lines/**/*.parquet' WHERE rule = 'learned.line'")
    assert {row[0] for row in removed} == {*FOOT, *HEAD}


def test_wrong_rows_are_a_line_each_and_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [GOOD, GOOD.replace("= 9", "= 1"), GOOD.replace("edge", "top")]
    (tmp_path / "a.toml").write_text("\n".join(f"[[learned]]\n{row}" for row in rows))
    code, said = read_copydesk(capsys, "learned", "import", "a.toml")
    assert code == 2
    assert [line.partition(" (")[0] for line in said.splitlines()] == [
        "error: a.toml, row 2",
        "error: a.toml, row 3",
        "error: a.toml: 2 rows of 3 cannot be used; nothing was imported.",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["export", "a.toml"], "nothing has been learned in"),
        (["import", "none.toml"], "none.toml cannot be read: No such file"),
        (["import"], "nothing has been learned in"),
        (["export", "a.toml", "b.example", "--version", "abc"], "has no learned version 'abc'"),
        (["import", "a.toml", "b.toml"], "write a publisher, `export FILE` or `import FILE`"),
    ],
)
def test_what_cannot_be_is_one_line(
    words: list[str], fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = read_copydesk(capsys, "learned", *words)
    assert (code, fault in " ".join(said.replace("│", " ").split())) == (2, True)
    assert not list(tmp_path.iterdir())

"""The command line in real processes: output, exit codes, one-line errors."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.lakes import ask

from flows.console import name_counts


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`copydesk ...` in a process of its own, without a Prefect profile."""
    home = {"PREFECT_HOME": str(cwd / ".prefect"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments],
        cwd=cwd,
        env={**os.environ, **home, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def place(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake made by `copydesk ingest` from the text files of seeds/, without any configuration."""
    folder = tmp_path_factory.mktemp("cli")
    for name in ("harbour-ferry.en.txt", "carillon.de.txt", "broken/empty.txt"):
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_bytes((project / "seeds" / name).read_bytes())
    done = run("ingest", "in", "--date", "2026-10-31", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_a_run_ends_with_a_table_and_directions(place: Path) -> None:
    # The batch again: nothing to do, and the same table.
    done = run("ingest", "in", "--date", "2026-10-31", cwd=place)
    assert done.returncode == 0
    for words in (
        "in  2026-10-31  unchanged",
        "published",
        "de 1, en 1",
        "empty 1",
        "captions merged",
        "Parquet: lake/documents",
    ):
        assert words in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_the_printed_query_works(place: Path) -> None:
    shown = run("ingest", "in", "--date", "2026-10-31", cwd=place).stdout
    (line,) = [line for line in shown.splitlines() if line.startswith("ask:")]
    command = line.removeprefix("ask:").strip()
    assert command.startswith(sys.executable)
    answer = subprocess.run(command, shell=True, cwd=place, capture_output=True, text=True, check=True).stdout
    assert "chars_removed" in answer
    assert "de" in answer


@pytest.mark.slow
def test_names_and_records_that_are_not_utf8_end_no_run(place: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / "in").mkdir()
    story = (place / "in" / "harbour-ferry.en.txt").read_text(encoding="utf-8")
    (tmp_path / "in" / "a.txt").write_text(story, encoding="utf-8")
    (tmp_path / "in" / name).write_bytes((place / "in" / "carillon.de.txt").read_bytes())
    lines = ('{"\\ud800": 1}', json.dumps({"id": "r1", "text": f"Second edition\n\n{story}"}))
    (tmp_path / "in" / "b.jsonl").write_text("\n".join(lines), encoding="utf-8")
    # One worker, then two in processes of their own, with a shard per file.
    for lake, workers in (("one", "1"), ("two", "2")):
        options = ("--date", "2026-10-31", "--lake", lake, "--workers", workers)
        done = run("ingest", "in", *options, cwd=tmp_path, COPYDESK_SHARD_FILES="1")
        assert (done.returncode, done.stderr) == (0, "")
        published = ask(tmp_path / lake, "SELECT uri FROM 'LAKE/documents/**/*.parquet' ORDER BY uri")
        assert published == [("in/a.txt",), ("in/b.jsonl#1",), ("in/caf%E9.txt",)]
        stopped = ask(tmp_path / lake, "SELECT uri, reasons, detail FROM 'LAKE/quarantine/**/*.parquet'")
        assert [(uri, reasons) for uri, reasons, _ in stopped] == [("in/b.jsonl#0", ["no_text"])]
        assert "the record has \ufffd" in stopped[0][2]
    again = run("ingest", "in", "--date", "2026-10-31", "--lake", "one", cwd=tmp_path)
    assert "unchanged" in again.stdout
    for key in (f"in/{name}", "in/caf%E9.txt"):
        alone = run("ingest", key, "--date", "2026-10-31", "--lake", "three", cwd=tmp_path)
        assert (alone.returncode, alone.stderr) == (0, "")
        assert "caf  2026-10-31" in alone.stdout
    for command, key in (("why", f"in/{name}"), ("show", "in/caf%E9.txt")):
        said = run(command, key, "--lake", "three", cwd=tmp_path)
        assert (said.returncode, said.stderr) == (0, "")
        assert "in/caf%E9.txt" in said.stdout
    missing = run("show", name, "--lake", "three", cwd=tmp_path)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "no document 'caf%E9.txt'" in missing.stderr


WRONG = [
    (("ingest", "nowhere"), 2, "'nowhere' is neither a declared source nor a file or folder here"),
    (("ingest", "in", "--date", "2999-01-01"), 2, "lies in the future"),
    (("ingest", "in", "--date", "yesterday"), 2, "Write it as 2026-10-01"),
    (("ingest",), 2, "declares no source"),
    (("ingest", "in", "--date", "2026-10-30", "--expect-new"), 2, "earlier batches have read all 3"),
    (("ingest", "in", "--lake", "in/carillon.de.txt"), 1, "is a file"),
    (("versions", "--lake", "nowhere"), 2, "there is no lake at nowhere"),
    (("files", "--lake", "nowhere"), 2, "there is no lake at nowhere"),
    (("check", "--lake", "nowhere"), 2, "there is no lake at nowhere"),
    (("quarantine", "--lake", "nowhere"), 2, "there is no lake at nowhere"),
    (("learn", "--lake", "nowhere"), 2, "there is no lake at nowhere"),
    (("why", "nothing"), 2, "neither a document, nor in quarantine, nor a duplicate"),
    (("show", "nothing"), 2, "no document 'nothing'"),
    (("restore", "nothing"), 2, "no document 'nothing'"),
    (("rules", "no-such-rule"), 2, "no rule mentions"),
    (("replay", "--source", "in", "--date", "2026-01-01"), 2, "has no batch in 2026-01-01"),
    (("replay", "--source", "nothing"), 2, "has no batch of nothing"),
    (("release", "nothing", "--why", "x"), 2, "nothing called 'nothing' is in quarantine"),
    (("release", "in/broken/empty.txt", "--why", "x"), 2, "could not be read (empty): fix the file"),
    (("release", "nothing", "--revoke"), 2, "0 documents called 'nothing' are released"),
    (("diff", "nothing"), 2, "has no batch of nothing"),
    (("diff", "in", "2026-01-01"), 2, "has no batch in 2026-01-01"),
    (("rules", "try", "(a"), 2, "the engine counts the others"),
    (("rules", "a", "b"), 2, "give one word to look for"),
    (("ingest", "in", "--drift", "maybe"), 2, "is not one of"),
    (("rollback", "99"), 2, "has no version 99"),
    (("no-such-command",), 2, "No such command"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_a_wrong_call_is_reported_in_one_line(place: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = run(*arguments, cwd=place)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_broken_sources_file_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("[[source]]\nname = 'a'\n")
    done = run("ingest", cwd=tmp_path)
    assert done.returncode == 2
    assert "key 'path' is missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ctrl_c_prints_one_line_and_leaves_nothing_staged(tmp_path: Path) -> None:
    sentences = "\n\n".join(
        f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(20)
    )
    rows = [json.dumps({"title": f"Story {n}", "text": f"{sentences} {n}"}) for n in range(30_000)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows))
    running = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "ingest", "in"],
        cwd=tmp_path,
        env={**os.environ, "PREFECT_HOME": str(tmp_path / ".prefect")},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    staging = tmp_path / ".lake-store" / "staging"
    while running.poll() is None and not list(staging.glob("*.lock")):
        pass
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert said.strip().splitlines()[-1] == "interrupted; readers of the lake see what they saw before"
    assert "Traceback" not in said
    assert [path for path in staging.iterdir() if path.is_dir()] == []


@pytest.mark.slow
def test_why_names_lines_rules_and_reasons(place: Path) -> None:
    done = run("why", "in/harbour-ferry.en.txt", cwd=place)
    assert done.returncode == 0
    for words in (
        "most-popular.en",
        "Most Popular",
        "repeat.caption",
        "contributors.contributed",
        "removed",
        "kept apart",
    ):
        assert words in done.stdout
    assert "in quarantine at read: empty" in run("why", "in/broken/empty.txt", cwd=place).stdout


@pytest.mark.slow
def test_a_fixed_file_is_replayed(place: Path, project: Path, tmp_path: Path) -> None:
    for name in ("in", "lake", ".lake-store"):
        shutil.copytree(place / name, tmp_path / name, symlinks=True)
    (tmp_path / "in" / "broken" / "empty.txt").write_bytes((project / "seeds" / "strait-cup.en.txt").read_bytes())
    done = run("replay", "--source", "in", "--reason", "empty", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("1 of 3 files were run again", "in/broken/empty.txt empty published"):
        assert words in " ".join(done.stdout.split())
    assert "nothing in quarantine" in run("replay", "--source", "in", cwd=tmp_path).stdout
    assert "nothing is released" in run("release", cwd=tmp_path).stdout


@pytest.mark.slow
def test_a_diff_and_a_candidate_rule_are_printed(place: Path) -> None:
    done = run("diff", "in", cwd=place)
    assert (done.returncode, done.stdout) == (0, "in 2026-10-31: a run would change none of 2 documents\n")
    changed = run("diff", "in", "2026-10-31", cwd=place, COPYDESK_REMOVAL_BUDGET="0.01").stdout
    for words in (
        "  +Most Popular",
        "newly kept",
        "columns that differ: ",
        "of 2 documents 2 changed. Nothing was published.",
    ):
        assert words in changed
    tried = run("rules", "try", "[a-z ]+[?]", "--language", "de", cwd=place).stdout
    assert "no line of 1 documents is hit" in tried
    assert "likely harm" in run("rules", "try", ".*[?]", "--max-chars", "60", cwd=place).stdout


@pytest.mark.slow
def test_show_and_restore(place: Path, project: Path) -> None:
    shown = run("show", "in/harbour-ferry.en.txt", cwd=place).stdout
    assert "Nell Ashgrove" in shown
    assert "(2 copies)" in shown
    restored = run("restore", "in/harbour-ferry.en.txt", cwd=place).stdout
    ((expected,),) = ask(
        place / "lake", "SELECT canonical_sha256 FROM 'LAKE/documents/**/*.parquet' WHERE uri LIKE '%ferry%'"
    )
    assert hashlib.sha256(restored.encode()).hexdigest() == expected
    assert restored == (project / "seeds" / "harbour-ferry.en.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("rules", "most-popular"), "most-popular.en"),
        (("sources",), "(not declared)"),
        (("quarantine",), "in/broken/empty.txt"),
        (("quarantine", "--reason", "binary"), "nothing in quarantine with reason binary"),
        (("check",), "as their receipts say"),
        (("versions",), "current"),
        (("doctor",), "all is well"),
        (("--help",), "Ingest raw files"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_the_other_commands(place: Path, command: tuple[str, ...], words: str) -> None:
    done = run(*command, cwd=place)
    assert done.returncode == 0, done.stderr + done.stdout
    assert words in done.stdout


@pytest.mark.slow
def test_versions_says_when_each_was_made(place: Path) -> None:
    made = datetime.fromtimestamp((place / ".lake-store/commits/00000001.json").stat().st_mtime, UTC)
    assert f"{made:%Y-%m-%d %H:%M}" in run("versions", cwd=place).stdout


@pytest.mark.slow
def test_a_blocked_batch_would_be_published(tmp_path: Path) -> None:
    text = "\n\n".join(f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(4))
    records = [
        json.dumps({"title": f"Story {n}", "text": f"{text} {n}", "published_at": "2031-01-01"}) for n in range(20)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(records))
    done = run("ingest", "a.jsonl", "--date", "2026-10-31", cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"^would be published +0 ", done.stdout, re.MULTILINE)
    assert not re.search(r"^published ", done.stdout, re.MULTILINE)


def test_kinds_beyond_the_most_frequent_are_counted_too() -> None:
    tally = [{"rule": f"r{n}", "count": 10 - n} for n in range(10)]
    assert name_counts(tally, "rule").endswith("r7 3, and 2 more kinds 3")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['copydesk', '--help']\n"
        "from flows.cli import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'pyarrow', 'prefect', 'great_expectations', 'duckdb', 'pandas', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tasks_and_expectations_never_mention_prefect(project: Path) -> None:
    named = [
        path.name
        for folder in ("tasks", "expectations")
        for path in (project / folder).rglob("*.py")
        if "prefect" in path.read_text().lower()
    ]
    assert named == []

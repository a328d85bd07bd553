"""The command line on a lake in a bucket, with inputs in a bucket."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from builders.papers import PAPER, paper, with_template, write

from flows.cli import main
from tasks.lakes.lake import open_lake
from tasks.learned.versions import find_learned
from tasks.stores.bucket_client import open_bucket, put_object

PLAIN = "Harbour bridge opens\n\nThe harbour bridge opened on Monday, a year later than planned, and the ferry made its last trip.\n\nRead more: all about the ferry\n\nSeveral hundred people walked across before noon, and the harbour master said that they had waited long enough.\n"


@pytest.fixture
def copydesk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs the command line in a folder of the test's own; gives the exit code and what was printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["copydesk", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), "".join(capfd.readouterr())

    return run


def test_the_command_line_works_on_a_bucket(
    object_store: str, tmp_path: Path, copydesk: Callable[..., tuple[int, str]]
) -> None:
    place = f"{object_store}/{tmp_path.name}"
    lake = f"{place}/lake"
    bucket = open_bucket(object_store)
    for name in ("a.txt", "b.txt"):
        text = PLAIN.replace("Monday", "Monday" if name == "a.txt" else "Tuesday")
        put_object(bucket, f"{tmp_path.name}/in/{name}", text.encode(), e_tag=None)
    put_object(bucket, f"{tmp_path.name}/in/broken.txt", bytes(range(256)) * 8, e_tag=None)

    def run(*arguments: str, code: int = 0) -> str:
        ended, output = copydesk(*arguments, "--lake", lake)
        assert ended == code, output
        return output

    first = run("ingest", f"{place}/in", "--date", "2026-10-01")
    assert f"Parquet: {lake}/documents" in first
    assert "unchanged" in run("ingest", f"{place}/in", "--date", "2026-10-01")
    uri = f"{place}/in/a.txt"
    assert "read-more.en.title" in run("why", uri)
    assert "Harbour bridge opens" in run("show", uri)
    assert run("restore", uri) == PLAIN
    assert "control characters" in run("quarantine")
    assert "2026-10-01" in run("sources")
    assert "as their receipts say" in run("check")
    assert "current" in run("versions")
    assert "readers see version 1" in run("rollback", "1")
    assert "the store obeys conditional writes" in " ".join(
        copydesk("doctor", "--lake", lake)[1].split()
    )  # whatever else


@pytest.mark.slow
def test_a_bucket_and_a_disk_give_the_same_lake_with_learned_lines_and_releases(
    object_store: str, tmp_path: Path, copydesk: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same commands on both; in the bucket each on a machine that has seen nothing of the lake before."""
    later, late = date(2026, 10, 10), "in/2026-10-10/a.jsonl"
    write(tmp_path, paper(with_template))
    future = {"id": "f", "title": "The bridge of tomorrow", "publisher": PAPER, "date": "2031-01-01", "text": PLAIN}
    write(tmp_path, [*paper(lambda number: with_template(number + 100), 20), future], later)
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "s"\npath = "in/{date}/*.jsonl"\n')
    places = ["lake", f"{object_store}/{tmp_path.name}/lake"]
    commands = [
        (("ingest", "s", "--date", "2026-10-09"), 0, "published"),
        (("learn",), 0, "3 lines of 1 publisher"),
        (("learned", PAPER), 0, "26"),
        (("ingest", "s", "--date", str(later)), 0, "published"),
        (("release",), 0, "nothing is released"),
        (("release", f"{late}#20", "--why", "checked in print"), 0, "published"),
        (("release",), 0, "checked"),
        (("check",), 0, "as their receipts say"),
        (("ingest", "s", "--date", str(later), "--force"), 0, "published"),
        (("release", f"{late}#20", "--revoke"), 0, ""),
        (("release",), 0, "nothing is released"),
        (("release", f"{late}#20", "--why", "it was right"), 0, "published"),
    ]
    for number, (arguments, code, words) in enumerate(commands):
        monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / f"machine-{number}"))
        for place in places:
            ended, said = copydesk(*arguments, "--lake", place)
            assert (ended, words in said) == (code, True), said
    here, there = (open_lake(place) for place in places)
    assert here.manifest().tables == there.manifest().tables
    assert find_learned(here, "latest") != find_learned(there, "latest")
    assert [
        json.loads(row["settings"])["releases"][0]["why"]
        for row in there.receipts(columns=["settings"])
        if "releases" in row["settings"]
    ] == ["it was right"]


WRONG = [
    ("no bucket", "s3://nobody/lake", {}, "no such bucket"),
    ("no folder", "s3://news", {}, "name a folder in the bucket"),
    ("nothing behind it", "s3://", {}, "name a folder in the bucket"),
    ("no server", "s3://news/lake", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS_ENDPOINT_URL"),
]


@pytest.mark.parametrize(
    ("lake", "environment", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
@pytest.mark.slow
def test_a_wrong_address_is_reported_in_one_line(
    object_store: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    copydesk: Callable[..., tuple[int, str]],
    lake: str,
    environment: dict[str, str],
    words: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    open_bucket.cache_clear()
    (tmp_path / "a.txt").write_text(PLAIN)
    for command in (("versions",),) if environment else (("ingest", "a.txt"), ("versions",), ("why", "x")):
        ended, said = copydesk(*command, "--lake", lake)
        assert ended in (1, 2)
        assert words in said
        assert said.count("\n") == 1
    open_bucket.cache_clear()

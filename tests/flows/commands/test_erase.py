"""`copydesk erase`: a dry run, an erasure, its proof, and one that was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.erasures import DAYS, PUBLISHERS, Article, deliver

from tasks.erasing import erase as erasing
from tasks.lakes.lake import open_lake
from tasks.stores.bucket_client import open_bucket, put_object
from tasks.stores.errors import LakeError

pytestmark = pytest.mark.slow

URL = "https://courier.example/1.html"


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """The file of a batch in a lake: an article, one of another publisher with the same text, and others."""
    monkeypatch.chdir(tmp_path)
    articles = [Article(1), Article(2), Article(1, PUBLISHERS[1]), Article(3), Article(1)]
    path = deliver(tmp_path, "wire", DAYS[0], articles)
    assert read_copydesk(capsys, "ingest", path, "--date", DAYS[0])[0] == 0
    return path


def test_a_dry_run_an_erasure_and_its_proof(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = read_copydesk(capsys, "erase", URL, "--dry-run")
    assert code == 0
    counts = dict(line.rsplit(None, 1) for line in said.splitlines() if line.strip() and line.split()[-1].isdigit())
    assert (counts["documents"], counts["duplicates"], counts["quarantine rows"]) == ("1", "1", "0")
    assert "herald.example" in said  # the copy that stays
    assert raw.name in said
    assert open_lake("lake").version() == 1
    assert read_copydesk(capsys, "erase", URL)[0] == 2
    assert read_copydesk(capsys, "erase", "nothing", "--why", "x")[0] == 2
    code, said = read_copydesk(capsys, "erase", URL, "--why", "withdrawn", "--by", "desk", "--sketch", "runs")
    assert code == 0, said
    # The copy of another publisher has the words: a match, unless copies that stay are excepted.
    code, said = read_copydesk(capsys, "erase", "--verify", "--sketch", "runs")
    assert code == 1
    code, said = read_copydesk(capsys, "erase", "--verify", raw, "--except-copies")
    assert code == 0, said
    assert "no run of twelve words" in said
    copy = open_lake("lake").manifest()
    assert read_copydesk(capsys, "erase", "--publisher", "herald.example", "--why", "licence")[0] == 0
    assert open_lake("lake").manifest().version == copy.version + 1
    code, said = read_copydesk(capsys, "erase", "--verify", raw)
    assert code == 0, said
    (tmp_path / "lake" / "notes.txt").write_text(Article(1).text)
    code, said = read_copydesk(capsys, "erase", "--verify", "--sketch", "runs")
    assert code == 1
    assert "notes.txt" in said
    (tmp_path / "lake" / "notes.txt").unlink()
    assert read_copydesk(capsys, "check", "--all")[0] == 0
    # The same erasure again changes nothing.
    doc_id = str(open_lake("lake").version())
    assert read_copydesk(capsys, "erase", "--publisher", "herald.example", "--why", "licence")[0] == 0
    assert str(open_lake("lake").version()) == doc_id


def test_an_interrupted_erasure_is_reported_and_finished(
    raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LakeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "remove_versions", fail)
        assert read_copydesk(capsys, "erase", URL, "--why", "withdrawn")[0] == 1
    code, said = read_copydesk(capsys, "check")
    assert code == 1
    assert "an erasure is in progress" in said
    assert read_copydesk(capsys, "rollback", "1")[0] == 2
    code, said = read_copydesk(capsys, "ingest", raw, "--date", DAYS[0])
    assert code == 0
    assert "an interrupted erasure is finished" in said
    assert read_copydesk(capsys, "check", "--all")[0] == 0
    assert [made.version for made in open_lake("lake").versions() if made.kept] == [2]


def test_a_bucket_is_scanned(
    tmp_path: Path, object_store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lake = f"{object_store}/{tmp_path.name}/lake"
    path = deliver(tmp_path, "wire", DAYS[0], [Article(1), Article(2), Article(3), Article(1)])
    assert read_copydesk(capsys, "ingest", path, "--date", DAYS[0], "--lake", lake)[0] == 0
    assert read_copydesk(capsys, "erase", URL, "--why", "withdrawn", "--lake", lake)[0] == 0
    code, said = read_copydesk(capsys, "erase", "--verify", path, "--lake", lake)
    assert code == 0, said
    assert said.count("s3://") >= 2
    put_object(open_bucket(object_store), f"{tmp_path.name}/.lake-store/notes", Article(1).text.encode(), e_tag=None)
    code, said = read_copydesk(capsys, "erase", "--verify", path, "--lake", lake)
    assert code == 1
    assert ".lake-store/notes" in said

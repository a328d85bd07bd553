"""`copydesk rename-source` and `remove-source`: everything that names a source follows, and the next run has nothing to do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders.command_line import read_copydesk
from builders.lakes import hash_lake
from builders.news_days import NEWS_DAYS as DAYS
from builders.news_days import write_news_days

from tasks.checking.check import check_lake
from tasks.lakes.lake import open_lake
from tasks.learned.shared import SharedLine, make_learned
from tasks.learned.versions import store_learned
from tasks.stores.store_files import change_store_file

pytestmark = pytest.mark.slow

SOURCES = (
    '# Our sources.\n[[source]]\nname = "{0}" # the agency\npath = "in/{{date}}/*.jsonl"\nwhy = "All that {0} sends."\n'
)
CORRECTIONS = (
    '[[correction]]\nline = "Report 0 ends here"\naction = "remove"\nwhy = "a form"\npublisher = "{0}"\n\n'
    '[[correction]]\nline = "Read more: Who paid for it, part 1"\naction = "keep"\nwhy = "news"\n'
    'source = "{0}"\nlogical_date = 2026-09-29\nuri = "in/2026-09-29/a.jsonl#1"\n'
)


def make_project(root: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with one source: three days, learned lines, corrections, a release, pages, a failure."""
    monkeypatch.chdir(root)
    (root / "sources.toml").write_text(SOURCES.format(name))
    (root / "corrections.toml").write_text(CORRECTIONS.format(name))
    lake = open_lake("lake")
    row = SharedLine("Report 0 ends here too", name, "edge", 26, 40, 2)
    store_learned(lake, make_learned([row]).with_columns(imported=pl.lit(None, pl.Boolean)))
    for day in DAYS:
        code, said = read_copydesk(capsys, "ingest", name, "--date", day)
        assert code == 0, said
    late = f"in/{DAYS[0]}/a.jsonl#11"
    code, said = read_copydesk(capsys, "release", late, "--why", "the clock was wrong")
    assert code == 0, said
    change_store_file(lake.files, f"failures/{name}@2026-10-05.json", lambda _: b'{"why": "no disk"}')


def test_everything_that_names_a_source_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, name in (("expected", "courier"), ("project", "wire")):
        write_news_days(tmp_path / folder)
        make_project(tmp_path / folder, name, capsys, monkeypatch)
    code, said = read_copydesk(capsys, "rename-source", "wire", "courier", "--dry-run")
    assert code == 0
    assert "nothing was changed" in said
    assert hash_lake(tmp_path / "project" / "lake") != hash_lake(tmp_path / "expected" / "lake")
    code, said = read_copydesk(capsys, "rename-source", "wire", "courier")
    assert code == 0, said
    assert "wire is courier now, in version 5" in said
    assert hash_lake(tmp_path / "project" / "lake") == hash_lake(tmp_path / "expected" / "lake")
    for file in ("sources.toml", "corrections.toml"):
        expected = (tmp_path / "expected" / file).read_text().replace("that courier sends", "that wire sends")
        assert (tmp_path / "project" / file).read_text() == expected
    # Pages show what the lake has when they are written.
    assert read_copydesk(capsys, "report", "--lake", tmp_path / "expected" / "lake")[0] == 0
    stores = [tmp_path / folder / ".lake-store" for folder in ("project", "expected")]
    for folder in ("releases", "failures", "reports"):
        project, expected = (
            {path.relative_to(store): path.read_bytes() for path in (store / folder).rglob("*") if path.is_file()}
            for store in stores
        )
        assert project == expected
    assert check_lake(open_lake("lake"), tmp_path / "scratch") == []
    version = open_lake("lake").version()
    for day in DAYS:
        assert "unchanged" in read_copydesk(capsys, "ingest", "courier", "--date", day)[1]
    assert open_lake("lake").version() == version
    code, said = read_copydesk(capsys, "backfill", "--from", DAYS[0], "--to", DAYS[-1], "--on-existing", "stale")
    assert "0 of 3 days to run" in said
    # Again: what was done is done, and nothing is said twice.
    code, said = read_copydesk(capsys, "rename-source", "wire", "courier")
    assert (code, "wire is courier already" in said) == (0, True)
    assert hash_lake(tmp_path / "project" / "lake") == hash_lake(tmp_path / "expected" / "lake")

"""Rows of sources.toml that are proposed for files and appended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import RequestError
from tasks.sources import SourceRow, load_sources
from tasks.toml_rows import RowError
from tasks.trials.proposal import append_source, propose_path, write_row

PATHS = {
    "folders of days": ("in", ["in/2026-10-01/a.txt", "in/2026-10-02/b.txt"], "in/{date}/**"),
    "folders of years, months and days": (
        "in",
        ["in/2026/10/01/x/a.txt", "in/2026/10/02/b.txt"],
        "in/{date:%Y/%m/%d}/**",
    ),
    "names": ("in", ["in/a_2026_10_01.csv", "in/a_2026_10_02.csv"], "in/a_{date:%Y_%m_%d}.csv"),
    "names with more": ("in", ["in/20261001-1.csv", "in/20261001-2.csv"], "in/{date:%Y%m%d}*"),
    "the same name each day": ("in", ["in/2026-10-01/a.csv", "in/2026-10-02/a.csv"], "in/{date}/a.csv"),
    "one file of a folder": ("in/2026-10-01", ["in/2026-10-01/a.csv"], "in/{date}/**"),
    "one file": ("in/2026-10-01.csv", ["in/2026-10-01.csv"], "in/{date}.csv"),
    "a date already": ("in/{date}/*", ["in/2026-10-01/a.csv"], "in/{date}/*"),
    "not all": ("in", ["in/2026-10-01/a.txt", "in/b.txt"], "in"),
    "different places": ("in", ["in/a/2026-10-01/a.txt", "in/b/2026-10-01/b.txt"], "in"),
    "no day": ("in", ["in/2026-13-41/a.txt"], "in"),
    "a longer number": ("in", ["in/120261001.txt"], "in"),
    "nothing": ("in", [], "in"),
}


@pytest.mark.parametrize("name", PATHS)
def test_the_day_in_a_path(name: str) -> None:
    path, files, proposed = PATHS[name]
    assert propose_path(path, files) == proposed


ROW = SourceRow(
    "gulls", 'in/"so"/{date}/*', "It's \\ a source.", "csv", "The Gull", fields={"text": "body", "id": ("a", "b.c")}
)


@pytest.mark.parametrize(
    "before", [b"", b"# Mine.\n", b"# no end", b'[[source]]\r\nname = "a"\r\npath = "b"\r\n', "\ufeff# é\n".encode()]
)
def test_a_row_is_appended_and_the_rest_stays(tmp_path: Path, before: bytes) -> None:
    file = tmp_path / "sources.toml"
    file.write_bytes(before)
    append_source(file, ROW)
    assert file.read_bytes().startswith(before)
    source = load_sources(file)["gulls"]
    assert (source.path, source.format, source.publisher) == (ROW.path, "csv", "The Gull")
    assert (source.fields.text, source.fields.id) == (("body",), ("a", "b.c"))
    after = file.read_bytes()
    with pytest.raises(RequestError, match="has a source gulls already"):
        append_source(file, ROW)
    assert file.read_bytes() == after


def test_a_new_file_is_made_and_a_broken_one_is_left_alone(tmp_path: Path) -> None:
    append_source(tmp_path / "sources.toml", ROW)
    assert list(load_sources(tmp_path / "sources.toml")) == ["gulls"]
    (tmp_path / "broken.toml").write_text("[[source]\n")
    with pytest.raises(RowError):
        append_source(tmp_path / "broken.toml", ROW)
    assert (tmp_path / "broken.toml").read_text() == "[[source]\n"


def test_defaults_are_not_written() -> None:
    assert write_row(SourceRow("a", "b")) == '[[source]]\nname = "a"\npath = "b"\n'

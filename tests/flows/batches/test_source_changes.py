"""A renaming or a removal that stops at any write is finished by the next one, and leaves what an undisturbed one leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.staged_shards import Doc, publish_docs

from flows.batches.run import open_settings_lake
from flows.batches.source_changes import preview_removal, preview_renaming, remove_source, rename_source
from flows.settings import Settings
from tasks.batch import Release
from tasks.checking.check import check_lake
from tasks.errors import RequestError, RunFailed
from tasks.lakes.lake import Lake, open_lake
from tasks.lakes.places import read_places
from tasks.lakes.releases import change_releases
from tasks.learned.latest import import_learned
from tasks.learned.shared import SharedLine, make_learned
from tasks.learned.versions import store_learned
from tasks.stores.store_files import FolderFiles, change_store_file

DAYS = [date(2026, 9, 30), date(2026, 10, 1)]
LINE = SharedLine("Sign up for our letter", "agency", "edge", 5, 9, 1)
FILES = {
    "failures/agency@2026-10-02.json": b'{"why": "no disk"}',
    "hashes/agency.json": b"{}",
    "places.json": b'{"agency": {"path": "in/agency", "root": "/data"}, "b": {"path": "b", "root": "/data"}}',
    "reports/agency/2026-10-02.blocked.html": b"<html></html>",
    "reports/index.html": b"<html></html>",
}


KEPT = ("failures", "hashes", "learned", "learned_imports.toml", "places.json", "releases", "reports")


class Killed(BaseException):
    """Stands for the end of the process."""


def make_project(root: Path, place: str = "") -> Settings:
    """A lake of two sources (in the project, unless there is a `place`), and everything that names one of them."""
    root.mkdir()
    settings = Settings(lake=place or str(root / "lake"), sources=root / "sources.toml", work=root / "work")
    lake = open_settings_lake(settings)
    for number, source in enumerate(("agency", "b")):
        for day in DAYS:
            docs = [Doc(1), Doc(100 * (number + 1) + day.day)]
            publish_docs(lake, root / "staged" / f"{source}{day}", docs, source=source, day=day)
    import_learned(lake, [LINE], root / "sources.toml")
    own = make_learned([LINE]).with_columns(text=pl.lit("More"), key=pl.lit("more"), imported=pl.lit(None, pl.Boolean))
    store_learned(lake, own)
    change_releases(lake, "agency", DAYS[0], lambda _: [Release("0" * 32, "x.txt", ("late",), "right")])
    for name, content in FILES.items():
        change_store_file(lake.files, name, lambda _, content=content: content)
    (root / "sources.toml").write_text('[[source]]\nname = "agency"\npath = "in"\n')
    (root / "corrections.toml").write_text(
        '[[correction]]\nline = "x"\naction = "keep"\nwhy = "y"\nsource = "agency"\nlogical_date = 2026-09-30\nuri = "x"\n'
    )
    shutil.rmtree(root / "staged")
    return settings


def read_state(root: Path) -> dict[str, bytes]:
    """Every file of a project that is not of an earlier version or of a lock."""
    current = (root / ".lake-store" / "current").resolve()
    found = {}
    for path in root.rglob("*"):
        is_old = path.is_relative_to(current.parent) and not path.is_relative_to(current)
        if path.is_file() and not is_old and "lock" not in path.name and "commits" not in path.parts:
            found[str(path.relative_to(root)).replace(current.name, "current")] = path.read_bytes()
    return found


def rename(lake: Lake, settings: Settings) -> Iterator[str]:
    return rename_source(lake, settings, "agency", "courier", keeps_publisher=False)


def remove(lake: Lake, settings: Settings) -> Iterator[str]:
    return remove_source(lake, settings, "agency")


def point(settings: Settings, root: Path) -> Settings:
    """The settings of a copy of a project."""
    return settings.model_copy(update={"lake": str(root / "lake"), "sources": root / "sources.toml"})


@pytest.mark.slow
@pytest.mark.parametrize("change", [rename, remove])
def test_what_stops_at_any_write_is_finished_by_the_next_one(
    tmp_path: Path, change: Callable[[Lake, Settings], Iterator[str]]
) -> None:
    settings = make_project(tmp_path / "project")
    whole = point(settings, tmp_path / "whole")
    shutil.copytree(tmp_path / "project", tmp_path / "whole", symlinks=True)
    list(change(open_lake(whole.lake), whole))
    expected = read_state(tmp_path / "whole")
    assert not [name for name in expected if "agency" in name]
    real, stops = FolderFiles.swap, 0
    for stop in range(1, 100):
        root = tmp_path / f"stopped-{stop}"
        shutil.copytree(tmp_path / "project", root, symlinks=True)
        own, left = point(settings, root), stop

        def swap(*arguments: object) -> bool:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return real(*arguments)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FolderFiles, "swap", swap)
            try:
                list(change(open_lake(own.lake), own))
            except Killed:
                stops += 1
        if left > 0:
            break
        assert check_lake(open_lake(own.lake)) == []
        list(change(open_lake(own.lake), own))
        assert read_state(root) == expected, stop
        shutil.rmtree(root)
    assert stops >= 6


def test_a_dry_run_counts_and_changes_nothing(tmp_path: Path) -> None:
    settings = make_project(tmp_path / "project")
    before, lake = read_state(tmp_path / "project"), open_lake(settings.lake)
    counts = preview_renaming(lake, settings, "agency", "courier", keeps_publisher=False)
    assert counts == {
        **{"batches": 2, "documents": 3, "lines": counts["lines"], "shadowed": 1, "duplicates": 1, "quarantine": 0},
        **{
            "stories": 0,
            "ids": 3,
            "batches to run again": 0,
            "publishers": 1,
            "releases": 1,
            "failures": 1,
            "pages": 1,
        },
        **{"rows of sources.toml (name)": 1, "rows of corrections.toml (source)": 1},
        **{"rows of corrections.toml (publisher)": 0, "rows of learned_veto.toml (publisher)": 0},
    }
    assert preview_removal(lake, "agency").items() <= counts.items()
    assert read_state(tmp_path / "project") == before


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("agenci", "courier", "has no batch of agenci. .*Did you mean 'agency'"),
        ("agency", "b", "both have a batch of 2026-09-30"),
        ("agency", "agency", "is its name already"),
        ("agency", "The Courier", "is no name of a source"),
        ("b", "agency", "has another source agency, from /data/in/agency"),
    ],
)
def test_what_cannot_be_renamed_is_one_line_and_stays(tmp_path: Path, old: str, new: str, fault: str) -> None:
    settings = make_project(tmp_path / "project")
    lake = open_lake(settings.lake)
    before = read_state(tmp_path / "project")
    for attempt in (
        lambda: preview_renaming(lake, settings, old, new, keeps_publisher=False),
        lambda: list(rename_source(lake, settings, old, new, keeps_publisher=False)),
    ):
        if new == "b":
            change_store_file(lake.files, "places.json", lambda _: None)
        with pytest.raises(RequestError, match=fault) as refused:
            attempt()
        assert "\n" not in str(refused.value)
    if new != "b":
        assert read_state(tmp_path / "project") == before


def test_the_place_of_a_path_follows(tmp_path: Path) -> None:
    settings = make_project(tmp_path / "project")
    lake = open_lake(settings.lake)
    (tmp_path / "project" / "sources.toml").write_text('[[source]]\nname = "courier"\npath = "/data/in/agency"\n')
    list(rename(lake, settings))
    assert read_places(lake).keys() == {"b", "courier"}


def test_names_and_places_follow_and_both_declared_are_refused(tmp_path: Path) -> None:
    settings = make_project(tmp_path / "project")
    lake = open_lake(settings.lake)
    (tmp_path / "project" / "sources.toml").write_text(
        '[[source]]\nname = "agency"\npath = "in"\n[[source]]\nname = "courier"\npath = "in"\n'
    )
    with pytest.raises(RequestError, match="declares both agency and courier"):
        list(rename(lake, settings))
    (tmp_path / "project" / "sources.toml").write_text('[[source]]\nname = "courier"\npath = "in"\n')
    change_store_file(lake.files, "erasing/0123456789ab.json", lambda _: b"{}")
    with pytest.raises(RunFailed, match="erase --finish"):
        list(rename(lake, settings))
    change_store_file(lake.files, "erasing/0123456789ab.json", lambda _: None)
    list(rename(lake, settings))
    # The declared source is elsewhere, so a run of it must not take the place for another source of its name.
    assert read_places(lake).keys() == {"b"}
    with pytest.raises(RequestError, match="has no batch of agency"):
        list(remove(lake, settings))


@pytest.mark.slow
def test_in_a_bucket_the_same_follows(tmp_path: Path, object_store: str) -> None:
    settings = [
        make_project(tmp_path / "disk"),
        make_project(tmp_path / "bucket", f"{object_store}/{tmp_path.name}/lake"),
    ]
    lakes = [open_settings_lake(own) for own in settings]
    said = [[line.partition(": ")[2] for line in rename(*pair)] for pair in zip(lakes, settings, strict=True)]
    assert said[0] == said[1]
    disk, bucket = (
        {name: lake.files.read(name)[0] for name in lake.files.list_names("") if name.partition("/")[0] in KEPT}
        for lake in lakes
    )
    assert disk == bucket
    assert any("courier" in name for name in disk)
    assert not any("agency" in name for name in disk)
    assert lakes[0].manifest().rows == lakes[1].manifest().rows
    for lake, own in zip(lakes, settings, strict=True):
        assert check_lake(lake, tmp_path) == []
        list(remove_source(lake, own, "courier"))
        assert check_lake(lake, tmp_path) == []
        assert not any("courier" in name for name in lake.files.list_names(""))

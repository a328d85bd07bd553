"""Missing is not new: a lake that lost a link, a record or a file is refused, loses nothing more, and is repaired."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.lake_writers import NOVEMBER
from builders.staged_shards import Doc, publish_docs, read_visible

from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import finish_showing, prune
from tasks.publishing.repair import repair_lake
from tasks.stores.bucket_client import list_objects, put_object, read_object, read_tag, remove_objects
from tasks.stores.bucket_layout import State, write_state
from tasks.stores.bucket_shown import unstamp_file
from tasks.stores.disk_store import DiskStore
from tasks.stores.errors import LakeError

DECEMBER = date(2026, 12, 1)
LATEST = 3


def publish_three(lake: Lake, staging: Path) -> list[dict[str, str]]:
    """Publishes three versions; what readers see of each."""
    seen = []
    for docs, day in (([1], NOVEMBER), ([2, 3], DECEMBER), ([1, 4], NOVEMBER)):
        publish_docs(lake, staging, [Doc(text, published=None) for text in docs], day=day)
        seen.append(see(lake))
    return seen


def see(lake: Lake) -> dict[str, str]:
    """What readers see: the SHA-256 of each file, by its place."""
    if not lake.name.startswith("s3:"):
        return read_visible(lake)
    layout = lake.store.layout
    keys = list_objects(layout.bucket, f"{layout.prefix}/")
    return {key: sha256(unstamp_file(read_object(layout.bucket, key)[0])[0]).hexdigest() for key in keys}


def run_batch(lake: Lake, staging: Path) -> int:
    """What a run does with a lake: it looks whether all is shown, and publishes."""
    finish_showing(lake)
    return publish_docs(lake, staging, [Doc(9)], day=date(2027, 1, 2)).version


@dataclass(frozen=True)
class Case:
    """`refused`: words of the refusal, "" where runs go on; `sees`: the version that readers see after the repair, 0: it fails."""

    name: str
    damage: Callable[[Lake], object]
    refused: str
    sees: int = LATEST


def tree(lake: Lake, version: int = LATEST) -> Path:
    return lake.store.tree(version)


def own_file(lake: Lake, table: str = "documents") -> Path:
    """A file that only the latest version has."""
    old = lake.manifest(2).tables[table]
    file = next(file for file in lake.manifest(LATEST).tables[table] if file not in old)
    return tree(lake) / table / file.path


def shared_file(lake: Lake) -> Path:
    old = lake.manifest(2).tables["documents"]
    return tree(lake) / "documents" / next(f.path for f in lake.manifest(LATEST).tables["documents"] if f in old)


def halve(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()  # not through the hard link, as a copy that stops half-way
    path.write_bytes(content[: len(content) // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


def copy_links(*folders: Path) -> None:
    """As a tool does that turns links into copies."""
    for folder in folders:
        shutil.copytree(folder, folder.with_name(f"{folder.name}-copied"))
    for folder in folders:
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder)
        folder.with_name(f"{folder.name}-copied").rename(folder)


def point_current(lake: Lake, version: int) -> None:
    lake.store.current.unlink()
    lake.store.current.symlink_to(f"versions/{version:08d}")


def drop_all_links(lake: Lake) -> None:
    shutil.rmtree(lake.store.path)
    lake.store.current.unlink()


ASK = "copydesk check --repair"
DISK = [
    Case("current", lambda lake: lake.store.current.unlink(), "current is missing beside 3 versions"),
    Case("current and lake", drop_all_links, "current is missing beside 3 versions"),
    Case("current is a copy", lambda lake: copy_links(lake.store.current), "is not a link to a version"),
    Case(
        "all links are copies",
        lambda lake: copy_links(lake.store.path, lake.store.folder),
        "holds files that were not pub",
    ),
    Case("current is older", lambda lake: point_current(lake, 1), "leads to version 1, but version 3 is beside it"),
    Case("current is one older", lambda lake: point_current(lake, 2), ""),
    Case("lake", lambda lake: shutil.rmtree(lake.store.path), "has lost its links to version 3"),
    Case("links in lake", lambda lake: [link.unlink() for link in lake.store.path.iterdir()], "has lost its links"),
    Case("one link in lake", lambda lake: (lake.store.path / "lines").unlink(), ""),
    Case("the store", lambda lake: shutil.rmtree(lake.store.folder), "bring the lake's store back", 0),
    Case(
        "all in the store", lambda lake: (shutil.rmtree(lake.store.folder), lake.store.folder.mkdir()), "bring the", 0
    ),
    Case("commits", lambda lake: shutil.rmtree(lake.store.folder / "commits"), "there is no version 3 on record", 0),
    Case("the latest commit", lambda lake: lake.store.manifest_path(3).unlink(), "there is no version 3 on record", 2),
    Case("the latest commit in half", lambda lake: halve(lake.store.manifest_path(3)), "version 3 is damaged", 2),
    Case("an earlier commit", lambda lake: lake.store.manifest_path(1).unlink(), ""),
    Case("versions", lambda lake: shutil.rmtree(lake.store.folder / "versions"), "is missing or not whole", 0),
    Case("the latest version", lambda lake: shutil.rmtree(tree(lake)), "is missing or not whole", 2),
    Case("an earlier version", lambda lake: shutil.rmtree(tree(lake, 1)), ""),
    Case("a file of two versions", lambda lake: shared_file(lake).unlink(), "is missing or not whole"),
    Case("half a file of two versions", lambda lake: halve(shared_file(lake)), "is missing or not whole"),
    Case("a file of one version", lambda lake: own_file(lake).unlink(), "is missing or not whole", 2),
    Case("claims", lambda lake: own_file(lake, "claims").unlink(), "is missing or not whole", 2),
    Case("a table", lambda lake: shutil.rmtree(tree(lake) / "receipts"), "is missing or not whole", 2),
    Case("staging", lambda lake: shutil.rmtree(lake.store.folder / "staging", ignore_errors=True), ""),
]


def lose(*names: str) -> Callable[[Lake], None]:
    """Deletes objects of a store, and all below names that end with a slash."""

    def remove(lake: Lake) -> None:
        bucket = lake.store.layout.bucket
        for key in map(lake.store.layout.key, names):
            remove_objects(bucket, list_objects(bucket, key) if key.endswith("/") else [key])

    return remove


def lose_shown(lake: Lake) -> None:
    remove_objects(lake.store.layout.bucket, list_objects(lake.store.layout.bucket, f"{lake.store.layout.prefix}/"))


def write_object(lake: Lake, name: str, content: bytes) -> None:
    key = lake.store.layout.key(name)
    tag = read_tag(lake.store.layout.bucket, key)
    put_object(lake.store.layout.bucket, key, content, e_tag=tag and tag.e_tag)


def name_earlier(back: int) -> Callable[[Lake], None]:
    """Brings the state object of an earlier version back."""

    def damage(lake: Lake) -> None:
        key = lake.store.layout.key(f"commits/{LATEST - back:08d}.json")
        content = read_object(lake.store.layout.bucket, key)[0]
        manifest = lake.store.layout.manifest_key(LATEST - back, content)
        write_object(lake, "state.json", write_state(State(LATEST - back, manifest, 1, shown=True)))

    return damage


def lose_file(table: str, *, is_copied: bool) -> Callable[[Lake], None]:
    """Deletes a file that only the latest version has, and this machine's copy of it unless `is_copied`."""

    def damage(lake: Lake) -> None:
        old = lake.manifest(2).tables[table]
        file = next(file for file in lake.manifest().tables[table] if file not in old)
        remove_objects(lake.store.layout.bucket, [lake.store.layout.file_key(table, file)])
        if not is_copied:
            lake.store.copy_path(file).unlink()

    return damage


def lose_manifest(lake: Lake) -> None:
    remove_objects(lake.store.layout.bucket, [lake.store.layout.read_state()[0].manifest])


BUCKET = [
    Case("state", lose("state.json"), "state.json is missing, but versions are beside it"),
    Case("state damaged", lambda lake: write_object(lake, "state.json", b"{"), "state.json is damaged"),
    Case("state is one older", name_earlier(1), "names version 2, but a later one is on record"),
    Case("state is two older", name_earlier(2), "names version 1, but a later one is on record"),
    Case("commits", lose("commits/"), ""),
    Case("state and commits", lose("state.json", "commits/"), "state.json is missing, but versions are beside it"),
    Case("the manifest", lose_manifest, "there is no version 3 on record"),
    Case("the manifest and commits", lambda lake: (lose_manifest(lake), lose("commits/")(lake)), "no version 3 on", 2),
    Case("all files", lose("files/"), "there is no version 3 on record"),
    Case("objects that readers see", lose_shown, "is missing, so nothing was changed"),
    Case("the store", lose(""), "move its store as well", 0),
    Case("a file that is copied", lose_file("claims", is_copied=True), ""),
    Case("a file that is shown", lose_file("documents", is_copied=False), ""),
    Case("a file", lose_file("claims", is_copied=False), "", 2),
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    root = tmp_path_factory.mktemp("whole")
    return root, publish_three(open_lake(root / "lake"), root / "staging")


def list_bytes(lake: Lake) -> set[str]:
    """The SHA-256 of everything in a lake and its store that is not a lock."""
    if lake.name.startswith("s3:"):
        keys = [*list_objects(lake.store.layout.bucket, lake.store.layout.key("")), *see(lake)]
        return {sha256(read_object(lake.store.layout.bucket, key)[0]).hexdigest() for key in keys}
    paths = [path for path in lake.store.folder.parent.rglob("*") if path.suffix in (".parquet", ".json")]
    return {sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def judge(
    lake: Lake, case: Case, seen: list[dict[str, str]], staging: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {file.sha256 for made in lake.versions() for files in made.tables.values() for file in files}
    case.damage(lake)
    left = list_bytes(lake) & named
    if case.refused:
        with pytest.raises(LakeError, match=case.refused) as told:
            run_batch(lake, staging)
        assert "\n" not in str(told.value)
        assert ASK in str(told.value) or not case.sees
        assert check_lake(lake) != []
    with suppress(LakeError):
        prune(lake)
    assert left <= list_bytes(lake)
    code = run_copydesk("check", "--repair", "--lake", lake.name)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert left <= list_bytes(lake)
    assert code == (0 if case.sees else 1), printed
    assert "Ingest something first" not in printed.err
    if case.sees:
        # On a disk, a lost version is moved aside; in a bucket it stays on record until it is swept.
        is_on_record = case.sees < LATEST and not lake.store.swaps_at_once
        assert run_copydesk("check", "--all", "--lake", lake.name) == is_on_record
        capsys.readouterr()
        assert see(lake) == seen[case.sees - 1]
        assert ("run again: s 2026-11-02" in " ".join(printed.out.split())) == (
            case.sees < LATEST and "lost: " in printed.out
        )
        run_batch(lake, staging)
        assert check_lake(lake) == []
        assert run_copydesk("check", "--repair", "--lake", lake.name) == 0
        assert "repaired" not in capsys.readouterr().out


@pytest.mark.parametrize("case", DISK, ids=[case.name for case in DISK])
def test_missing_is_not_new_on_a_disk(
    prepared: tuple[Path, list[dict[str, str]]], tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(prepared[0], tmp_path / "copy", symlinks=True)
    judge(open_lake(tmp_path / "copy" / "lake"), case, prepared[1], tmp_path / "staging", capsys)


@pytest.mark.parametrize("case", BUCKET, ids=[case.name for case in BUCKET])
@pytest.mark.slow
def test_missing_is_not_new_in_a_bucket(
    object_store: str, tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "work"))
    lake = open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    judge(lake, case, publish_three(lake, tmp_path / "staging"), tmp_path / "staging", capsys)


@pytest.mark.parametrize("what", ["read_manifest", "find_file_fault"])
def test_a_disk_that_does_not_answer_is_no_loss(
    prepared: tuple[Path, list[dict[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What cannot be read now is neither given up nor moved aside."""
    shutil.copytree(prepared[0], tmp_path / "copy", symlinks=True)
    lake = open_lake(tmp_path / "copy" / "lake")
    lake.store.current.unlink()
    before = list_bytes(lake)
    call = getattr(DiskStore, what)

    def fail(store: DiskStore, version: int, *arguments: object) -> object:
        if version < LATEST:
            return call(store, version, *arguments)
        if what == "find_file_fault":
            return "a file cannot be read (Input/output error)"
        raise OSError(errno.EIO, "Input/output error", "somewhere")

    monkeypatch.setattr(DiskStore, what, fail)
    monkeypatch.setattr(DiskStore, "restore_file", lambda *_: False)
    with pytest.raises(LakeError, match="Input/output error"):
        list(repair_lake(lake))
    monkeypatch.undo()
    assert not (lake.store.folder / "aside").exists()
    assert before == list_bytes(lake)
    assert [line.rpartition("/")[2] for line in repair_lake(lake)] == ["current leads to version 3"]

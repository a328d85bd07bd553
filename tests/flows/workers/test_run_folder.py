"""A shard is built in the run's folder where the worker sees it, else handed over through the bucket; else it is an error."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.batches.staging import claim_staging
from flows.errors import WorkerUnfit
from flows.workers.run_folder import RunFolder, build_for, check_worker, collect_shard, mark_run_folder
from tasks.batch import InputFile, Limits, Shard, Source
from tasks.lakes.lake import Lake, open_lake
from tasks.stores.bucket_client import list_objects, put_object
from tasks.stores.store import sweep_handovers

pytestmark = pytest.mark.slow

DAY = date(2026, 10, 31)
TEXT = "The ferry is late\n\nThe ferry to Larkhaven left an hour late on Monday, and nobody on the quay was told why.\n"


@pytest.fixture
def shard(tmp_path: Path) -> Shard:
    """A shard of one file and of one that cannot be read."""
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_bytes(bytes(range(256)) * 8)
    files = (InputFile(str(tmp_path / name), name, (tmp_path / name).stat().st_size) for name in ("a.txt", "b.txt"))
    return Shard(Source("s", "x"), DAY, 3, tuple(files))


@pytest.fixture
def bucket_lake(object_store: str, tmp_path: Path) -> Lake:
    """A lake in a bucket, of the test's own."""
    lake = open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    return lake


@pytest.fixture
def elsewhere(bucket_lake: Lake, tmp_path: Path) -> Iterator[RunFolder]:
    """A run of that lake, as a worker knows it that does not see the run's folder."""
    with claim_staging(bucket_lake, "s", DAY) as folder:
        place = mark_run_folder(folder, bucket_lake)
        yield replace(place, folder=tmp_path / "another disk")


def hash_part(folder: str) -> dict[str, str]:
    """SHA-256 of every file of a part, by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(folder).iterdir()}


def keys(lake: Lake) -> list[str]:
    """What lies in the bucket of staged rows."""
    return list_objects(lake.store.layout.bucket, lake.store.layout.key("staging/"))


def test_a_shard_handed_over_is_the_shard_built_beside_the_lake(
    elsewhere: RunFolder, bucket_lake: Lake, shard: Shard, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    beside = build_for(mark_run_folder(here, open_lake(tmp_path / "lake")), shard, Limits())
    handed = build_for(elsewhere, shard, Limits())
    assert all(folder.startswith(f"{elsewhere.handover}/shard-00003/") for folder in handed.folders)
    assert not elsewhere.folder.exists()
    collected = collect_shard(replace(elsewhere, folder=tmp_path / "driver"), shard, handed)
    assert replace(collected, folders=()) == replace(beside, folders=())
    assert [*map(hash_part, collected.folders)] == [*map(hash_part, beside.folders)]
    assert hash_part(beside.folders[0]).keys() == {
        f"{name}.parquet" for name in ("documents", "lines", "duplicates", "quarantine", "narrow")
    }
    assert keys(bucket_lake) == []


def test_an_uncollected_handover_is_removed_with_the_run(bucket_lake: Lake, shard: Shard, tmp_path: Path) -> None:
    with claim_staging(bucket_lake, "s", DAY) as folder:
        build_for(replace(mark_run_folder(folder, bucket_lake), folder=tmp_path / "another disk"), shard, Limits())
        assert len(keys(bucket_lake)) == 5
    assert keys(bucket_lake) == []


def test_the_handover_of_a_killed_run_is_removed_by_the_next_run(
    bucket_lake: Lake, shard: Shard, tmp_path: Path
) -> None:
    dead = bucket_lake.staging / f"s@{DAY}"
    dead.mkdir(parents=True)
    build_for(replace(mark_run_folder(dead, bucket_lake), folder=tmp_path / "another disk"), shard, Limits())
    with claim_staging(bucket_lake, "other", DAY):
        assert not dead.exists()
        assert keys(bucket_lake) == []


def test_an_old_handover_is_removed(elsewhere: RunFolder, bucket_lake: Lake, shard: Shard) -> None:
    build_for(elsewhere, shard, Limits())
    now = datetime.now(UTC)
    assert sweep_handovers(bucket_lake.store, now - timedelta(days=1)) == 0
    assert len(keys(bucket_lake)) == 5
    assert sweep_handovers(bucket_lake.store, now + timedelta(days=1)) == 1
    assert keys(bucket_lake) == []


def test_removing_a_run_folder_keeps_other_objects_of_the_lake(
    elsewhere: RunFolder, bucket_lake: Lake, shard: Shard
) -> None:
    put_object(bucket_lake.store.layout.bucket, bucket_lake.store.layout.key("files/00000001/x"), b"x", e_tag=None)
    build_for(elsewhere, shard, Limits())
    sweep_handovers(bucket_lake.store, datetime.now(UTC) + timedelta(days=1))
    assert list_objects(bucket_lake.store.layout.bucket, bucket_lake.store.layout.key("")) == [
        bucket_lake.store.layout.key("files/00000001/x")
    ]


def test_a_worker_without_the_shared_disk_is_refused(tmp_path: Path) -> None:
    staging, seen = tmp_path / "staging", tmp_path / "a.txt"
    staging.mkdir()
    seen.write_text("words")
    shard = Shard(Source("s", "x"), DAY, 0, (InputFile(str(seen), "a.txt", 5),))
    place = mark_run_folder(staging, open_lake(tmp_path / "lake"))
    check_worker(place, shard)
    gone = replace(shard, files=(InputFile(str(tmp_path / "none.txt"), "none.txt", 5),))
    with pytest.raises(WorkerUnfit, match=r"does not see .*none.txt: all workers must see the raw files"):
        check_worker(place, gone)
    with pytest.raises(WorkerUnfit, match="has other versions of"):
        check_worker(replace(place, versions="rules 0"), shard)
    # Another disk under the same path may well hold a folder of an earlier run.
    with pytest.raises(WorkerUnfit, match="does not see this run's folder"):
        check_worker(replace(place, token="another"), shard)
    shutil.rmtree(staging)
    with pytest.raises(WorkerUnfit, match="on a disk that they share"):
        check_worker(place, shard)


def test_a_worker_that_does_not_see_the_raw_files_is_refused(elsewhere: RunFolder, tmp_path: Path) -> None:
    gone = Shard(Source("s", "x"), DAY, 0, (InputFile(str(tmp_path / "none.txt"), "none.txt", 5),))
    with pytest.raises(WorkerUnfit, match=r"does not see .*none.txt"):
        build_for(elsewhere, gone, Limits())

"""A lake in a bucket: the same rows and bytes as on a disk, seen only whole, whoever dies or comes second."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
from builders import lake_writers
from builders.object_store import KEYS
from builders.staged_shards import OCTOBER, Doc, publish_docs

from tasks.checking.check import check
from tasks.formats.remote import find_filesystem
from tasks.lakes.bucket import SHOWN, ObjectLake, State
from tasks.lakes.client import Changed, list_objects, look_at, put_object, read_object, remove_objects
from tasks.lakes.lake import Lake, LakeError, PublishPolicy
from tasks.lakes.open import PlaceError, open_lake
from tasks.lakes.stamp import stamp, unstamp
from tasks.publishing import bucket_store
from tasks.publishing.bucket_store import put_shown, show_partition
from tasks.publishing.publish import PublishError, finish_showing, prune, roll_back

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["builders.lake_writers"])
NOVEMBER = date(2026, 11, 2)
SEPTEMBER = datetime(2026, 9, 9, tzinfo=UTC)


@pytest.fixture
def lake(object_store: str, tmp_path: Path) -> ObjectLake:
    found = open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    assert isinstance(found, ObjectLake)
    return found


def store_environment() -> dict[str, str]:
    return {**KEYS, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}


def put(lake: Lake, *docs: Doc, day: date = OCTOBER, **options: object) -> int:
    return publish_docs(lake, lake.path.parent / "staging", docs, day=day, **options).version  # type: ignore[arg-type]


def shown(lake: ObjectLake) -> dict[str, bytes]:
    keys = list_objects(lake.bucket, f"{lake.folder}/")
    return {key.removeprefix(f"{lake.folder}/"): unstamp(read_object(lake.bucket, key)[0])[0] for key in keys}


def test_a_bucket_holds_the_bytes_of_a_disk(lake: ObjectLake, tmp_path: Path) -> None:
    here = open_lake(tmp_path / "here" / "lake")
    for target in (lake, here):
        put(target, Doc(1), Doc(2, published=SEPTEMBER), stopped=["bad"])
        put(target, Doc(3), Doc(1, "twin"), day=NOVEMBER)
        put(target, Doc(4), stopped=["bad"])
    assert lake.manifest().tables == here.manifest().tables
    assert lake.receipts() == here.receipts()
    assert [made.changed for made in lake.versions()] == [made.changed for made in here.versions()]
    for table in SHOWN:
        for file in here.manifest().tables[table]:
            assert shown(lake)[f"{table}/month={file.month}/part-0.parquet"] == here.fetch(3, table, file).read_bytes()
    # A partition that has no rows any more is there, and empty.
    assert lake.manifest().vacant == {"documents": ("2026-09",), "lines": ("2026-09",)}
    assert check(lake) == check(here) == []


def test_the_same_again_writes_nothing(lake: ObjectLake) -> None:
    put(lake, Doc(1), Doc(2))
    before = list_objects(lake.bucket, "")
    again = publish_docs(lake, lake.path.parent / "staging", [Doc(2), Doc(1)], shards=2)
    assert (again.version, again.changed) == (1, False)
    assert list_objects(lake.bucket, "") == before


def test_other_machines_need_no_copies(lake: ObjectLake, object_store: str, tmp_path: Path) -> None:
    put(lake, Doc(1), day=NOVEMBER)
    other = open_lake(lake.address, work=tmp_path / "elsewhere")
    assert put(other, Doc(1, "twin")) == 2
    assert [row["published"] for row in lake.receipts()] == [1, 0]
    assert check(lake) == check(other) == []


def test_rolling_back_is_a_version_too(lake: ObjectLake) -> None:
    put(lake, Doc(1), Doc(2, published=SEPTEMBER))
    first = shown(lake)
    put(lake, Doc(3))
    assert roll_back(lake, 1) == 3
    assert shown(lake) == first
    assert (lake.versions()[-1].restores, check(lake)) == (1, [])


def test_old_versions_go_and_stay_on_record(lake: ObjectLake) -> None:
    for number in range(5):
        put(lake, Doc(number), keep=2)
    assert [made.kept for made in lake.versions()] == [False] * 3 + [True] * 2
    homes = {key.split("/files/")[1][:8] for key in list_objects(lake.bucket, lake.key("files/"))}
    # Files of the first version that have not changed since are still named by the last.
    named = {f"{file.home:08d}" for made in lake.versions() for files in made.tables.values() for file in files}
    assert homes == named | {"00000004", "00000005"}
    assert check(lake) == []


def test_old_versions_go_when_fewer_are_to_be_kept(lake: ObjectLake, tmp_path: Path) -> None:
    for number in range(5):
        put(lake, Doc(number))
    other = open_lake(lake.address, work=tmp_path / "elsewhere")
    assert [prune(replace(other, policy=PublishPolicy(keep))) for keep in (2, 2, 9)] == [3, 0, 0]
    assert [made.version for made in lake.versions() if made.kept] == [4, 5]
    assert not any("/00000003/manifest" in key for key in list_objects(lake.bucket, lake.key("files/")))
    with pytest.raises(PublishError, match="has no version 3 any more; kept are 4, 5"):
        roll_back(lake, 3)
    assert check(lake) == []


def test_every_engine_reads_every_table(lake: ObjectLake) -> None:
    put(lake, *(Doc(at) for at in range(20)), Doc(30, published=SEPTEMBER))
    put(lake, *(Doc(at) for at in range(20)))
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    arrow = pafs.S3FileSystem(access_key="tests", secret_key="tests", scheme="http", endpoint_override=endpoint[7:])
    options = {"aws_endpoint_url": endpoint, "aws_allow_http": "true", "aws_region": "us-east-1"}
    for table in SHOWN:
        wanted = sum(file.rows for file in lake.manifest().tables[table])
        place = f"{lake.address}/{table}"
        found = ds.dataset(place.removeprefix("s3://"), filesystem=arrow, partitioning="hive")
        assert found.count_rows() == wanted
        assert pl.scan_parquet(f"{place}/**/*.parquet", storage_options=options).collect().height == wanted
        with duckdb.connect() as base:
            base.register_filesystem(find_filesystem(place)[0])
            assert base.execute(f"SELECT count(*) FROM '{place}/**/*.parquet'").fetchall() == [(wanted,)]
    months = pl.scan_parquet(f"{lake.address}/documents/**/*.parquet", storage_options=options, hive_partitioning=True)
    assert months.select("month").collect()["month"].unique().to_list() == ["2026-10"]


def test_a_writer_that_slept_puts_nothing_old_in_place(lake: ObjectLake) -> None:
    """A partition goes from A to B and back to A. One who was about to write B must notice, though A is A again."""
    put(lake, Doc(1))
    key = lake.shown_key("documents", "2026-10")
    seen = look_at(lake.bucket, key)
    put(lake, Doc(2))
    late = lake.manifest(2)
    put(lake, Doc(1))
    right = shown(lake)
    with pytest.raises(Changed):
        put_shown(lake, late, "documents", "2026-10", seen)
    show_partition(lake, late, "documents", "2026-10")
    assert shown(lake) == right
    assert check(lake) == []


def test_a_writer_that_slept_brings_no_partition_back(lake: ObjectLake) -> None:
    """A partition appears and has no rows any more. One who was about to make it must notice."""
    put(lake, Doc(1))
    put(lake, Doc(2, published=SEPTEMBER))
    late = lake.manifest(2)
    put(lake, Doc(1))
    with pytest.raises(Changed):
        put_shown(lake, late, "documents", "2026-09", None)
    assert check(lake) == []


def test_an_overtaken_writer_works_its_batch_out_again(
    lake: ObjectLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, Doc(1), day=NOVEMBER)
    other = open_lake(lake.address, work=tmp_path / "elsewhere")
    swap, waiting = bucket_store.swap_state, [Doc(2)]

    def overtake(here: ObjectLake, wanted: State, e_tag: str | None) -> bool:
        if waiting:
            publish_docs(other, tmp_path / "theirs", [waiting.pop()], source="other")
        return swap(here, wanted, e_tag)

    monkeypatch.setattr(bucket_store, "swap_state", overtake)
    assert put(lake, Doc(3)) == 3
    assert [(row["source"], row["published"]) for row in lake.receipts()] == [("other", 1), ("s", 1), ("s", 1)]
    assert check(lake) == []


def test_two_machines_at_once_lose_nothing(lake: ObjectLake, tmp_path: Path) -> None:
    arguments = (str(tmp_path), lake.address, store_environment())
    writers = [
        PROCESSES.Process(target=lake_writers.publish_many_to_bucket, args=(*arguments, source, 4)) for source in "ab"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert lake.version() == 8
    assert [(row["source"], row["published"]) for row in lake.receipts()] == [("a", 3)] * 4 + [("b", 3)] * 4
    assert check(lake) == []


def read_generations(lake: ObjectLake) -> dict[str, set[int]]:
    """By partition of `documents`, the generations a plain reader finds; none is ever torn."""
    found = {}
    for name, content in shown(lake).items():
        if name.startswith("documents/"):
            rows = pq.read_table(io.BytesIO(content), columns=["uri"])
            assert rows.num_rows == 6
            found[name] = {int(uri[4:10]) // 1_000 for uri in rows["uri"].to_pylist()}
    return found


def test_a_writer_killed_at_any_question_leaves_whole_partitions(lake: ObjectLake, tmp_path: Path) -> None:
    def write(number: int, event: int) -> int | None:
        arguments = (str(tmp_path), lake.address, store_environment(), number, event)
        writer = PROCESSES.Process(target=lake_writers.publish_to_bucket, args=arguments)
        writer.start()
        writer.join(60)
        return writer.exitcode

    assert [write(1, 0), write(2, 0)] == [0, 0]
    asked = (tmp_path / "asked").read_text().split("\n")
    puts = [at for at, what in enumerate(asked, start=1) if "put " in what and ("lake/" in what or "state" in what)]
    last, mixed = 2, 0
    for number, event in enumerate(puts, start=3):
        assert write(number, event) == -9
        partitions = read_generations(lake)
        assert len(partitions) == 2
        assert all(found in ({last}, {number}) for found in partitions.values())
        mixed += len(set(map(frozenset, partitions.values()))) > 1
        # What copydesk itself reads is whole at once, and tells whether the batch is in.
        committed = {int(entry["uri"][4:10]) // 1_000 for entry in (lake.receipt("s", NOVEMBER) or {})["inputs"]}
        assert committed in ({last}, {number})
        finish_showing(lake)
        last = committed.pop()
        assert read_generations(lake) == {key: {last} for key in partitions}
        assert check(lake) == []
    assert mixed
    assert write(99, 0) == 0
    assert read_generations(lake) == {key: {99} for key in partitions}
    assert check(lake) == []


def spoil_shown(lake: ObjectLake) -> None:
    key = lake.shown_key("documents", "2026-10")
    put_object(
        lake.bucket,
        key,
        stamp(shown(lake)["lines/month=2026-10/part-0.parquet"], 1),
        seen=look_at(lake.bucket, key),
        version=1,
    )


def take_shown(lake: ObjectLake) -> None:
    remove_objects(lake.bucket, [lake.shown_key("lines", "2026-10")])


def add_shown(lake: ObjectLake) -> None:
    put_object(lake.bucket, lake.shown_key("lines", "2020-01"), b"?", seen=None)


def take_file(lake: ObjectLake) -> None:
    remove_objects(lake.bucket, [lake.file_key("claims", lake.manifest().tables["claims"][0])])


DAMAGES = [
    ("replaced", spoil_shown, "readers see other rows than were published"),
    ("taken", take_shown, "readers miss a partition"),
    ("added", add_shown, "an object that no commit made"),
    ("file taken", take_file, "a file is missing"),
]


@pytest.mark.parametrize(("damage", "told"), [case[1:] for case in DAMAGES], ids=[case[0] for case in DAMAGES])
def test_damage_is_found(lake: ObjectLake, damage: Callable[[ObjectLake], None], told: str) -> None:
    put(lake, Doc(1))
    damage(lake)
    found = check(lake)
    assert [finding.what for finding in found] == [told]
    if "puts it right" in found[0].next:
        assert roll_back(lake, 1) == 1
        assert check(lake) == []


def test_no_reader_sees_the_stamp(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    pq.write_table(
        pa.table({"a": range(1_000)}),
        path,
        write_page_index=True,
        bloom_filter_options={"a": {"ndv": 1_000, "fpp": 0.01}},
    )
    plain = path.read_bytes()
    stamped = stamp(plain, 12)
    assert (unstamp(stamped), unstamp(plain)) == ((plain, 12), (plain, None))
    assert stamp(plain, 13) != stamped
    path.write_bytes(stamped)
    assert pq.read_table(path).equals(pq.read_table(io.BytesIO(plain)))
    assert duckdb.sql(f"SELECT sum(a) FROM '{path}' WHERE a = 7").fetchall() == [(7,)]
    assert pl.scan_parquet(path).filter(pl.col("a") == 7).collect().height == 1


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1PAR1", b"x" * 20, b"PAR1\xff\xff\xff\x7fPAR1"], ids=repr)
def test_what_is_no_parquet_has_no_stamp(content: bytes) -> None:
    with pytest.raises(ValueError, match="Parquet file"):
        unstamp(content)


PLACES = [
    ("gs://news/lake", "a lake is a folder or s3"),
    ("s3://news", "name a folder in the bucket"),
    ("s3://news/", "name a folder in the bucket"),
]


@pytest.mark.parametrize(("address", "told"), PLACES, ids=[case[0] for case in PLACES])
def test_an_address_that_no_lake_can_have(address: str, told: str) -> None:
    with pytest.raises(PlaceError, match=told):
        open_lake(address)


def test_a_path_that_was_an_address_is_one_again() -> None:
    assert open_lake(Path("s3://news/lake")).name == "s3://news/lake"
    assert open_lake(Path("lake")) == open_lake(Path("lake"))


def test_a_missing_bucket_is_reported(object_store: str, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="no such bucket"):
        put(open_lake("s3://nobody/lake", work=tmp_path / "work"), Doc(1))  # type: ignore[arg-type]


def test_a_foreign_object_is_not_overwritten(lake: ObjectLake) -> None:
    put_object(lake.bucket, lake.shown_key("documents", "2026-10"), b"theirs", seen=None)
    with pytest.raises(PublishError, match="was not published here"):
        put(lake, Doc(1))

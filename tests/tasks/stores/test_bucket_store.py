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
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
from builders import lake_writers
from builders.object_store import KEYS
from builders.staged_shards import OCTOBER, Doc, publish_docs

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.formats.remote import find_filesystem
from tasks.lakes.lake import Lake, PublishPolicy, open_lake
from tasks.publishing.publish import finish_showing, prune, roll_back
from tasks.publishing.repair import repair_lake
from tasks.schema import TABLES
from tasks.stores import bucket_store
from tasks.stores.bucket_client import ObjectChanged, list_objects, put_object, read_object, read_tag, remove_objects
from tasks.stores.bucket_layout import SHOWN, BucketLayout, State
from tasks.stores.bucket_shown import put_shown, show_partition, stamp_file, unstamp_file
from tasks.stores.errors import LakeError, PublishError

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["builders.lake_writers"])
NOVEMBER = date(2026, 11, 2)
SEPTEMBER = datetime(2026, 9, 9, tzinfo=UTC)


@pytest.fixture
def lake(object_store: str, tmp_path: Path) -> Lake:
    found = open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    return found


def store_environment() -> dict[str, str]:
    return {**KEYS, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}


def put(lake: Lake, *docs: Doc, day: date = OCTOBER, **options: object) -> int:
    return publish_docs(lake, lake.store.folder.parent / "staging", docs, day=day, **options).version  # type: ignore[arg-type]


def shown(lake: Lake) -> dict[str, bytes]:
    keys = list_objects(lake.store.layout.bucket, f"{lake.store.layout.prefix}/")
    return {
        key.removeprefix(f"{lake.store.layout.prefix}/"): unstamp_file(read_object(lake.store.layout.bucket, key)[0])[0]
        for key in keys
    }


def test_a_bucket_holds_the_bytes_of_a_disk(lake: Lake, tmp_path: Path) -> None:
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
            assert (
                shown(lake)[f"{table}/month={file.month}/part-0.parquet"]
                == here.store.fetch(3, table, file).read_bytes()
            )
    # A partition that has no rows any more is there, and empty.
    vacant = {"documents": ("2026-09",), "lines": ("2026-09",), "duplicates": ("2026-11",)}
    assert lake.manifest().vacant == vacant
    assert check_lake(lake) == check_lake(here) == []


def test_the_same_again_writes_nothing(lake: Lake) -> None:
    put(lake, Doc(1), Doc(2))
    before = list_objects(lake.store.layout.bucket, "")
    again = publish_docs(lake, lake.store.folder.parent / "staging", [Doc(2), Doc(1)], shards=2)
    assert (again.version, again.changed) == (1, False)
    assert list_objects(lake.store.layout.bucket, "") == before


def test_other_machines_need_no_copies(lake: Lake, object_store: str, tmp_path: Path) -> None:
    put(lake, Doc(1), day=NOVEMBER)
    other = open_lake(lake.name, work=tmp_path / "elsewhere")
    assert put(other, Doc(1, "twin")) == 2
    assert [row["published"] for row in lake.receipts()] == [1, 0]
    assert check_lake(lake) == check_lake(other) == []


def test_rolling_back_is_a_version_too(lake: Lake) -> None:
    put(lake, Doc(1), Doc(2, published=SEPTEMBER))
    first = shown(lake)
    put(lake, Doc(3))
    assert roll_back(lake, 1) == 3
    assert shown(lake) == first
    assert (lake.versions()[-1].restores, check_lake(lake)) == (1, [])


def test_old_versions_go_and_stay_on_record(lake: Lake) -> None:
    for number in range(5):
        put(lake, Doc(number), keep=2)
    assert [made.kept for made in lake.versions()] == [False] * 3 + [True] * 2
    homes = {
        key.split("/files/")[1][:8] for key in list_objects(lake.store.layout.bucket, lake.store.layout.key("files/"))
    }
    # Files of the first version that have not changed since are still named by the last.
    named = {f"{file.home:08d}" for made in lake.versions() for files in made.tables.values() for file in files}
    assert homes == named | {"00000004", "00000005"}
    assert check_lake(lake) == []


def test_old_versions_go_when_fewer_are_to_be_kept(lake: Lake, tmp_path: Path) -> None:
    for number in range(5):
        put(lake, Doc(number))
    other = open_lake(lake.name, work=tmp_path / "elsewhere")
    assert [prune(replace(other, policy=PublishPolicy(keep))) for keep in (2, 2, 9)] == [3, 0, 0]
    assert [made.version for made in lake.versions() if made.kept] == [4, 5]
    assert not any(
        "/00000003/manifest" in key for key in list_objects(lake.store.layout.bucket, lake.store.layout.key("files/"))
    )
    with pytest.raises(RequestError, match="has no version 3 any more; kept are 4, 5"):
        roll_back(lake, 3)
    assert check_lake(lake) == []


def test_every_table_is_put_where_readers_look_and_receipts_last() -> None:
    assert sorted(SHOWN) == sorted(TABLES)
    assert SHOWN[-1] == "receipts"


def test_every_engine_reads_every_table(lake: Lake) -> None:
    put(lake, *(Doc(at) for at in range(20)), Doc(30, published=SEPTEMBER))
    put(lake, *(Doc(at) for at in range(20)), Doc(1, "twin"), stopped=["bad"])
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    arrow = pafs.S3FileSystem(access_key="tests", secret_key="tests", scheme="http", endpoint_override=endpoint[7:])
    options = {"aws_endpoint_url": endpoint, "aws_allow_http": "true", "aws_region": "us-east-1"}
    for table in SHOWN:
        wanted = sum(file.rows for file in lake.manifest().tables[table])
        place = f"{lake.name}/{table}"
        found = ds.dataset(place.removeprefix("s3://"), filesystem=arrow, partitioning="hive")
        assert found.count_rows() == wanted
        assert pl.scan_parquet(f"{place}/**/*.parquet", storage_options=options).collect().height == wanted
        with duckdb.connect() as base:
            base.register_filesystem(find_filesystem(place)[0])
            assert base.execute(f"SELECT count(*) FROM '{place}/**/*.parquet'").fetchall() == [(wanted,)]
    months = pl.scan_parquet(f"{lake.name}/documents/**/*.parquet", storage_options=options, hive_partitioning=True)
    assert months.select("month").collect()["month"].unique().to_list() == ["2026-10"]


def test_a_writer_that_slept_puts_nothing_old_in_place(lake: Lake) -> None:
    """A partition goes from A to B and back to A. One who was about to write B must notice, though A is A again."""
    put(lake, Doc(1))
    key = lake.store.layout.shown_key("documents", "2026-10")
    seen = read_tag(lake.store.layout.bucket, key)
    put(lake, Doc(2))
    late = lake.manifest(2)
    put(lake, Doc(1))
    right = shown(lake)
    with pytest.raises(ObjectChanged):
        put_shown(lake.store, late, "documents", "2026-10", seen)
    show_partition(lake.store, late, "documents", "2026-10")
    assert shown(lake) == right
    assert check_lake(lake) == []


def test_a_writer_that_slept_brings_no_partition_back(lake: Lake) -> None:
    """A partition appears and has no rows any more. One who was about to make it must notice."""
    put(lake, Doc(1))
    put(lake, Doc(2, published=SEPTEMBER))
    late = lake.manifest(2)
    put(lake, Doc(1))
    with pytest.raises(ObjectChanged):
        put_shown(lake.store, late, "documents", "2026-09", None)
    assert check_lake(lake) == []


def test_an_overtaken_writer_works_its_batch_out_again(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, Doc(1), day=NOVEMBER)
    other = open_lake(lake.name, work=tmp_path / "elsewhere")
    swap, waiting = BucketLayout.swap_state, [Doc(2)]

    def overtake(layout: BucketLayout, state: State, e_tag: str | None) -> bool:
        if waiting and not state.shown:
            publish_docs(other, tmp_path / "theirs", [waiting.pop()], source="other")
        return swap(layout, state, e_tag)

    monkeypatch.setattr(BucketLayout, "swap_state", overtake)
    assert put(lake, Doc(3)) == 3
    assert [(row["source"], row["published"]) for row in lake.receipts()] == [("other", 1), ("s", 1), ("s", 1)]
    assert check_lake(lake) == []


def test_two_machines_at_once_lose_nothing(lake: Lake, tmp_path: Path) -> None:
    arguments = (str(tmp_path), lake.name, store_environment())
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
    assert check_lake(lake) == []


def test_two_writers_may_try_the_store_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def try_twice(bucket: object, key: str, body: bytes, *, e_tag: str | None) -> None:
        if e_tag is None and body.startswith(b"it"):
            with monkeypatch.context() as patch:
                patch.setattr(bucket_store, "put_object", put_object)
                lake.store.probe()
        put_object(bucket, key, body, e_tag=e_tag)

    monkeypatch.setattr(bucket_store, "put_object", try_twice)
    assert lake.store.probe() == f"{lake.name}: the store obeys conditional writes"


def read_generations(lake: Lake) -> dict[str, set[int]]:
    """By partition of `documents`, the generations a plain reader finds; none is ever torn."""
    found = {}
    for name, content in shown(lake).items():
        if name.startswith("documents/"):
            rows = pq.read_table(io.BytesIO(content), columns=["uri"])
            assert rows.num_rows == 6
            found[name] = {int(uri[4:10]) // 1_000 for uri in rows["uri"].to_pylist()}
    return found


@pytest.mark.slow
def test_a_writer_killed_at_any_question_leaves_whole_partitions(lake: Lake, tmp_path: Path) -> None:
    def write(number: int, event: int) -> int | None:
        arguments = (str(tmp_path), lake.name, store_environment(), number, event)
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
        assert check_lake(lake) == []
    assert mixed
    assert write(99, 0) == 0
    assert read_generations(lake) == {key: {99} for key in partitions}
    assert check_lake(lake) == []


def spoil_shown(lake: Lake) -> None:
    key = lake.store.layout.shown_key("documents", "2026-10")
    put_object(
        lake.store.layout.bucket,
        key,
        stamp_file(shown(lake)["lines/month=2026-10/part-0.parquet"], 1),
        e_tag=read_tag(lake.store.layout.bucket, key).e_tag,
        version=1,
    )


def take_shown(lake: Lake) -> None:
    remove_objects(lake.store.layout.bucket, [lake.store.layout.shown_key("lines", "2026-10")])


def add_shown(lake: Lake) -> None:
    put_object(lake.store.layout.bucket, lake.store.layout.shown_key("lines", "2020-01"), b"?", e_tag=None)


def take_file(lake: Lake) -> None:
    remove_objects(
        lake.store.layout.bucket, [lake.store.layout.file_key("claims", lake.manifest().tables["claims"][0])]
    )


DAMAGES = [
    ("replaced", spoil_shown, "readers see other rows than were published"),
    ("taken", take_shown, "readers miss a partition"),
    ("added", add_shown, "an object that no commit made"),
    ("file taken", take_file, "a file is missing"),
]


@pytest.mark.parametrize(("damage", "told"), [case[1:] for case in DAMAGES], ids=[case[0] for case in DAMAGES])
def test_damage_is_found(lake: Lake, damage: Callable[[Lake], None], told: str) -> None:
    put(lake, Doc(1))
    damage(lake)
    found = check_lake(lake)
    assert [finding.what for finding in found] == [told]
    if "check --repair" in found[0].next:
        assert list(repair_lake(lake)) == []
        assert check_lake(lake) == []


def test_a_missing_bucket_is_reported(object_store: str, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="no such bucket"):
        put(open_lake("s3://nobody/lake", work=tmp_path / "work"), Doc(1))  # type: ignore[arg-type]


def test_a_foreign_object_is_not_overwritten(lake: Lake) -> None:
    put_object(lake.store.layout.bucket, lake.store.layout.shown_key("documents", "2026-10"), b"theirs", e_tag=None)
    with pytest.raises(PublishError, match="was not published here"):
        put(lake, Doc(1))


def test_a_lake_whose_objects_were_copied_without_its_store_is_not_new(lake: Lake) -> None:
    put(lake, Doc(1))
    layout = lake.store.layout
    remove_objects(layout.bucket, list_objects(layout.bucket, layout.key("")))
    with pytest.raises(PublishError, match="if the lake was moved, move its store as well"):
        put(lake, Doc(2))


def lose_state(lake: Lake) -> None:
    remove_objects(lake.store.layout.bucket, [lake.store.layout.key("state.json")])


def list_store(lake: Lake) -> list[str]:
    return list_objects(lake.store.layout.bucket, lake.store.layout.key(""))


def test_a_lake_that_lost_its_state_is_refused_and_nothing_is_swept(lake: Lake) -> None:
    for number in range(4):
        put(lake, Doc(number), keep=2)
    lose_state(lake)
    before, seen = list_store(lake), shown(lake)
    for action in (
        lake.version,
        lake.receipts,
        lambda: put(lake, Doc(9)),
        lambda: prune(lake),
        lambda: roll_back(lake, 3),
    ):
        with pytest.raises(
            LakeError, match=r"state\.json is missing, but versions are beside it, so nothing was changed"
        ):
            action()
    assert [fault.what for fault in check_lake(lake)] == ["a lake cannot be read"]
    assert (list_store(lake), shown(lake)) == (before, seen)


def test_the_remedy_for_a_lost_state_continues_the_lake(lake: Lake) -> None:
    for number in range(4):
        put(lake, Doc(number), keep=2)
    kept = [made.version for made in lake.versions() if made.kept]
    lose_state(lake)
    assert list(repair_lake(lake)) == [f"{lake.name.rpartition('/')[0]}/.lake-store/state.json names version 4"]
    assert put(lake, Doc(7), keep=2) == 5
    assert kept == [3, 4]
    assert [made.version for made in lake.versions() if made.kept] == [4, 5]
    assert check_lake(lake) == []


def test_files_of_a_publish_that_died_without_a_state_are_refused(lake: Lake) -> None:
    """As a release that wrote no state before its first upload left them."""
    layout = lake.store.layout
    put_object(layout.bucket, layout.key("files/00000001/claims/month=2026-10/part-0.parquet"), b"x", e_tag=None)
    with pytest.raises(
        LakeError, match=r"where no batch was ever published, delete s3://.*/files/ to begin a new lake"
    ):
        put(lake, Doc(1))
    remove_objects(layout.bucket, list_objects(layout.bucket, layout.key("files/")))
    assert put(lake, Doc(1)) == 1


@pytest.mark.parametrize("event", ["probe", "state.json", "files/"])
@pytest.mark.slow
def test_a_first_publish_that_died_is_repeated(lake: Lake, tmp_path: Path, event: str) -> None:
    def write(number: int) -> int | None:
        arguments = (str(tmp_path), lake.name, store_environment(), 1, number)
        writer = PROCESSES.Process(target=lake_writers.publish_to_bucket, args=arguments)
        writer.start()
        writer.join(60)
        return writer.exitcode

    other = open_lake(f"{lake.name}-other", work=tmp_path / "other")
    arguments = (str(tmp_path), other.name, store_environment(), 1, 0)
    writer = PROCESSES.Process(target=lake_writers.publish_to_bucket, args=arguments)
    writer.start()
    writer.join(60)
    asked = (tmp_path / "asked").read_text().split("\n")
    deaths = [at for at, what in enumerate(asked, start=1) if "put " in what and event in what]
    # Killed before the first of them, and just after the last.
    assert [write(deaths[0]), write(deaths[-1] + 1)] == [-9, -9]
    assert put(lake, Doc(1), day=NOVEMBER) in (1, 2)
    assert check_lake(lake) == []

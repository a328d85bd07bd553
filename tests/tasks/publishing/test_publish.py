"""Publishing: one step or nothing, the same bytes for the same rows, and nothing that a reader could stumble over."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from builders import lake_writers
from builders.lake_writers import NOVEMBER, PROCESSES, generation, publish_generation
from builders.staged_shards import OCTOBER, Doc, build, publish_docs, read_visible, stage_batch

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import publish, roll_back
from tasks.schema import TABLES
from tasks.stores.bucket_client import put_object, read_object, remove_objects
from tasks.stores.disk_files import swap_link
from tasks.stores.errors import LakeBusy, LakeError, PublishError
from tasks.stores.manifest import file_schema


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(tmp_path / "lake")


def put(lake: Lake, *docs: Doc, day: date = OCTOBER, **options: object) -> int:
    return publish_docs(lake, lake.store.folder.parent / "staging", docs, day=day, **options).version  # type: ignore[arg-type]


def ask(lake: Lake, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as base:
        return base.execute(query.replace("LAKE", str(lake.store.path))).fetchall()


def leftovers(lake: Lake) -> list[str]:
    return [path.name for path in (lake.store.folder / "versions").iterdir() if not path.name.isdigit()]


def test_the_layout(lake: Lake) -> None:
    lake.store.path.mkdir()
    (lake.store.path / "README.md").write_text("columns")
    put(lake, Doc(1), Doc(2, published=datetime(2026, 9, 9, tzinfo=UTC)), stopped=["bad"])
    assert sorted(path.name for path in lake.store.path.iterdir()) == ["README.md", *sorted(TABLES)]
    assert {str((lake.store.path / table).readlink()) for table in TABLES} == {
        f"../.lake-store/current/{table}" for table in TABLES
    }
    assert str(lake.store.current.readlink()) == "versions/00000001"
    for name, digest in read_visible(lake).items():
        table, month, file = name.split("/")
        assert (month, file) == (
            month if month in ("month=2026-09", "month=2026-10") else "",
            f"part-0-{digest[:16]}.parquet",
        ), table
    raw = json.loads((lake.store.folder / "commits" / "00000001.json").read_text())
    assert raw["batch"] == {"source": "s", "logical_date": "2026-10-05"}
    listed = {
        f"{table}/{file['path']}": file["sha256"] for table, body in raw["tables"].items() for file in body["files"]
    }
    assert read_visible(lake).items() <= listed.items()


def test_files_are_as_readers_like_them(lake: Lake) -> None:
    put(lake, *(Doc(at) for at in range(20)))
    for table in TABLES:
        for path in (lake.store.path / table).resolve().rglob("*.parquet"):
            file = pq.ParquetFile(path, page_checksum_verification=True)
            assert file.schema_arrow.equals(file_schema(table), check_metadata=False)
            if file.num_row_groups:
                columns = [file.metadata.row_group(0).column(at) for at in range(file.metadata.num_columns)]
                assert {column.compression for column in columns} == {"ZSTD"}
                assert all(column.has_offset_index for column in columns)
                filtered = {column.path_in_schema for column in columns if column.bloom_filter_offset}
                assert filtered == {"doc_id"} & set(file.schema_arrow.names)


@pytest.mark.parametrize("table", TABLES)
def test_every_engine_reads_every_table_from_the_first_commit(lake: Lake, table: str) -> None:
    put(lake)
    rows = 1 if table == "receipts" else 0
    assert ask(lake, f"SELECT count(*) FROM 'LAKE/{table}/**/*.parquet'") == [(rows,)]
    assert len(pd.read_parquet(lake.store.path / table)) == rows
    assert pl.scan_parquet(lake.store.path / table).collect().height == rows
    assert ds.dataset(lake.store.path / table, partitioning="hive").count_rows() == rows


def test_an_empty_file_goes_when_rows_come_and_returns_when_they_go(lake: Lake) -> None:
    put(lake)
    empty = read_visible(lake)
    put(lake, Doc(1, published=datetime(2026, 9, 9, tzinfo=UTC)))
    assert ask(lake, "SELECT month, count(*) FROM 'LAKE/documents/**/*.parquet' GROUP BY 1") == [("2026-09", 1)]
    assert len(lake.manifest().tables["documents"]) == 1
    put(lake)
    assert read_visible(lake) == empty


@pytest.mark.parametrize(("shards", "seed"), [(1, 1), (2, 2), (5, 3), (40, 4)])
def test_the_cut_into_shards_changes_nothing(tmp_path: Path, shards: int, seed: int) -> None:
    docs = [
        Doc(at, language="en" if at % 3 else "de", published=None if at % 5 == 0 else Doc(0).published)
        for at in range(60)
    ]
    whole, parts = open_lake(tmp_path / "whole"), open_lake(tmp_path / "parts")
    put(whole, *docs)
    random.Random(seed).shuffle(docs)
    put(parts, *docs, shards=shards)
    assert read_visible(parts) == read_visible(whole)


def test_the_same_again_makes_no_version(lake: Lake) -> None:
    put(lake, Doc(1), Doc(2))
    before = read_visible(lake)
    again = publish_docs(lake, lake.store.folder.parent / "staging", [Doc(2), Doc(1)], shards=2)
    assert (again.version, again.changed, again.files) == (1, False, {})
    assert (read_visible(lake), leftovers(lake)) == (before, [])


def test_rows_are_replaced_wherever_they_were(lake: Lake) -> None:
    september = datetime(2026, 9, 9, tzinfo=UTC)
    put(lake, Doc(7), day=NOVEMBER)
    put(lake, Doc(1, published=september), Doc(2), Doc(3), stopped=["bad"])
    put(lake, Doc(1), Doc(2, published=september), Doc(4))
    rows = ask(lake, "SELECT uri, month, logical_date FROM 'LAKE/documents/**/*.parquet' ORDER BY 1")
    assert rows == [
        ("doc-000001.txt", "2026-10", OCTOBER),
        ("doc-000002.txt", "2026-09", OCTOBER),
        ("doc-000004.txt", "2026-10", OCTOBER),
        ("doc-000007.txt", "2026-10", NOVEMBER),
    ]
    assert ask(lake, "SELECT count(*) FROM 'LAKE/quarantine/**/*.parquet'") == [(0,)]
    assert check_lake(lake) == []


def test_there_and_back_gives_the_same_bytes(lake: Lake) -> None:
    put(lake, Doc(1), Doc(2))
    before = read_visible(lake)
    put(lake, Doc(3))
    put(lake, Doc(1), Doc(2))
    assert read_visible(lake) == before


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "copies"])
def test_other_partitions_are_taken_over(lake: Lake, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(lake, Doc(1, published=None), day=NOVEMBER)
    old = next((lake.store.path / "documents").resolve().rglob("*.parquet"))
    if not links:

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "no hard links here")

        monkeypatch.setattr(os, "link", refuse)
    put(lake, Doc(2))
    kept = next((lake.store.path / "documents" / "month=2026-11").glob("*.parquet"))
    assert kept.name == old.name
    assert kept.samefile(old) is links
    assert check_lake(lake) == []


def test_a_new_column_rewrites_all_files_in_one_commit(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = TABLES["quarantine"]
    with monkeypatch.context() as patch:
        patch.setitem(TABLES, "quarantine", declared.remove(declared.get_field_index("detail")))
        put(lake, stopped=["old"], day=NOVEMBER)
    put(lake, stopped=["new"])
    files = list((lake.store.path / "quarantine").resolve().rglob("*.parquet"))
    assert len(files) == 2
    assert all(pq.read_schema(path).names == declared.names for path in files)
    assert ask(lake, "SELECT uri, detail IS NULL FROM 'LAKE/quarantine/**/*.parquet' ORDER BY 1") == [
        ("new", False),
        ("old", True),
    ]


def test_what_is_left_out_does_not_come_in(lake: Lake) -> None:
    batch = stage_batch(lake.store.folder.parent / "staging", [Doc(1), Doc(2)])
    gone = str(build(Doc(2), "s", OCTOBER)[0]["doc_id"])
    short = stage_batch(lake.store.folder.parent / "other", [Doc(1)]).receipt
    fewer = tuple(replace(part, excluded_ids=frozenset({gone})) for part in batch.folders)
    publish(lake, replace(batch, folders=fewer, receipt=short))
    assert ask(lake, "SELECT uri FROM 'LAKE/documents/**/*.parquet'") == [("doc-000001.txt",)]
    assert ask(lake, f"SELECT count(*) FROM 'LAKE/lines/**/*.parquet' WHERE doc_id = '{gone}'") == [(0,)]
    with pytest.raises(PublishError, match="published is 2, counted 1 row"):
        publish(lake, replace(batch, folders=fewer))


@pytest.mark.parametrize("change", [{"records": 3}, {"published": 1, "duplicates": 1}, {"chars": 1}], ids=str)
def test_a_receipt_that_does_not_close_is_not_published(lake: Lake, change: dict[str, int]) -> None:
    batch = stage_batch(lake.store.folder.parent / "staging", [Doc(1), Doc(2)])
    with pytest.raises(PublishError, match=r"s 2026-10-05 cannot be published: its sums do not close"):
        publish(lake, replace(batch, receipt=batch.receipt | change))
    assert (lake.version(), leftovers(lake)) == (0, [])


def test_old_versions_go_and_stay_on_record(lake: Lake) -> None:
    for number in range(6):
        put(lake, Doc(number), keep=3)
    assert sorted(path.name for path in (lake.store.folder / "versions").iterdir()) == [
        "00000004",
        "00000005",
        "00000006",
    ]
    assert [made.kept for made in lake.versions()] == [False] * 3 + [True] * 3


def test_rolling_back_is_a_version_too(lake: Lake) -> None:
    put(lake, Doc(1))
    first = read_visible(lake)
    put(lake, Doc(2), day=NOVEMBER)
    second = read_visible(lake)
    assert roll_back(lake, 1) == 3
    assert read_visible(lake) == first
    assert (lake.versions()[-1].restores, lake.receipt("s", NOVEMBER)) == (1, None)
    assert check_lake(lake) == []
    assert roll_back(lake, 2) == 4
    assert read_visible(lake) == second
    assert roll_back(lake, 4) == 4
    assert put(lake, Doc(3)) == 5


@pytest.mark.parametrize("number", [0, 1, 9])
def test_only_kept_versions_come_back(lake: Lake, number: int) -> None:
    for text in range(3):
        put(lake, Doc(text), keep=2)
    with pytest.raises(RequestError, match=f"has no version {number} any more; kept are 2, 3"):
        roll_back(lake, number)


def make_file(lake: Lake) -> None:
    lake.store.path.write_text("")


def make_parent_a_file(lake: Lake) -> None:
    lake.store.folder.parent.rmdir()
    lake.store.folder.parent.write_text("")


def make_foreign_table(lake: Lake) -> None:
    (lake.store.path / "documents").mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}), lake.store.path / "documents" / "theirs.parquet")


def make_foreign_link(lake: Lake) -> None:
    lake.store.path.mkdir()
    (lake.store.path / "lines").symlink_to("/elsewhere")


def make_store_a_file(lake: Lake) -> None:
    lake.store.folder.write_text("")


PLACES: list[tuple[str, Callable[[Lake], None], str]] = [
    ("the lake is a file", make_file, "is a file; name a folder for the lake"),
    ("its parent is a file", make_parent_a_file, "a part of this path is a file"),
    ("somebody else's table", make_foreign_table, "holds files that were not published here"),
    ("somebody else's link", make_foreign_link, "links to /elsewhere"),
    ("the store is a file", make_store_a_file, "a part of this path is a file"),
]


@pytest.mark.parametrize(("spoil", "message"), [place[1:] for place in PLACES], ids=[place[0] for place in PLACES])
def test_a_wrong_place_is_reported_in_one_line(tmp_path: Path, spoil: Callable[[Lake], None], message: str) -> None:
    (tmp_path / "place").mkdir()
    lake = open_lake(tmp_path / "place" / "lake")
    spoil(lake)
    with pytest.raises(PublishError, match=message) as told:
        publish_docs(lake, tmp_path / "staging", [Doc(1)])
    assert "\n" not in str(told.value)


def test_a_lake_without_claims_is_refused(lake: Lake) -> None:
    put(lake, Doc(1))
    path = lake.store.manifest_path(1)
    raw = json.loads(path.read_text())
    del raw["tables"]["claims"]
    path.write_text(json.dumps(raw))
    with pytest.raises(PublishError, match="ingest into a new lake"):
        put(lake, Doc(2))


def test_a_damaged_partition_is_not_copied(lake: Lake) -> None:
    put(lake, *(Doc(at) for at in range(300)), day=NOVEMBER)
    path = next((lake.store.path / "documents").resolve().rglob("*.parquet"))
    raw = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(0).column(file_schema("documents").get_field_index("text") + 0)
    raw[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(PublishError, match="cannot publish into"):
        put(lake, Doc(1_000))
    assert (lake.version(), leftovers(lake)) == (1, [])


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_version(lake: Lake) -> None:
    put(lake, Doc(1))
    before = read_visible(lake)
    process = PROCESSES.Process(target=lake_writers.publish_small_files_only, args=(str(lake.store.folder.parent),))
    process.start()
    process.join(30)
    told = (lake.store.folder.parent / "told").read_text()
    assert told.startswith(f"cannot publish into {lake.store.path}: ")
    assert "raise the limit" in told
    assert (read_visible(lake), leftovers(lake)) == (before, [])


def test_the_second_publisher_waits_and_gives_up(lake: Lake) -> None:
    told: list[str] = []
    put(lake, Doc(1))
    with (
        lake.store.lock(1, None),
        pytest.raises(LakeBusy, match="another process is publishing and was not done") as busy,
    ):
        put(lake, Doc(2), wait_seconds=0.05, on_wait=told.append)
    assert told == [f"{lake.store.path}: another process is publishing; waiting up to 0.05 s for it"]
    assert "\n" not in str(busy.value)
    assert isinstance(busy.value, LakeError)
    assert put(lake, Doc(2)) == 2


@pytest.mark.slow
def test_two_writers_at_once_lose_nothing(lake: Lake) -> None:
    writers = [
        PROCESSES.Process(target=lake_writers.publish_many, args=(str(lake.store.folder.parent), source, 4))
        for source in "ab"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert lake.version() == 8
    assert ask(
        lake, "SELECT source, count(*), count(DISTINCT doc_id) FROM 'LAKE/documents/**/*.parquet' GROUP BY 1 ORDER BY 1"
    ) == [("a", 12, 12), ("b", 12, 12)]
    assert check_lake(lake) == []


def read_generation(lake: Lake) -> set[int]:
    """The generations a reader finds; a whole one has twelve documents, their lines and a receipt that says so."""
    place = lake.store.current.resolve()
    tables = {table: ds.dataset(place / table, partitioning="hive").to_table() for table in TABLES}
    found = {int(uri[4:10]) // 1_000 for uri in tables["documents"]["uri"].to_pylist()}
    assert tables["documents"].num_rows == 12
    assert set(tables["lines"]["doc_id"].to_pylist()) == set(tables["documents"]["doc_id"].to_pylist())
    assert tables["receipts"]["published"].to_pylist() == [12]
    assert {int(file["uri"][4:10]) // 1_000 for file in tables["receipts"]["inputs"][0].as_py()} == found
    return found


def pick_events(seen: list[str]) -> list[int]:
    """Instants spread over a publish, and every one around its last steps, where a version is renamed and shown."""
    steps = [at for at, name in enumerate(seen, start=1) if name in ("os.rename", "os.symlink")][-5:]
    return sorted({*range(1, len(seen), len(seen) // 9), *steps, *(at + 1 for at in steps)})


@pytest.mark.slow
def test_a_writer_killed_at_any_instant_leaves_a_whole_version(lake: Lake) -> None:
    """Writers are killed, each at another of the things it does to the disk. Nobody repairs anything in between."""
    root = lake.store.folder.parent
    publish_generation(root, 1)
    counted = PROCESSES.Process(target=lake_writers.die_at, args=(str(root), 2, -1))
    counted.start()
    counted.join(30)
    assert read_generation(lake) == {2}
    shown, killed = {2}, 0
    for number, event in enumerate(pick_events((root / "events").read_text().split()), start=3):
        writer = PROCESSES.Process(target=lake_writers.die_at, args=(str(root), number, event))
        writer.start()
        writer.join(30)
        killed += writer.exitcode == -9
        found = read_generation(lake)
        assert found in (shown, {number})
        shown = found
    assert killed >= 15
    publish_generation(root, 99)
    assert read_generation(lake) == {99}
    assert (leftovers(lake), check_lake(lake)) == ([], [])


@pytest.mark.slow
def test_readers_during_commits_see_whole_versions(lake: Lake) -> None:
    publish_generation(lake.store.folder.parent, 1)
    writer = PROCESSES.Process(target=lake_writers.publish_generations, args=(str(lake.store.folder.parent), 10))
    writer.start()
    reads = 0
    while writer.is_alive() or not reads:
        assert len(read_generation(lake)) == 1
        reads += 1
    writer.join(30)
    assert writer.exitcode == 0
    assert read_generation(lake) == {9}
    assert len(generation(9)) == 12


def test_a_lake_that_lost_its_link_is_refused_and_keeps_everything(lake: Lake) -> None:
    put(lake, Doc(1))
    put(lake, Doc(2), day=NOVEMBER)
    before = sorted(path for path in lake.store.folder.rglob("*") if path.suffix in (".parquet", ".json"))
    link = lake.store.current.readlink()
    lake.store.current.unlink()
    with pytest.raises(LakeError, match=r"is missing beside 2 versions.*run `copydesk check --repair`"):
        put(lake, Doc(3), day=date(2026, 12, 1))
    assert sorted(path for path in lake.store.folder.rglob("*") if path.suffix in (".parquet", ".json")) == before
    lake.store.current.symlink_to(link)
    assert put(lake, Doc(3), day=date(2026, 12, 1)) == 3


@pytest.mark.parametrize("left", ["commits", "versions"])
def test_commits_or_versions_alone_without_a_link_are_no_new_lake(lake: Lake, left: str) -> None:
    put(lake, Doc(1))
    lake.store.current.unlink()
    shutil.rmtree(lake.store.folder / ({"commits", "versions"} - {left}).pop())
    with pytest.raises(LakeError, match="is missing beside 1 version,"):
        lake.version()


def test_a_link_older_than_its_versions_is_refused_and_nothing_is_swept(lake: Lake) -> None:
    for day in (1, 2, 3):
        put(lake, Doc(day), day=date(2026, 12, day))
    lake.store.current.unlink()
    lake.store.current.symlink_to("versions/00000001")
    with pytest.raises(PublishError, match="leads to version 1, but version 3 is beside it"):
        put(lake, Doc(4), day=date(2026, 12, 4))
    assert sorted(path.name for path in (lake.store.folder / "versions").iterdir()) == [
        "00000001",
        "00000002",
        "00000003",
    ]


def test_a_version_that_was_finished_but_not_shown_is_shown_by_the_next_writer(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.stores.disk_store.swap_link", stop_at("versions/00000001"))
    with pytest.raises(PublishError):
        put(lake, Doc(1))
    monkeypatch.undo()
    assert lake.version() == 0
    assert put(lake, Doc(2), day=NOVEMBER) == 2
    assert [made.batch for made in lake.versions()] == [("s", OCTOBER), ("s", NOVEMBER)]
    assert check_lake(lake) == []


def stop_at(target: str) -> Callable[[Path, str], None]:
    """Points links as usual, and fails like a disk for one target."""

    def swap(link: Path, to: str) -> None:
        if to == target:
            raise OSError(errno.EIO, "Input/output error", str(link))
        swap_link(link, to)

    return swap


@pytest.mark.parametrize("table", ["documents", "claims"])
@pytest.mark.parametrize("damage", ["flipped", "missing", "short"])
@pytest.mark.slow
def test_a_damaged_version_does_not_come_back(any_lake: Lake, tmp_path: Path, table: str, damage: str) -> None:
    lake = any_lake
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    publish_docs(lake, tmp_path / "staging", [Doc(2)])
    file = lake.manifest(1).tables[table][0]
    if lake.store.swaps_at_once:
        path = lake.store.fetch(1, table, file)
        content = path.read_bytes()
        path.unlink()
    else:
        bucket, key = lake.store.layout.bucket, lake.store.layout.file_key(table, file)
        content = read_object(bucket, key)[0]
        remove_objects(bucket, [key])
    half = len(content) // 2
    spoiled = (
        content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :] if damage == "flipped" else content[:half]
    )
    if damage != "missing":
        if lake.store.swaps_at_once:
            path.write_bytes(spoiled)
        else:
            put_object(bucket, key, spoiled, e_tag=None)
    with pytest.raises(LakeError, match=r"version 1 is not complete, so nothing was changed: .*part-0"):
        roll_back(lake, 1)
    assert [made.version for made in lake.versions()] == [1, 2]
    assert check_lake(lake) == []
    assert publish_docs(lake, tmp_path / "staging", [Doc(3)]).version == 3

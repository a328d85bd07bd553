"""An Iceberg catalog over published files: what it shows is what readers of the lake see, version after version."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from builders.command_line import run_copydesk
from builders.staged_shards import Doc, publish_docs

from flows.batches.run import follow_publish
from flows.settings import Settings
from tasks.errors import RequestError
from tasks.formats.record import MissingExtra
from tasks.lakes.lake import Lake, open_lake
from tasks.schema import SORT_KEYS, TABLES
from tasks.stores.errors import LakeError
from tasks.stores.manifest import file_schema, list_file_columns

pytest.importorskip("pyiceberg", reason="the extra `iceberg` is not installed")
# Of other people's making: SQLAlchemy's connections are closed by the collector, Polars advertises a planner of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Iceberg scan planning"),
]

from pyiceberg.expressions import EqualTo, GreaterThanOrEqual, IsNull  # noqa: E402

from tasks.lakes import iceberg  # noqa: E402

SEPTEMBER = datetime(2026, 9, 3, 8, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two months, a document without a date, no quarantine; in a folder with a space in its name."""
    lake = open_lake(tmp_path / "a lake" / "lake")
    put(lake, Doc(1), Doc(2), Doc(3, published=SEPTEMBER), Doc(4, published=None))
    return lake


def put(lake: Lake, *docs: Doc, keep: int = 2) -> None:
    publish_docs(lake, lake.store.folder.parent / "staging", docs, keep=keep)


def load(lake: Lake, table: str, uri: str = "") -> iceberg.Table:
    uri = uri or iceberg.find_catalog(lake)
    return iceberg.open_catalog(lake, uri).load_table(("lake", table))


def read_plain(lake: Lake, table: str) -> pa.Table:
    rows = ds.dataset(lake.store.path / table, partitioning=None).to_table()
    return rows.sort_by([(name, "ascending") for name in SORT_KEYS[table]])


def shows_the_lake(lake: Lake) -> bool:
    """Whether pyiceberg and Polars read from the catalog what pyarrow reads from the folder, in every table."""
    for table in TABLES:
        keys = SORT_KEYS[table]
        plain = read_plain(lake, table)
        found = load(lake, table).scan().to_arrow().sort_by([(name, "ascending") for name in keys])
        framed = pl.scan_iceberg(load(lake, table)).collect().sort(keys)
        if found.to_pylist() != plain.to_pylist() or not framed.equals(pl.DataFrame(pl.from_arrow(plain)).sort(keys)):
            return False
    return True


def test_the_catalog_shows_the_lake(lake: Lake) -> None:
    done = iceberg.register(lake, iceberg.find_catalog(lake))
    assert [(row.name, row.version, row.rows, row.files) for row in done] == [
        ("lake.documents", 1, 4, 2),
        ("lake.lines", 1, 15, 2),
        ("lake.duplicates", 1, 0, 0),
        ("lake.stories", 1, 0, 0),
        ("lake.quarantine", 1, 0, 0),
        ("lake.receipts", 1, 1, 1),
        ("lake.erasures", 1, 0, 0),
    ]
    assert all(row.changed for row in done if row.rows)
    assert shows_the_lake(lake)


def test_registering_again_changes_nothing(lake: Lake) -> None:
    uri = iceberg.find_catalog(lake)
    iceberg.register(lake, uri)
    before = {table: load(lake, table).metadata_location for table in TABLES}
    assert not any(row.changed for row in iceberg.register(lake, uri))
    assert {table: load(lake, table).metadata_location for table in TABLES} == before


@pytest.mark.slow
def test_it_follows_publishes_rollbacks_and_sweeps(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_ICEBERG", "store")
    monkeypatch.setenv("COPYDESK_KEEP_VERSIONS", "2")
    uri = iceberg.find_catalog(lake)
    for number in range(4):
        iceberg.register(lake, uri)
        assert shows_the_lake(lake), number
        put(lake, Doc(1), Doc(10 + number))
    follow_publish(lake, Settings())
    assert shows_the_lake(lake)
    assert run_copydesk("rollback", lake.version() - 1, "--lake", lake.store.path) == 0
    assert shows_the_lake(lake)
    # Only kept versions can be travelled to, and there is one snapshot for each.
    kept = [str(made.version) for made in lake.versions() if made.kept]
    shown = {snapshot.summary["copydesk.version"] for snapshot in load(lake, "documents").snapshots()}
    assert shown <= set(kept)
    for snapshot in load(lake, "documents").snapshots():
        assert load(lake, "documents").scan(snapshot_id=snapshot.snapshot_id).to_arrow().num_rows == 2


def test_a_catalog_stays_right_until_its_version_is_swept(lake: Lake) -> None:
    iceberg.register(lake, iceberg.find_catalog(lake))
    before = load(lake, "documents").scan().to_arrow().num_rows
    put(lake, Doc(11), keep=2)
    assert load(lake, "documents").scan().to_arrow().num_rows == before
    put(lake, Doc(12), keep=2)
    with pytest.raises(FileNotFoundError):
        load(lake, "documents").scan().to_arrow()


@pytest.mark.slow
def test_tables_without_a_past_name_no_other_files(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    """After an erasure nothing of earlier snapshots is left, and later registrations miss none of it."""
    uri = iceberg.find_catalog(lake)
    for number in range(6):
        iceberg.register(lake, uri)
        put(lake, Doc(20 + number), keep=1)
        if number % 3 == 2:
            assert iceberg.recreate_tables(lake, uri) > 0
            kinds = [name.rpartition(".")[2] for name in lake.files.list_names("iceberg/documents")]
            assert sorted(kinds) == ["avro", "avro", "json", "json"]  # before the only snapshot, and with it
            assert shows_the_lake(lake)
    iceberg.register(lake, uri)
    assert shows_the_lake(lake)
    assert [line for line in caplog.messages if "delete" in line] == []


def test_a_date_opens_the_files_of_its_month_only(lake: Lake) -> None:
    iceberg.register(lake, iceberg.find_catalog(lake))
    table = load(lake, "documents")
    dated = table.scan(row_filter=GreaterThanOrEqual("published_at", "2026-10-01T00:00:00+00:00"))
    assert [("month=2026-10" in task.file.file_path) for task in dated.plan_files()] == [True]
    # What a table partitioned by month of `published_at` would lose.
    assert table.scan(row_filter=IsNull("published_at")).to_arrow().num_rows == 1
    assert table.scan(row_filter=EqualTo("language", "en")).to_arrow().num_rows == 4


def test_a_partition_that_stands_in_the_path_only_would_come_out_empty(lake: Lake) -> None:
    """Why `month` is no column in the catalog. Should this fail one day, it may become one."""
    catalog = iceberg.open_catalog(lake, iceberg.find_catalog(lake))
    catalog.create_namespace_if_not_exists("trap")
    schema = file_schema("documents").append(pa.field("month", pa.string()))
    table = catalog.create_table("trap.documents", schema)
    with table.update_spec() as spec:
        spec.add_identity("month")
    files = [f"file://{path.resolve()}" for path in (lake.store.path / "documents").glob("*/*.parquet")]
    table.add_files(files)
    assert table.scan().to_arrow()["month"].to_pylist() == [None] * 4


def test_a_copied_lake_gets_tables_of_its_own(lake: Lake, tmp_path: Path) -> None:
    iceberg.register(lake, iceberg.find_catalog(lake))
    shutil.copytree(lake.store.folder.parent, tmp_path / "copy", symlinks=True)
    copy = open_lake(tmp_path / "copy" / "lake")
    before = load(lake, "documents").metadata_location
    assert all(row.changed for row in iceberg.register(copy, iceberg.find_catalog(copy)) if row.rows)
    assert all("/copy/" in task.file.file_path for task in load(copy, "documents").scan().plan_files())
    assert load(lake, "documents").metadata_location == before
    shutil.rmtree(lake.store.folder.parent)
    assert shows_the_lake(copy)


def test_a_moved_lake_is_registered_again(lake: Lake, tmp_path: Path) -> None:
    iceberg.register(lake, iceberg.find_catalog(lake))
    lake.store.folder.parent.rename(tmp_path / "moved")
    moved = open_lake(tmp_path / "moved" / "lake")
    iceberg.register(moved, iceberg.find_catalog(moved))
    assert shows_the_lake(moved)


def test_a_new_column_appears(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lake of an older copydesk that did not have the column `evidence`."""
    uri = iceberg.find_catalog(lake)

    def without_evidence(table: str) -> list[pa.Field]:
        return [field for field in list_file_columns(table) if field.name != "evidence"]

    for module in ("tasks.stores.manifest", "tasks.publishing.changes", "tasks.lakes.lake"):
        monkeypatch.setattr(f"{module}.list_file_columns", without_evidence)
    put(lake, Doc(7))
    iceberg.register(lake, uri)
    assert "evidence" not in load(lake, "lines").schema().column_names
    monkeypatch.undo()
    put(lake, Doc(8))
    iceberg.register(lake, uri)
    assert (
        load(lake, "lines")
        .scan()
        .to_arrow()
        .select(["doc_id", "line", "evidence"])
        .equals(read_plain(lake, "lines").select(["doc_id", "line", "evidence"]))
    )


def test_a_catalog_anywhere(lake: Lake, tmp_path: Path) -> None:
    uri = iceberg.find_catalog(lake, str(tmp_path / "elsewhere" / "catalog.db"))
    iceberg.register(lake, uri)
    assert load(lake, "documents", uri).scan().to_arrow().num_rows == 4
    assert not (lake.store.folder / "iceberg" / "catalog.db").exists()
    assert iceberg.find_catalog(lake, "postgresql://host/base") == "postgresql://host/base"


@pytest.mark.slow
def test_a_lake_in_a_bucket_is_named_by_addresses_that_never_change(
    object_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # SeaweedFS without users knows no checksums behind the data, which Arrow sends by default.
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    here, there = (
        open_lake(tmp_path / "lake"),
        open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work"),
    )
    call = ("iceberg", "--lake", there.name, "--catalog")
    options = {"s3.endpoint": os.environ["AWS_ENDPOINT_URL"], "s3.region": os.environ["AWS_REGION"]}
    catalog = iceberg.open_catalog(there, iceberg.find_catalog(here, str(tmp_path / "catalog.db")), options)
    held = []
    for docs in ([Doc(1), Doc(2), Doc(3, published=SEPTEMBER)], [Doc(1), Doc(9), Doc(3, published=SEPTEMBER)]):
        for lake in (here, there):
            put(lake, *docs)
        assert run_copydesk(*call, tmp_path / "catalog.db") == 0
        assert "lake.documents" in capsys.readouterr().out
        for table in TABLES:
            keys = [(name, "ascending") for name in SORT_KEYS[table]]
            found = catalog.load_table(("lake", table)).scan()
            assert found.to_arrow().sort_by(keys).to_pylist() == read_plain(here, table).to_pylist()
        held.append({task.file.file_path for task in catalog.load_table("lake.documents").scan().plan_files()})
    # September did not change, and lies where it lay.
    (same,) = held[0] & held[1]
    assert same.startswith(f"{object_store}/{tmp_path.name}/.lake-store/files/00000001/documents/month=2026-09/part-0-")
    assert run_copydesk(*call, "store") == 1
    assert "no SQLite file can be in a bucket" in capsys.readouterr().err


def spoil_catalog(lake: Lake) -> str:
    path = lake.store.folder.parent / "notes.db"
    path.write_text("this is no database " * 100)
    return str(path)


def lock_catalog(lake: Lake) -> str:
    path = lake.store.folder.parent / "readonly.db"
    sqlite3.connect(path).close()
    return f"{path}/catalog.db"


WRONG = [
    ("no database", spoil_catalog, "this catalog cannot be used: "),
    ("below a file", lock_catalog, "this catalog cannot be used: "),
    ("unknown kind", lambda _: "ftp://host/catalog", "Could not infer the catalog type"),
]


@pytest.mark.parametrize(("make", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_catalog_that_cannot_be_used_is_reported_in_one_line(lake: Lake, make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(LakeError, match=message) as told:
        iceberg.register(lake, iceberg.find_catalog(lake, make(lake)))
    assert "\n" not in str(told.value)


def test_no_lake_is_reported_in_one_line(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "none")
    with pytest.raises(RequestError, match="there is no lake at"):
        iceberg.register(lake, iceberg.find_catalog(lake))
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pyiceberg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyiceberg", None)
    with pytest.raises(MissingExtra, match=r"install copydesk\[iceberg\]"):
        iceberg.register(lake, iceberg.find_catalog(lake))
    follow_publish(lake, Settings())
    assert run_copydesk("iceberg", "--lake", lake.store.path, "--catalog", "store") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_nothing_is_copied(lake: Lake) -> None:
    iceberg.register(lake, iceberg.find_catalog(lake))
    kept = [Path(place) / name for place, _, names in os.walk(lake.store.folder / "iceberg") for name in names]
    assert not [path for path in kept if path.suffix == ".parquet"]


@pytest.mark.parametrize("lost", ["iceberg", "iceberg/catalog.db", "iceberg/documents", "iceberg/documents/metadata"])
def test_a_catalog_that_was_lost_is_made_again(tmp_path: Path, lost: str) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    before = iceberg.register(lake, iceberg.find_catalog(lake))
    path = lake.store.folder / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    publish_docs(lake, tmp_path / "staging", [Doc(1), Doc(2)])
    made = {table.name: table.rows for table in iceberg.register(lake, iceberg.find_catalog(lake))}
    assert made.keys() == {table.name for table in before}
    assert made["lake.documents"] == 2
    assert not any(table.changed for table in iceberg.register(lake, iceberg.find_catalog(lake)))

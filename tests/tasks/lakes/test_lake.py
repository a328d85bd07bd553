"""Opening a lake, and looking things up in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders.staged_shards import OCTOBER, Doc, publish_docs

from tasks.lakes.lake import Lake, PlaceError, open_lake
from tasks.schema import TABLES
from tasks.stores.errors import LakeError
from tasks.stores.manifest import file_schema, write_manifest

PLACES = [
    ("gs://news/lake", "a lake is a folder or s3"),
    ("s3://news", "name a folder in the bucket"),
    ("s3://news/", "name a folder in the bucket"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    place = tmp_path_factory.mktemp("lake")
    lake = open_lake(place / "lake")
    for source, day in (("b", OCTOBER), ("a", date(2026, 9, 1)), ("a", OCTOBER)):
        publish_docs(
            lake,
            place / "staging",
            [Doc(1), Doc(2, published=None)],
            source=source,
            day=day,
            keep=2,
            note={"run": source},
        )
    return lake


@pytest.mark.parametrize(("address", "told"), PLACES, ids=[case[0] for case in PLACES])
def test_an_address_that_no_lake_can_have(address: str, told: str) -> None:
    with pytest.raises(PlaceError, match=told):
        open_lake(address)


def test_a_path_that_was_an_address_is_one_again() -> None:
    assert open_lake(Path("s3://news/lake")).name == "s3://news/lake"
    assert open_lake(Path("lake")) == open_lake(Path("lake"))


def test_nothing_has_to_exist(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "none")
    assert (lake.version(), lake.versions(), lake.receipts(), lake.receipt("s", OCTOBER)) == (0, [], [], None)
    assert lake.manifest().tables == {}
    assert list(tmp_path.iterdir()) == []


def test_a_receipt_is_found_by_its_batch(lake: Lake) -> None:
    receipt = lake.receipt("a", OCTOBER)
    assert receipt is not None
    assert list(receipt) == TABLES["receipts"].names
    # Both documents came in September already.
    assert (receipt["records"], receipt["published"], receipt["duplicates"]) == (2, 0, 2)
    assert lake.receipt("a", date(2026, 9, 2)) is None


def test_receipts_come_by_source_and_date(lake: Lake) -> None:
    found = [(row["source"], row["logical_date"]) for row in lake.receipts()]
    assert found == [("a", date(2026, 9, 1)), ("a", OCTOBER), ("b", OCTOBER)]
    assert "inputs" not in lake.receipts()[0]
    assert lake.receipts("b", columns=("published",)) == [{"published": 2}]


def test_versions_name_their_batch_and_what_changed(lake: Lake) -> None:
    found = [(made.version, made.batch, made.kept, made.note) for made in lake.versions()]
    assert found == [
        (1, ("b", OCTOBER), False, {"run": "b"}),
        (2, ("a", date(2026, 9, 1)), True, {"run": "a"}),
        (3, ("a", OCTOBER), True, {"run": "a"}),
    ]
    assert [made.rows["documents"] for made in lake.versions()] == [2, 4, 4]
    assert lake.versions()[1].changed["documents"] == ("2026-09", "2026-10")
    assert lake.versions()[2].changed["documents"] == ()


def test_a_manifest_is_written_as_it_is_read(lake: Lake) -> None:
    assert write_manifest(lake.manifest()) == lake.store.manifest_path(3).read_text()


@pytest.mark.parametrize("version", [4, 99])
def test_an_unknown_version_is_named(lake: Lake, version: int) -> None:
    with pytest.raises(LakeError, match=f"there is no version {version}"):
        lake.manifest(version)


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    lake.store.manifest_path(1).parent.mkdir(parents=True)
    lake.store.manifest_path(1).write_text("{}")
    with pytest.raises(LakeError, match="manifest of version 1 is damaged"):
        lake.manifest(1)


@pytest.mark.parametrize("table", TABLES)
def test_files_have_the_declared_columns_without_the_partition(table: str) -> None:
    assert file_schema(table).names == [name for name in TABLES[table].names if name != "month"]
    assert all(field.metadata is None for field in file_schema(table))

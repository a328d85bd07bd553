"""A lake that was tampered with does not go unnoticed."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from builders.command_line import run_copydesk
from builders.lakes import DAY, make_lake
from builders.staged_shards import Doc, publish_docs

from tasks.checking.check import check_days, check_files, check_lake, find_odd_days
from tasks.checking.rows import check_all, check_owners, check_sample, pick_documents
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import roll_back
from tasks.stores.errors import LakeFault, PublishError
from tasks.stores.manifest import Manifest, TableFile, file_schema, write_manifest


@pytest.fixture(scope="module")
def good(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("check")
    make_lake(project, "seeds/*.txt", place / "lake")
    make_lake(project, "seeds/broken/*", place / "lake", name="broken")
    # A document that an earlier batch of its source has: it lies in the shadow.
    (place / "again").mkdir()
    story = (project / "seeds" / "harbour-ferry.en.txt").read_bytes()
    (place / "again" / "copy.txt").write_bytes(story.replace(b"\n", b"\r\n"))  # other bytes, the same text
    make_lake(place, "again/*", place / "lake", day=DAY + timedelta(days=1))
    return place


@pytest.fixture
def lake(good: Path, tmp_path: Path) -> Lake:
    shutil.copytree(good, tmp_path / "copy", symlinks=True)
    return open_lake(tmp_path / "copy" / "lake")


def first_file(lake: Lake, table: str) -> Path:
    manifest = lake.manifest()
    return lake.store.tree(manifest.version) / table / manifest.tables[table][0].path


def rewrite(change: Callable[[pl.DataFrame], pl.DataFrame], table: str, *, rows: int = 0) -> Callable[[Lake], None]:
    """Changes rows and the manifest with them, as no file check can see. `rows`: by how many the manifest is wrong."""

    def tamper(lake: Lake) -> None:
        path = first_file(lake, table)
        changed = change(pl.read_parquet(path, hive_partitioning=False)).to_arrow().cast(file_schema(table))
        pq.write_table(changed, path)
        manifest = lake.manifest()
        files = list(manifest.tables[table])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files[0] = TableFile(files[0].path, changed.num_rows + rows, path.stat().st_size, digest)
        tables = {**manifest.tables, table: tuple(files)}
        text = write_manifest(dataclasses.replace(manifest, tables=tables))
        lake.store.manifest_path(manifest.version).write_text(text)

    return tamper


def delete(lake: Lake) -> None:
    first_file(lake, "lines").unlink()


def truncate(lake: Lake) -> None:
    path = first_file(lake, "documents")
    path.write_bytes(path.read_bytes()[:-1])


def add(lake: Lake) -> None:
    path = first_file(lake, "documents")
    shutil.copy(path, path.with_name("copy.parquet"))


def flip_byte(table: str) -> Callable[[Lake], None]:
    def tamper(lake: Lake) -> None:
        path = first_file(lake, table)
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)

    return tamper


def put_beside(where: str) -> Callable[[Lake], None]:
    """A copy of a published file, where readers or the next publish would meet it."""

    def tamper(lake: Lake) -> None:
        places = {
            "hidden": lake.store.tree(lake.version()) / "claims" / "month=2026-10",
            "new month": lake.store.path / "documents" / "month=2031-01",
            "new table": lake.store.tree(lake.version()) / "copy" / "month=2026-10",
            "lake": lake.store.path / "mine",
        }
        places[where].mkdir(parents=True, exist_ok=True)
        shutil.copy(first_file(lake, "documents"), places[where] / "copy.parquet")

    return tamper


def add_link(lake: Lake) -> None:
    (lake.store.tree(lake.version()) / "lines" / "month=2031-01").symlink_to(first_file(lake, "lines").parent)


def edit_receipt(lake: Lake) -> None:
    path = first_file(lake, "receipts")
    pq.write_table(pl.read_parquet(path, hive_partitioning=False).with_columns(records=1).to_arrow(), path)


def cut_link(lake: Lake) -> None:
    (lake.store.path / "lines").unlink()


def turn_link(lake: Lake) -> None:
    (lake.store.path / "lines").unlink()
    (lake.store.path / "lines").symlink_to(f"../.lake-store/versions/{lake.version() - 1:08d}/lines")


def resolve_link(lake: Lake) -> None:
    tree = (lake.store.path / "lines").resolve()
    (lake.store.path / "lines").unlink()
    shutil.copytree(tree, lake.store.path / "lines")


def spoil_manifest(lake: Lake) -> None:
    lake.store.manifest_path(lake.version()).write_text("{}")


def resolve_current(lake: Lake) -> None:
    tree = lake.store.current.resolve()
    lake.store.current.unlink()
    shutil.copytree(tree, lake.store.current)


def drop_column(lake: Lake) -> None:
    path = first_file(lake, "quarantine")
    rewrite(lambda rows: rows, "quarantine")(lake)
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["stage"]), path)
    manifest = lake.manifest()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = dataclasses.replace(manifest.tables["quarantine"][0], size=path.stat().st_size, sha256=digest)
    files = (file, *manifest.tables["quarantine"][1:])
    changed = dataclasses.replace(manifest, tables={**manifest.tables, "quarantine": files})
    lake.store.manifest_path(manifest.version).write_text(write_manifest(changed))


def more(column: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.with_columns(pl.col(column) + 1)


OPEN_SUMS = "a receipt's sums do not close"
OTHER_ROWS = "a receipt counts other rows than there are"
OTHER_BYTES = "a file is not what was published"
STRANGER = "a file that no commit made"
UNSEEN = "readers do not see the published version of a table"
NOT_REBUILT = "a document cannot be put together again"
UNREADABLE = "a lake cannot be read"
CASES = [
    *(
        (OTHER_BYTES, flip_byte(table))
        for table in ("documents", "lines", "quarantine", "receipts", "claims", "shadowed")
    ),
    *((STRANGER, put_beside(where)) for where in ("hidden", "new month", "new table", "lake")),
    (STRANGER, add_link),
    (OTHER_BYTES, edit_receipt),
    (UNSEEN, cut_link),
    (UNSEEN, turn_link),
    (UNSEEN, resolve_link),
    (UNREADABLE, spoil_manifest),
    (UNREADABLE, resolve_current),
    ("a file is missing", delete),
    ("a file is not what was published", truncate),
    ("a file that no commit made", add),
    ("a file's columns are not those declared", drop_column),
    ("a file has other rows than its commit says", rewrite(lambda rows: rows, "lines", rows=1)),
    (OPEN_SUMS, rewrite(more("records"), "receipts")),
    (OPEN_SUMS, rewrite(more("chars"), "receipts")),
    (OPEN_SUMS, rewrite(lambda rows: rows.with_columns(languages=pl.col("languages").list.head(0)), "receipts")),
    (OTHER_ROWS, rewrite(lambda rows: rows.head(rows.height - 1), "documents")),
    (OTHER_ROWS, rewrite(lambda rows: rows.head(rows.height - 1), "lines")),
    (OTHER_ROWS, rewrite(more("captions_merged"), "receipts")),
    (OTHER_ROWS, rewrite(lambda rows: rows.with_columns(language=pl.lit("xx")), "documents")),
    ("rows of a batch that has no receipt", rewrite(lambda rows: rows.head(0), "receipts")),
    ("a document is not where its batch put it", rewrite(lambda rows: rows.head(rows.height - 1), "documents")),
    ("a document that no batch brought", rewrite(lambda rows: rows.head(rows.height - 1), "claims")),
    ("a document is published twice", rewrite(lambda rows: pl.concat([rows, rows.head(1)]), "documents")),
    ("a batch has two receipts", rewrite(lambda rows: pl.concat([rows, rows.head(1)]), "receipts")),
    (OTHER_ROWS, rewrite(lambda rows: pl.concat([rows, rows.head(1)]), "lines")),
    (OTHER_ROWS, rewrite(lambda rows: pl.concat([rows, rows.head(1)]), "quarantine")),
    (NOT_REBUILT, rewrite(lambda rows: pl.concat([rows.head(1), rows]), "lines")),
    (NOT_REBUILT, rewrite(lambda rows: rows.with_columns(pl.col("text") + "."), "documents")),
    (NOT_REBUILT, rewrite(lambda rows: rows.with_columns(pl.col("text").str.reverse()), "lines")),
    (NOT_REBUILT, rewrite(lambda rows: rows.with_columns(line=pl.lit(-1, pl.Int32)), "lines")),
    (NOT_REBUILT, rewrite(lambda rows: rows.with_columns(body_lines=pl.col("body_lines").list.tail(1)), "documents")),
]


def whats(findings: Iterable[LakeFault]) -> set[str]:
    return {found.what for found in findings}


@pytest.mark.slow
def test_a_good_lake_has_no_findings(lake: Lake, tmp_path: Path) -> None:
    assert check_lake(lake) == []
    assert check_lake(lake, tmp_path / "scratch") == []
    assert find_odd_days(lake) == []


def test_no_lake_is_a_finding(tmp_path: Path) -> None:
    assert whats(check_lake(open_lake(tmp_path / "lake"))) == {"no lake here"}
    assert find_odd_days(open_lake(tmp_path / "lake")) == []


@pytest.mark.slow
def test_a_lake_without_its_store_is_reported_and_not_started_again(good: Path, tmp_path: Path, project: Path) -> None:
    shutil.copytree(good / "lake", tmp_path / "lake", symlinks=True)
    assert whats(check_lake(open_lake(tmp_path / "lake"))) == {"a lake without its store"}
    with pytest.raises(PublishError, match="bring the lake's store back beside it"):
        make_lake(project, "seeds/broken/*", tmp_path / "lake")
    shutil.copytree(good / ".lake-store", tmp_path / ".lake-store", symlinks=True, dirs_exist_ok=True)
    assert check_lake(open_lake(tmp_path / "lake")) == []


@pytest.mark.slow
def test_a_copy_without_links_is_reported(good: Path, tmp_path: Path) -> None:
    shutil.copytree(good / "lake", tmp_path / "lake")
    assert whats(check_lake(open_lake(tmp_path / "lake"))) == {"a copy of a lake"}


@pytest.mark.parametrize("command", ["check", "versions", "iceberg", "learn"])
@pytest.mark.slow
def test_a_store_without_its_links_is_reported_in_one_line(lake: Lake, command: str) -> None:
    resolve_current(lake)
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", command, "--lake", str(lake.store.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert "copy it again with its links" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("what", "tamper"), CASES, ids=[f"{number} {case[0]}" for number, case in enumerate(CASES)])
def test_what_is_wrong_is_found(lake: Lake, tmp_path: Path, what: str, tamper: Callable[[Lake], None]) -> None:
    tamper(lake)
    assert what in whats(check_lake(lake))
    assert what in whats(check_lake(lake, tmp_path / "scratch"))


def test_lines_without_a_document_are_found(lake: Lake, tmp_path: Path) -> None:
    rewrite(lambda rows: rows.with_columns(doc_id=pl.lit("f" * 32)), "lines")(lake)
    assert "lines of a document that is not there" in whats(check_lake(lake, tmp_path / "scratch"))


def test_a_cure_that_is_named_cures(lake: Lake) -> None:
    """A file that another version still has is copied from there; else the lake goes back to a whole version."""
    path = first_file(lake, "documents")
    path.unlink()
    (found,) = check_lake(lake)
    assert found.next.startswith("copy ")
    shutil.copy(found.next.split()[1], path)
    assert check_lake(lake) == []
    written = next(
        lake.store.tree(lake.version()) / "receipts" / file.path
        for file in lake.manifest().tables["receipts"]
        if file not in lake.manifest(2).tables["receipts"]
    )
    written.write_bytes(b"")
    (found,) = check_lake(lake)
    assert found.next.startswith("copydesk rollback 2,")
    roll_back(lake, 2)
    assert check_lake(lake) == []


def test_a_file_that_no_version_has_needs_a_backup(lake: Lake) -> None:
    for version in (1, 2, 3):
        for file in lake.manifest(version).tables["claims"]:
            (lake.store.tree(version) / "claims" / file.path).write_bytes(b"")
    assert all(found.next.startswith("put it back from a backup (sha256 ") for found in check_lake(lake))


@pytest.mark.parametrize("group", [7, 100])
def test_parts_of_any_size_judge_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    """Documents in many row groups and runs, keys in many parts, samples of many sizes: the same verdict."""
    monkeypatch.setattr("tasks.stores.table_files.GROUP_ROWS", group)
    monkeypatch.setattr("tasks.checking.rows.CHUNK_FLOOR", 1)
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(at, language="ab"[at % 2]) for at in range(300)])
    manifest = lake.manifest()
    assert list(check_owners(lake, manifest, 50)) == []
    for size in (1, 10, 1_000):
        assert list(check_sample(lake, manifest, size)) == []
    assert list(check_all(lake, manifest, tmp_path / "scratch")) == []
    broken = pl.read_parquet(first_file(lake, "documents"), columns=["doc_id"])["doc_id"].sort().gather_every(90)
    odd = pl.col("doc_id").is_in(broken.to_list())
    rewrite(lambda rows: rows.with_columns(text=pl.when(odd).then(pl.lit("x")).otherwise("text")), "documents")(lake)
    found = check_all(lake, lake.manifest(), tmp_path / "scratch")
    assert [finding.where for finding in found] == broken.to_list()
    rewrite(lambda rows: rows.with_columns(doc_id=pl.lit("f" * 32)), "claims")(lake)
    orphans = [finding.where for finding in check_owners(lake, lake.manifest(), 50) if "no batch" in finding.what]
    assert len(orphans) == 300


def test_a_sample_is_of_a_version_and_spread_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.stores.table_files.GROUP_ROWS", 50)
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(at) for at in range(200)])
    path = first_file(lake, "documents")
    ids = pl.read_parquet(path, columns=["doc_id"])["doc_id"].to_list()
    places = [
        sorted(ids.index(each) for each in pick_documents(path, turn, 5)["doc_id"].to_pylist()) for turn in (1, 2, 1)
    ]
    assert places == [[51, 61, 71, 81, 91], [102, 112, 122, 132, 142], [51, 61, 71, 81, 91]]


def test_a_version_swept_during_a_check_is_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    seen: list[int] = []

    def commit_meanwhile(lake: Lake, manifest: Manifest, digests: dict[str, str]) -> Iterator[LakeFault]:
        seen.append(manifest.version)
        if len(seen) == 1:
            for number in (2, 3):
                publish_docs(lake, tmp_path / "staging", [Doc(number)], keep=1)
        return check_files(lake, manifest, digests)

    monkeypatch.setattr("tasks.checking.check.check_files", commit_meanwhile)
    assert check_lake(lake) == []
    assert seen == [1, 3]


MONDAY = date(2026, 10, 5)


def days(*counts: int | None, start: date = MONDAY, step: int = 1) -> list[dict[str, object]]:
    """A receipt a day with so many documents; None: no batch."""
    return [
        {
            "source": "s",
            "logical_date": start + timedelta(days=number * step),
            "published": count,
            "records": 100,
            "inputs": [{"sha256": f"{number}"}],
        }
        for number, count in enumerate(counts)
        if count is not None
    ]


WEEK = (50, 52, 48, 55, 50, 20, 9)
ODD_DAYS = [
    ("nothing", [], []),
    ("one day", days(50), []),
    ("even", days(50, 51, 49, 50), []),
    ("a hole", days(50, None, 50), [("a day is missing", "s 2026-10-06: no batch, between 2026-10-05 and 2026-10-07")]),
    ("two holes", days(50, None, 50, 50, None, 50, 50), [("a day is missing", "10-06"), ("a day is missing", "10-09")]),
    ("far apart", days(50, None, None, None, None, None, 50), []),
    ("weekly", days(50, 50, 50, 50, step=7), []),
    ("a week without", days(50, 50, 50, None, 50, step=7), [("a day is missing", "10-26")]),
    ("no Sundays", days(*([50] * 6 + [None]) * 4), []),
    ("thin weekends", days(*WEEK * 5), []),
    (
        "a short day",
        days(50, 50, 12, 50, 50),
        [("a day is short", "s 2026-10-07: 12 documents of 100 records, its neighbours have 50")],
    ),
    ("an empty day", days(50, 50, 0, 50, 50), [("a day is short", "0 documents")]),
    ("half is enough", days(50, 50, 25, 50, 50), []),
    ("a short Sunday", days(*WEEK * 2, *WEEK[:6], 9, *WEEK[:6], 1, *WEEK), []),
    ("a short Saturday", days(*WEEK * 2, *WEEK[:5], 4, 9, *WEEK * 2), [("a day is short", "2026-10-24: 4 documents")]),
    ("few documents", days(5, 5, 1, 5, 5), []),
    (
        "twice",
        [*days(50, 50, 50), *days(50, start=date(2026, 10, 8))],
        [("a day was delivered twice", "s 2026-10-08: its files are those of 2026-10-05")],
    ),
    ("other sources", [*days(50, 50), *({**row, "source": "t"} for row in days(5, None, 5)[:1])], []),
]


@pytest.mark.parametrize(("receipts", "expected"), [row[1:] for row in ODD_DAYS], ids=[row[0] for row in ODD_DAYS])
def test_odd_days(receipts: list[dict[str, object]], expected: list[tuple[str, str]]) -> None:
    found = list(check_days(receipts))
    assert [finding.what for finding in found] == [what for what, _ in expected]
    for finding, (_, where) in zip(found, expected, strict=True):
        assert where in finding.where


def test_odd_days_of_a_lake_are_reported_and_are_no_failure(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    for number, count in enumerate((12, 12, 3, 12, 12)):
        docs = [Doc(100 * number + at) for at in range(count)]
        if number != 1:
            publish_docs(lake, tmp_path / "staging", docs, day=MONDAY + timedelta(days=number))
    assert check_lake(lake) == []
    assert whats(find_odd_days(lake)) >= {"a day is missing", "a day is short"}


@pytest.mark.parametrize("whole", [False, True])
def test_the_command_says_what_to_copy_and_counts(lake: Lake, capsys: pytest.CaptureFixture[str], whole: bool) -> None:
    call = ("check", "--lake", lake.store.path, *(["--all"] if whole else []))
    assert run_copydesk(*call) == 0
    assert ("all documents" if whole else "--all takes every one") in capsys.readouterr().out
    path = first_file(lake, "documents")
    flip_byte("documents")(lake)
    assert run_copydesk(*call) == 1
    told = capsys.readouterr()
    # On one line, however long, so that it can be copied.
    assert f"{OTHER_BYTES}: {path}\n" in told.out
    assert "1 fault in" in told.err

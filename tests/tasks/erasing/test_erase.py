"""Erased records are in no version, come back in no run, and every other row stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders.erasures import DAYS, PUBLISHERS, Article, deliver, find_texts
from builders.lakes import ask, make_lake

from tasks.checking.check import check_lake
from tasks.erasing.erase import Erased, erase
from tasks.erasing.targets import Keys, Request, resolve_keys
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake, scan_table
from tasks.publishing.publish import roll_back
from tasks.stores.tags import add_tag, list_tags

pytestmark = pytest.mark.slow

ASKED_AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
GONE = Article(1)
FIRST = (GONE, Article(2), GONE, Article(3, PUBLISHERS[1]), Article(4, is_broken=True))
SECOND = (Article(5), GONE, Article(1, PUBLISHERS[1]), Article(1, PUBLISHERS[2], extra=77), Article(6))


def put(root: Path, day: date, articles: Sequence[Article], source: str = "wire", **options: Any) -> Any:
    path = deliver(root, source, day, articles).relative_to(root)
    return make_lake(root, str(path), root / "l" / "lake", name=source, day=day, **options)


def remove(lake: Lake, *names: str, removes_tags: bool = False, **keys: tuple[str, ...]) -> Erased:
    ids, records = resolve_keys(lake, Keys(names, **keys))
    return erase(lake, Request(tuple(ids), tuple(records), "withdrawn", "the desk", ASKED_AT, removes_tags))


def check_sums(lake: Lake, scratch: Path) -> None:
    """Records are documents, duplicates, quarantine and erased, counted in the tables."""
    scratch.mkdir(exist_ok=True)
    assert check_lake(lake, scratch) == []
    count = "(SELECT count(*) FROM 'LAKE/{}/**/*.parquet' {})".format
    parts = [count(table, "") for table in ("documents", "duplicates", "quarantine")]
    parts.append(count("erasures", "WHERE is_delivered"))
    records, accounted = ask(
        lake.name, f"SELECT (SELECT sum(records) FROM 'LAKE/receipts/**/*.parquet'), {' + '.join(parts)}"
    )[0]
    assert records == accounted


def read_rows(lake: Lake, ids: frozenset[str]) -> dict[str, list[Any]]:
    """Every row of the tables of texts but those of some documents."""
    rows = {}
    for table in ("documents", "lines", "duplicates", "shadowed", "shadowed_lines", "claims", "sketches"):
        frame = scan_table(lake, lake.manifest(), table).collect()
        rows[table] = sorted(map(repr, frame.filter(~frame["doc_id"].is_in(list(ids))).rows()))
    return rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two batches with a text of one publisher in both, twice in the first; another publisher has it too, one with more."""
    put(tmp_path, DAYS[0], FIRST)
    put(tmp_path, DAYS[1], SECOND)
    return open_lake(tmp_path / "l" / "lake")


def test_a_document_goes_with_all_its_copies_and_stays_out(lake: Lake, tmp_path: Path) -> None:
    root = tmp_path
    ids, _ = resolve_keys(lake, Keys(("https://courier.example/1.html",)))
    assert len(ids) == 1
    before = read_rows(lake, ids)
    others = ask(lake.name, "SELECT count(*) FROM 'LAKE/stories/**/*.parquet'")
    assert others == [(3,)]
    done = remove(lake, "https://courier.example/1.html")
    assert done.targets.records.height == 3
    assert read_rows(lake, frozenset()) == before
    check_sums(lake, root / "scratch")
    # The copies of other publishers stay, and are a story of their own.
    assert ask(lake.name, "SELECT kind FROM 'LAKE/stories/**/*.parquet' ORDER BY ALL") == [("first",), ("wire",)]
    rows = ask(
        lake.name,
        "SELECT logical_date, input, why, requested_by, requested_at, is_delivered FROM 'LAKE/erasures/**/*.parquet' ORDER BY ALL",
    )
    assert [(row[0], *row[2:4], row[5]) for row in rows] == [
        (day, "withdrawn", "the desk", True) for day in (DAYS[0], DAYS[0], DAYS[1])
    ]
    assert {row[4] for row in rows} == {ASKED_AT}
    # Only the latest version is kept, and a forced run of both days brings nothing back.
    assert [made.version for made in lake.versions() if made.kept] == [done.version]
    again = put(root, DAYS[0], FIRST, is_forced=True)
    assert (again.receipt["erased"], again.receipt["published"], again.receipt["quarantined"]) == (2, 2, 1)
    put(root, DAYS[1], SECOND, is_forced=True)
    put(root, DAYS[2], [Article(9), GONE])
    assert ask(lake.name, "SELECT erased FROM 'LAKE/receipts/**/*.parquet' ORDER BY logical_date") == [(2,), (1,), (1,)]
    check_sums(lake, root / "scratch")
    after = read_rows(lake, frozenset())
    assert set(before["documents"]) <= set(after["documents"])
    assert len(after["documents"]) == len(before["documents"]) + 1


def test_nothing_of_an_erased_text_is_left_in_any_file(lake: Lake, tmp_path: Path) -> None:
    remove(lake, publishers=PUBLISHERS[1:])
    done = remove(lake, "https://courier.example/1.html")
    assert find_texts(tmp_path / "l", [GONE.text]) == {}
    assert find_texts(tmp_path / "l", [Article(2).text])
    assert done.version == 4


def test_a_broken_record_is_erased_by_its_uri(lake: Lake, tmp_path: Path) -> None:
    uri = ask(lake.name, "SELECT uri FROM 'LAKE/quarantine/**/*.parquet'")[0][0]
    remove(lake, uri)
    assert ask(lake.name, "SELECT count(*) FROM 'LAKE/quarantine/**/*.parquet'") == [(0,)]
    put(tmp_path, DAYS[0], FIRST, is_forced=True)
    assert ask(lake.name, "SELECT quarantined, erased FROM 'LAKE/receipts/**/*.parquet' ORDER BY logical_date") == [
        (0, 1),
        (0, 0),
    ]
    check_sums(lake, tmp_path / "scratch")


def test_a_text_in_an_earlier_version_alone_is_erased_too(lake: Lake, tmp_path: Path) -> None:
    put(tmp_path, DAYS[2], [Article(8), Article(9)])
    roll_back(lake, 2)
    done = remove(lake, "https://courier.example/8.html")
    assert (done.version, done.targets.versions) == (5, {3})
    assert [made.version for made in lake.versions() if made.kept] == [4, 5]
    assert find_texts(tmp_path / "l", [Article(8).text]) == {}
    # A rollback keeps what was erased out.
    assert roll_back(lake, 4) == 6
    result = put(tmp_path, DAYS[2], [Article(8), Article(9)])
    assert (result.receipt["published"], result.receipt["erased"]) == (1, 1)
    check_sums(lake, tmp_path / "scratch")
    roll_back(lake, 5)
    check_sums(lake, tmp_path / "scratch")


def test_a_tagged_version_is_named_and_needs_an_option(lake: Lake, tmp_path: Path) -> None:
    add_tag(lake.store, "paper", 1)
    with pytest.raises(RequestError, match=r"tagged versions too \(paper\).*--tags"):
        remove(lake, "https://courier.example/1.html")
    assert lake.version() == 2
    remove(lake, "https://courier.example/1.html", removes_tags=True)
    assert list_tags(lake.files) == {}
    assert [made.version for made in lake.versions() if made.kept] == [3]
    check_sums(lake, tmp_path / "scratch")


def test_a_file_that_is_gone_keeps_its_sums(lake: Lake, tmp_path: Path) -> None:
    remove(lake, "https://courier.example/1.html")
    (tmp_path / "in" / "wire" / f"{DAYS[0]}.jsonl").rename(tmp_path / "in" / "wire" / "old")
    put(tmp_path, DAYS[0], [Article(20)], is_forced=True)  # the file again, with another content
    assert ask(lake.name, "SELECT records, erased FROM 'LAKE/receipts/**/*.parquet' ORDER BY logical_date") == [
        (1, 0),
        (5, 1),
    ]
    put(tmp_path, DAYS[0], [Article(20), GONE])
    assert ask(lake.name, "SELECT records, erased FROM 'LAKE/receipts/**/*.parquet' ORDER BY logical_date") == [
        (2, 1),
        (5, 1),
    ]
    check_sums(lake, tmp_path / "scratch")

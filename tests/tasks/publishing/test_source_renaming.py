"""Sources renamed and removed: the lake is that of runs under the new name, or of the other sources, byte for byte."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders.lakes import ask, hash_lake, make_lake, make_test_run
from builders.news_days import NEWS_DAYS, write_news_days

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.source_renaming import rename_batches

pytestmark = pytest.mark.slow


def ingest(root: Path, lake: str, name: str, days: list[date], **settings: Any) -> Lake:
    """Ingests days of a source."""
    for day in days:
        made = make_lake(root, "in/{date}/*.jsonl", root / lake, name=name, day=day, **settings)
        assert made.state == "published", made.why
    return make_test_run(root / lake, **settings).lake


@pytest.mark.parametrize("settings", [{}, {"partition": "day"}], ids=["month", "day"])
def test_a_renamed_source_is_what_runs_under_the_new_name_make(tmp_path: Path, settings: dict[str, Any]) -> None:
    write_news_days(tmp_path)
    lake = ingest(tmp_path, "lake", "wire", NEWS_DAYS, **settings)
    ingest(tmp_path, "lake", "other", NEWS_DAYS[:1], **settings)
    expected = ingest(tmp_path, "expected", "courier", NEWS_DAYS, **settings)
    ingest(tmp_path, "expected", "other", NEWS_DAYS[:1], **settings)
    assert ask(tmp_path / "lake", "SELECT count(*) FROM 'LAKE/stories/**/*.parquet'") > [(0,)]
    assert rename_batches(lake, "wire", "courier") == (5, True)
    assert check_lake(lake, tmp_path) == []
    assert hash_lake(tmp_path / "lake") == hash_lake(tmp_path / "expected")
    assert expected.manifest().tables == lake.manifest().tables


@pytest.mark.parametrize("number", [0, 1])
def test_two_sources_become_one_in_whatever_order_their_days_are(tmp_path: Path, number: int) -> None:
    write_news_days(tmp_path)
    lake = ingest(tmp_path, "lake", "wire", [NEWS_DAYS[number]])
    ingest(tmp_path, "lake", "courier", [day for day in NEWS_DAYS if day != NEWS_DAYS[number]])
    expected = ingest(tmp_path, "expected", "courier", NEWS_DAYS)
    rename_batches(lake, "wire", "courier")
    assert check_lake(lake, tmp_path) == []
    assert hash_lake(tmp_path / "lake") == hash_lake(tmp_path / "expected")
    assert expected.manifest().tables == lake.manifest().tables


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"publisher": "wire"}, {"keeps_publisher": True}),
        # A record with an address would have its host as publisher: so the records say it themselves.
        ({"publisher": "wire", "url": "https://wire.example/1"}, {}),
    ],
)
def test_a_publisher_that_records_name_keeps_its_name(
    tmp_path: Path, fields: dict[str, str], options: dict[str, bool]
) -> None:
    write_news_days(tmp_path, **fields)
    lake = ingest(tmp_path, "lake", "wire", NEWS_DAYS[:1])
    expected = ingest(tmp_path, "expected", "courier", NEWS_DAYS[:1])
    assert rename_batches(lake, "wire", "courier", **options) == (2, False)
    assert expected.manifest().tables == lake.manifest().tables


def test_documents_that_would_become_one_are_refused(tmp_path: Path) -> None:
    write_news_days(tmp_path)
    other = tmp_path / "in" / str(NEWS_DAYS[0]) / "b.jsonl"
    other.write_text((other.parent / "a.jsonl").read_text().replace('"text"', '"publisher": "courier", "text"'))
    lake = ingest(tmp_path, "lake", "wire", NEWS_DAYS[:1])
    with pytest.raises(RequestError, match="rename with --keep-publisher"):
        rename_batches(lake, "wire", "courier")
    assert lake.version() == 1

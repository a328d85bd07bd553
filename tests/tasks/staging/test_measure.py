"""Measuring: what is staged can be put together again, whatever the article; what is broken is answered, not raised."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from builders.staged_documents import Line, Parts, make_document, write_shard
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.staging.measure import MAX_BLANK_LINES, StagedFileError, hash_text, measure_shard

FATES = ("body", "headline", "byline", "caption", "-boilerplate", "-repeat")
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12)
LINES = st.tuples(st.sampled_from(FATES), st.one_of(st.just(""), WORDS))


def measure_documents(folder: Path, documents: Sequence[Parts]) -> pl.DataFrame:
    """The narrow frame of staged documents, in the order in which they are given."""
    narrow = pl.read_parquet(measure_shard(write_shard(folder, documents)))
    asked = pl.DataFrame({"doc_id": [document["doc_id"] for document, _ in documents]}, schema={"doc_id": pl.String})
    return asked.join(narrow, on="doc_id", how="left", maintain_order="left")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(LINES, min_size=1, max_size=14), max_size=5))
@pytest.mark.slow
def test_any_article_is_rebuilt_and_its_sums_close(articles: list[list[Line]]) -> None:
    documents = [make_document(number, article) for number, article in enumerate(articles)]
    with tempfile.TemporaryDirectory() as folder:
        narrow = measure_documents(Path(folder), documents)
    assert narrow["is_rebuilt"].to_list() == [True] * len(articles)
    assert narrow["chars_summed"].to_list() == narrow["raw_chars"].to_list()
    assert narrow["text_chars_counted"].to_list() == [len(document["text"]) for document, _ in documents]
    for none in ("joints_wrong", "body_lines_unordered", "lines_shared", "lines_repeated", "lines_outside"):
        assert narrow[none].sum() == 0
    for count, fates in {"removed_rows": ("-",), "body_lines_counted": ("body",)}.items():
        expected = [sum(bool(text) and fate.startswith(fates) for fate, text in article) for article in articles]
        assert narrow[count].to_list() == expected


@settings(deadline=None, max_examples=40)
@given(st.data(), st.lists(LINES, min_size=1, max_size=10))
def test_any_changed_character_is_noticed(data: st.DataObject, article: list[Line]) -> None:
    document, lines = make_document(0, [*article, ("body", "ferry"), ("byline", "quist")])
    if data.draw(st.booleans()):
        at = data.draw(st.sampled_from([place for place, sign in enumerate(document["text"]) if sign != "\n"]))
        document["text"] = document["text"][:at] + "\u2603" + document["text"][at + 1 :]
    else:
        row = data.draw(st.sampled_from(lines))
        row["text"] = "\u2603" + row["text"][1:]
    with tempfile.TemporaryDirectory() as folder:
        narrow = measure_documents(Path(folder), [(document, lines)])
    assert narrow["is_rebuilt"].to_list() == [False]


def test_order_of_staged_rows_changes_nothing(tmp_path: Path) -> None:
    documents = [make_document(number) for number in range(6)]
    reversed_rows = [(document, lines[::-1]) for document, lines in reversed(documents)]
    one, other = (measure_shard(write_shard(tmp_path / str(n), d)) for n, d in enumerate((documents, reversed_rows)))
    assert one.read_bytes() == other.read_bytes()


def test_every_column_is_short_and_has_a_value(tmp_path: Path) -> None:
    narrow = pl.read_parquet(measure_shard(write_shard(tmp_path, [make_document()])))
    assert not [name for name, kind in narrow.schema.items() if kind.is_nested()]
    assert {kind for kind in narrow.schema.values() if kind.is_integer()} == {pl.Int64}
    assert narrow.null_count().sum_horizontal().item() == 0


def test_empty_shard_has_the_columns_of_a_full_one(tmp_path: Path) -> None:
    empty = pl.read_parquet(measure_shard(write_shard(tmp_path / "empty", [])))
    full = pl.read_parquet(measure_shard(write_shard(tmp_path / "full", [make_document()])))
    assert empty.is_empty()
    assert empty.schema == full.schema


@pytest.mark.parametrize("line", [-(2**31), -1, 2**31 - 1])
def test_a_corrupt_line_number_fails_the_rebuild(line: int, tmp_path: Path) -> None:
    document, lines = make_document()
    narrow = measure_documents(tmp_path, [(document, [lines[0] | {"line": line}, *lines[1:]])])
    assert narrow.select("is_rebuilt", "lines_outside").row(0) in [(None, 1), (False, 1)]


@pytest.mark.parametrize("count", [-1, 0, 3, 2**31 - 1])
def test_a_corrupt_line_count_fails_the_rebuild(count: int, tmp_path: Path) -> None:
    narrow = measure_documents(tmp_path, [make_document(line_count=count)])
    assert narrow["is_rebuilt"].to_list() != [True]


@pytest.mark.parametrize("tail", [None, -1, MAX_BLANK_LINES + 1])
def test_impossible_tail_has_no_hash(tail: int | None) -> None:
    assert hash_text(b"ferry", tail) is None


def test_published_at_missing_takes_the_logical_month(tmp_path: Path) -> None:
    narrow = measure_documents(tmp_path, [make_document(published_at=None)])
    assert narrow.select("is_month", "days_ahead", "published_year").row(0) == (True, None, None)


def test_equal_captions_with_other_credits_are_not_repeats(tmp_path: Path) -> None:
    caption = make_document()[0]["captions"][0]
    captions = [caption | {"credit": credit} for credit in ("Quist", "Holm", "Holm")]
    assert measure_documents(tmp_path, [make_document(captions=captions)])["captions_repeated"].to_list() == [1]


def test_other_columns_are_refused(tmp_path: Path) -> None:
    write_shard(tmp_path, [make_document()])
    path = tmp_path / "lines.parquet"
    pl.read_parquet(path).drop("rule").with_columns(line=pl.lit(0, pl.Int64), odd=1).write_parquet(path)
    with pytest.raises(StagedFileError, match=r"lines.parquet.*line is Int64.*odd is Int32.*rule is missing.*Stage"):
        measure_shard(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    write_shard(tmp_path, [make_document()])
    (tmp_path / "lines.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"lines\.parquet"):
        measure_shard(tmp_path)


def test_staged_files_are_read_from_disk(tmp_path: Path) -> None:
    write_shard(tmp_path, [make_document(0)])
    first = measure_shard(tmp_path).read_bytes()
    assert measure_shard(tmp_path).read_bytes() == first
    write_shard(tmp_path, [make_document(0), make_document(1)])
    assert pq.read_metadata(measure_shard(tmp_path)).num_rows == 2

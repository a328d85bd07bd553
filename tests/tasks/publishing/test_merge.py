"""Sorted parts are merged into the same rows and the same files, however the rows are divided."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.publishing import merge
from tasks.publishing.merge import merge_sorted, narrow_sorted, read_ahead, read_sorted, write_sorted
from tasks.stores import table_files as files
from tasks.stores.manifest import file_schema
from tasks.stores.table_files import cut_groups, write_files

KEYS = ("language", "published_at", "doc_id")
SCHEMA = pa.schema([("language", pa.string()), ("published_at", pa.timestamp("us", tz="UTC")), ("doc_id", pa.string())])
Row = tuple[str, int | None, str]


def order(row: Row) -> tuple[object, ...]:
    """The order in plain Python: missing values last, text by its UTF-8 bytes."""
    language, at, doc_id = row
    return language.encode(), at is None, at or 0, doc_id.encode()


def as_table(rows: Sequence[Row]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def as_part(rows: Sequence[Row], cuts: Sequence[int]) -> Iterator[pa.Table]:
    """A sorted run in chunks of the given sizes, empty ones too."""
    table, start = as_table(sorted(rows, key=order)), 0
    for size in cuts:
        yield table.slice(start, size)
        start += size
    yield table.slice(start)


def as_rows(tables: Iterator[pa.Table]) -> list[Row]:
    return [
        (language, at, doc_id)
        for table in tables
        for language, at, doc_id in zip(
            table["language"].to_pylist(),
            table["published_at"].cast(pa.int64()).to_pylist(),
            table["doc_id"].to_pylist(),
            strict=True,
        )
    ]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["de", "en", "zh-cn", "é", "\U0001f600", "\uffff"]),
        st.none() | st.integers(-(2**62), 2**62) | st.integers(0, 3),
        st.text("abä\U00010000\uffff", max_size=3),
    ),
    unique=True,
    max_size=40,
)


@given(
    rows=ROWS, parts=st.lists(st.integers(0, 4), min_size=40, max_size=40), cuts=st.lists(st.integers(0, 5), max_size=8)
)
def test_merging_runs_is_sorting_their_rows(rows: list[Row], parts: list[int], cuts: list[int]) -> None:
    lists = [[row for row, part in zip(rows, parts, strict=False) if part == number] for number in range(5)]
    merged = as_rows(merge_sorted([as_part(rows, cuts) for rows in lists], KEYS))
    assert merged == sorted(rows, key=order)


@given(rows=ROWS, parts=st.lists(st.integers(0, 6), min_size=40, max_size=40))
def test_too_many_runs_are_merged_in_groups(rows: list[Row], parts: list[int]) -> None:
    import tempfile

    divided = [
        as_part([row for row, part in zip(rows, parts, strict=False) if part == number], [2]) for number in range(7)
    ]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as scratch:
        patch.setattr(merge, "FAN_IN", 2)
        narrowed = narrow_sorted(divided, KEYS, Path(scratch))
        assert len(narrowed) <= 2
        assert as_rows(merge_sorted(narrowed, KEYS)) == sorted(rows, key=order)


def test_a_run_out_of_order_is_refused() -> None:
    run = iter([as_table([("en", 5, "a")]), as_table([("en", 4, "b")])])
    with pytest.raises(ValueError, match="not sorted by language, published_at, doc_id: en/4/b comes after en/5/a"):
        list(merge_sorted([run], KEYS))


def claims(count: int, months: int = 1) -> pa.Table:
    """Sorted rows of the table `claims`, the narrowest there is, with month."""
    rows = [
        {
            "month": f"2026-{1 + at % months:02d}",
            "source": "s",
            "logical_date": None,
            "doc_id": f"{at:06d}",
            "uri": "u" * 9,
            "partition": "p",
        }
        for at in range(count)
    ]
    schema = pa.schema(
        [file_schema("claims").field(name).with_nullable(True) for name in file_schema("claims").names]
        + [("month", pa.string())]
    )
    table = pa.Table.from_pylist(rows, schema=schema).sort_by([("month", "ascending"), ("doc_id", "ascending")])
    days = pa.array([0] * count, pa.int32()).cast(pa.date32())
    return table.set_column(table.column_names.index("logical_date"), "logical_date", days)


@pytest.mark.parametrize("count", [1, 2, 7], ids=lambda count: f"{count} parts")
def test_the_same_rows_give_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(files, "GROUP_ROWS", 50)
    table, keys = claims(1_000, months=3), ("month", "doc_id")
    whole = write_files(iter([table]), "claims", tmp_path / "whole", 200)
    rng = random.Random(count)
    owner = [rng.randrange(count) for _ in range(table.num_rows)]
    parts = [table.take([at for at, number in enumerate(owner) if number == own]) for own in range(count)]
    rng.shuffle(parts)
    pieces = [iter([part.slice(at, 13) for at in range(0, part.num_rows, 13)]) for part in parts]
    assert write_files(merge_sorted(pieces, keys), "claims", tmp_path / "parts", 200) == whole
    assert [[file.rows for file in month] for month in whole.values()] == [[200, 134], [200, 133], [200, 133]]
    first = pq.ParquetFile(tmp_path / "whole" / whole["2026-01"][0].path)
    assert [first.metadata.row_group(at).num_rows for at in range(first.num_row_groups)] == [50] * 4
    assert first.schema_arrow == file_schema("claims")


def test_long_texts_end_a_row_group_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "GROUP_BYTES", 100)
    monkeypatch.setattr(files, "file_schema", lambda table: pa.schema([("text", pa.string())]))
    sizes = [40, 40, 40, 500, 10, 10]
    rows = pa.table({"text": ["x" * size for size in sizes], "month": ["2026-10"] * 6})
    for step in (1, 2, 6):
        groups = cut_groups(iter([rows.slice(at, step) for at in range(0, 6, step)]), "lines")
        assert [group.num_rows for _, group in groups] == [2, 1, 1, 2]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "GROUP_ROWS", 1_000)
    monkeypatch.setattr(merge, "CHUNK_FLOOR", 2**14)

    def peak(count: int) -> int:
        schema = claims(1).schema
        paths = [tmp_path / f"{count}-{number}.parquet" for number in range(4)]
        for number, path in enumerate(paths):
            with pq.ParquetWriter(path, schema) as writer:
                for start in range(0, count, 4_000):
                    rows = pa.Table.from_pylist(
                        [{"doc_id": f"{start + at:09d}", "uri": "x" * 200} for at in range(number, 4_000, 4)],
                        schema=loose(schema),
                    )
                    filled = rows.set_column(
                        rows.column_names.index("month"), "month", pa.repeat(pa.scalar("2026-10"), rows.num_rows)
                    )
                    for name, value in (("source", "s"), ("partition", "p")):
                        filled = filled.set_column(
                            filled.column_names.index(name), name, pa.repeat(pa.scalar(value), rows.num_rows)
                        )
                    days = pa.array([0] * rows.num_rows, pa.int32()).cast(pa.date32())
                    filled = filled.set_column(filled.column_names.index("logical_date"), "logical_date", days)
                    writer.write_table(filled.cast(schema), row_group_size=200)
        before = pa.default_memory_pool()
        pool = pa.proxy_memory_pool(before)
        pa.set_memory_pool(pool)
        try:
            write_files(
                merge_sorted([read_sorted([path], budget=2**14) for path in paths], ("month", "doc_id")),
                "claims",
                tmp_path / str(count),
                None,
            )
        finally:
            pa.set_memory_pool(before)
        return int(pool.max_memory())

    small, large = peak(8_000), peak(64_000)
    assert large < 1.3 * small


def loose(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def test_a_run_without_rows_is_a_run(tmp_path: Path) -> None:
    write_sorted(iter([]), tmp_path / "run.parquet")
    assert list(read_sorted([tmp_path / "run.parquet"])) == []


def test_a_damaged_page_is_not_read(tmp_path: Path) -> None:
    made = write_files(iter([claims(2_000)]), "claims", tmp_path, None)["2026-01"][0]
    path = tmp_path / made.path
    raw = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(0).column(2)
    raw[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(OSError, match=r"(?i)crc|checksum|corrupt"):
        list(read_sorted([path]))


def test_blocks_made_ahead_are_the_same_and_an_error_comes_after_those_before_it() -> None:
    def make(faulty: bool) -> Iterator[pa.Table]:
        yield from (as_table([("en", number, "a")]) for number in range(3))
        if faulty:
            raise OSError("the disk is gone")

    assert list(read_ahead(make(faulty=False))) == list(make(faulty=False))
    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(read_ahead(make(faulty=True)))
    assert found == list(make(faulty=False))

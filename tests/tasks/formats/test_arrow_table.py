"""Parquet, Feather and Arrow IPC: each row is a record."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.batch import Fields, Limits
from tasks.formats import arrow_table
from tasks.formats.arrow_table import ARROW, PARQUET, read_arrow, read_parquet
from tasks.formats.record import BrokenInputError, Found, ReadContext, Record, Reject

TIME = datetime(2024, 5, 1, 10, tzinfo=UTC)
ROWS: dict[str, list[Any]] = {
    "id": [7, 8],
    "title": ["Ferry", None],
    "authors": [["Ann Lee", "Bo Day"], []],
    "date": [TIME, None],
    "text": ["It sails.", "It is open."],
    "vector": [[0.5] * 3, [0.25] * 3],
}


def write_table(kind: str, table: pa.Table) -> bytes:
    file = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, file, row_group_size=1)
    elif kind == "feather":
        pl.from_arrow(table).write_ipc(file, compression="zstd")  # type: ignore[union-attr]
    else:
        with (pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file)(file, table.schema) as writer:
            writer.write_table(table)
    return file.getvalue()


def rows_of(kind: str, raw: bytes, limit: int = 10**6) -> list[Found]:
    read = read_parquet if kind == "parquet" else read_arrow
    chunks = (raw[begin : begin + 100] for begin in range(0, len(raw), 100))
    return list(read(chunks, ReadContext("a", Fields(), Limits(record_bytes=limit))))


KINDS = ("parquet", "file", "stream", "feather")


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_a_record(kind: str) -> None:
    first, second = rows_of(kind, write_table(kind, pa.table(ROWS)))
    assert isinstance(first, Record)
    values = (first.uri, first.record_id, first.title, first.text, first.authors, first.published_at)
    assert values == ("a#0", "7", "Ferry", "It sails.", ("Ann Lee", "Bo Day"), TIME)
    assert (second.uri, second.title, second.text) == ("a#1", None, "It is open.")


COLUMNS = {
    "times of nanoseconds": (
        "date",
        pa.array([1714557600123456789], pa.timestamp("ns", "UTC")),
        "2024-05-01 10:00:00.123456",
    ),
    "days": ("date", pa.array([date(2024, 5, 1)]), "2024-05-01 00:00:00"),
    "a dictionary": ("text", pa.array(["It sails."]).dictionary_encode(), "It sails."),
    "bytes": ("text", pa.array(["Café.".encode("cp1252")]), "Café."),
    "large strings": ("text", pa.array(["It sails."], pa.large_string()), "It sails."),
    "string views": ("text", pa.array(["It sails."], pa.string_view()), "It sails."),
    "a list of paragraphs": ("text", pa.array([["One.", "Two."]]), "One.\n\nTwo."),
    "an object": ("text", pa.array([{"text": "One."}]), "One."),
}


@pytest.mark.parametrize(("name", "column", "value"), COLUMNS.values(), ids=COLUMNS.keys())
@pytest.mark.parametrize("kind", ["parquet", "file"])
def test_types_of_columns(kind: str, name: str, column: pa.Array, value: str) -> None:
    (found,) = rows_of(kind, write_table(kind, pa.table({"text": ["It sails."]} | {name: column})))
    assert isinstance(found, Record)
    assert str(found.published_at).removesuffix("+00:00") == value if name == "date" else found.text == value


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_texts_is_one_reject_that_names_its_columns(kind: str) -> None:
    (found,) = rows_of(kind, write_table(kind, pa.table({"id": [7], "price": [1.5]})))
    assert isinstance(found, Reject)
    assert (found.uri, found.reason) == ("a", "no_text")
    assert "id, price" in found.detail


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_corrupt(kind: str) -> None:
    raw = write_table(kind, pa.table({"text": [f"It sails {number}." for number in range(100)]}))
    with pytest.raises(BrokenInputError, match=r"Parquet|Arrow"):
        rows_of(kind, raw[: len(raw) // 2])


def test_a_row_over_the_limit_costs_itself() -> None:
    found = rows_of("parquet", write_table("parquet", pa.table({"text": ["x " * 900, "It sails."]})), limit=1000)
    assert [type(one) for one in found] == [Reject, Record]


def test_a_batch_of_rows_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_table, "BATCH_ROWS", 3)
    table = pa.table({"text": [f"It sails {number}." for number in range(10)]})
    for kind in KINDS:
        found = rows_of(kind, write_table(kind, table))
        assert [one.uri for one in found] == [f"a#{number}" for number in range(10)]


def test_the_first_bytes_name_the_format() -> None:
    table = pa.table(ROWS)
    assert PARQUET.recognise(write_table("parquet", table)[:4096])
    assert ARROW.recognise(write_table("feather", table)[:4096])


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
def test_a_text_that_is_not_utf8_costs_nothing_but_its_sign(kind: str) -> None:
    raw = write_table(kind, pa.table({"text": ["The café opened.", "It is free."]})).replace(
        b"caf\xc3\xa9", b"caf\xe9 "
    )
    reader = read_parquet if kind == "parquet" else read_arrow
    first, second = list(reader(iter([raw]), ReadContext("a", Fields(), Limits())))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.text, second.text) == ("The café  opened.", "It is free.")


def test_offsets_that_lead_out_of_a_column_are_corrupt() -> None:
    table = pa.table({"text": ["The pier opened.", "It is free."]})
    raw = write_table("stream", table)
    offsets = b"".join(number.to_bytes(4, "little") for number in (0, 16, 27))
    assert offsets in raw
    broken = raw.replace(offsets, offsets[:8] + (2**30).to_bytes(4, "little"))
    with pytest.raises(BrokenInputError):
        list(read_arrow(iter([broken]), ReadContext("a", Fields(), Limits())))

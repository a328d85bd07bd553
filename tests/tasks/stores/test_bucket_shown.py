"""The version's number before a Parquet footer: copydesk reads it, no engine does."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.stores.bucket_shown import stamp_file, unstamp_file


def test_no_reader_sees_the_stamp(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    pq.write_table(
        pa.table({"a": range(1_000)}),
        path,
        write_page_index=True,
        bloom_filter_options={"a": {"ndv": 1_000, "fpp": 0.01}},
    )
    plain = path.read_bytes()
    stamped = stamp_file(plain, 12)
    assert (unstamp_file(stamped), unstamp_file(plain)) == ((plain, 12), (plain, None))
    assert stamp_file(plain, 13) != stamped
    path.write_bytes(stamped)
    assert pq.read_table(path).equals(pq.read_table(io.BytesIO(plain)))
    assert duckdb.sql(f"SELECT sum(a) FROM '{path}' WHERE a = 7").fetchall() == [(7,)]
    assert pl.scan_parquet(path).filter(pl.col("a") == 7).collect().height == 1


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1PAR1", b"x" * 20, b"PAR1\xff\xff\xff\x7fPAR1"], ids=repr)
def test_what_is_no_parquet_has_no_stamp(content: bytes) -> None:
    with pytest.raises(ValueError, match="Parquet file"):
        unstamp_file(content)

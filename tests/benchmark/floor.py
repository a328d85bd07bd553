"""The floor: JSON Lines in, zstd Parquet out, and nothing else. `python floor.py CORPUS OUT`"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl


def copy_records(corpus: Path, out: Path) -> None:
    """One Parquet file a JSON Lines file."""
    out.mkdir(parents=True)
    for path in sorted(corpus.glob("*.jsonl")):
        pl.read_ndjson(path, infer_schema_length=None).write_parquet(out / f"{path.stem}.parquet", compression="zstd")


if __name__ == "__main__":
    copy_records(Path(sys.argv[1]), Path(sys.argv[2]))

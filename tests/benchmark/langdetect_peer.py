"""The peer for languages: langdetect as shipped. `python langdetect_peer.py CORPUS OUT` reads JSON Lines and writes Parquet."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from langdetect import LangDetectException, detect


def name_languages(corpus: Path, out: Path) -> None:
    """One Parquet file per JSON Lines file, with the language of each text; null where langdetect finds none."""
    out.mkdir(parents=True)
    for path in sorted(corpus.glob("*.jsonl")):
        rows = pl.read_ndjson(path, infer_schema_length=None)
        languages = pl.Series("language", [name_language(text) for text in rows["text"]], dtype=pl.String)
        rows.with_columns(languages).write_parquet(out / f"{path.stem}.parquet", compression="zstd")


def name_language(text: str | None) -> str | None:
    """langdetect's answer; None where it has none."""
    try:
        return str(detect(text or ""))
    except LangDetectException:
        return None


if __name__ == "__main__":
    name_languages(Path(sys.argv[1]), Path(sys.argv[2]))

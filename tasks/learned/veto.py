"""learned_veto.toml: learned lines that a person has ruled out, one row a line, each with its why.

A row: publisher = "The Larkhaven Courier", line = "Tide tables", why = "A heading; what stands under it is news."
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl

from tasks.learned.store import LearnedError
from tasks.rules import line_key

NAMES = ("publisher", "line", "why")


def read_vetoes(path: Path) -> pl.DataFrame:
    """publisher, line, why of every row; none where there is no such file. Raises LearnedError for a row that is not whole."""
    vetoes = pl.DataFrame(schema=dict.fromkeys(NAMES, pl.String))
    if not path.exists():
        return vetoes
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("veto", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LearnedError(f"{path.name} is not valid TOML: {error}. Mend it and run again.") from None
    if not isinstance(rows, list):
        raise LearnedError(f"{path.name}: write each row as [[veto]], with two brackets.")
    for number, row in enumerate(rows, 1):
        if set(row) != set(NAMES) or not all(isinstance(value, str) and value.strip() for value in row.values()):
            raise LearnedError(
                f"{path.name}, veto {number}: give publisher, line and why, each as text, and nothing else."
            )
    return pl.DataFrame(rows, schema=vetoes.schema)


def apply_vetoes(learned: pl.DataFrame, vetoes: pl.DataFrame, where: str) -> pl.DataFrame:
    """`learned` with the why of its veto in the column veto; such rows are shown and never used.

    Raises LearnedError for vetoes that match no row: they are mistyped, or no longer needed. `where`: the file's name.
    """
    keyed = vetoes.select("publisher", "line", key=line_key(pl.col("line")), veto="why")
    idle = keyed.join(learned, on=["publisher", "key"], how="anti", maintain_order="left")
    if not idle.is_empty():
        said = "; ".join(f"{line!r} of {publisher}" for publisher, line in idle.select("publisher", "line").iter_rows())
        raise LearnedError(f"{where}: nothing that was learned is vetoed by {said}. Mend the line or take the row out.")
    whys = keyed.unique(["publisher", "key"], keep="first", maintain_order=True).drop("line")
    return learned.drop("veto", strict=False).join(whys, on=["publisher", "key"], how="left", maintain_order="left")

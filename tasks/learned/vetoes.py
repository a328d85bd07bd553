"""learned_veto.toml: learned lines that a person has ruled out, one row per line, each with its why.

A row: publisher = "The Larkhaven Courier", line = "Tide tables", why = "A heading; the lines under it are news."
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from tasks.rules import line_key
from tasks.toml_rows import RowError, read_toml_rows


@dataclass(frozen=True)
class Veto:
    """A line of a publisher that is not to be removed, and why."""

    line: str
    publisher: str
    why: str

    def __post_init__(self) -> None:
        if blank := [name for name, value in asdict(self).items() if not value.strip()]:
            raise ValueError(f"{blank[0]} is blank; give line, publisher and why")


def read_vetoes(path: Path) -> tuple[Veto, ...]:
    """The rows of a file; none where there is no such file. Raises RowError."""
    return read_toml_rows(path, "veto", Veto, unique=False) if path.exists() else ()


def apply_vetoes(learned: pl.DataFrame, vetoes: Sequence[Veto], file: str) -> pl.DataFrame:
    """`learned` with the why of its veto in the column veto; such rows are shown and not used.

    Raises RowError for a veto that matches no row: it is mistyped, or no longer needed. `file`: named in the error.
    """
    rows = pl.DataFrame(vetoes, schema=dict.fromkeys(("line", "publisher", "why"), pl.String))
    keyed = rows.select("publisher", "line", key=line_key(pl.col("line")), veto="why")
    idle = keyed.join(learned, on=["publisher", "key"], how="anti", maintain_order="left")
    if not idle.is_empty():
        publisher, line = idle.select("publisher", "line").row(0)
        raise RowError(f"{file}: no learned line of {publisher} is {line!r}; correct the line or remove the row")
    whys = keyed.unique(["publisher", "key"], keep="first", maintain_order=True).drop("line")
    return learned.drop("veto", strict=False).join(whys, on=["publisher", "key"], how="left", maintain_order="left")

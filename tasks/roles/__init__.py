"""Roles that lines show by their own words: captions, credits, bylines, bios, contributors, timestamps.

The rows are in `rows.toml`; what follows from a line's place (headline, standfirst) is in `structure.py`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

ROWS = Path(__file__).with_name("rows.toml")
IN_TEXT = ("correction", "embed")  # roles of lines that stay in the text
END_CHARS = 100  # what `look = "end"` sees of a line


@dataclass(frozen=True)
class RoleRow:
    """One row of rows.toml; `pattern` and `needs` with their parts put in, `pattern` anchored at both ends."""

    id: str
    role: str
    zone: str
    max_chars: int
    pattern: str
    why: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]
    value: str = ""
    needs: str = ""
    look: str = "line"


@cache
def load_roles() -> tuple[RoleRow, ...]:
    """The role rows, in the order in which they are tried: the first that matches a line gives its role."""
    content = tomllib.loads(ROWS.read_text(encoding="utf-8"))
    parts: dict[str, str] = content["parts"]

    def filled(pattern: str) -> str:
        while found := re.search(r"<([A-Z]+)>", pattern):
            pattern = pattern.replace(found[0], f"(?:{parts[found[1]]})")
        return pattern

    return tuple(
        RoleRow(
            **{
                **row,
                "pattern": f"^(?:{filled(row['pattern'])})$",
                "needs": filled(row.get("needs", "")),
                "hits": tuple(row["hits"]),
                "keeps": tuple(row["keeps"]),
            }
        )
        for row in content["role"]
    )


def roles_digest() -> bytes:
    """Digest of the rows' content, for the version of the rules."""
    return hashlib.sha256(ROWS.read_bytes()).digest()


def match_roles(text: pl.Series, chars: pl.Series) -> pl.DataFrame:
    """The role that each line shows by its words, wherever it stands.

    `text`: the lines; `chars`: their lengths. Returns, in the same order, columns role_hit, role_rule, role_zone,
    role_value (the part a reader wants: the credit, the names) and role_text (a caption without its credit), null where
    no row matches.
    """
    end = pl.col("text").str.tail(END_CHARS)
    lines = pl.DataFrame({"text": text, "chars": chars}).with_row_index("at").with_columns(end=end)
    found = [hits for row in load_roles() if (hits := match_row(lines, row)) is not None]
    names = ("role_hit", "role_rule", "role_zone", "role_value", "role_text")
    empty = pl.DataFrame(schema={"at": pl.UInt32, **dict.fromkeys(names, pl.String)})
    first = pl.concat([empty, *found]).unique("at", keep="first", maintain_order=True)
    return lines.select("at").join(first, on="at", how="left", maintain_order="left").drop("at")


def match_row(lines: pl.DataFrame, row: RoleRow) -> pl.DataFrame | None:
    """The lines that a row matches, as `match_roles` returns them, with their place `at`; None when there is none.

    `lines`: at, text, chars, end. What is cheap comes first and narrows the lines for what follows. Where none is left the
    pattern is not even compiled, which for a long one takes as long as matching a thousand documents.
    """
    near = lines.filter(pl.col("chars") <= row.max_chars)
    if row.needs:
        near = near.filter(pl.col("end" if row.look == "end" else "text").str.contains(row.needs))
    # A word boundary makes the engine slow where a line is not ASCII. Without it the pattern lets more lines through.
    wide = row.pattern.replace(r"\b", "") if row.pattern.count(r"\b") == 1 else row.pattern
    for pattern in dict.fromkeys((wide, row.pattern)):
        if near.is_empty():
            return None
        near = near.filter(pl.col("text").str.contains(pattern))
    nothing = pl.lit(None, dtype=pl.String)
    groups = pl.col("text").str.extract_groups(row.pattern).struct
    return near.select(
        "at",
        role_hit=pl.lit(row.role),
        role_rule=pl.lit(row.id),
        role_zone=pl.lit(row.zone),
        role_value=groups.field(row.value) if row.value else nothing,
        role_text=groups.field("text") if "?P<text>" in row.pattern else nothing,
    )

"""Roles that lines show by their own words: captions, credits, bylines, bios, contributors, dates, corrections, quoted posts.

The rows are in `rows.toml`, which describes their keys.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl

from tasks.rules.load import Zone, describe_pattern_error
from tasks.toml_rows import RowError, describe_unknown, name_row, read_toml, read_toml_rows

ROWS = Path(__file__).with_name("rows.toml")
ROLES = ("caption", "credit", "byline", "timestamp", "bio", "contributors", "correction", "embed")
IN_TEXT = ("correction", "embed")  # roles of lines that stay in the text
END_CHARS = 100  # what a precheck of a line's end sees
VALUES = (
    "credit",
    "names",
    "given",
    "house",
    "arabic",
)  # groups of a pattern that hold the value of a role; at most one is filled
PART = re.compile(r"<([A-Z]+)>")
# A Unicode property, and the ASCII characters that have it where there are any.
ASCII_OF = {"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9"}
PROPERTY = re.compile(r"\\p\{(\w+)\}")


@dataclass(frozen=True)
class RoleRow:
    """One row of rows.toml."""

    id: str
    zone: Zone
    max_chars: int
    pattern: str
    why: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]
    precheck: str = ""
    precheck_end: bool = False

    @property
    def role(self) -> str:
        """The role of the lines that the row matches."""
        return self.id.partition(".")[0]

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"id: {describe_unknown('role', self.role, ROLES)}")
        if not self.why.endswith("."):
            raise ValueError("why must be a sentence that ends in a full stop")
        for name, words in (("hits", "match"), ("keeps", "not match")):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty; give lines that the row must {words}")


@cache
def load_role_rows(path: Path = ROWS) -> tuple[RoleRow, ...]:
    """The rows in the order in which they are tried; patterns are filled in and anchored. Raises RowError for a wrong row."""
    parts = read_toml(path).get("parts", {})
    rows = []
    for number, row in enumerate(read_toml_rows(path, "role", RoleRow, others=("parts",)), 1):
        try:
            pattern, precheck = (fill_parts(pattern, parts) for pattern in (row.pattern, row.precheck))
        except KeyError as error:
            unknown = describe_unknown("part", error.args[0], parts)
            raise RowError(f"{name_row(path, number, row.id)}: pattern: {unknown}") from None
        rows.append(replace(row, pattern=f"^(?:{pattern})$", precheck=precheck))
    return tuple(rows)


def fill_parts(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with its parts, and their parts, put in. Raises KeyError with the name of a part that is not there.

    >>> fill_parts("By <NAMES>", {"NAME": "[A-Z][a-z]+", "NAMES": "<NAME>(?: and <NAME>)?"})
    'By (?:(?:[A-Z][a-z]+)(?: and (?:[A-Z][a-z]+))?)'
    """
    while found := PART.search(pattern):
        pattern = pattern.replace(found[0], f"(?:{parts[found[1]]})")
    return pattern


@cache
def loosen_pattern(pattern: str) -> str:
    r"""A pattern that matches every line that `pattern` matches, and a few others, and takes far less time to compile.

    Word boundaries are dropped, which make the engine slow where a line is not ASCII. A character outside ASCII has every
    property: the engine has hundreds of states for a property, and a counted one has them many times.

    >>> loosen_pattern(r"\bBy \p{Lu}")
    'By [A-Z\\x{80}-\\x{10ffff}]'
    """
    loose = pattern.replace(r"\b", "")
    if "(?i)" in pattern:  # without regard to case the wide class is the slow one
        return loose
    return PROPERTY.sub(lambda found: rf"[{ASCII_OF.get(found[1], '')}\x{{80}}-\x{{10ffff}}]", loose)


def match_roles(text: pl.Series, chars: pl.Series) -> pl.DataFrame:
    """The role that each line shows by its words, wherever it stands.

    `text`: the lines; `chars`: their lengths. Returns, in the same order, columns role_hit, role_rule (the row's id),
    role_zone, role_value (the credit, or the names) and role_text (a caption without its credit), null where no row matches.
    """
    end = pl.col("text").str.tail(END_CHARS)
    lines = pl.DataFrame({"text": text, "chars": chars}).with_row_index("at").with_columns(end=end)
    found = [hits for row in load_role_rows() if (hits := match_row(lines, row)) is not None]
    names = ("role_hit", "role_rule", "role_zone", "role_value", "role_text")
    empty = pl.DataFrame(schema={"at": pl.UInt32, **dict.fromkeys(names, pl.String)})
    first = pl.concat([empty, *found]).unique("at", keep="first", maintain_order=True)
    return lines.select("at").join(first, on="at", how="left", maintain_order="left").drop("at")


def match_row(lines: pl.DataFrame, row: RoleRow) -> pl.DataFrame | None:
    """The lines that a row matches, as `match_roles` returns them, with their place `at`; None when there is none.

    `lines`: at, text, chars, end. Cheap tests come first and narrow the lines for the others. Where no line is left the
    pattern is not even compiled, which for a long one takes as long as matching a thousand documents. Raises RowError where
    a pattern does not compile.
    """
    near = lines.filter(pl.col("chars") <= row.max_chars)
    end = "end" if row.precheck_end else "text"
    tests = ((row.precheck, end), (loosen_pattern(row.pattern), "text"), (row.pattern, "text"))
    try:
        for pattern, column in tests:
            if near.is_empty():
                return None
            near = near.filter(pl.col(column).str.contains(pattern)) if pattern else near
    except pl.exceptions.ComputeError as error:
        raise RowError(f"tasks/roles/rows.toml ({row.id}): {describe_pattern_error(error)}") from None
    # By itself, in the thread that has just compiled the pattern: each thread keeps its own.
    near = near.hstack(near.select(groups=pl.col("text").str.extract_groups(row.pattern)))
    groups = pl.col("groups").struct
    value, text = (
        pl.coalesce(
            pl.lit(None, dtype=pl.String), *(groups.field(name) for name in names if f"?P<{name}>" in row.pattern)
        )
        for names in (VALUES, ("text",))
    )
    return near.select(
        "at",
        role_hit=pl.lit(row.role),
        role_rule=pl.lit(row.id),
        role_zone=pl.lit(row.zone),
        role_value=value,
        role_text=text,
    )

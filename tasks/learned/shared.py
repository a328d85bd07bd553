"""Learned lines as a text file that people review and other lakes read: rows of TOML, with the figures they were learned with."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import polars as pl

from tasks.errors import RequestError
from tasks.learned.versions import ROWS
from tasks.rules import line_key
from tasks.rules.match import LEARNED_WIDTH
from tasks.stores.disk_files import write_copy
from tasks.toml_rows import RowError, build_row, name_path, name_row, write_value

TABLE = "learned"
HEAD = """\
# Lines that return across the documents of a publisher, and are removed from them, as copydesk learned them from a lake.
# zone: edge (only above or below the body) or any. documents: how many of those looked at (of) had the line, in how many
# months. doc_ids: two of them, in the lake that learned it. veto: why the line is not to be removed.
# Review the rows, delete those that are not wanted, then: copydesk learned import FILE
"""


@dataclass(frozen=True)
class SharedLine:
    """A row of the file: a line of a publisher, where it may be removed, and the figures that it was learned with."""

    line: str
    publisher: str
    zone: Literal["edge", "any"]
    documents: int
    of: int
    months: int
    doc_ids: tuple[str, ...] = ()
    veto: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that no lake could have learned."""
        if not self.publisher.strip():
            raise ValueError("publisher is blank")
        if "\n" in self.line or not self.key:
            raise ValueError("line must be one line with at least one word")
        if len(self.line) > LEARNED_WIDTH:
            raise ValueError(f"line has {len(self.line)} characters, and {LEARNED_WIDTH} are the most")
        if not 1 <= self.documents <= self.of:
            raise ValueError(f"documents must be from 1 to of, and is {self.documents} of {self.of}")
        if self.months < 1:
            raise ValueError(f"months must be at least 1, and is {self.months}")
        if self.veto is not None and not self.veto.strip():
            raise ValueError("veto is blank; say why the line is not to be removed, or leave veto out")

    @cached_property
    def key(self) -> str:
        """The line as it is compared."""
        return str(pl.select(line_key(pl.lit(self.line))).item())


def read_shared(path: Path) -> tuple[list[SharedLine], list[str]]:
    """The rows of a file, and a line for each that is wrong. Raises RequestError where it is no file of rows."""
    try:
        return parse_shared(path.read_bytes(), path)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror or error}.") from None


def parse_shared(content: bytes, path: Path) -> tuple[list[SharedLine], list[str]]:
    """The rows in the content of a file, and a line for each that is wrong. Raises RowError; all errors begin with `path`."""
    place = name_path(path)
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RowError(f"{place}: not valid TOML: {error}") from None
    found = tables.pop(TABLE, [])
    if tables or not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise RowError(f"{place}: write each row as [[{TABLE}]], with two brackets, and nothing else")
    rows: list[SharedLine] = []
    faults: list[str] = []
    known: set[tuple[str, str]] = set()
    for number, values in enumerate(found, 1):
        where = name_row(path, number, " ".join(str(values.get("line", "")).split()) or None)
        try:
            row = build_row(values, SharedLine, where)
        except RowError as error:
            faults.append(str(error))
            continue
        if (row.publisher, row.key) in known:
            faults.append(f"{where}: another row of {row.publisher} has the same line")
            continue
        known.add((row.publisher, row.key))
        rows.append(row)
    return rows, faults


def write_shared(rows: Iterable[SharedLine]) -> str:
    """Rows as TOML, sorted by publisher and line: equal rows give equal text."""
    return "\n".join(map(write_shared_row, sorted(rows, key=lambda row: (row.publisher, row.key))))


def write_shared_row(row: SharedLine) -> str:
    """A row as TOML."""
    # The publisher first, so that a reviewer sees whose line it is.
    values = {"publisher": row.publisher, **asdict(row)}
    written = [f"{name} = {write_value(value)}" for name, value in values.items() if value is not None]
    return "\n".join([f"[[{TABLE}]]", *written, ""])


def write_shared_file(rows: Iterable[SharedLine], target: Path) -> None:
    """Writes a file of rows in one step. Raises RequestError when it cannot be written."""
    try:
        write_copy(target, (HEAD + "\n" + write_shared(rows)).encode())
    except OSError as error:
        raise RequestError(f"{target} cannot be written: {error.strerror or error}.") from None


def take_shared(learned: pl.DataFrame) -> list[SharedLine]:
    """The rows of a version, as they are shared."""
    return [take_row(row) for row in learned.iter_rows(named=True)]


def take_row(row: Mapping[str, Any]) -> SharedLine:
    """A row of a version, as it is shared."""
    figures = {name: row[name] for name in ("publisher", "zone", "documents", "of", "months", "veto")}
    return SharedLine(row["text"], doc_ids=tuple(row["doc_ids"]), **figures)


def make_learned(rows: Iterable[SharedLine]) -> pl.DataFrame:
    """Shared rows as imported rows of a version."""
    values = [
        asdict(row) | {"key": row.key, "text": row.line, "share": round(row.documents / row.of, 4), "imported": True}
        for row in rows
    ]
    return pl.DataFrame(values, schema_overrides=ROWS).select(ROWS.names()) if values else ROWS.to_frame()

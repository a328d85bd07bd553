"""Rows of TOML files as frozen dataclasses. A wrong row is an error of one line that names file, row and key."""

import json
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tasks.errors import RequestError

PROJECT = Path(__file__).resolve().parents[1]
NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2026-10-04",
}
UNIONS = (Union, UnionType)
find_types = cache(get_type_hints)
Row = TypeVar("Row")


class RowError(RequestError):
    """A file of rows, or a row, that cannot be used. One line: file, row, key, and what to write there."""


def read_toml_rows(
    path: Path,
    table: str,
    row_type: type[Row],
    others: Collection[str] = (),
    unique: bool = True,
    faults: dict[str, RowError] | None = None,
) -> tuple[Row, ...]:
    """The `[[table]]` rows of a file, in its order, as instances of the dataclass `row_type`.

    Keys are the fields of `row_type` and values have their types; lists become tuples, inner tables dataclasses. The first
    field names the row: no two rows share it where `unique`. `others`: further tables that the file may hold. A ValueError
    that `row_type` raises becomes a RowError that says where. `faults`: gets the errors of wrong rows, by name or `row-2`,
    instead of the caller.
    """
    content = read_toml(path)
    if unknown := [name for name in content if name != table and name not in others]:
        raise RowError(f"{name_path(path)}: {describe_unknown('table', unknown[0], (table, *others))}")
    tables = content.get(table, [])
    if not isinstance(tables, list) or not all(isinstance(row, dict) for row in tables):
        raise RowError(f"{name_path(path)}: write each row as [[{table}]], with two brackets")
    key = fields(row_type)[0].name  # type: ignore[arg-type]
    rows: list[Row] = []
    names: set[object] = set()
    for number, values in enumerate(tables, 1):
        place = name_row(path, number, values.get(key))
        try:
            row: Row = build_row(values, row_type, place)
            if unique and getattr(row, key) in names:
                raise RowError(f"{place}: another row has the same {key}; each row needs its own")
        except RowError as error:
            if faults is None:
                raise
            faults[values[key] if isinstance(values.get(key), str) else f"row-{number}"] = error
            continue
        names.add(getattr(row, key))
        rows.append(row)
    return tuple(rows)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises RowError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RowError(f"{name_path(path)}: not valid TOML: {error}") from None
    except RecursionError:
        raise RowError(f"{name_path(path)}: not valid TOML: nested too deeply") from None
    except OSError as error:
        raise RowError(f"{name_path(path)}: cannot be read: {error.strerror}") from None


def name_path(path: Path) -> str:
    """A path as errors show it: a file of the project by its place in the project, wherever that is installed."""
    return path.relative_to(PROJECT).as_posix() if path.is_relative_to(PROJECT) else str(path)


def name_row(path: Path, number: int, name: object) -> str:
    """File, number (from 1) and name of a row, as errors begin: `tasks/rules/rows/da.toml, row 3 (share.da)`."""
    return f"{name_path(path)}, row {number}" + (f" ({name})" if isinstance(name, str) else "")


def build_row(values: Mapping[str, Any], row_type: type[Row], place: str) -> Row:
    """An instance of a dataclass from a table. Raises RowError, which begins with `place`."""
    types = find_types(row_type)  # type: ignore[arg-type]
    known = {field.name: field for field in fields(row_type)}  # type: ignore[arg-type]
    if unknown := [name for name in values if name not in known]:
        raise RowError(f"{place}: {describe_unknown('key', unknown[0], known)}")
    for name, field in known.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise RowError(f"{place}: key {name!r} is missing")
    converted = {name: convert_value(value, types[name], f"{place}: {name}") for name, value in values.items()}
    try:
        return row_type(**converted)
    except ValueError as error:
        raise RowError(f"{place}: {error}") from None


def convert_value(value: Any, kind: Any, place: str) -> Any:
    """A value of a TOML file as a value of the type `kind`. Raises RowError, which begins with `place`."""
    origin, inner = get_origin(kind), get_args(kind)
    if not has_form(value, kind):
        if origin is Literal and isinstance(value, str):
            raise RowError(f"{place}: {describe_unknown('value', value, inner)}")
        raise RowError(f"{place} must be {describe_type(kind)}, and is {value!r}")
    if origin in UNIONS:
        return convert_value(value, next(option for option in inner if has_form(value, option)), place)
    if origin is tuple:
        return tuple(convert_value(item, inner[0], place) for item in value)
    if origin is dict:
        return {name: convert_value(item, inner[1], f"{place}.{name}") for name, item in value.items()}
    if is_dataclass(kind):
        return build_row(value, kind, place)  # type: ignore[arg-type]
    return value


def has_form(value: object, kind: Any) -> bool:
    """Whether a value has the outer form of a type: a list for a tuple, a table for a dataclass."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in UNIONS:
        return any(has_form(value, option) for option in inner)
    if origin is Literal:
        return value in inner
    if origin is dict or is_dataclass(kind):
        return isinstance(value, dict)
    if origin is tuple:
        return isinstance(value, list)
    return kind is object or type(value) in ((int, float) if kind is float else (kind,))


def describe_type(kind: Any) -> str:
    """A type in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in UNIONS:
        return " or ".join(describe_type(option) for option in inner if option is not NoneType)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    return f"a list of {describe_type(inner[0])}" if origin is tuple else NAMES.get(kind, "a table")


def suggest_name(name: str, known: Iterable[str]) -> str:
    """A question with the nearest known name, which follows a sentence; empty where none is near."""
    close = get_close_matches(name, list(known), 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def describe_unknown(what: str, name: str, known: Iterable[str]) -> str:
    """That a name is not known, with the nearest that is, or all of them."""
    names = list(known)
    if close := get_close_matches(name, names, 1):
        return f"unknown {what} {name!r}; did you mean {close[0]!r}?"
    return f"unknown {what} {name!r}; use one of {', '.join(names)}"


def quote_text(value: str) -> str:
    """A string of TOML.

    >>> quote_text("in/a b"), quote_text('say "so"')
    ('"in/a b"', '"say \\\\"so\\\\""')
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_value(value: str | int | Sequence[str]) -> str:
    """A string, a whole number, or a list of strings, as TOML."""
    if isinstance(value, int):
        return str(value)
    return quote_text(value) if isinstance(value, str) else f"[{', '.join(map(quote_text, value))}]"


def append_row(path: Path, table: str, text: str) -> None:
    """Appends a `[[table]]` row, given as TOML, to a file that may not exist; what is in it stays as it is.

    Raises RequestError where the file cannot take the row at its end, or cannot be written.
    """
    before = path.read_bytes() if path.exists() else b""
    try:
        more = ("\n" if before else "") + text
        if before and not before.endswith(b"\n"):
            more = "\n" + more
        added = (more.replace("\n", "\r\n") if b"\r\n" in before else more).encode()
        old, new = (tomllib.loads(content.decode("utf-8-sig")) for content in (before, before + added))
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        raise RequestError(f"the row cannot be written to {path}: {error}") from None
    if len(new.get(table, ())) != len(old.get(table, ())) + 1:
        raise RequestError(f"{path} cannot take another row at its end; write it by hand:\n{text}")
    try:
        with path.open("ab") as file:
            file.write(added)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror}") from None

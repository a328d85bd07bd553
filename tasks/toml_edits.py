"""Rows of TOML files are changed where they stand: comments, order and all other bytes stay as they are."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

from tasks.errors import RequestError
from tasks.toml_rows import quote_text

HEADER = re.compile(r"\s*\[")


def count_rows_of(path: Path, table: str, key: str, value: str) -> int:
    """How many `[[table]]` rows of a file have a value; 0 where there is no file, or none that can be read."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get(table, ())
    except (OSError, ValueError):
        return 0
    return sum(isinstance(row, dict) and row.get(key) == value for row in rows)


def change_rows(path: Path, table: str, key: str, old: str, new: str) -> int:
    """Gives the `[[table]]` rows of a file that have a value another one; returns how many.

    Raises RequestError, before anything is written, where a row is written in a way that cannot be changed safely.
    """
    count = count_rows_of(path, table, key, old)
    if not count:
        return 0
    before = path.read_bytes()
    after = replace_values(before.decode("utf-8-sig"), table, key, old, new)
    wanted = tomllib.loads(before.decode("utf-8-sig"))
    for row in wanted[table]:
        if row.get(key) == old:
            row[key] = new
    if parse_or_none(after) != wanted:
        raise RequestError(
            f"{path}: write {key} = {quote_text(new)} by hand into the rows of {table} that have {quote_text(old)}"
        )
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.next")
    try:
        draft.write_bytes(mark + after.encode())
        shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror}") from None
    return count


def replace_values(content: str, table: str, key: str, old: str, new: str) -> str:
    """The content with `key = "new"` where a row of the table has `key = "old"` on a line of its own."""
    opens = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    line_of_key = re.compile(
        rf"(\s*{re.escape(key)}\s*=\s*)(?:{re.escape(quote_text(old))}|'{re.escape(old)}')(\s*(?:#.*)?)"
    )
    lines, is_inside = content.splitlines(keepends=True), False
    for number, line in enumerate(lines):
        if HEADER.match(line):
            is_inside = bool(opens.match(line))
        elif is_inside and (hit := line_of_key.fullmatch(line.rstrip("\r\n"))):
            lines[number] = f"{hit[1]}{quote_text(new)}{hit[2]}" + line[len(line.rstrip("\r\n")) :]
    return "".join(lines)


def parse_or_none(content: str) -> dict[str, Any] | None:
    """What TOML says; None where it is not valid."""
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        return None

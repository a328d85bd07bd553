"""The values in a JSON text, one by one: of arrays, concatenated, on lines, pretty-printed; what is broken costs itself only."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BETWEEN = re.compile(r"[\s,\x1e]*")
STRING_OR_COMMA = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|,(?=\s*[\]}])', re.S)
BESIDE = re.compile(r"\}[\s,]*(?=\{)")
INDENT_CHARS = 200
PASSED_CHARS = 2**21
COMMA_DROPPED = ";comma-dropped"
SCANNER = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class JsonPiece:
    """A value and its text, or why there is none. `repair`: what was done to the text before it could be read."""

    text: str
    value: Any
    fault: str | None = None
    repair: str = ""


def read_values(text: str) -> Iterator[JsonPiece]:
    """The values of a text in order: those of arrays, also nested ones, and those beside and below each other.

    Commas behind the last entry are dropped. Behind a broken value, reading goes on with the next that begins as it did. An
    array that is not closed is the last fault, with no text.

    >>> [piece.value for piece in read_values('[{"a": 1,}, [{"a": 2}]] {"a": 3}{"a": 4}')]
    [{'a': 1}, {'a': 2}, {'a': 3}, {'a': 4}]
    """
    position = opened = passed = 0
    repair = ""
    while (position := BETWEEN.match(text, position).end()) < len(text):  # type: ignore[union-attr]
        sign = text[position]
        if sign in "[]":
            opened = max(0, opened + (1 if sign == "[" else -1))
            position += 1
            continue
        try:
            value, end = SCANNER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            if not repair and is_comma(text, error):
                text, repair = text[:position] + drop_commas(text[position:]), COMMA_DROPPED
                continue
            end = find_next(text, position)
            yield JsonPiece(text[position:end], None, describe_json_error(error, passed))
            if end == len(text):
                return
            if end > PASSED_CHARS:  # an error counts the lines above it
                text, end, passed = text[end:], 0, passed + end
        else:
            yield JsonPiece(text[position:end], value, None, repair)
        position = end
    if opened:
        yield JsonPiece("", None, "the array is not closed")


def is_comma(text: str, error: Exception) -> bool:
    """Whether an error is about a comma in front of a bracket that closes."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    before = text[max(0, error.pos - INDENT_CHARS) : error.pos + 1].rstrip(" \t\r\n]}")
    return before.endswith(",")


def drop_commas(text: str) -> str:
    """The text with blanks for the commas in front of brackets that close, outside of strings."""
    return STRING_OR_COMMA.sub(lambda hit: " " if hit[0] == "," else hit[0], text)


def find_next(text: str, position: int) -> int:
    """Where the value behind a broken one may begin: on a line with its indent, or behind a closed object; else the end."""
    start = max(0, position - INDENT_CHARS)
    indent = text[start:position].rpartition("\n")[2]
    if not indent.strip():
        found = re.compile("\n" + re.escape(indent) + r"(?=[\[{])").search(text, position)
    else:
        found = BESIDE.search(text, position)
    return found.end() if found else len(text)


def describe_json_error(error: Exception, passed: int = 0) -> str:
    """What is wrong with JSON, with the character where it is known. `passed`: characters before the text."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (character {passed + error.pos})"
    return "not JSON: nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"

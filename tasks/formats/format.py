"""A format is one row: its name, its extensions, how its content is recognised and how it is read.

The row is in the module that reads the format. `tasks.formats.registry` lists all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tasks.batch import Fields, Limits
from tasks.formats.record import Chunks, Found

NAME = re.compile(r"[a-z0-9]+")
EXTENSION = re.compile(r"\.[a-z0-9]+")


class FormatError(ValueError):
    """A format that is incomplete, contradicts another, or is not registered."""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader gets besides the bytes of a file. `uri`: its name in the lake; `fields`: names of JSON fields."""

    uri: str
    fields: Fields
    limits: Limits


Reader = Callable[[Chunks, ReadContext], Iterator[Found]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One row of the registry.

    `extensions`: in lower case, with the dot. `recognise`: whether the first bytes of a file (unpacked, at most 4 kB, byte
    order mark included) are of this format. `read`: yields the records and rejects of a file and raises BrokenInputError where
    its bytes break; for a format that is only recognised, it yields one reject. `why`: what the format
    is for, one sentence. `holds_records`: the file has numbered records (`uri#12`) and is not one document. `holds_text`: a
    binary signature at its start means that it is not this format. `is_cuttable`: whether a large file, by its first chunk,
    is JSON Lines and may be cut at line ends.
    """

    name: str
    extensions: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    read: Reader
    why: str
    holds_records: bool = False
    holds_text: bool = True
    is_cuttable: Callable[[bytes], bool] | None = None

    def __post_init__(self) -> None:
        """Raises FormatError where a part of the row is missing or wrong."""
        checks = {
            "name": isinstance(self.name, str) and NAME.fullmatch(self.name) and self.name != "auto",
            "extensions": isinstance(self.extensions, tuple) and all(map(EXTENSION.fullmatch, self.extensions)),
            "recognise": callable(self.recognise),
            "read": callable(self.read),
            "why": isinstance(self.why, str) and self.why.endswith("."),
            "is_cuttable": self.is_cuttable is None or self.holds_records,
        }
        for key, is_right in checks.items():
            if not is_right:
                raise FormatError(f"format {self.name!r}: {key} is missing or wrong: {getattr(self, key)!r}")

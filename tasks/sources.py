"""sources.toml: what to ingest, one row per source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import fields as list_fields
from pathlib import Path

from tasks.batch import Fields, Source
from tasks.formats.registry import BY_NAME
from tasks.reading.plan import DATE
from tasks.toml_rows import RowError, describe_unknown, read_toml_rows

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
FIELD_KEYS = tuple(field.name for field in list_fields(Fields) if field.name != "records")
# The directives of strftime that a path can use for a day, with glibc's flags ("%-d").
DIRECTIVE = re.compile(r"%[-_0^#]?[aAbBCdDeFgGhjmuUVwWxyY%]")


@dataclass(frozen=True)
class SourceRow:
    """One row of sources.toml. `fields`: names of fields, for the keys of `tasks.batch.Fields`.

    `records`: where a JSON object has its list of records.
    """

    name: str
    path: str
    why: str = ""
    format: str = "auto"
    publisher: str | None = None
    records: str | None = None
    fields: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    separator: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for values that no source can have."""
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name must be lower-case letters, digits, - and _, and is {self.name!r}")
        if not self.path:
            raise ValueError("path is empty; give a file, a folder or a pattern")
        if wrong := find_wrong_date(self.path):
            raise ValueError(f"path has {wrong!r}; write {{date}} or {{date:%Y/%m/%d}}, with directives of strftime")
        if self.separator == "":
            raise ValueError("separator is empty; give what stands between two articles of a file, or leave it out")
        known = {"format": ("auto", *BY_NAME), "field": FIELD_KEYS}
        for what, name in [("format", self.format), *(("field", name) for name in self.fields)]:
            if name not in known[what]:
                raise ValueError(describe_unknown(what, name, known[what]))


def find_wrong_date(path: str) -> str | None:
    """The first placeholder of a path that is no date, or the first directive of a date that strftime lacks.

    >>> find_wrong_date("in/{day}/*.txt"), find_wrong_date("in/{date:%Y/%Q}"), find_wrong_date("in/{date:%Y/%-d}/{date}")
    ('{day}', '%Q', None)
    """
    for placeholder in PLACEHOLDER.findall(path):
        date = DATE.fullmatch(placeholder)
        if not date:
            return str(placeholder)
        if (rest := DIRECTIVE.sub("", date[1] or "")) and "%" in rest:
            return rest[rest.index("%") :][:2]
    return None


def parse_fields(options: Sequence[str]) -> Fields:
    """The fields that options name, each `text=body`; several of one key are tried in order. Raises RowError.

    >>> parse_fields(["text=body", "text=meta.words", "records=data.items"]).text
    ('body', 'meta.words')
    """
    names: dict[str, tuple[str, ...]] = {}
    for option in options:
        key, sign, name = (part.strip() for part in option.partition("="))
        if not sign or not name:
            raise RowError(
                f"--field {option!r}: write it as text=body, the name of a field of the record behind the sign"
            )
        if key not in (*FIELD_KEYS, "records"):
            raise RowError(f"--field {option!r}: {describe_unknown('field', key, (*FIELD_KEYS, 'records'))}")
        names[key] = (*names.get(key, ()), name)
    return Fields(**names)


def load_sources(path: Path, faults: dict[str, RowError] | None = None) -> dict[str, Source]:
    """The sources declared in a file, by name, in its order; none where there is no file. Raises RowError.

    `faults`: gets the errors of wrong rows by name, so that the other sources can be used.
    """
    if not path.exists():
        return {}
    sources = {}
    for row in read_toml_rows(path, "source", SourceRow, faults=faults):
        sources[row.name] = make_source(row)
    return sources


def make_source(row: SourceRow) -> Source:
    """The source that a row declares."""
    names = {key: (value,) if isinstance(value, str) else value for key, value in row.fields.items()}
    if row.records:
        names["records"] = (row.records,)
    return Source(row.name, row.path, row.format, row.publisher or None, Fields(**names), row.separator)

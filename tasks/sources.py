"""sources.toml: what to ingest, one row per source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import fields as list_fields
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from tasks.batch import Fields, Source
from tasks.formats.registry import BY_NAME
from tasks.reading.plan import DATE
from tasks.toml_rows import RowError, describe_unknown, read_toml, read_toml_rows

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
FIELD_KEYS = tuple(field.name for field in list_fields(Fields) if field.name != "records")
MOST_DAYS_BACK = 31
UTC = "UTC"
NOTIFY = "notify"  # the one line of the file that is no row
list_time_zones = cache(available_timezones)  # it reads a folder of hundreds of files
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
CRON = re.compile(r"[\w*/,-]+(?: [\w*/,-]+){4}", re.ASCII)
# The directives of strftime that a path can use for a day, with glibc's flags ("%-d").
DIRECTIVE = re.compile(r"%[-_0^#]?[aAbBCdDeFgGhjmuUVwWxyY%]")


@dataclass(frozen=True)
class SourceRow:
    """One row of sources.toml. `fields`: names of fields, for the keys of `tasks.batch.Fields`.

    `records`: where a JSON object has its list of records. `schedule`: when it runs by itself, as 02:15 or with the five fields
    of cron, in `time_zone`; a run stands for the day `days_back` before its own.
    """

    name: str
    path: str
    why: str = ""
    format: str = "auto"
    publisher: str | None = None
    records: str | None = None
    fields: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    separator: str | None = None
    schedule: str | None = None
    time_zone: str = UTC
    days_back: int = 1

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
        if self.schedule is not None:
            make_cron(self.schedule)
        if self.time_zone != UTC and self.time_zone not in list_time_zones():
            raise ValueError(f"time_zone {self.time_zone!r} is not known; write one such as Europe/London")
        if not 0 <= self.days_back <= MOST_DAYS_BACK:
            raise ValueError(f"days_back must be from 0 to {MOST_DAYS_BACK}, and is {self.days_back}")
        known = {"format": ("auto", *BY_NAME), "field": FIELD_KEYS}
        for what, name in [("format", self.format), *(("field", name) for name in self.fields)]:
            if name not in known[what]:
                raise ValueError(describe_unknown(what, name, known[what]))


def make_cron(schedule: str) -> str:
    """A schedule with the five fields of cron. Raises ValueError.

    >>> make_cron("02:15"), make_cron("*/30 6-22 * * mon-fri")
    ('15 2 * * *', '*/30 6-22 * * mon-fri')
    """
    if clock := CLOCK.fullmatch(schedule):
        return f"{int(clock[2])} {int(clock[1])} * * *"
    if CRON.fullmatch(schedule):
        return schedule
    raise ValueError(f"schedule {schedule!r} is neither a time such as 02:15 nor the five fields of cron")


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
    return {row.name: make_source(row) for row in load_source_rows(path, faults)}


def load_source_rows(path: Path, faults: dict[str, RowError] | None = None) -> tuple[SourceRow, ...]:
    """The rows of a file, as `load_sources` takes them."""
    return read_toml_rows(path, "source", SourceRow, (NOTIFY,), faults=faults) if path.exists() else ()


def load_notify(path: Path) -> str:
    """Where alerts go, from the line `notify` of a file; "" where it has none. Raises RowError."""
    address = read_toml(path).get(NOTIFY, "") if path.exists() else ""
    if not isinstance(address, str):
        raise RowError(f"{path}: {NOTIFY} must be text, an address such as https://example.org/hook")
    return address.strip()


def make_source(row: SourceRow) -> Source:
    """The source that a row declares."""
    names = {key: (value,) if isinstance(value, str) else value for key, value in row.fields.items()}
    if row.records:
        names["records"] = (row.records,)
    return Source(row.name, row.path, row.format, row.publisher or None, Fields(**names), row.separator)

"""Which field of a record is what: by the rows of exporters.toml, then by general names, whatever the case and the dashes.

A source's own names come alone. The answer depends on the names of the fields only, so that it is found once per kind of record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import fields as list_fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tasks.batch import Fields
from tasks.toml_rows import describe_unknown, read_toml_rows

ROWS = Path(__file__).with_suffix(".toml")
SIGNS = re.compile(r"[^\w@]|_")
KEYS = tuple(row.name for row in list_fields(Fields) if row.name != "records")
GENERAL = Fields()


@dataclass(frozen=True)
class Exporter:
    """One row of exporters.toml, which says what its keys mean."""

    name: str
    why: str
    marks: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    one_of: tuple[str, ...] = ()
    says: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inside: str = ""
    articles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    killed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    embargoed: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a row that cannot be used."""
        if not self.marks:
            raise ValueError("marks is empty; name the fields by which such a record is recognised")
        if not self.why.endswith("."):
            raise ValueError("why must be a sentence, with a full stop")
        if wrong := next((name for name in self.fields if name not in KEYS), None):
            raise ValueError(describe_unknown("field", wrong, KEYS))


@dataclass(frozen=True)
class Plan:
    """Where the values of a kind of record are: for each key of `Fields`, the paths to try, each a name and further names."""

    exporter: Exporter | None
    paths: dict[str, tuple[tuple[str, ...], ...]]


@cache
def load_exporters() -> tuple[Exporter, ...]:
    """The rows of exporters.toml. Raises RowError."""
    return read_toml_rows(ROWS, "exporter", Exporter)


def fold_name(name: str) -> str:
    """The name of a field without case, dashes and dots: what is the same name in all styles of writing.

    >>> fold_name("PUB_DATE"), fold_name("pubDate"), fold_name("source.name")
    ('pubdate', 'pubdate', 'sourcename')
    """
    return SIGNS.sub("", name).lower()


def find_plan(record: dict[str, Any], fields: Fields) -> Plan:
    """The plan for a record. `fields`: the source's names."""
    names = tuple(record)
    for number in find_exporters(names):
        exporter = load_exporters()[number]
        if all(has_mark(record, mark) for mark in exporter.marks if "." in mark) and says(record, exporter.says):
            return make_plan(names, fields, number)
    return make_plan(names, fields, None)


def list_used(names: Sequence[str], fields: Fields) -> list[str]:
    """The columns of a table that a record can need, in its order."""
    plan = find_plan(dict.fromkeys(names, "x"), fields)
    used = {path[0] for paths in plan.paths.values() for path in paths}
    marks = {
        fold_name(mark.partition(".")[0])
        for row in load_exporters()
        for mark in (
            *row.marks,
            *row.one_of,
            *row.says,
            *row.articles,
            *row.killed,
            *row.embargoed,
            *row.pictures,
            row.inside,
        )
    }
    own = {
        path[0] for row in load_exporters() for key in row.fields.values() for path in (name.split(".") for name in key)
    }
    kept = marks | {fold_name(name) for name in own}
    return [name for name in names if name in used or fold_name(name) in kept]


@lru_cache(maxsize=1024)
def find_exporters(names: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the exporters whose records may have fields of these names."""
    folded = {fold_name(name) for name in names}

    def has(name: str) -> bool:
        return fold_name(name) in folded or fold_name(name.partition(".")[0]) in folded

    rows = enumerate(load_exporters())
    return tuple(
        number for number, row in rows if all(map(has, row.marks)) and (not row.one_of or any(map(has, row.one_of)))
    )


@lru_cache(maxsize=1024)
def make_plan(names: tuple[str, ...], fields: Fields, number: int | None) -> Plan:
    """The plan for records with fields of these names, made by the exporter of this number."""
    exporter = None if number is None else load_exporters()[number]
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(fold_name(name), name)
    known = frozenset(names)
    paths = {}
    for key in KEYS:
        wanted: tuple[str, ...] = getattr(fields, key)
        if exporter and wanted == getattr(GENERAL, key) and key in exporter.fields:
            own = exporter.fields[key]
            wanted = (*own, *wanted) if own else ()
        found = (path for name in wanted for path in find_paths(name, known, folded))
        paths[key] = tuple(dict.fromkeys(found))
    return Plan(exporter, paths)


def find_paths(name: str, known: frozenset[str], folded: dict[str, str]) -> list[tuple[str, ...]]:
    """The paths that a name can mean in a record: a field of this name, else one of the same name in another style."""
    same = name if name in known else folded.get(fold_name(name))
    paths: list[tuple[str, ...]] = [(same,)] if same else []
    head, dot, rest = name.partition(".")
    if dot and (first := head if head in known else folded.get(fold_name(head))):
        paths.append((first, *rest.split(".")))
    return paths


def follow_path(record: Any, path: tuple[str, ...]) -> Any:
    """The value at a path, None where it leads nowhere. In a list, each of its objects is asked.

    >>> follow_path({"meta": {"Title": "Ferry"}}, ("meta", "title")), follow_path({"p": [{"t": "a"}, {"t": "b"}]}, ("p", "t"))
    ('Ferry', ['a', 'b'])
    """
    value = record
    for part in path:
        is_list = isinstance(value, list)
        value = ([get_field(entry, part) for entry in value] or None) if is_list else get_field(value, part)
    return value


def get_field(value: Any, name: str) -> Any:
    """A field of an object, by its name in any style; None where there is none."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    folded = fold_name(name)
    return next((inner for key, inner in value.items() if isinstance(key, str) and fold_name(key) == folded), None)


def has_mark(record: dict[str, Any], mark: str) -> bool:
    """Whether a record has a field, also below a dot."""
    return get_field(record, mark) is not None or follow_path(record, tuple(mark.split("."))) is not None


def says(record: dict[str, Any], wanted: dict[str, tuple[str, ...]]) -> bool:
    """Whether each of these fields of a record has one of its values; in a list, one of its entries."""
    for name, values in wanted.items():
        value = get_field(record, name)
        entries = value if isinstance(value, list) else [value]
        if not any(isinstance(entry, str) and entry.strip().lower() in map(str.lower, values) for entry in entries):
            return False
    return True

"""sources.toml read and checked: one row a source, no defaults hidden elsewhere."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields as dataclass_fields
from pathlib import Path

from tasks.batch import Fields, Source
from tasks.formats.registry import BY_NAME

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
FORMATS = ("auto", *BY_NAME)


class SourceError(ValueError):
    """A sources.toml, or a name of a source, that cannot be used. One line: what, where, what next."""


def load_sources(path: Path) -> dict[str, Source]:
    """The sources declared in a file, by name, in its order. A file that is not there declares none."""
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name} is not valid TOML: {error}. Mend it and run again.") from None
    rows = content.get("source", [])
    if not isinstance(rows, list):
        raise SourceError(f"{path.name}: write each source as [[source]], with two brackets.")
    sources: dict[str, Source] = {}
    for number, row in enumerate(rows, 1):
        source = make_source(row, f"{path.name}, source {number}")
        if source.name in sources:
            raise SourceError(f"{path.name}: two sources are named {source.name!r}. Give one of them another name.")
        sources[source.name] = source
    return sources


def make_source(row: dict[str, object], where: str) -> Source:
    """One row as a Source; `where` stands in the error."""
    unknown = set(row) - {"name", "path", "format", "publisher", "fields", "why"}
    if unknown:
        raise SourceError(
            f"{where}: unknown key {sorted(unknown)[0]!r}. Known are name, path, format, publisher, fields, why."
        )
    name, path, form = row.get("name"), row.get("path"), row.get("format", "auto")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise SourceError(f"{where}: name must be lower-case letters, digits, - and _, and is {name!r}.")
    if not isinstance(path, str) or not path:
        raise SourceError(f"{where} ({name}): path is missing. Give a file, a folder or a pattern.")
    if form not in FORMATS:
        raise SourceError(f"{where} ({name}): format {form!r} is unknown. Choose from {', '.join(FORMATS)}.")
    publisher = row.get("publisher")
    return Source(
        name,
        path,
        str(form),
        str(publisher) if publisher else None,
        make_fields(row.get("fields", {}), f"{where} ({name})"),
    )


def make_fields(row: object, where: str) -> Fields:
    """The field names of a source's JSON records: those given, the rest as they are by default."""
    known = {field.name for field in dataclass_fields(Fields)}
    if not isinstance(row, dict) or set(row) - known:
        raise SourceError(f"{where}: fields may name {', '.join(sorted(known))}, each a name or a list of names.")
    given = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in row.items()}
    return Fields(**given)

"""The batches that a call asks for, by names of sources, files and folders, and a date."""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from flows.batches.run import Batch
from tasks.batch import Source
from tasks.errors import RequestError
from tasks.file_names import escape_name, unescape_name
from tasks.lakes.lake import Lake
from tasks.lakes.places import Place, name_places, read_places
from tasks.reading.plan import REMOTE
from tasks.sources import load_sources, parse_fields
from tasks.toml_rows import RowError, suggest_name

MOST_NEIGHBOURS = 1_000
MOST_CHARS = 300


def find_batches(
    what: Sequence[str], day: date, today: date, sources_file: Path, lake: Lake, fields: Sequence[str] = ()
) -> list[Batch]:
    """A batch per source, file or folder of `what`, or per declared source, whose paths start beside sources.toml.

    `lake`: it knows the names of places that were given before. `fields`: which field of the records of a path is what, as
    `tasks.sources.parse_fields` takes them. Raises RequestError, LakeError.
    """
    own = parse_fields(fields)
    if day > today:
        raise RequestError(f"the date {day} lies in the future (today is {today}, UTC). Give an earlier day.")
    faults: dict[str, RowError] = {}
    declared = load_sources(sources_file, faults)
    root = sources_file.absolute().parent
    named = {name: Batch(source, day, root) for name, source in declared.items()}
    named |= {name: Batch(Source(name, ""), day, root, fault=str(error)) for name, error in faults.items()}
    if not what:
        if fields:
            raise RequestError("--field is for a path: name the file or folder too.")
        if not named:
            raise RequestError(
                f"nothing to ingest: {sources_file} declares no source. Name a file or a folder, or declare one."
            )
        check_names(declared, declared, root, lake, read_places(lake))
        return list(named.values())
    what = list(dict.fromkeys(name if name in named else find_path(name) for name in what))
    known = read_places(lake)
    for name in what:
        if name in known and name not in named and not (REMOTE.match(name) or os.path.lexists(name)):
            named[name] = Batch(Source(name, known[name].path, fields=own), day, Path(known[name].root))
    paths = [path for path in what if path not in named]
    for path in paths:
        if not REMOTE.match(path) and not os.path.lexists(path):
            others = f" Declared sources are {', '.join(declared)}." if declared else ""
            hint = suggest_name(path, [*declared, *list_neighbours(path)])
            raise RequestError(
                f"{path[:MOST_CHARS]!r} is neither a declared source nor a file or folder here.{others}{hint}"
            )
    if fields and (rows := [name for name in what if name in declared]):
        name = rows[0]
        raise RequestError(f"--field is for a path. Write `fields` into the row of source {name} in {sources_file}.")
    check_names(declared, [name for name in what if name in declared], root, lake, known)
    places = name_places(lake, paths, declared)
    for path, (name, place) in places.items():
        named[path] = Batch(Source(name, place.path, fields=own), day, Path(place.root))
    return [named[name] for name in what]


def check_names(
    declared: Mapping[str, Source], wanted: Collection[str], root: Path, lake: Lake, known: Mapping[str, Place]
) -> None:
    """Raises RequestError for a declared source with the name of another place: the one would replace the other's batches.

    `known`: the places of the lake by name.
    """
    for name in wanted:
        place = known.get(name)
        if place and place.location != Place(declared[name].path, str(root)).location:
            raise RequestError(
                f"source {name}: {lake.name} has another source of this name, from {escape_name(place.location)}. "
                "Give the declared one another name."
            )


def find_path(path: str) -> str:
    """A path as typed, or that of the file whose name, escaped as a uri is, was typed."""
    if REMOTE.match(path) or os.path.lexists(path):
        return path
    unescaped = unescape_name(path)
    return unescaped if os.path.lexists(unescaped) else path


def list_neighbours(path: str) -> list[str]:
    """The paths beside a path, for a suggestion; none where its folder cannot be listed."""
    folder = Path(path).parent
    try:
        return [str(folder / name) for name in islice(os.listdir(folder), MOST_NEIGHBOURS)]  # noqa: PTH208
    except (OSError, ValueError):
        return []


def today() -> date:
    """The logical date of a run that names none: today in UTC."""
    return datetime.now(UTC).date()

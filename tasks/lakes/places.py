"""Names of the sources that a path given by hand stands for. Two places never share a name in a lake.

    .lake-store/places.json

A path is a source of its own, identified by its whole location. Its name is the last part of the path, with as many parts before
it as make the name new in the lake; the lake's store has which name is which place, and the folder that its uris start in. So
name and uris are the same from whichever folder a later run is started.
"""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tasks.errors import RequestError
from tasks.file_names import expand_home
from tasks.formats.registry import BY_EXTENSION, PACKED
from tasks.lakes.lake import Lake
from tasks.reading.plan import REMOTE
from tasks.stores.errors import LakeError
from tasks.stores.store_files import change_store_file, read_store_file

FILE = "places.json"
# Extensions that have always been part of a source's name: lakes have sources that are called so.
NAMING = {".text", ".md", ".xhtml", ".jsonlines"}
EXTENSION = re.compile(
    rf"-(?:{'|'.join(extension[1:] for extension in sorted(BY_EXTENSION.keys() - NAMING))})?"
    rf"(?:{'|'.join(f'-{extension[1:]}' for extension in sorted(PACKED))})?$"
)


@dataclass(frozen=True)
class Place:
    """A path as it was first given, and the folder that it and its uris start in.

    `beside`: that folder as seen from the lake's store, and `store`: where that was, so that a project can be moved or copied as
    a whole; empty where they are not on one disk.
    """

    path: str
    root: str
    beside: str = ""
    store: str = ""

    @property
    def location(self) -> str:
        """The whole path or address."""
        if REMOTE.match(self.path):
            return self.path
        return os.path.abspath(Path(self.root) / expand_home(self.path))  # noqa: PTH100


def name_places(lake: Lake, paths: Sequence[str], declared: Collection[str]) -> dict[str, tuple[str, Place]]:
    """The source's name and the place of each path, which the lake remembers from now on.

    Relative paths start in the current folder; `declared`: names that none may get. Raises RequestError, LakeError.
    """
    here, store = os.getcwd(), find_store(lake)  # noqa: PTH109
    beside = os.path.relpath(here, store) if store else ""
    wanted = {path: Place(path, here, beside, store) for path in paths}
    check_twice(wanted)
    found: dict[str, tuple[str, Place]] = {}

    def change(content: bytes | None) -> bytes | None:
        known = parse_places(lake, content)
        found.clear()
        names = {place.location: name for name, place in known.items()}
        for path, place in wanted.items():
            if name := names.get(place.location):
                found[path] = (name, known[name])
        fresh = {path: place for path, place in wanted.items() if path not in found}
        if not fresh:
            return content
        others = list_unplaced(lake, known)
        for path, place in fresh.items():
            # A batch of a release that remembered no places, or of a lake whose file of places was lost.
            adopted = [name for name, typed in others.items() if replace(place, path=typed).location == place.location]
            if adopted and adopted[0] not in declared:
                found[path] = (adopted[0], place)
        taken = {*known, *others, *declared}
        new = name_paths({path: place.location for path, place in fresh.items() if path not in found}, taken)
        found.update({path: (name, fresh[path]) for path, name in new.items()})
        rows = known | dict(found.values())
        return json.dumps({name: asdict(rows[name]) for name in sorted(rows)}, indent=1).encode()

    change_store_file(lake.files, FILE, change)
    return found


def read_places(lake: Lake) -> dict[str, Place]:
    """The places of a lake, by the names of their sources. Raises LakeError when the file is damaged."""
    return parse_places(lake, read_store_file(lake.files, FILE))


def rename_place(lake: Lake, old: str, new: str | None) -> None:
    """Gives the place of a source another name, or forgets it (None)."""

    def change(content: bytes | None) -> bytes | None:
        known = json.loads(content or b"{}")
        if old not in known:
            return content
        place = known.pop(old)
        rows = {new: place} | known if new else known
        return json.dumps({name: rows[name] for name in sorted(rows)}, indent=1).encode()

    change_store_file(lake.files, FILE, change)


def parse_places(lake: Lake, content: bytes | None) -> dict[str, Place]:
    """The places in the store's file. Raises LakeError when it is damaged."""
    try:
        return {name: follow_move(Place(**row), find_store(lake)) for name, row in json.loads(content or b"{}").items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise LakeError(
            f"{lake.files.address(FILE)} is damaged ({error}); put it back from a backup, or delete it: places are then found "
            "again by the paths in the receipts"
        ) from error


def find_store(lake: Lake) -> str:
    """The whole path of the lake's store; empty for a lake in a bucket."""
    return "" if "://" in lake.name else os.path.abspath(lake.store.folder)  # noqa: PTH100


def follow_move(place: Place, store: str) -> Place:
    """The place as seen from a store that was moved or copied, if it was moved or copied with it; else as it was."""
    if not (store and place.beside and place.store) or store == place.store:
        return place
    moved = replace(place, root=os.path.abspath(Path(store) / place.beside), store=store)  # noqa: PTH100
    fixed = re.split(r"[*?\[{]", moved.location, maxsplit=1)[0]
    return moved if os.path.exists(fixed if fixed == moved.location else os.path.dirname(fixed)) else place  # noqa: PTH110, PTH120


def list_unplaced(lake: Lake, known: Mapping[str, Place]) -> dict[str, str]:
    """The path of every source of the lake that has no place, as its latest receipt has it."""
    if not lake.version():
        return {}
    rows = lake.receipts(columns=("source", "settings"))
    latest = {row["source"]: row["settings"] for row in rows if row["source"] not in known}
    return {name: json.loads(settings).get("source", {}).get("path", "") for name, settings in latest.items()}


def check_twice(places: Mapping[str, Place]) -> None:
    """Raises RequestError for two paths to one place: the second would replace the first."""
    given: dict[str, str] = {}
    for path, place in places.items():
        whole = path if REMOTE.match(path) else str(Path(place.location).resolve())
        if (first := given.setdefault(whole.rstrip("/"), path)) != path:
            raise RequestError(f"{first!r} and {path!r} are the same place. Give it once.")


def name_paths(locations: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """A name for each path: the last part of its location, with as many parts before it as make all names different.

    `taken`: names that none may get.

    >>> name_paths({"news": "/in/a/news", "../b/news": "/in/b/news", "c/wire.jsonl.gz": "/in/c/wire.jsonl.gz"}, ())
    {'news': 'a-news', '../b/news': 'b-news', 'c/wire.jsonl.gz': 'wire'}
    """
    parts = {path: [part for part in location.split("/") if part] for path, location in locations.items()}
    depths = dict.fromkeys(parts, 1)
    while True:
        names = {path: slugify("-".join(parts[path][-depth:])) for path, depth in depths.items()}
        counts = Counter([*names.values(), *taken])
        alike = [path for path, name in names.items() if counts[name] > 1]
        longer = [path for path in alike if depths[path] < len(parts[path])]
        if not longer:
            break
        for path in longer:
            depths[path] += 1
    # Locations that differ in signs only, which a name does not have.
    for path in alike:
        names[path] += "-" + hashlib.sha256(locations[path].encode(errors="surrogateescape")).hexdigest()[:8]
    return names


def slugify(words: str) -> str:
    """A name as sources have it: lower-case letters, digits, - and _, without the extension of a known format.

    >>> slugify("Daily Wire (new).jsonl.gz"), slugify("notes.md")
    ('daily-wire-new', 'notes-md')
    """
    name = re.sub(r"[^a-z0-9_-]+", "-", words.lower()).strip("-_")
    return EXTENSION.sub("", name) or name or "files"

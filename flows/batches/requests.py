"""The batches that a call asks for, by names of sources, files and folders, and a date."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from flows.batches.run import Batch
from tasks.batch import Source
from tasks.errors import RequestError
from tasks.formats.registry import BY_EXTENSION, PACKED
from tasks.reading.names import unescape_name
from tasks.reading.plan import REMOTE
from tasks.sources import load_sources
from tasks.toml_rows import suggest_name

MOST_NEIGHBOURS = 1_000
MOST_CHARS = 300
# Extensions that have always been part of a source's name: lakes have sources that are called so.
NAMING = {".text", ".md", ".xhtml", ".jsonlines"}
EXTENSION = re.compile(
    rf"-(?:{'|'.join(extension[1:] for extension in sorted(BY_EXTENSION.keys() - NAMING))})?"
    rf"(?:{'|'.join(f'-{extension[1:]}' for extension in sorted(PACKED))})?$"
)


def find_batches(what: Sequence[str], day: date, today: date, sources_file: Path) -> list[Batch]:
    """A batch per source, file or folder of `what`, or per declared source. Their paths start beside sources.toml."""
    if day > today:
        raise RequestError(f"the date {day} lies in the future (today is {today}, UTC). Give an earlier day.")
    declared = load_sources(sources_file)
    root = sources_file.absolute().parent
    if not what:
        if not declared:
            raise RequestError(
                f"nothing to ingest: {sources_file} declares no source. Name a file or a folder, or declare one."
            )
        return [Batch(source, day, root) for source in declared.values()]
    what = [path if path in declared else find_path(path) for path in what]
    for path in what:
        if path not in declared and not REMOTE.match(path) and not os.path.lexists(path):
            known = f" Declared sources are {', '.join(declared)}." if declared else ""
            hint = suggest_name(path, [*declared, *list_neighbours(path)])
            raise RequestError(
                f"{path[:MOST_CHARS]!r} is neither a declared source nor a file or folder here.{known}{hint}"
            )
    names = name_paths([path for path in what if path not in declared], frozenset(declared))
    here = Path.cwd()
    return [
        Batch(declared[path], day, root) if path in declared else Batch(Source(names[path], path), day, here)
        for path in dict.fromkeys(what)
    ]


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


def name_paths(paths: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """A name for each path given by hand: its last part, with as many parts before it as make all names different.

    `taken`: names that none may get. Raises RequestError for two ways to write one path: the second would replace the first.

    >>> name_paths(["a/news", "b/news", "c/wire.jsonl.gz"], ())
    {'a/news': 'a-news', 'b/news': 'b-news', 'c/wire.jsonl.gz': 'wire'}
    """
    whole = {path: path if REMOTE.match(path) else str(Path(path).resolve()) for path in paths}
    parts = {path: tuple(part for part in place.split("/") if part) for path, place in whole.items()}
    given: dict[tuple[str, ...], str] = {}
    for path, own in parts.items():
        if (first := given.setdefault(own, path)) != path:
            raise RequestError(f"{first!r} and {path!r} are the same place. Give it once.")
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
    # Paths that differ in signs only, which a name does not have.
    for path in alike:
        names[path] += "-" + hashlib.sha256("/".join(parts[path]).encode(errors="surrogateescape")).hexdigest()[:8]
    return names


def slugify(words: str) -> str:
    """A name as sources have it: lower-case letters, digits, - and _, without the extension of a known format.

    >>> slugify("Daily Wire (new).jsonl.gz"), slugify("notes.md")
    ('daily-wire-new', 'notes-md')
    """
    name = re.sub(r"[^a-z0-9_-]+", "-", words.lower()).strip("-_")
    return EXTENSION.sub("", name) or name or "files"


def today() -> date:
    """The logical date of a run that names none: today in UTC."""
    return datetime.now(UTC).date()

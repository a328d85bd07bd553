"""Files of a source and a logical date, cut into shards."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import takewhile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote_to_bytes

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.errors import RequestError
from tasks.formats.remote import find_filesystem, tidy_error
from tasks.reading.spans import cut_file

DATE = re.compile(r"\{date(?::([^{}]*))?\}")
REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://")
WILD = re.compile(r"[*?\[]")
UNDECODED = re.compile("[\udc80-\udcff]")  # what Python makes of the bytes of a file's name that are not UTF-8


class PlanError(RequestError):
    """A source whose files cannot be listed. One line: what, where, what next."""


class NothingNew(PlanError):
    """A drop folder whose files were all taken by earlier batches. One line."""


def has_date(source: Source) -> bool:
    """Whether the source's path has a date in it, so that each logical date has files of its own."""
    return DATE.search(source.path) is not None


def fill_date(path: str, day: date) -> str:
    """The path with its dates filled in.

    >>> fill_date("in/{date:%Y/%m}/{date}.gz", date(2026, 10, 1))
    'in/2026/10/2026-10-01.gz'
    """
    return DATE.sub(lambda hit: day.strftime(hit[1] or "%Y-%m-%d"), path)


def find_files(source: Source, day: date, root: Path) -> list[InputFile]:
    """The source's files for a logical date, sorted by uri.

    A path may be a file, a folder (everything below it) or a pattern with `*`, `**`, `?`; relative paths start at `root`.
    Hidden files and README files are left out. Raises PlanError when a path without a date does not exist.
    """
    path = fill_date(source.path, day)
    found = list_remote(path) if REMOTE.match(path) else list_local(path, root)
    named = not has_date(source) and not WILD.search(path)
    if not found and named and (REMOTE.match(path) or not (root / path).exists()):
        raise PlanError(f"source {source.name}: there is nothing at {escape_name(path)}. Check the path and run again.")
    return sorted(found, key=lambda file: file.uri)


def list_local(path: str, root: Path) -> list[InputFile]:
    """Files on this machine. A uri is the path below `root`, else the whole path."""
    place = root / path
    if WILD.search(path):
        base = Path(place.anchor, *takewhile(lambda part: not WILD.search(part), place.parts))
        # Not Path.glob: it leaves out `**` over links, and takes no absolute pattern.
        hits: Iterable[Path] = map(Path, glob.glob(str(place), recursive=True))  # noqa: PTH207
    elif place.is_dir():
        base, hits = place, place.rglob("*")
    else:
        base, hits = place, [place]
    files = (hit for hit in hits if hit.is_file() and is_input(hit.relative_to(base)))
    return [InputFile(str(hit), name_local(hit, root), hit.stat().st_size) for hit in files]


def name_local(path: Path, root: Path) -> str:
    """The uri of a file: its path below `root` where it is below it, else its whole path; as UTF-8."""
    whole, base = path.absolute(), root.absolute()
    return escape_name((whole.relative_to(base) if whole.is_relative_to(base) else whole).as_posix())


def escape_name(name: str) -> str:
    """A name with each byte that is not UTF-8 as `%E9`. In such a name `%` becomes `%25`; all others stay as they are.

    >>> escape_name("100%/caf\\udce9.txt"), escape_name("100%/café.txt")
    ('100%25/caf%E9.txt', '100%/café.txt')
    """
    if not UNDECODED.search(name):
        return name
    return re.sub("[%\udc80-\udcff]", lambda sign: f"%{ord(sign[0]) & 0xFF:02X}", name)


def unescape_name(name: str) -> str:
    """The name that `escape_name` escaped."""
    return os.fsdecode(unquote_to_bytes(name))


def list_remote(path: str) -> list[InputFile]:
    """Files at an address that fsspec knows, such as s3://bucket/folder/*.jsonl.gz."""
    filesystem, place = find_filesystem(path)
    protocol = path.split("://", 1)[0]
    try:
        found = filesystem.glob(place, detail=True) if WILD.search(place) else filesystem.find(place, detail=True)
    except FileNotFoundError:
        return []
    except Exception as error:
        raise PlanError(f"cannot list {escape_name(path)}: {type(error).__name__}: {tidy_error(error)}") from error
    return [
        InputFile(f"{protocol}://{name}", escape_name(f"{protocol}://{name}"), int(info.get("size") or 0))
        for name, info in found.items()
        if info.get("type") == "file" and is_input(PurePosixPath(PurePosixPath(name).name))
    ]


def is_input(path: PurePosixPath | Path) -> bool:
    """Whether a file is meant to be read: not hidden, not a README."""
    return not any(part.startswith(".") for part in path.parts) and path.stem.upper() != "README"


def cut_shards(source: Source, day: date, files: Sequence[InputFile], limits: Limits) -> tuple[Shard, ...]:
    """The files in shards of about `limits.shard_bytes` and at most `limits.shard_files`, in order.

    Large files of lines are cut (`tasks.reading.spans`), which reads them once. Shards depend on the files alone, never on
    the number of workers.
    """
    pieces = [piece for file in files for piece in cut_file(file, source, limits)]
    return tuple(
        Shard(source, day, number, tuple(group))
        for number, group in enumerate(group_files(pieces, limits.shard_bytes, limits.shard_files))
    )


def group_files(files: Sequence[InputFile], most_bytes: int, most_files: int) -> Iterator[list[InputFile]]:
    """The files in groups below both limits; a file over the limit is a group of its own."""
    group: list[InputFile] = []
    size = 0
    for file in files:
        taken = file.span.end - file.span.start if file.span else file.size
        if group and (size + taken > most_bytes or len(group) >= most_files):
            yield group
            group, size = [], 0
        group.append(file)
        size += taken
    if group:
        yield group

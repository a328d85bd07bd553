"""Files of a source and a logical date, cut into shards."""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.errors import RequestError
from tasks.file_names import escape_name
from tasks.formats.remote import AddressError
from tasks.reading.listing import WILD, Listing, list_local, make_listing
from tasks.reading.remote_listing import list_remote
from tasks.reading.spans import cut_file

DATE = re.compile(r"\{date(?::([^{}]*))?\}")
REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://")


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


def find_files(source: Source, day: date, root: Path, follow_links: bool = False) -> Listing:
    """The source's files for a logical date; relative paths start at `root`.

    A path may be a file, a folder (everything below it) or a pattern with `*`, `**`, `?`. What cannot be read is a file with
    a fault. Raises PlanError when a path without a date does not exist.
    """
    path = fill_date(source.path, day)
    try:
        found = make_listing(list_remote(path) if REMOTE.match(path) else list_local(path, root, follow_links))
    except (AddressError, ValueError) as error:
        raise PlanError(f"source {source.name}: {error}") from error
    named = not has_date(source) and not WILD.search(path)
    if not found.files and named and (REMOTE.match(path) or not os.path.lexists(root / path)):
        raise PlanError(f"source {source.name}: there is nothing at {escape_name(path)}. Check the path and run again.")
    return found


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

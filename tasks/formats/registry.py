"""Every format that is read, one row each, in the order in which content is recognised."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath
from pkgutil import iter_modules

import tasks.formats
from tasks.formats.decode import decode
from tasks.formats.html import HTML
from tasks.formats.jsonl import JSON, JSON_LINES
from tasks.formats.record import Chunks, Format, FormatError, Found, ReadContext, Record
from tasks.formats.stream import PACKINGS, read_whole
from tasks.formats.warc import WARC

START_BYTES = 4096


def read_text(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The one record of a text file. The caller knows the hash of the file."""
    yield Record(context.uri, *decode(read_whole(chunks, context.limits.record_bytes)), raw_sha256="")


TEXT = Format(
    name="text",
    extensions=(".txt", ".text", ".md"),
    recognise=lambda start: True,
    read=read_text,
    why="Plain text of one article, as scrapers save it; also whatever no other format recognises.",
)


def check_formats(*formats: Format) -> tuple[Format, ...]:
    """The formats; raises FormatError where two share a name or an extension, or the last does not take every content."""
    names = Counter(name for row in formats for name in (row.name, *row.extensions))
    if twice := [name for name, count in names.items() if count > 1]:
        raise FormatError(f"two formats have the name or extension {twice[0]!r}")
    if not formats[-1].recognise(b""):
        raise FormatError(f"the last format, {formats[-1].name!r}, must recognise every content")
    return formats


def check_modules(formats: tuple[Format, ...]) -> None:
    """Raises FormatError for a format that a module of this package has and `formats` has not: its files would become text."""
    for name in (module.name for module in iter_modules(tasks.formats.__path__)):
        for row in vars(import_module(f"tasks.formats.{name}")).values():
            if isinstance(row, Format) and row not in formats:
                raise FormatError(
                    f"tasks/formats/{name}.py: add its format {row.name!r} to FORMATS in tasks/formats/registry.py"
                )


FORMATS = check_formats(WARC, HTML, JSON_LINES, JSON, TEXT)
check_modules(FORMATS)
BY_NAME = {row.name: row for row in FORMATS}
BY_EXTENSION = {extension: row for row in FORMATS for extension in row.extensions}
PACKED = frozenset(packing.extension for packing in PACKINGS)


def choose_format(declared: str, path: str, first: bytes) -> Format:
    """The format of a file: as declared unless `auto`, else by extension, else by its first bytes. Raises FormatError."""
    if declared != "auto":
        if declared not in BY_NAME:
            raise FormatError(f"format {declared!r} is unknown. Choose from auto, {', '.join(BY_NAME)}.")
        return BY_NAME[declared]
    name = PurePosixPath(path.partition("?")[0].lower())
    if name.suffix in PACKED:
        name = name.with_suffix("")
    start = first[:START_BYTES]
    return BY_EXTENSION.get(name.suffix) or next(row for row in FORMATS if row.recognise(start))

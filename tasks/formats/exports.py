"""Exports of news databases: one splitter per database, whatever file the text is in. Each document is a record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tasks.formats.decode import decode
from tasks.formats.factiva import is_factiva, read_factiva, split_factiva
from tasks.formats.nexis import is_nexis, read_nexis, split_nexis
from tasks.formats.proquest import is_proquest, read_proquest, split_proquest
from tasks.formats.record import Chunks, Format, Found, ReadContext, Record, Reject, hash_bytes, reject_error
from tasks.formats.stream import WHOLE_BYTES, read_whole
from tasks.formats.wire import Item, make_item

START_CHARS = 4096


@dataclass(frozen=True)
class Export:
    """One database. `begins`: whether a text is its export, by the first characters; `split`: into the lines of documents."""

    name: str
    begins: Callable[[str], bool]
    split: Callable[[str], Iterator[list[str]]]
    read: Callable[[list[str]], Item]


NEXIS_EXPORT = Export("nexis", is_nexis, split_nexis, read_nexis)
FACTIVA_EXPORT = Export("factiva", is_factiva, split_factiva, read_factiva)
PROQUEST_EXPORT = Export("proquest", is_proquest, split_proquest, read_proquest)
EXPORTS = (PROQUEST_EXPORT, FACTIVA_EXPORT, NEXIS_EXPORT)


def find_export(text: str) -> Export | None:
    """The database whose export a text is; None where it is none."""
    start = text[:START_CHARS].replace("\r", "").replace("\f", "\n")
    return next((export for export in EXPORTS if export.begins(start)), None)


def split_documents(text: str, export: Export, uri: str, encoding: str) -> Iterator[Found]:
    """A record or a reject for every document of an export, numbered from 0."""
    number = 0
    for number, lines in enumerate(export.split(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")), 1):
        name, digest = f"{uri}#{number - 1}", hash_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        try:
            yield make_item(export.read(lines), name, encoding, digest)
        except Exception as error:  # a fault in this code costs one document
            yield reject_error(error, name, digest)
    if not number:
        yield Reject(uri, "empty", f"an export of {export.name} without documents")


@lru_cache(maxsize=1)  # the three formats ask for the same bytes in turn
def find_start(start: bytes) -> Export | None:
    """The database whose export the first bytes of a text file are of. Windows-1252 has the labels of all languages."""
    lines = start.rpartition(b"\n")[0] or start
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        text = lines.decode("cp1252", "replace")
    return find_export(text.removeprefix("\ufeff"))


def read_export(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of a file of text; where it is no export after all, the file is one document."""
    text, encoding = decode(read_whole(chunks, WHOLE_BYTES, "too_large"))
    yield from split_text(text, context.uri, encoding)


def split_text(text: str, uri: str, encoding: str) -> Iterator[Found]:
    """The documents of an export, or the one document that a text is."""
    if export := find_export(text):
        yield from split_documents(text, export, uri, encoding)
    else:
        yield Record(uri, text, encoding, raw_sha256="")


def declare_export(export: Export, why: str) -> Format:
    """The format of a database's exports as text, which only their content shows."""
    return Format(
        name=export.name,
        extensions=(),
        recognise=lambda start: find_start(start) is export,
        read=read_export,
        why=f"An export of {why}: every document is a record, and its labels become fields.",
        holds_records=True,
    )


NEXIS = declare_export(NEXIS_EXPORT, "Nexis as text, old or new")
FACTIVA = declare_export(FACTIVA_EXPORT, "Factiva as text, with codes or plain")
PROQUEST = declare_export(PROQUEST_EXPORT, "ProQuest as text")

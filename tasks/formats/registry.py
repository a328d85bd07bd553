"""Every format that is read, one row each, in the order in which content is recognised."""

from importlib import import_module
from pathlib import PurePosixPath
from pkgutil import iter_modules

import tasks.formats
from tasks.formats.arrow_table import ARROW, PARQUET
from tasks.formats.csv_table import CSV
from tasks.formats.decode import BOMS, find_wide
from tasks.formats.excel import EXCEL
from tasks.formats.exports import FACTIVA, NEXIS, PROQUEST
from tasks.formats.feeds import FEED
from tasks.formats.html import HTML
from tasks.formats.jsonl import JSON, JSON_LINES
from tasks.formats.mail import MAIL, MBOX
from tasks.formats.newsml import NEWSML
from tasks.formats.newsml_g2 import NEWSML_G2
from tasks.formats.nitf import NITF
from tasks.formats.office import DOCX, HTML_EXPORT, RTF, RTF_EXPORT
from tasks.formats.plain_xml import XML
from tasks.formats.record import Format, FormatError
from tasks.formats.sgml import SGML
from tasks.formats.stream import PACKINGS
from tasks.formats.tar_archive import TAR
from tasks.formats.telegrams import TELEGRAM
from tasks.formats.text import TEXT
from tasks.formats.unread import BY_EXTENSION as UNREAD_BY_EXTENSION
from tasks.formats.unread import Unread, find_signature, find_unread, find_unread_name
from tasks.formats.warc import WARC
from tasks.formats.zip_archive import ZIP, ZIPPED_EXTENSIONS

START_BYTES = 4096


def check_formats(*formats: Format) -> tuple[Format, ...]:
    """The formats; raises FormatError where two share a name or an extension, or the last does not take every content."""
    owners: dict[str, str] = {}
    for row in formats:
        for name in (row.name, *row.extensions):
            if name in owners:
                raise FormatError(
                    f"the formats {owners[name]!r} and {row.name!r} both have the name or extension {name!r}"
                )
            owners[name] = row.name
    if not formats[-1].recognise(b""):
        raise FormatError(f"the last format must recognise every content: put {formats[-1].name!r} before it")
    return formats


def check_modules(formats: tuple[Format, ...]) -> None:
    """Raises FormatError for a format that a module of this package has and `formats` has not: its files would become text."""
    for name in (module.name for module in iter_modules(tasks.formats.__path__)):
        for row in vars(import_module(f"tasks.formats.{name}")).values():
            if isinstance(row, Format) and row not in formats:
                raise FormatError(
                    f"tasks/formats/{name}.py: add its format {row.name!r} to FORMATS in tasks/formats/registry.py"
                )


FORMATS = check_formats(
    *(WARC, DOCX, EXCEL, PARQUET, ARROW, TAR, ZIP, RTF_EXPORT, RTF, HTML_EXPORT, HTML, JSON_LINES, JSON),
    *(NITF, NEWSML_G2, NEWSML, FEED, SGML, XML, TELEGRAM, PROQUEST, FACTIVA, NEXIS),
    *(MBOX, MAIL, CSV, TEXT),
)
check_modules(FORMATS)
BY_NAME = {row.name: row for row in FORMATS}
BY_EXTENSION = {extension: row for row in FORMATS for extension in row.extensions}
PACKED = frozenset(packing.extension for packing in PACKINGS)


def choose_format(declared: str, path: str, first: bytes) -> Format | Unread:
    """The format of a file, as declared unless `auto`. Raises FormatError for a format that does not exist.

    Else certain content decides, then the name, then weaker signs in the content; what is left is text. A name such as
    `a.txt.part` decides before the content. Formats that are not read are found in the same order, each after those that are.
    """
    start = narrow_start(first)
    if declared != "auto":
        if declared not in BY_NAME:
            raise FormatError(f"format {declared!r} is unknown. Choose from auto, {', '.join(BY_NAME)}.")
        form = BY_NAME[declared]
        archive = next((row for row in FORMATS if row.is_archive and row.recognise(start)), None)
        is_certain = form is not FORMATS[-1] and form.recognise(start)
        return form if is_certain or form.is_archive else archive or find_signature(start) or form
    name = PurePosixPath((path.partition("?")[0] if "://" in path else path).lower())
    if name.suffix in PACKED:
        name = name.with_suffix("")
    named = BY_EXTENSION.get(name.suffix)
    certain = next((row for row in FORMATS[:-1] if row.recognise(start)), None)
    if certain and named and certain.family and certain.family == named.family:
        certain = named
    unread = UNREAD_BY_EXTENSION.get(name.suffix)
    if certain and certain.is_archive and name.suffix in ZIPPED_EXTENSIONS:
        return named or unread or certain  # a document that is packed as an archive
    if found := find_unread_name(name.name) or certain or find_unread(start):
        return found
    if named is not None and named is not FORMATS[-1]:
        return named
    if unread is not None:
        return unread
    return next((row for row in FORMATS[:-1] if row.resembles and row.resembles(start)), FORMATS[-1])


def narrow_start(first: bytes) -> bytes:
    """The first bytes of a file as formats recognise them: UTF-16 and UTF-32 as UTF-8.

    >>> narrow_start("<html>".encode("utf-16"))
    b'<html>'
    """
    sample = first[: 4 * START_BYTES]
    wide = next((name for mark, name in BOMS if sample.startswith(mark) and name != "utf-8-sig"), None)
    if wide is None and b"\x00" in sample:
        wide = find_wide(sample)
    if wide is None:
        return sample[:START_BYTES]
    text = sample.decode(wide, "ignore").removeprefix("\ufeff")
    return text.encode("utf-8", "ignore")[:START_BYTES]

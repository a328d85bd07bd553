"""RTF, Word and HTML files: exports of news databases in them are split into records; else each file is one document."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from tasks.formats.decode import decode_bytes
from tasks.formats.exports import find_export, split_text
from tasks.formats.fragment import render_fragment
from tasks.formats.html import META_CHARSET, read_page, starts_html
from tasks.formats.library import import_library
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Reject, describe_exception
from tasks.formats.repair import repair_text
from tasks.formats.stream import read_whole

WHOLE_BYTES = 128 * 2**20
UNPACKED_BYTES = 512 * 2**20
# Words at the start of a page that an archive of newspapers has written.
EXPORTED = re.compile(
    rb"\d{1,5} (?:of|von|de|di|van) \d{1,5} (?:DOCUMENT|DOKUMENT)|lexis-?nexis|factiva|proquest|class=.article [a-z]{2}Article",
    re.I,
)
CODED_CELL = re.compile(r"(?m)^([A-Z]{2,3}) \| ")


def read_rtf(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of an RTF file that its source declares. Raises BrokenInputError."""
    yield from split_office_text(render_rtf(read_whole(chunks, WHOLE_BYTES, "too_large")), context.uri, "rtf")


def read_rtf_export(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of an export as RTF; a reject for other RTF. Raises BrokenInputError."""
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    text = render_rtf(raw)
    if find_export(text):
        yield from split_office_text(text, context.uri, "rtf")
    else:
        hint = 'no export of a news database. Declare format = "rtf" for its source to read it as one document.'
        yield Reject(context.uri, "unsupported_format", f"RTF (rich text): {hint}", text)


def render_rtf(raw: bytes) -> str:
    """The text of RTF. Raises BrokenInputError."""
    striprtf = import_library("striprtf.striprtf", "RTF (rich text)", "office")
    try:
        return str(striprtf.rtf_to_text(raw.decode("latin-1"), errors="replace"))
    except Exception as error:  # whatever a file does to the library, the run continues
        raise BrokenInputError("corrupt", f"RTF: {describe_exception(error)}") from error


def read_docx(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of a Word file. Raises BrokenInputError."""
    docx = import_library("docx", "Word (DOCX)", "office")
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > min(UNPACKED_BYTES, max(2**20, len(raw) * context.limits.unpacked_ratio)):
            raise BrokenInputError("too_large", f"Word: {size} bytes when unpacked", keeps=False)
        lines = list(list_paragraphs(docx.Document(io.BytesIO(raw))))
    except BrokenInputError:
        raise
    except Exception as error:  # whatever a file does to the library, the run continues
        raise BrokenInputError("corrupt", f"Word: {describe_exception(error)}") from error
    text = "\n".join(lines)
    yield from split_office_text(
        text if find_export(text) else "\n\n".join(filter(str.strip, lines)), context.uri, "docx"
    )


def list_paragraphs(document: Any) -> Iterator[str]:
    """The paragraphs of a Word file, and the rows of its tables, in order."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells = [" ".join(cell.text.split()) for cell in row.cells]
                yield " | ".join(filter(None, dict.fromkeys(cells)))
        else:
            yield from block.text.split("\n")


def split_office_text(text: str, uri: str, encoding: str) -> Iterator[Found]:
    """The documents or the one document of an office file, in whose text a code and its field are cells of a table."""
    text, repairs = repair_text(text)
    yield from split_text(CODED_CELL.sub(r"\1  ", text), uri, encoding + repairs)


def read_exported_page(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of an export as HTML; of another page, its article."""
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    declared = META_CHARSET.search(raw[:4096])
    html, encoding = decode_bytes(raw, declared[1].decode("ascii") if declared else None)
    text = CODED_CELL.sub(r"\1  ", render_fragment(html)[0])
    if find_export(text):
        yield from split_office_text(text, context.uri, encoding)
    else:
        yield read_page(raw, context.uri, None, None)


RTF = Format(
    name="rtf",
    extensions=(),
    recognise=lambda start: False,
    read=read_rtf,
    why="RTF where its source declares it: one document, or the records of an export. Needs copydesk[office].",
)
RTF_EXPORT = Format(
    name="rtfexport",
    extensions=(".rtf",),
    recognise=lambda start: start.lstrip()[:5] == b"{\\rtf",
    read=read_rtf_export,
    why="An export of a news database as RTF: every document is a record; other RTF is quarantined. Needs copydesk[office].",
    holds_records=True,
)
DOCX = Format(
    name="docx",
    extensions=(".docx",),
    recognise=lambda start: start[:4] == b"PK\x03\x04" and b"word/" in start,
    read=read_docx,
    why="Word: one document, or the records of a news database's export. Needs copydesk[office].",
)
HTML_EXPORT = Format(
    name="htmlexport",
    extensions=(),
    recognise=lambda start: starts_html(start) and EXPORTED.search(start) is not None,
    read=read_exported_page,
    why="An export of a news database as HTML: every document is a record. Any other page is read as `html` is.",
    holds_records=True,
)

"""JSON Lines, one record per line; and whole JSON files, an object or an array of objects."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from tasks.batch import Fields
from tasks.formats.decode import decode
from tasks.formats.mapping import make_record
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Format,
    Found,
    ReadContext,
    Reject,
    describe_exception,
    hash_bytes,
)
from tasks.formats.stream import WHOLE_BYTES, peek_chunk, read_whole, split_chunks

WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
SPACE = re.compile(r"\s*")
COMMA = re.compile(r"\s*(?:,\s*)?")
JSON_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*(?:"|\})')


def read_jsonl(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every non-blank line, numbered from 0; details count all lines from 1, as editors do.

    Rejects: `bad_json`, `no_text`, `empty`, `record_too_large`, and what decoding finds.
    """
    first, chunks = peek_chunk(chunks)
    wide = WIDE_MARKS.get(first[:2])
    if wide:
        chunks = narrow_chunks(chunks, wide)
    yield from read_numbered_lines(chunks, context, wide=wide)


def read_numbered_lines(
    chunks: Chunks, context: ReadContext, *, record: int = 0, line: int = 0, wide: str | None = None
) -> Iterator[Found]:
    """The same behind `record` records and `line` lines. `wide`: the file's encoding where `chunks` are recoded to UTF-8."""
    for line_number, raw in enumerate(split_chunks(chunks, context.limits.record_bytes), line + 1):
        if isinstance(raw, bytes) and (not raw or raw.isspace()):
            continue
        uri = f"{context.uri}#{record}"
        if isinstance(raw, int):
            words = f"{raw} bytes, over the limit of {context.limits.record_bytes} for one record"
            found: Found = Reject(uri, "record_too_large", words)
        else:
            found = read_line(raw.removesuffix(b"\r"), uri, context.fields, wide)
        yield replace(found, detail=f"line {line_number}: {found.detail}") if isinstance(found, Reject) else found
        record += 1


def read_line(line: bytes, uri: str, fields: Fields, wide: str | None) -> Found:
    """The record of one line."""
    digest = hash_bytes(line)
    encoding: str | None = None
    try:
        text, encoding = decode_line(line)
        return parse_record(text, uri, fields, digest, encoding, wide)
    except BrokenInputError as broken:
        return Reject(uri, broken.reason, broken.detail, raw_sha256=digest)
    except Exception as error:  # a fault in a library or in this code costs one record
        return Reject(uri, "read_error", describe_exception(error), None, digest, encoding=encoding)


def decode_line(line: bytes) -> tuple[str, str]:
    """The text of a line and its encoding. A line that is UTF-8 is repaired later, value by value."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return decode(line)
    return (text[1:], "utf-8-sig") if text.startswith("\ufeff") else (text, "utf-8")


def parse_record(text: str, uri: str, fields: Fields, digest: str, encoding: str, wide: str | None = None) -> Found:
    """The record of a JSON text; a reject `bad_json` where it is not JSON."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return Reject(uri, "bad_json", describe_json_error(error), text, digest, encoding=encoding)
    return make_record(value, fields, uri, wide or encoding, digest)


def narrow_chunks(chunks: Chunks, encoding: str) -> Chunks:
    """UTF-16 as UTF-8, so that lines can be cut; lone surrogates pass and are repaired with the text."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    is_first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        yield (text.removeprefix("\ufeff") if is_first else text).encode("utf-8", "surrogatepass")
        is_first = False


def read_json(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The records of a JSON file: its array's, numbered; or its one object; or one per line, as in JSON Lines."""
    first, chunks = peek_chunk(chunks)
    if is_lines(first):
        yield from read_jsonl(chunks, context)
        return
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    text, encoding = decode(raw)
    text = text.lstrip()
    if text.startswith("["):
        yield from read_array(text, context, encoding)
    elif text:
        yield parse_record(text, context.uri, context.fields, hash_bytes(raw), encoding)
    else:
        yield Reject(context.uri, "empty", "no JSON in it", raw_sha256=hash_bytes(raw))


def is_lines(first: bytes) -> bool:
    """Whether the first line is a whole object and anything follows it."""
    head, _, rest = first.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not head.startswith(b"{") or not rest.strip():
        return False
    try:
        return isinstance(json.loads(head), dict)
    except (ValueError, RecursionError):
        return False


def read_array(text: str, context: ReadContext, encoding: str) -> Iterator[Found]:
    """The records of an array; `text` starts with its bracket. Raises BrokenInputError where it breaks."""
    scan = json.JSONDecoder(strict=False)
    limit = context.limits.record_bytes
    position, number = next(SPACE.finditer(text, 1)).end(), 0
    while text[position : position + 1] not in ("]", ""):
        try:
            value, end = scan.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise BrokenInputError("bad_json", describe_json_error(error)) from error
        raw, uri = text[position:end].encode("utf-8", "surrogatepass"), f"{context.uri}#{number}"
        if len(raw) > limit:
            words = f"{len(raw)} bytes, over the limit of {limit} for one record"
            yield Reject(uri, "record_too_large", words, raw_sha256=hash_bytes(raw))
        else:
            yield make_record(value, context.fields, uri, encoding, hash_bytes(raw))
        position, number = next(COMMA.finditer(text, end)).end(), number + 1
    if position >= len(text):
        raise BrokenInputError("truncated", "the array is not closed")


def describe_json_error(error: Exception) -> str:
    """What is wrong with JSON, with the character where it is known."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (character {error.pos})"
    return "not JSON: nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"


JSON_LINES = Format(
    name="jsonl",
    extensions=(".jsonl", ".ndjson", ".jsonlines"),
    recognise=lambda start: JSON_START.match(start) is not None and is_lines(start),
    read=read_jsonl,
    why="One JSON object per line. Large files are cut, so that several tasks read one file.",
    holds_records=True,
    family="json",
    is_cuttable=lambda first: first[:2] not in WIDE_MARKS,
)
JSON = Format(
    name="json",
    extensions=(".json",),
    recognise=lambda start: JSON_START.match(start) is not None,
    read=read_json,
    why="One JSON object, which is one document, or an array of objects, which are records.",
    holds_records=True,
    family="json",
    is_cuttable=is_lines,
)

"""JSON Lines, a record a line; and whole JSON files, an object or an array of objects."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import replace

from tasks.batch import Fields, Limits
from tasks.formats.decode import Undecodable, decode
from tasks.formats.fields import make_record
from tasks.formats.record import BrokenInputError, Chunks, Found, Reject, describe_exception, hash_bytes
from tasks.formats.stream import peek_chunk, read_whole, split_chunks

# A JSON file that is one value is parsed in one piece; above this, JSON Lines is the form to deliver.
WHOLE_BYTES = 256 * 2**20
WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def read_jsonl(chunks: Chunks, uri: str, fields: Fields, limits: Limits) -> Iterator[Found]:
    """A record or a reject for every non-blank line, numbered from 0; details count all lines from 1, as editors do.

    Rejects: `bad_json`, `no_text`, `empty`, `record_too_large`, and what decoding finds.
    """
    first, chunks = peek_chunk(chunks)
    wide = WIDE_MARKS.get(first[:2])
    if wide:
        chunks = narrow_chunks(chunks, wide)
    yield from read_numbered_lines(chunks, uri, fields, limits, wide=wide)


def read_numbered_lines(
    chunks: Chunks, uri: str, fields: Fields, limits: Limits, *, record: int = 0, line: int = 0, wide: str | None = None
) -> Iterator[Found]:
    """The same for bytes in which lines can be told. `record`, `line`: how many of either lie before them in the file."""
    number = record
    for line_number, found in enumerate(split_chunks(chunks, limits.record_bytes), line + 1):
        if isinstance(found, int):
            words = f"line {line_number}: {found} bytes, over the limit of {limits.record_bytes} for one record"
            yield Reject(f"{uri}#{number}", "record_too_large", words)
        elif not found or found.isspace():
            continue
        else:
            yield read_line(found.removesuffix(b"\r"), f"{uri}#{number}", line_number, fields, wide)
        number += 1


def read_line(line: bytes, uri: str, line_number: int, fields: Fields, wide: str | None) -> Found:
    """The record that one line holds."""
    digest = hash_bytes(line)
    try:
        text, encoding = line.decode("utf-8"), "utf-8"
        if text.startswith("\ufeff"):
            text, encoding = text[1:], "utf-8-sig"
    except UnicodeDecodeError:
        decoded = decode(line)
        if isinstance(decoded, Undecodable):
            return Reject(uri, decoded.reason, f"line {line_number}: {decoded.detail}", raw_sha256=digest)
        text, encoding = decoded.text, decoded.encoding
    try:
        obj = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return Reject(
            uri, "bad_json", f"line {line_number}: {describe_json_error(error)}", text, digest, encoding=encoding
        )
    try:
        found = make_record(obj, fields, uri, wide or encoding, digest)
    except Exception as error:  # a fault of a library, or of ours, costs one record
        return Reject(
            uri, "read_error", f"line {line_number}: {describe_exception(error)}", None, digest, encoding=encoding
        )
    return replace(found, detail=f"line {line_number}: {found.detail}") if isinstance(found, Reject) else found


def narrow_chunks(chunks: Chunks, encoding: str) -> Chunks:
    """UTF-16 as UTF-8, so that lines can be cut; lone surrogates pass and are repaired with the text."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    is_first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        yield (text.removeprefix("\ufeff") if is_first else text).encode("utf-8", "surrogatepass")
        is_first = False


def read_json(chunks: Chunks, uri: str, fields: Fields, limits: Limits) -> Iterator[Found]:
    """The records of a JSON file: an array has numbered ones, a single object is the file's one document.

    A file that calls itself JSON and holds an object a line is read as JSON Lines.
    """
    first, chunks = peek_chunk(chunks)
    if is_lines(first):
        yield from read_jsonl(chunks, uri, fields, limits)
        return
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    decoded = decode(raw)
    if isinstance(decoded, Undecodable):
        yield Reject(uri, decoded.reason, decoded.detail, raw_sha256=hash_bytes(raw))
        return
    text = decoded.text.lstrip()
    if text.startswith("["):
        yield from read_array(text, uri, fields, decoded.encoding, limits)
        return
    if not text:
        yield Reject(uri, "empty", "no JSON in it", raw_sha256=hash_bytes(raw))
        return
    try:
        obj = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        yield Reject(uri, "bad_json", describe_json_error(error), text, hash_bytes(raw), encoding=decoded.encoding)
        return
    yield make_record(obj, fields, uri, decoded.encoding, hash_bytes(raw))


def is_lines(first: bytes) -> bool:
    """Whether the first line is a whole object and something stands below it."""
    head, _, rest = first.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not head.startswith(b"{") or not rest.strip():
        return False
    try:
        return isinstance(json.loads(head), dict)
    except (ValueError, RecursionError):
        return False


def read_array(text: str, uri: str, fields: Fields, encoding: str, limits: Limits) -> Iterator[Found]:
    """The records of an array; `text` starts with its bracket. Raises BrokenInputError where it breaks."""
    scan = json.JSONDecoder(strict=False)
    position, number = skip_sign(text, 1, ""), 0
    while text[position : position + 1] not in ("]", ""):
        try:
            obj, end = scan.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise BrokenInputError("bad_json", describe_json_error(error), keeps=True) from error
        raw = text[position:end].encode("utf-8", "surrogatepass")
        if len(raw) > limits.record_bytes:
            words = f"{len(raw)} bytes, over the limit of {limits.record_bytes} for one record"
            yield Reject(f"{uri}#{number}", "record_too_large", words, raw_sha256=hash_bytes(raw))
        else:
            yield make_record(obj, fields, f"{uri}#{number}", encoding, hash_bytes(raw))
        position, number = skip_sign(text, end, ","), number + 1
    if position >= len(text):
        raise BrokenInputError("truncated", "the array is not closed", keeps=True)


def skip_sign(text: str, position: int, sign: str) -> int:
    """The position behind white space, one `sign`, and white space again."""
    while text[position : position + 1].isspace():
        position += 1
    if sign and text[position : position + 1] == sign:
        return skip_sign(text, position + 1, "")
    return position


def describe_json_error(error: Exception) -> str:
    """What is wrong with JSON, in words, with the column where it is known."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (character {error.pos})"
    return "not JSON: nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"

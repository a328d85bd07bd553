"""JSON Lines, and JSON as it comes: an object, arrays, objects beside and below each other, answers that wrap a list."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tasks.batch import Fields
from tasks.formats.decode import decode, find_wide
from tasks.formats.envelopes import open_envelope
from tasks.formats.json_values import SCANNER, JsonPiece, describe_json_error, read_values
from tasks.formats.mapping import make_record
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Reject, hash_bytes, reject_error
from tasks.formats.stream import CHUNK_BYTES, WHOLE_BYTES, peek_chunk, read_whole, split_chunks

WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
JSON_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*(?:"|\})')
LOOKED_AT = 20  # lines that tell whether a file has a record on each


def read_jsonl(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every non-blank line, numbered from 0; details count all lines from 1, as editors do.

    A file whose records are not on a line each is read as `read_json` reads it. Rejects: `bad_json`, `no_text`, `empty`,
    `record_too_large`, and what decoding finds.
    """
    first, chunks, wide = narrow_file(chunks)
    if may_be_lines(first):
        yield from read_numbered_lines(chunks, context, wide=wide)
    else:
        yield from read_document(chunks, context, wide, is_numbered=True)


def read_json(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The records of a JSON file: those of its arrays and of answers that wrap a list, numbered; or its one object."""
    first, chunks, wide = narrow_file(chunks)
    if is_lines(first):
        yield from read_numbered_lines(chunks, context, wide=wide)
    else:
        yield from read_document(chunks, context, wide, is_numbered=False)


def narrow_file(chunks: Chunks) -> tuple[bytes, Chunks, str | None]:
    """The first chunk and all chunks of a file, UTF-16 as UTF-8, and the name of its encoding if it is UTF-16."""
    first, chunks = peek_chunk(chunks)
    wide = WIDE_MARKS.get(first[:2]) or (find_wide(first[: len(first) // 4 * 4]) if b"\x00" in first[:2] else None)
    if wide is None or not wide.startswith("utf-16"):
        return first, chunks, None
    return *peek_chunk(narrow_chunks(chunks, wide)), wide


def narrow_chunks(chunks: Chunks, encoding: str) -> Chunks:
    """UTF-16 as UTF-8, so that lines can be cut; lone surrogates pass and are repaired with the text."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    is_first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        yield (text.removeprefix("\ufeff") if is_first else text).encode("utf-8", "surrogatepass")
        is_first = False


def is_lines(first: bytes) -> bool:
    """Whether one of the first lines is a whole object, there are more than one, and they are not in an array."""
    head = split_head(first)
    return len(head) > 1 and not head[0].startswith(b"[") and any(map(is_object, head))


def may_be_lines(first: bytes) -> bool:
    """Whether a file that is named JSON Lines may be it: its first line is no beginning of a longer value.

    >>> may_be_lines(b'{"a": 1}'), may_be_lines(b'{oops}\\n{"a": 1}'), may_be_lines(b'{\\n "a": 1\\n}'), may_be_lines(b'[{}]')
    (True, True, False, False)
    """
    head = split_head(first)
    if not head or head[0][:1] not in (b"{", b"["):
        return True
    is_long = len(first) >= CHUNK_BYTES and len(head) == 1
    return head[0].startswith(b"{") and (is_long or any(map(is_object, head)))


def split_head(first: bytes) -> list[bytes]:
    """The first lines that are not blank."""
    return [line for line in first.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", LOOKED_AT)[:LOOKED_AT] if line.strip()]


def is_object(line: bytes) -> bool:
    """Whether a line is a whole object, whatever its encoding; a comma may be behind it."""
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line.strip().rstrip(b",").decode("utf-8", "replace"), strict=False), dict)
    except (ValueError, RecursionError):
        return False


def read_numbered_lines(
    chunks: Chunks, context: ReadContext, *, record: int = 0, line: int = 0, wide: str | None = None
) -> Iterator[Found]:
    """The records of lines behind `record` records and `line` lines. `wide`: the encoding where `chunks` are recoded to UTF-8.

    A line is one record. Where more are on it, they have numbers of their own behind a dot.
    """
    for line_number, raw in enumerate(split_chunks(chunks, context.limits.record_bytes), line + 1):
        if isinstance(raw, bytes) and (not raw or raw.isspace()):
            continue
        uri = f"{context.uri}#{record}"
        if isinstance(raw, int):
            words = f"{raw} bytes, over the limit of {context.limits.record_bytes} for one record"
            entries: list[Found] = [Reject(uri, "record_too_large", words)]
        else:
            entries = read_line(raw.removesuffix(b"\r"), uri, context.fields, wide)
        for number, found in enumerate(entries):
            named = replace(found, uri=f"{uri}.{number}") if len(entries) > 1 else found
            yield replace(named, detail=f"line {line_number}: {named.detail}") if isinstance(named, Reject) else named
        record += 1


def read_line(line: bytes, uri: str, fields: Fields, wide: str | None) -> list[Found]:
    """The record of one line, or its records."""
    digest = hash_bytes(line)
    encoding: str | None = None
    try:
        text, encoding = decode_line(line)
        try:
            value = SCANNER.decode(text)
        except (ValueError, RecursionError) as error:
            pieces = list(read_values(text))
            if not any(isinstance(piece.value, dict) for piece in pieces):
                return [Reject(uri, "bad_json", describe_json_error(error), text, digest, encoding=encoding)]
        else:
            if isinstance(value, dict):
                return make_records(JsonPiece("", value), uri, fields, wide or encoding, digest)
            pieces = list(read_values(text)) if isinstance(value, list) else []
            if not any(isinstance(piece.value, dict) for piece in pieces):
                return [make_record(value, fields, uri, wide or encoding, digest)]
        return [one for piece in pieces for one in make_records(piece, uri, fields, wide or encoding)]
    except Exception as error:  # a fault in a library or in this code costs one record
        return [reject_error(error, uri, digest, encoding)]


def decode_line(line: bytes) -> tuple[str, str]:
    """The text of a line and its encoding. A line that is UTF-8 is repaired later, value by value."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return decode(line)
    return (text[1:], "utf-8-sig") if text.startswith("\ufeff") else (text, "utf-8")


def make_records(piece: JsonPiece, uri: str, fields: Fields, encoding: str, digest: str = "") -> list[Found]:
    """The records of a value, one unless it wraps a list. `digest`: of its bytes, else that of its text."""
    digest = digest or hash_piece(piece.text)
    if piece.fault:
        return [Reject(uri, "bad_json", piece.fault, piece.text or None, digest, encoding=encoding)]
    encoding += piece.repair
    if not isinstance(piece.value, dict):
        return [make_record(piece.value, fields, uri, encoding, digest)]
    entries = open_envelope(piece.value, fields)
    if isinstance(entries, str):
        return [Reject(uri, "no_text", entries, None, digest, encoding=encoding)]
    if len(entries) == 1 and entries[0] is piece.value:
        return [make_record(piece.value, fields, uri, encoding, digest)]
    return [make_entry(entry, fields, uri, encoding) for entry in entries]


def make_entry(entry: Any, fields: Fields, uri: str, encoding: str) -> Found:
    """The record of an entry of a list that an object wraps; a broken one costs itself."""
    digest = hash_piece(json.dumps(entry, ensure_ascii=False))
    try:
        return make_record(entry, fields, uri, encoding, digest)
    except BrokenInputError as broken:
        return reject_error(broken, uri, digest, encoding)


def hash_piece(text: str) -> str:
    """The hash of a text in UTF-8."""
    return hash_bytes(text.encode("utf-8", "surrogatepass"))


def read_document(chunks: Chunks, context: ReadContext, wide: str | None, *, is_numbered: bool) -> Iterator[Found]:
    """The records of JSON that is not on lines; one object is the file itself unless `is_numbered`."""
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    text, encoding = decode(raw)
    text = text.removeprefix("\ufeff").lstrip()
    if not text:
        yield Reject(context.uri, "empty", "no JSON in it", raw_sha256=hash_bytes(raw))
        return
    encoding = wide or encoding
    del raw
    is_single = not is_numbered and not text.startswith("[")
    held: list[Found] = []
    number = 0
    for piece in read_values(text):
        if piece.fault and not piece.text:
            yield from held
            raise BrokenInputError("truncated", piece.fault)
        for found in read_piece(piece, context, encoding):
            if is_single and not number and not held:
                held = [found]  # the file's own, if it is the only one
                continue
            for one in (*held, found):
                yield replace(one, uri=f"{context.uri}#{number}")
                number += 1
            held = []
    yield from held


def read_piece(piece: JsonPiece, context: ReadContext, encoding: str) -> list[Found]:
    """The records of one value of a file."""
    limit = context.limits.record_bytes
    try:
        found = make_records(piece, context.uri, context.fields, encoding)
    except BrokenInputError as broken:
        return [reject_error(broken, context.uri, hash_piece(piece.text), encoding)]
    if len(found) == 1 and len(piece.text) * 4 > limit and (size := len(piece.text.encode("utf-8", "replace"))) > limit:
        words = f"{size} bytes, over the limit of {limit} for one record"
        return [Reject(context.uri, "record_too_large", words, raw_sha256=hash_piece(piece.text))]
    return found


JSON_LINES = Format(
    name="jsonl",
    extensions=(".jsonl", ".ndjson", ".jsonlines"),
    recognise=lambda start: JSON_START.match(start) is not None and is_lines(start),
    read=read_jsonl,
    why="One JSON object per line. Large files are cut, so that several tasks read one file.",
    holds_records=True,
    family="json",
    is_cuttable=lambda first: b"\x00" not in first[:2] and first[:2] not in WIDE_MARKS and may_be_lines(first),
)
JSON = Format(
    name="json",
    extensions=(".json",),
    recognise=lambda start: JSON_START.match(start) is not None,
    read=read_json,
    why="An object, which is one document; or arrays, objects one behind the other, an answer that wraps a list: records.",
    holds_records=True,
    family="json",
    is_cuttable=is_lines,
)

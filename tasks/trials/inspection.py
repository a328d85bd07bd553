"""What a run would make of files: their format, the fields that it would use, documents and quarantine. Writes nothing.

The first records of each file go through the same steps as in a run, in a folder that is deleted afterwards.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from tasks.auditing.judge import judge_batch
from tasks.batch import InputFile, InputSeen, Limits, Shard, Source
from tasks.file_names import find_file
from tasks.formats.archive import make_break
from tasks.formats.exporters import Plan
from tasks.formats.mapping import WatchedFields, pick_value
from tasks.formats.record import (
    BrokenInputError,
    FormatError,
    Found,
    MissingExtra,
    PassedOver,
    Record,
    find_fault,
    hash_bytes,
    make_canonical,
)
from tasks.formats.remote import AddressError
from tasks.formats.stream import Tap, read_received
from tasks.reading.contents import name_contents
from tasks.reading.read import Readings, find_records, frame_records, frame_rejects
from tasks.shard import build_part

TEXT_CHARS = 160
MOST_REASONS = 20


@dataclass
class Inspected:
    """One file. `is_whole`: whether all its records were read; `fields`: which field of the input gives what, with counts;
    `lengths`: of fields that are not used, how many and their characters; `documents`: the first that would be published;
    `quarantined`: uri, reasons and detail; others: counts.
    """

    uri: str
    format: str = ""
    packing: str = ""
    encodings: Counter[str] = field(default_factory=Counter)
    records: int = 0
    is_whole: bool = True
    exporters: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    unused: Counter[str] = field(default_factory=Counter)
    lengths: dict[str, tuple[int, int]] = field(default_factory=dict)
    published: int = 0
    duplicates: int = 0
    documents: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    def note_fields(self, value: dict[str, Any], plan: Plan) -> None:
        """Counts the fields of one record, by what they are used for."""
        used = set()
        for key, paths in plan.paths.items():
            path = next((path for path in paths if pick_value(value, (path,)) is not None), None)
            if path is not None:
                self.fields.setdefault(key, Counter())[".".join(path)] += 1
                used.add(path[0])
        for name, held in value.items():
            if name not in used:
                self.unused[name] += 1
                count, chars = self.lengths.get(name, (0, 0))
                self.lengths[name] = count + 1, chars + (len(held) if isinstance(held, str) else 0)
        if plan.exporter:
            self.exporters[plan.exporter.name] += 1


def inspect_files(
    files: Sequence[InputFile], source: Source, day: date, limits: Limits, most: int, shown: int
) -> list[Inspected]:
    """Every file, by at most its first `most` records; `shown`: documents of each."""
    found: list[Found] = []
    seen: dict[str, Inspected] = {}
    for file in files:
        about = seen[file.uri] = Inspected(file.uri)
        found += read_beginning(file, source, limits, most, about)
    inputs = tuple(InputSeen(about.uri, 0, "", about.records) for about in seen.values())
    shard = Shard(source, day, 0, tuple(files))
    readings = Readings(frame_records(found, shard), frame_rejects(found, shard, limits), inputs)
    with TemporaryDirectory(prefix="copydesk-") as folder:
        staged = build_part(readings, shard, limits, Path(folder) / "shard-00000")
        judged = judge_batch(source, day, [staged], len(files), limits)
        rows = pl.concat([part.scan("documents") for part in judged.folders]).collect()
        for row in rows.sort("uri").iter_rows(named=True):
            add_document(seen[find_file(row["uri"], seen)], row, shown)
        for uri in judged.duplicates["uri"]:
            seen[find_file(uri, seen)].duplicates += 1
        for row in judged.quarantine.sort("uri").iter_rows(named=True):
            about = seen[find_file(row["uri"], seen)]
            about.reasons.update(row["reasons"])
            if len(about.quarantined) < MOST_REASONS:
                about.quarantined.append({name: row[name] for name in ("uri", "reasons", "detail")})
    return list(seen.values())


def read_beginning(file: InputFile, source: Source, limits: Limits, most: int, about: Inspected) -> Iterator[Found]:
    """The first records and rejects of a file; fills in what is known of it."""
    number = 0

    def watch(value: dict[str, Any], plan: Plan) -> None:
        if number < most:  # one more is read to know whether there is one
            about.note_fields(value, plan)

    watched = WatchedFields(**vars(source.fields), watch=watch)
    source = replace(source, fields=watched)
    try:
        if not file.fault:
            about.packing, about.format = name_contents(
                read_received(file.path, Tap()), file.path, source.format, limits
            )
        tap = Tap()
        items = iter(()) if file.fault else find_records(read_received(file.path, tap), tap, file, source, limits)
        for item in items:
            if isinstance(item, PassedOver):
                about.passed_over[item.kind] += 1
                continue
            if number == most:
                about.is_whole = False
                break
            number += 1
            if isinstance(item, Record):
                about.encodings[item.encoding] += 1
                # Of a file that is one document, the hash is known only where the whole file is read.
                item = replace(item, raw_sha256=item.raw_sha256 or hash_bytes(item.text.encode("utf-8", "replace")))
            yield make_canonical(item)
        broken = BrokenInputError(file.fault.reason, file.fault.detail) if file.fault else None
        if not number and not broken:
            broken = BrokenInputError("empty", "no record in it")
    except (AddressError, MissingExtra, FormatError):
        raise
    except OSError as error:
        broken = BrokenInputError("unreadable", error.strerror or type(error).__name__)
    except Exception as error:  # a fault in a library or in this code costs one file
        broken = find_fault(error)
    if broken:
        yield make_break(file.uri, number, broken)
        number += 1
    about.records = number


def add_document(about: Inspected, row: dict[str, Any], shown: int) -> None:
    """Counts a document and keeps what is shown of the first ones."""
    about.published += 1
    if len(about.documents) < shown:
        names = (
            "uri",
            "title",
            "standfirst",
            "authors",
            "published_at",
            "publisher",
            "url",
            "language",
            "flags",
            "text_chars",
        )
        text = " ".join(islice((row["text"] or "").split(), TEXT_CHARS))[:TEXT_CHARS]
        about.documents.append({name: row[name] for name in names} | {"text": text})

"""Every column of the lake, declared once: name, type, unit and meaning.

The data dictionary in `lake/README.md` is generated from this module, the staged files are written with these
schemas and the published files are checked against them.

To add a column of `documents` or `lines`, declare it here and add how it is made to `DOCUMENT_COLUMNS` or `LINE_COLUMNS`
(`tasks/staging/assemble.py`). Rows of older lakes have null in it, or the default that its declaration gives.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

DEFAULT = b"default"  # key of a field's metadata: the value in rows that were written before the column was declared

UTC_TIME = pa.timestamp("us", tz="UTC")
CAPTION = pa.struct(
    [
        pa.field("text", pa.string(), nullable=False),
        pa.field("credit", pa.string()),
        pa.field("copies", pa.int32(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
    ]
)


def column(name: str, kind: pa.DataType, meaning: str, *, null: bool = False, default: Any = None) -> pa.Field:
    """One declared column.

    `meaning`: for the data dictionary; `null`: whether the value may be missing; `default`: the value of a column that may
    not be null in rows of older releases.
    """
    metadata = {"meaning": meaning} | ({} if default is None else {DEFAULT.decode(): json.dumps(default)})
    return pa.field(name, kind, nullable=null, metadata=metadata)


def can_be_added(field: pa.Field) -> bool:
    """Whether files that were written before the column was declared can still be read."""
    return field.nullable or DEFAULT in (field.metadata or {})


def fill_column(field: pa.Field, count: int) -> pa.Array:
    """A declared column for `count` rows of an older release: its default, or null where it has none."""
    stored = (field.metadata or {}).get(DEFAULT)
    value = pa.scalar(None if stored is None else json.loads(stored), field.type)
    return pa.repeat(value, count)


SOURCE = column(
    "source", pa.string(), "Name of the source that the input came from (sources.toml, or the folder's name)."
)
LOGICAL_DATE = column("logical_date", pa.date32(), "The day that the batch represents, not the day it ran.")
MONTH = column("month", pa.string(), "Partition, YYYY-MM. Only in the path, never in the files.")
RAW_SHA256 = "SHA-256 (hex) of the bytes as received: the file, or the record inside it."

DOCUMENTS = pa.schema(
    [
        column("doc_id", pa.string(), "Stable id: hash of source and canonical text (32 hex digits)."),
        column("record_id", pa.string(), "The record's own id, where it has one.", null=True),
        SOURCE,
        column("publisher", pa.string(), "The record's publisher field, else the host of its URL, else the source."),
        LOGICAL_DATE,
        column("uri", pa.string(), "File it came from; `#record` (0-based) behind it for a record inside a file."),
        column("url", pa.string(), "Web address of the article, where the input says it.", null=True),
        column("title", pa.string(), "Headline.", null=True),
        column("standfirst", pa.string(), "The paragraph under the headline that sums the article up.", null=True),
        column("authors", pa.list_(pa.string()), "Names from the byline or the input's own fields, in order."),
        column("published_at", UTC_TIME, "Time of publication; missing when unknown.", null=True),
        column("dateline", pa.string(), "Place and agency at the start of the text, exactly as printed.", null=True),
        column(
            "text",
            pa.string(),
            "The clean body with its sub-headings: adjacent lines are joined by one newline, lines with blank lines "
            "between them by one blank line.",
        ),
        column(
            "captions",
            pa.list_(CAPTION),
            "Photo captions: text, credit, number of copies found, line of the copy that is kept.",
        ),
        column(
            "language", pa.string(), "ISO 639-1 code (zh-cn, zh-tw for Chinese), `und` when it cannot be determined."
        ),
        column("language_score", pa.float64(), "Confidence in `language`, 0 to 1; 0 for `und`."),
        column(
            "body_lines", pa.list_(pa.int32()), "Line numbers of the lines of `text` in the canonical text, 0-based."
        ),
        column("line_count", pa.int32(), "Lines of the canonical text, blank ones included."),
        column("raw_chars", pa.int64(), "Characters of the canonical text."),
        column("text_chars", pa.int64(), "Characters of `text`."),
        column("removed_lines", pa.int32(), "Number of removed lines: the rows of `lines` with `removed`."),
        column("removed_chars", pa.int64(), "Characters of the removed lines."),
        column(
            "flags",
            pa.list_(pa.string()),
            "Notes on the document: `over_budget`, `correction`, `embed`, `released`; usually empty.",
        ),
        column("raw_sha256", pa.string(), RAW_SHA256),
        column("canonical_sha256", pa.string(), "SHA-256 (hex) of the canonical text in UTF-8."),
        column("encoding", pa.string(), "How the bytes became text: encoding, then every repair made."),
        column("rules_version", pa.string(), "Hash of the cleaning rules that were in force (12 hex digits)."),
    ]
)

LINES = pa.schema(
    [
        column("doc_id", pa.string(), "The document the line belongs to."),
        SOURCE,
        LOGICAL_DATE,
        column("line", pa.int32(), "Line number in the canonical text, 0-based."),
        column(
            "role",
            pa.string(),
            "headline, standfirst, byline, bio, timestamp, caption, credit, contributors, boilerplate, repeat.",
        ),
        column("removed", pa.bool_(), "True: removed. False: kept apart, in a column of `documents`."),
        column("rule", pa.string(), "Id of the rule that decided; an id is never reused."),
        column("evidence", pa.string(), "What matched; for a repeat, the line it repeats.", null=True),
        column("text", pa.string(), "The line, unchanged."),
    ]
)

QUARANTINE = pa.schema(
    [
        column("uri", pa.string(), "File it came from; `#record` (0-based) behind it for a record inside a file."),
        SOURCE,
        LOGICAL_DATE,
        column("stage", pa.string(), "Step that stopped it: `read`, `clean` (no text was left) or `audit`."),
        column("reasons", pa.list_(pa.string()), "Every reason, as stable codes."),
        column("detail", pa.string(), "The reason in words, with what was found.", null=True),
        column("excerpt", pa.string(), "The first characters of the text, if there are any.", null=True),
        column("raw_sha256", pa.string(), RAW_SHA256, null=True),
        column("doc_id", pa.string(), "The document's id, if it has one yet.", null=True),
        column("record_id", pa.string(), "The record's own id, where it has one.", null=True),
        column("publisher", pa.string(), "As in `documents`.", null=True),
        column("title", pa.string(), "As in `documents`.", null=True),
        column("language", pa.string(), "As in `documents`.", null=True),
        column("raw_chars", pa.int64(), "As in `documents`.", null=True),
        column("text_chars", pa.int64(), "As in `documents`.", null=True),
        column("encoding", pa.string(), "As in `documents`.", null=True),
    ]
)

COUNT = pa.int64()


def tally_type(name: str) -> pa.DataType:
    """A list of (name, count) pairs."""
    return pa.list_(pa.struct([pa.field(name, pa.string(), nullable=False), pa.field("count", COUNT, nullable=False)]))


RECEIPTS = pa.schema(
    [
        SOURCE,
        LOGICAL_DATE,
        column(
            "fingerprint",
            pa.string(),
            "SHA-256 over inputs, versions and settings: if it is equal, a run changes nothing.",
        ),
        column(
            "inputs",
            pa.list_(
                pa.struct(
                    [
                        pa.field("uri", pa.string(), nullable=False),
                        pa.field("size", pa.int64(), nullable=False),
                        pa.field("sha256", pa.string(), nullable=False),
                        pa.field("records", pa.int64(), nullable=False),
                    ]
                )
            ),
            "Input files of the batch, in order: bytes, SHA-256, number of records.",
        ),
        column("records", COUNT, "Records read. Equal to published + duplicates + quarantined."),
        column("published", COUNT, "Documents published."),
        column("duplicates", COUNT, "Records whose text another record already has."),
        column("quarantined", COUNT, "Rows of `quarantine`."),
        column(
            "chars", COUNT, "Characters of the published documents' canonical texts. Equal to the four below together."
        ),
        column("body_chars", COUNT, "Of these, in the lines of `documents.text`."),
        column("apart_chars", COUNT, "Of these, in lines kept apart."),
        column("removed_chars", COUNT, "Of these, in removed lines."),
        column("line_ends", COUNT, "Of these, line ends."),
        column("removed_lines", COUNT, "Removed lines."),
        column("captions_merged", COUNT, "Copies of captions that were merged into another copy."),
        column("rules", tally_type("rule"), "Lines that each rule removed."),
        column("languages", tally_type("language"), "Documents in each language."),
        column("reasons", tally_type("reason"), "Quarantined records by reason; a record may have several."),
        column("warnings", tally_type("reason"), "Rows that failed an expectation which does not stop a publish."),
        column(
            "twins",
            pa.list_(
                pa.struct(
                    [
                        pa.field("uri", pa.string(), nullable=False),
                        pa.field("twin", pa.string(), nullable=False),
                        pa.field("twin_date", pa.date32(), nullable=False),
                        pa.field("doc_id", pa.string(), nullable=False),
                    ]
                )
            ),
            "Every duplicate, with the uri and logical date of the document it repeats.",
        ),
        column(
            "profile",
            pa.list_(
                pa.struct(
                    [
                        pa.field("publisher", pa.string(), nullable=False),
                        *(
                            pa.field(name, COUNT, nullable=False)
                            for name in (
                                *("documents", "chars", "removed_chars", "median_chars", "captioned", "lines"),
                                "unknown_lines",
                            )
                        ),
                        pa.field("languages", tally_type("language"), nullable=False),
                    ]
                )
            ),
            "Figures by publisher that later days are compared with; they include documents that an earlier batch "
            "publishes. Median length of the texts; documents with captions; lines of the texts, and those that are "
            "neither prose nor known to a rule or role. Missing in receipts of older versions.",
            null=True,
        ),
        column("rules_version", pa.string(), "Hash of the cleaning rules (12 hex digits)."),
        column("versions", pa.string(), "Versions of copydesk and of the libraries that shape the text, as JSON."),
        column("settings", pa.string(), "Settings and source description that shape the output, as JSON."),
    ]
)

TABLES: dict[str, pa.Schema] = {"documents": DOCUMENTS, "lines": LINES, "quarantine": QUARANTINE, "receipts": RECEIPTS}

# Sort keys of the rows in every published file; missing values come last.
SORT_KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("language", "published_at", "doc_id"),
    "lines": ("doc_id", "line"),
    "quarantine": ("source", "logical_date", "uri", "stage"),
    "receipts": ("source", "logical_date"),
}

# What reading yields, one row per record, whatever the format.
RECORDS = pa.schema(
    [
        DOCUMENTS.field("uri"),
        DOCUMENTS.field("record_id"),
        DOCUMENTS.field("publisher"),
        DOCUMENTS.field("url"),
        DOCUMENTS.field("title"),
        DOCUMENTS.field("standfirst"),
        DOCUMENTS.field("authors"),
        DOCUMENTS.field("published_at"),
        column(
            "canonical",
            pa.string(),
            "The canonical text: decoded, with newlines as line ends and without white space at line ends.",
        ),
        column(
            "markup",
            pa.list_(
                pa.struct([pa.field("line", pa.int32(), nullable=False), pa.field("role", pa.string(), nullable=False)])
            ),
            "Lines of the canonical text whose role the markup states (caption, credit, link), in order; HTML only.",
        ),
        DOCUMENTS.field("raw_sha256"),
        DOCUMENTS.field("canonical_sha256"),
        DOCUMENTS.field("encoding"),
    ]
)

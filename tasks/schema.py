"""Every column of the lake, declared once: name, type, unit and meaning.

The data dictionary in `lake/README.md` is generated from this module, the staged files are written with these
schemas and the published files are checked against them.

To add a column of `documents` or `lines`, declare it here and add how it is made to `DOCUMENT_COLUMNS` or `LINE_COLUMNS`
(`tasks/staging/assemble.py`). Rows of older lakes have null in it, or the default that its declaration gives.
"""

import pyarrow as pa

from tasks.columns import COUNT, INT, TEXT, UTC_TIME, column, make_list_type

CAPTIONS = make_list_type(text=TEXT, credit=TEXT, copies=INT, line=INT, null="credit")

SOURCE = column("source", TEXT, "Name of the source that the input came from (sources.toml, or the folder's name).")
LOGICAL_DATE = column("logical_date", pa.date32(), "The day that the batch represents, not the day it ran.")
MONTH = column("month", TEXT, "Partition, YYYY-MM. Only in the path, never in the files.")
RAW_SHA256 = "SHA-256 (hex) of the bytes as received: the file, or the record inside it."

DOCUMENTS = pa.schema(
    [
        column("doc_id", TEXT, "Stable id: hash of source, publisher and canonical text (32 hex digits)."),
        column("record_id", TEXT, "The record's own id, where it has one.", null=True),
        SOURCE,
        column("publisher", TEXT, "The record's publisher field, else the host of its URL, else the source."),
        LOGICAL_DATE,
        column("uri", TEXT, "File it came from; `#record` (0-based) behind it for a record inside a file."),
        column("url", TEXT, "Web address of the article, where the input says it.", null=True),
        column("title", TEXT, "Headline.", null=True),
        column("standfirst", TEXT, "The paragraph under the headline that sums the article up.", null=True),
        column("authors", pa.list_(TEXT), "Names from the byline or the input's own fields, in order."),
        column("published_at", UTC_TIME, "Time of publication; missing when unknown.", null=True),
        column("dateline", TEXT, "Place and agency at the start of the text, exactly as printed.", null=True),
        column(
            "text",
            TEXT,
            "The clean body with its sub-headings: adjacent lines are joined by one newline, lines with blank lines "
            "between them by one blank line.",
        ),
        column(
            "captions", CAPTIONS, "Photo captions: text, credit, number of copies found, line of the copy that is kept."
        ),
        column(
            "language",
            TEXT,
            "ISO 639-1 code (zh-cn, zh-tw for Chinese) of most of the text, `und` when it cannot be determined.",
        ),
        column("language_score", pa.float64(), "Confidence in `language`, 0 to 1; 0 for `und`."),
        column(
            "languages",
            make_list_type(language=TEXT, share=pa.float64()),
            "Languages of the parts of `text` and their shares of its letters (a character of Chinese, Japanese or Korean counts "
            "as three), the largest first; usually one, with share 1. Empty for `und`.",
            default=[],
        ),
        column("body_lines", pa.list_(INT), "Line numbers of the lines of `text` in the canonical text, 0-based."),
        column(
            "joins",
            pa.list_(INT),
            "Of a text that was broken at a fixed width, the line ends that are none in `text`: offsets in characters, each "
            "of the blank that stands for one or, in a script without blanks, of the character behind it.",
            default=[],
        ),
        column("line_count", INT, "Lines of the canonical text, blank ones included."),
        column("raw_chars", COUNT, "Characters of the canonical text."),
        column("text_chars", COUNT, "Characters of `text`."),
        column("removed_lines", INT, "Number of removed lines: the rows of `lines` with `removed`."),
        column("removed_chars", COUNT, "Characters of the removed lines."),
        column(
            "flags",
            pa.list_(TEXT),
            "Notes on the document: `over_budget`, `correction`, `embed`, `released`, `truncated` (the input is cut), "
            "`several_articles` (it looks like more than one); usually empty.",
        ),
        column("raw_sha256", TEXT, RAW_SHA256),
        column("canonical_sha256", TEXT, "SHA-256 (hex) of the canonical text in UTF-8."),
        column("encoding", TEXT, "How the bytes became text: encoding, then every repair made."),
        column("rules_version", TEXT, "Hash of the cleaning rules that were in force (12 hex digits)."),
    ]
)

LINES = pa.schema(
    [
        column("doc_id", TEXT, "The document the line belongs to."),
        SOURCE,
        LOGICAL_DATE,
        column("line", INT, "Line number in the canonical text, 0-based."),
        column(
            "role",
            TEXT,
            "headline, standfirst, byline, bio, timestamp, caption, credit, contributors, boilerplate, repeat.",
        ),
        column("removed", pa.bool_(), "True: removed. False: kept apart, in a column of `documents`."),
        column("rule", TEXT, "Id of the rule that decided; an id is never reused."),
        column("evidence", TEXT, "What matched; for a repeat, the line it repeats.", null=True),
        column("text", TEXT, "The line, unchanged."),
        column("publisher", TEXT, "Of the document; missing in rows of releases up to 0.2.", null=True),
        column("language", TEXT, "Of the document; missing in rows of releases up to 0.2.", null=True),
    ]
)

QUARANTINE = pa.schema(
    [
        column("uri", TEXT, "File it came from; `#record` (0-based) behind it for a record inside a file."),
        SOURCE,
        LOGICAL_DATE,
        column("stage", TEXT, "Step that stopped it: `read`, `clean` (no text was left) or `audit`."),
        column("reasons", pa.list_(TEXT), "Every reason, as stable codes."),
        column("detail", TEXT, "The reason in words, with what was found.", null=True),
        column("excerpt", TEXT, "The first characters of the text, if there are any.", null=True),
        column("raw_sha256", TEXT, RAW_SHA256, null=True),
        column("doc_id", TEXT, "The document's id, if it has one yet.", null=True),
        column("record_id", TEXT, "The record's own id, where it has one.", null=True),
        column("publisher", TEXT, "As in `documents`.", null=True),
        column("title", TEXT, "As in `documents`.", null=True),
        column("language", TEXT, "As in `documents`.", null=True),
        column("raw_chars", COUNT, "As in `documents`.", null=True),
        column("text_chars", COUNT, "As in `documents`.", null=True),
        column("encoding", TEXT, "As in `documents`.", null=True),
        column(
            "canonical_sha256", TEXT, "SHA-256 (hex) of the canonical text; missing where there is none.", null=True
        ),
    ]
)

# Why a record is a duplicate.
SAME_BATCH, EARLIER_BATCH = "same_batch", "earlier_batch"

DUPLICATES = pa.schema(
    [
        column("uri", TEXT, "File it came from; `#record` (0-based) behind it for a record inside a file."),
        SOURCE,
        LOGICAL_DATE,
        column(
            "reason",
            TEXT,
            f"`{SAME_BATCH}`: another record of its batch has the text; `{EARLIER_BATCH}`: a document of an earlier batch.",
        ),
        column("doc_id", TEXT, "The document that it repeats: the same text, from the same publisher."),
        column("record_id", TEXT, "As in `documents`.", null=True),
        column("publisher", TEXT, "As in `documents`; missing in rows of releases up to 0.2.", null=True),
        column("url", TEXT, "As in `documents`.", null=True),
        column("title", TEXT, "As in `documents`.", null=True),
        column("authors", pa.list_(TEXT), "As in `documents`."),
        column("published_at", UTC_TIME, "As in `documents`.", null=True),
        column("raw_sha256", TEXT, RAW_SHA256, null=True),
    ]
)

STORIES = pa.schema(
    [
        column("doc_id", TEXT, "A document that shares a story, or quotes one, or is quoted."),
        column("story_id", TEXT, "The same for all documents of a story: the doc_id of its first one."),
        column(
            "of_doc_id", TEXT, "The document that it repeats or quotes; missing for the first of a story.", null=True
        ),
        column(
            "kind",
            TEXT,
            "`first`; `copy`: the whole text; `wire`: cut, or with paragraphs of its own; `revision`: the same article again, "
            "changed; `excerpt`: less than half of it is in another document, or it is a round-up.",
        ),
        column("share", pa.float64(), "Share of the shorter text's runs of five words that the other has.", null=True),
        column(
            "share_of_this", pa.float64(), "Share of this text's runs that the document of `of_doc_id` has.", null=True
        ),
        column("share_of_other", pa.float64(), "Share of that document's runs that this text has.", null=True),
        column(
            "quotes",
            make_list_type(doc_id=TEXT, share=pa.float64()),
            "Documents of other stories that it has passages of, and the share of this text's runs that they have.",
        ),
        column("is_latest", pa.bool_(), "False where there is a later revision of the article."),
    ]
)

RECEIPTS = pa.schema(
    [
        SOURCE,
        LOGICAL_DATE,
        column(
            "fingerprint", TEXT, "SHA-256 over inputs, versions and settings: if it is equal, a run changes nothing."
        ),
        column(
            "inputs",
            make_list_type(uri=TEXT, size=COUNT, sha256=TEXT, records=COUNT),
            "Input files of the batch, in order: bytes, SHA-256, number of records.",
        ),
        column("records", COUNT, "Records read. Equal to published + duplicates + quarantined + erased."),
        column("published", COUNT, "Documents published."),
        column("duplicates", COUNT, "Rows of `duplicates`."),
        column("quarantined", COUNT, "Rows of `quarantine`."),
        column("erased", COUNT, "Rows of `erasures` with `is_delivered`.", default=0),
        column(
            "chars", COUNT, "Characters of the published documents' canonical texts. Equal to the four below together."
        ),
        column("body_chars", COUNT, "Of these, in the lines of `documents.text`."),
        column("apart_chars", COUNT, "Of these, in lines kept apart."),
        column("removed_chars", COUNT, "Of these, in removed lines."),
        column("line_ends", COUNT, "Of these, line ends."),
        column("removed_lines", COUNT, "Removed lines."),
        column("captions_merged", COUNT, "Copies of captions that were merged into another copy."),
        column("rules", make_list_type(rule=TEXT, count=COUNT), "Lines that each rule removed."),
        column("languages", make_list_type(language=TEXT, count=COUNT), "Documents in each language."),
        column(
            "reasons",
            make_list_type(reason=TEXT, count=COUNT),
            "Quarantined records by reason; a record may have several.",
        ),
        column(
            "warnings",
            make_list_type(reason=TEXT, count=COUNT),
            "Rows that failed an expectation which does not stop a publish.",
        ),
        column(
            "passed_over",
            make_list_type(uri=TEXT, kind=TEXT, count=COUNT, first=TEXT),
            "Parts of input files that are no records on purpose, such as requests in a WARC file: the file, what they are, how "
            "many, and the uri of the first.",
            default=[],
        ),
        column(
            "profile",
            make_list_type(
                publisher=TEXT,
                **dict.fromkeys(
                    ("documents", "chars", "removed_chars", "median_chars", "captioned", "lines", "unknown_lines"),
                    COUNT,
                ),
                languages=make_list_type(language=TEXT, count=COUNT),
            ),
            "Figures by publisher that later days are compared with; they include documents that an earlier batch "
            "publishes. Median length of the texts; documents with captions; lines of the texts, and those that are "
            "neither prose nor known to a rule or role. Missing in receipts of older versions.",
            null=True,
        ),
        column("rules_version", TEXT, "Hash of the cleaning rules (12 hex digits)."),
        column("versions", TEXT, "Versions of copydesk and of the libraries that shape the text, as JSON."),
        column("settings", TEXT, "Settings and source description that shape the output, as JSON."),
    ]
)

ERASURES = pa.schema(
    [
        SOURCE,
        LOGICAL_DATE,
        column("input", TEXT, "The file that the record came from, as in `receipts.inputs`."),
        column("uri_sha256", TEXT, "SHA-256 (hex) of the record's `uri`."),
        column("publisher", TEXT, "Of the record, where it was known.", null=True),
        column("doc_id", TEXT, "The document's id, where it had one.", null=True),
        column("canonical_sha256", TEXT, "SHA-256 (hex) of the canonical text, where there was one.", null=True),
        column("raw_sha256", TEXT, RAW_SHA256 + " Missing where a record that was not erased has the same.", null=True),
        column(
            "is_delivered",
            pa.bool_(),
            "Whether the files of the batch had the record when it ran last; then it counts as one of its records.",
        ),
        column("why", TEXT, "The reason that was given."),
        column("requested_by", TEXT, "Who asked for it.", null=True),
        column("requested_at", UTC_TIME, "When it was asked for."),
    ]
)

RETIRED = {"receipts": frozenset({"twins"})}  # columns of older releases, which this one reads past

TABLES: dict[str, pa.Schema] = {
    "documents": DOCUMENTS,
    "lines": LINES,
    "duplicates": DUPLICATES,
    "stories": STORIES,
    "quarantine": QUARANTINE,
    "receipts": RECEIPTS,
    "erasures": ERASURES,
}

# Sort keys of the rows in every published file; missing values come last.
SORT_KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("language", "published_at", "doc_id"),
    "lines": ("doc_id", "line"),
    "duplicates": ("source", "logical_date", "uri", "doc_id"),
    "stories": ("story_id", "doc_id"),
    "quarantine": ("source", "logical_date", "uri", "stage"),
    "receipts": ("source", "logical_date"),
    "erasures": ("source", "logical_date", "uri_sha256", "doc_id", "raw_sha256"),
}

"""The columns of what reading yields, one row per record, whatever the format."""

import pyarrow as pa

from tasks.columns import INT, TEXT, column, make_list_type
from tasks.schema import DOCUMENTS

RECORDS = pa.schema(
    [
        *(
            DOCUMENTS.field(name)
            for name in ("uri", "record_id", "publisher", "url", "title", "standfirst", "authors", "published_at")
        ),
        column(
            "dated",
            TEXT,
            "The record's own date as written, where only its language or its publisher's country says what it means.",
            null=True,
        ),
        column(
            "canonical",
            TEXT,
            "The canonical text: decoded, with newlines as line ends and without white space at line ends.",
        ),
        column(
            "markup",
            make_list_type(line=INT, role=TEXT),
            "Lines of the canonical text whose role the markup states (caption, credit, link), in order; HTML only.",
        ),
        *(DOCUMENTS.field(name) for name in ("flags", "raw_sha256", "canonical_sha256", "encoding")),
    ]
)

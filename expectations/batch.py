"""What a good batch is: its sums close. Looked at in a frame of one row, the receipt's counts.

A batch may publish nothing, when everything in it was a duplicate or quarantined; it may not lose anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.row import Expectation

QUARANTINED_SHARE = 0.1
DUPLICATES_SHARE = 0.5
REMOVED_SHARE = 0.5

# Counts that a batch must bring; the first five in records, files and rows, the others in characters and lines.
RECORD_COUNTS = ("records", "published", "duplicates", "quarantined", "input_records")
FILE_COUNTS = ("inputs", "inputs_accounted")
ROW_COUNTS = ("document_rows", "quarantine_rows")
LINE_COUNTS = ("chars", "body_chars", "apart_chars", "removed_chars", "line_ends", "removed_lines", "removed_rows")
LIST_COUNTS = ("language_documents", "profile_documents")
COUNTS = RECORD_COUNTS + FILE_COUNTS + ROW_COUNTS + LINE_COUNTS + LIST_COUNTS

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "records_not_summed",
        "critical",
        "equal",
        "records",
        ("records_accounted",),
        "Everything that came in was published, is a duplicate, or lies in quarantine.",
        "20 records, of which 17 + 1 + 1 are accounted for",
    ),
    Expectation(
        "records_differ",
        "critical",
        "equal",
        "records",
        ("input_records",),
        "The records of the batch are those that its files were found to hold.",
        "files that hold 21 records where 20 came in",
    ),
    Expectation(
        "inputs_unaccounted",
        "critical",
        "equal",
        "inputs",
        ("inputs_accounted",),
        "Every file that was planned is in the receipt, an unreadable one too.",
        "three files planned, two in the receipt",
    ),
    Expectation(
        "documents_differ",
        "critical",
        "equal",
        "published",
        ("document_rows",),
        "The receipt counts exactly the rows that readers will find.",
        "17 published, 16 rows",
    ),
    Expectation(
        "quarantine_differs",
        "critical",
        "equal",
        "quarantined",
        ("quarantine_rows",),
        "The receipt counts exactly the rows that lie in quarantine.",
        "1 quarantined, no row",
    ),
    Expectation(
        "batch_chars_not_summed",
        "critical",
        "equal",
        "chars",
        ("chars_accounted",),
        "Characters in are characters in the text, kept apart, taken out, and line ends.",
        "one line end too many",
    ),
    Expectation(
        "batch_removed_differs",
        "critical",
        "equal",
        "removed_lines",
        ("removed_rows",),
        "Every line that the documents count as taken out has its row.",
        "nine lines taken out, eight rows",
    ),
    Expectation(
        "languages_differ",
        "critical",
        "equal",
        "published",
        ("language_documents",),
        "The languages that the receipt counts are those of all documents it publishes.",
        "17 published, languages of 16",
    ),
    Expectation(
        "profile_differs",
        "critical",
        "equal",
        "published",
        ("profile_documents",),
        "The profile that later days are held against counts all documents of the batch.",
        "17 published, a profile of 16",
    ),
    Expectation(
        "batch_empty",
        "critical",
        "between",
        "records",
        (1, None),
        "Nothing came in, so the input was not found; such a batch must not replace an earlier one.",
        "no record at all",
    ),
    Expectation(
        "counts_negative",
        "critical",
        "between",
        "lowest_count",
        (0, None),
        "A count below zero shows that sums were made to close.",
        "-1 duplicates",
    ),
    Expectation(
        "nothing_published",
        "warning",
        "between",
        "published",
        (1, None),
        "A batch without a document is allowed when its sums close, but somebody should look.",
        "all records are duplicates or quarantined",
    ),
    Expectation(
        "quarantined_much",
        "warning",
        "between",
        "quarantined_share",
        (0.0, QUARANTINED_SHARE),
        "So many records in quarantine mean that the source has changed.",
        "3 of 20 records in quarantine",
    ),
    Expectation(
        "duplicates_much",
        "warning",
        "between",
        "duplicates_share",
        (0.0, DUPLICATES_SHARE),
        "So many duplicates mean that the source delivers the same files again.",
        "11 of 20 records are duplicates",
    ),
    Expectation(
        "removed_much",
        "warning",
        "between",
        "removed_share",
        (0.0, REMOVED_SHARE),
        "When half of all characters goes, the source delivers pages, or a rule cuts too deep.",
        "56 % of all characters taken out",
    ),
)


def project_sums(sums: Mapping[str, int | str]) -> dict[str, int | float]:
    """The batch's counts and what follows from them; a count that is missing stays missing, for the audit to see."""
    known = {name: value for name in COUNTS if isinstance(value := sums.get(name), int)}
    parts: dict[str, tuple[str, ...]] = {
        "records_accounted": ("published", "duplicates", "quarantined"),
        "chars_accounted": ("body_chars", "apart_chars", "removed_chars", "line_ends"),
        "lowest_count": COUNTS,
    }
    derived: dict[str, int | float] = {
        name: (min if name == "lowest_count" else sum)(known[part] for part in needed)
        for name, needed in parts.items()
        if all(part in known for part in needed)
    }
    for name, part, whole in (
        ("quarantined_share", "quarantined", "records"),
        ("duplicates_share", "duplicates", "records"),
        ("removed_share", "removed_chars", "chars"),
    ):
        if part in known and whole in known:
            derived[name] = known[part] / max(known[whole], 1)
    return {**known, **derived}

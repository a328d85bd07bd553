"""What documents add to the receipt of their batch, counted from the rows themselves.

A tally is a Counter of (receipt column, value): value is None for plain sums, else the entry of a list such as `languages`.
Tallies add and subtract, so a document that moves from one batch to another takes its share with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Tally = Counter[tuple[str, str | None]]

LISTS = {"languages": "language", "rules": "rule", "reasons": "reason"}
DOCUMENT_COLUMNS = ("language", "text", "line_count", "raw_chars", "captions")
LINE_COLUMNS = ("removed", "rule", "text")


def tally_documents(rows: pa.Table) -> Tally:
    """What rows of `documents` add (at least DOCUMENT_COLUMNS)."""
    found: Tally = Counter()
    if not rows.num_rows:
        return found
    text = rows["text"]
    found["published", None] = rows.num_rows
    found["chars", None] = sum_column(rows["raw_chars"])
    found["body_chars", None] = sum_column(pc.utf8_length(text)) - sum_column(pc.count_substring(text, "\n"))
    # A text of n lines has n - 1 line ends: the last line has none.
    found["line_ends", None] = sum_column(rows["line_count"]) - rows.num_rows
    captions = pc.list_flatten(rows["captions"])
    found["captions_merged", None] = sum_column(pc.struct_field(captions, "copies")) - len(captions)
    found.update(count_values("languages", rows["language"]))
    return found


def tally_lines(rows: pa.Table) -> Tally:
    """What rows of `lines` add (at least LINE_COLUMNS)."""
    found: Tally = Counter()
    if not rows.num_rows:
        return found
    removed = rows.filter(rows["removed"])
    chars = sum_column(pc.utf8_length(rows["text"]))
    found["removed_chars", None] = sum_column(pc.utf8_length(removed["text"]))
    found["apart_chars", None] = chars - found["removed_chars", None]
    found["removed_lines", None] = removed.num_rows
    found.update(count_values("rules", removed["rule"]))
    return found


def tally_quarantine(rows: pa.Table) -> Tally:
    """What rows of `quarantine` add (at least `reasons`)."""
    found: Tally = Counter({("quarantined", None): rows.num_rows})
    found.update(count_values("reasons", pc.list_flatten(rows["reasons"])))
    return found


def sum_column(values: pa.ChunkedArray) -> int:
    """Sum of a column; 0 without rows."""
    return int(pc.sum(values).as_py() or 0)


def count_values(column: str, values: pa.ChunkedArray) -> Tally:
    """How often each value occurs, as a tally of the receipt's list `column`."""
    counts = pc.value_counts(values)
    return Counter({(column, entry["values"].as_py()): entry["counts"].as_py() for entry in counts})


def add_tally(receipt: Mapping[str, Any], share: Tally, sign: int) -> dict[str, Any]:
    """The receipt with a tally added (`sign` 1) or subtracted (-1); lists sorted by value, without zeros."""
    result = dict(receipt)
    lists = {
        column: Counter({entry[name]: entry["count"] for entry in result[column]}) for column, name in LISTS.items()
    }
    for (column, value), count in share.items():
        if value is None:
            result[column] = result[column] + sign * count
        else:
            lists[column][value] += sign * count
    for column, name in LISTS.items():
        result[column] = [{name: value, "count": count} for value, count in sorted(lists[column].items()) if count]
    return result


def find_open_sums(receipt: Mapping[str, Any]) -> list[str]:
    """Every sum of a receipt that does not close, in words."""
    outcomes = receipt["published"] + receipt["duplicates"] + receipt["quarantined"]
    parts = sum(receipt[name] for name in ("body_chars", "apart_chars", "removed_chars", "line_ends"))
    claims: Iterable[tuple[str, int, int]] = (
        ("records and published + duplicates + quarantined", receipt["records"], outcomes),
        ("records and those of the inputs", receipt["records"], sum(entry["records"] for entry in receipt["inputs"])),
        ("chars and body + apart + removed + line ends", receipt["chars"], parts),
        ("removed_lines and the rules' counts", receipt["removed_lines"], count_entries(receipt["rules"])),
        ("published and the languages' counts", receipt["published"], count_entries(receipt["languages"])),
        ("duplicates and their twins", receipt["duplicates"], len(receipt["twins"])),
    )
    return [f"{what} differ: {left} and {right}" for what, left, right in claims if left != right]


def count_entries(entries: Iterable[Mapping[str, Any]]) -> int:
    """Sum of the counts of a tally list."""
    return sum(entry["count"] for entry in entries)

"""The receipts of all batches that a publish touches, and what documents add to them, counted from the rows themselves.

A tally is a Counter of (receipt column, value): value is None for plain sums, else the entry of a list such as `languages`.
Tallies add and subtract, so a document that moves from one batch to another takes its share with it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import keep_rows, match_claims, match_documents, read_partitions, read_staged_rows
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows
from tasks.stores.manifest import ORDERS, Manifest

Tally = Counter[tuple[str, str | None]]

LISTS = {"languages": "language", "rules": "rule", "reasons": "reason"}
# By table, the columns that its tally needs.
COUNTED_COLUMNS = {
    "documents": ("language", "text", "line_count", "raw_chars", "captions"),
    "lines": ("removed", "rule", "text"),
    "duplicates": (),
    "quarantine": ("reasons",),
    "erasures": ("is_delivered",),
}


def tally_documents(rows: pa.Table) -> Tally:
    """What rows of `documents` add."""
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
    """What rows of `lines` add."""
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


def tally_duplicates(rows: pa.Table) -> Tally:
    """What rows of `duplicates` add."""
    return Counter({("duplicates", None): rows.num_rows})


def tally_quarantine(rows: pa.Table) -> Tally:
    """What rows of `quarantine` add."""
    found: Tally = Counter({("quarantined", None): rows.num_rows})
    found.update(count_values("reasons", pc.list_flatten(rows["reasons"])))
    return found


def tally_erasures(rows: pa.Table) -> Tally:
    """What rows of `erasures` add."""
    return Counter({("erased", None): sum_column(rows["is_delivered"].cast(pa.int64()))})


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
    # A receipt of an older release, as its file has it, has no `erased`.
    outcomes = sum(receipt.get(name, 0) for name in ("published", "duplicates", "quarantined", "erased"))
    listed = {name: sum(entry["count"] for entry in receipt[name]) for name in ("rules", "languages")}
    parts = sum(receipt[name] for name in ("body_chars", "apart_chars", "removed_chars", "line_ends"))
    claims: Iterable[tuple[str, int, int]] = (
        ("records and published + duplicates + quarantined + erased", receipt["records"], outcomes),
        ("records and those of the inputs", receipt["records"], sum(entry["records"] for entry in receipt["inputs"])),
        ("chars and body + apart + removed + line ends", receipt["chars"], parts),
        ("removed_lines and the rules' counts", receipt["removed_lines"], listed["rules"]),
        ("published and the languages' counts", receipt["published"], listed["languages"]),
    )
    return [f"{what} differ: {left} and {right}" for what, left, right in claims if left != right]


TALLIES: dict[str, Callable[[pa.Table], Tally]] = {
    "documents": tally_documents,
    "lines": tally_lines,
    "shadowed": tally_documents,
    "duplicates": tally_duplicates,
    "quarantine": tally_quarantine,
    "erasures": tally_erasures,
    "shadowed_lines": tally_lines,
}


def settle_receipts(lake: Lake, old: Manifest, claims: BatchClaims, receipt: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The batch's receipt, then those of batches that share documents; a document takes its share of all sums with it."""
    ownership = claims.ownership
    settled = [add_tally(receipt, tally_hidden(claims), -1)]
    if ownership.other_dates:
        taken = tally_published(lake, old, ownership.taken, ("documents", "lines"))
        returned = tally_published(lake, old, ownership.returned, ("shadowed", "shadowed_lines"))
        others = (pl.col("source") == claims.source) & pl.col("logical_date").is_in(ownership.other_dates)
        for other in scan_table(lake, old, "receipts").filter(others).sort(ORDERS["receipts"]).collect().to_dicts():
            day = other["logical_date"]
            settled.append(add_tally(add_tally(other, taken[day], -1), returned[day], 1))
    return settled


def tally_hidden(claims: BatchClaims) -> Tally:
    """The share of a batch's documents that an earlier batch owns."""
    tally: Tally = Tally()
    hidden = claims.ownership.hidden
    for part in claims.folders if hidden else ():
        for table in ("documents", "lines"):
            for chunk in keep_rows(read_staged_rows(part, table, CHUNK_FLOOR), match_documents(hidden)):
                tally.update(TALLIES[table](chunk))
    return count_repeats(tally)


def tally_published(lake: Lake, old: Manifest, claims: pl.DataFrame, tables: Iterable[str]) -> dict[date, Tally]:
    """By batch, the share of claimed documents in tables of the lake."""
    shares: dict[date, Tally] = defaultdict(Tally)
    for table in tables if claims.height else ():
        rows = read_partitions(lake, old, table, set(claims["partition"]), CHUNK_FLOOR)
        for day, chunk in split_batches(keep_rows(rows, match_claims(claims))):
            shares[day].update(TALLIES[table](chunk))
    return defaultdict(Tally, {day: count_repeats(share) for day, share in shares.items()})


def count_repeats(share: Tally) -> Tally:
    """The share of documents that change their owner: where one is not published, its record is a duplicate."""
    share["duplicates", None] = -share["published", None]
    return share


def split_batches(rows: SortedRows) -> Iterable[tuple[date, pa.Table]]:
    """The rows of each batch of a source, chunk by chunk."""
    for chunk in rows:
        for day in pc.unique(chunk["logical_date"]):
            yield day.as_py(), chunk.filter(pc.equal(chunk["logical_date"], day))

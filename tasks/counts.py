"""Counts in sentences, and sums of counts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tasks.batch import Skipped


def format_count(count: int, one: str, more: str = "") -> str:
    """ "1 document", "2 documents"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def count_warnings(receipt: Mapping[str, Any]) -> int:
    """The sum of the counts of a receipt's warnings."""
    return sum(found["count"] for found in receipt.get("warnings") or ())


def sum_passed_over(receipt: Mapping[str, Any]) -> list[Skipped]:
    """What the inputs of a receipt have that is no record, by kind."""
    sums: dict[str, Skipped] = {}
    for entry in receipt.get("passed_over", ()):
        before = sums.get(entry["kind"], Skipped(entry["kind"], 0, entry["first"]))
        sums[entry["kind"]] = replace(before, count=before.count + entry["count"])
    return [sums[kind] for kind in sorted(sums)]

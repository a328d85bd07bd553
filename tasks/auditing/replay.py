"""Replays part of a batch: picks the files to run again, and lists what happened to their quarantined records.

The rows of all other files are read from the lake (`batch_rows`), so the whole batch is audited and published, with the
same result as a whole run, and only the picked files are read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.auditing.batch_rows import PublishedBatch, find_file
from tasks.batch import InputFile
from tasks.staging.receipt import hash_files

AUDIT = "audit"


def pick_files(
    published: PublishedBatch,
    files: Sequence[InputFile],
    *,
    reason: str | None = None,
    uris: Collection[str] | None = None,
) -> list[InputFile]:
    """The files of a batch that have to be run again, in order.

    Those with a quarantined record (with `reason`, or among `uris`, if given), those that are new or have changed, and those
    that share a document with any of them, since all of its copies are needed to choose the published one. A document
    that failed the audit may be in another file too, so its file is always picked. `files`: the batch's files today.
    """
    seen = {entry["uri"]: entry for entry in published.receipt["inputs"]}
    wanted: set[str] = set()
    for uri, stage, reasons in published.quarantine.select("uri", "stage", "reasons").iter_rows():
        is_asked = uris is None and (reason is None or reason in reasons)
        if is_asked or stage == AUDIT:
            wanted.add(find_file(uri, seen))
    wanted |= {find_file(uri, seen) for uri in uris or ()}
    wanted |= {file.uri for file in files if file.uri not in wanted and is_changed(file, seen.get(file.uri))}
    wanted |= seen.keys() - {file.uri for file in files}
    wanted = add_linked(wanted, published.receipt, seen)
    return [file for file in files if file.uri in wanted]


def is_changed(file: InputFile, seen: Mapping[str, Any] | None) -> bool:
    """Whether a file differs from its entry in the receipt, or cannot be read."""
    if seen is None or file.size != seen["size"]:
        return True
    try:
        return bool(hash_files([file])[0][2] != seen["sha256"])
    except OSError:
        return True


def add_linked(wanted: Collection[str], receipt: Mapping[str, Any], files: Collection[str]) -> set[str]:
    """`wanted` and all files that are linked to it by copies of documents, directly or through other files."""
    linked: dict[str, set[str]] = defaultdict(set)
    for twin in receipt["twins"]:
        if twin["twin_date"] == receipt["logical_date"]:
            left, right = find_file(twin["uri"], files), find_file(twin["twin"], files)
            linked[left].add(right)
            linked[right].add(left)
    found, waiting = set(wanted), list(wanted)
    while waiting:
        fresh = linked[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


@dataclass(frozen=True)
class ReplayedRow:
    """A row that was in quarantine, with its reasons, and its state now."""

    uri: str
    reasons: tuple[str, ...]
    state: str


def trace_rows(
    before: PublishedBatch, now: PublishedBatch, again: Iterable[str], claimed: Collection[str]
) -> Iterator[ReplayedRow]:
    """The state of the quarantined records of the files `again`, by uri.

    `before`, `now`: the batch before and after the replay; `claimed`: uris of its documents now.
    """
    files = {entry["uri"] for entry in before.receipt["inputs"]}
    taken, stopped = set(again), dict(now.quarantine.select("uri", "reasons").iter_rows())
    twins = {twin["uri"]: twin["twin"] for twin in now.receipt["twins"]}
    for uri, reasons in before.quarantine.select("uri", "reasons").sort("uri").iter_rows():
        if find_file(uri, files) not in taken:
            continue
        if uri in stopped:
            state = "still in quarantine: " + ", ".join(stopped[uri])
        elif uri in twins:
            state = f"repeats {twins[uri]}"
        else:
            # A file that broke off in the middle has a row of its own, which no document replaces when it is complete.
            state = (
                "published"
                if uri in claimed or find_file(uri, files) in claimed
                else "deleted, since its file is fixed"
            )
        yield ReplayedRow(uri, tuple(reasons), state)

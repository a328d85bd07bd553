"""Part of a batch run again: which of its files, and what became of their quarantined records.

The rows of all other files are taken from the lake (`batch_rows`), so the batch is settled, audited and published as a
whole, and comes out as a whole run would leave it, at the price of the files that were run again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.auditing.batch_rows import Held, file_of
from tasks.batch import InputFile
from tasks.staging.receipt import hash_files

AUDIT = "audit"


def pick_files(
    held: Held, files: Sequence[InputFile], *, reason: str | None = None, uris: Collection[str] | None = None
) -> list[InputFile]:
    """The files of a batch that have to be run again, in order.

    Those with a quarantined record (with `reason`, or among `uris`, if given), those that are new or not what they were,
    and those that share a document with any of them: which copy stays is settled among all. A document that the audit
    stopped may be said by another file as well, so its file always goes along. `files`: what the batch is made of today.
    """
    seen = {entry["uri"]: entry for entry in held.receipt["inputs"]}
    wanted: set[str] = set()
    for uri, stage, reasons in held.quarantine.select("uri", "stage", "reasons").iter_rows():
        asked = uris is None and (reason is None or reason in reasons)
        if asked or stage == AUDIT:
            wanted.add(file_of(uri, seen))
    wanted |= {file_of(uri, seen) for uri in uris or ()}
    wanted |= {file.uri for file in files if file.uri not in wanted and is_changed(file, seen.get(file.uri))}
    wanted |= seen.keys() - {file.uri for file in files}
    wanted = add_linked(wanted, held.receipt, seen)
    return [file for file in files if file.uri in wanted]


def is_changed(file: InputFile, seen: Mapping[str, Any] | None) -> bool:
    """Whether a file is other than its receipt says. One that cannot be read counts as changed."""
    if seen is None or file.size != seen["size"]:
        return True
    try:
        return bool(hash_files([file])[0][2] != seen["sha256"])
    except OSError:
        return True


def add_linked(wanted: Collection[str], receipt: Mapping[str, Any], files: Collection[str]) -> set[str]:
    """`wanted` with all files that hold a copy of a document in it, and so on."""
    beside: dict[str, set[str]] = defaultdict(set)
    for twin in receipt["twins"]:
        if twin["twin_date"] == receipt["logical_date"]:
            left, right = file_of(twin["uri"], files), file_of(twin["twin"], files)
            beside[left].add(right)
            beside[right].add(left)
    found, waiting = set(wanted), list(wanted)
    while waiting:
        fresh = beside[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


@dataclass(frozen=True)
class Resolved:
    """A row that was in quarantine, with its reasons, and what became of it."""

    uri: str
    reasons: tuple[str, ...]
    now: str


def trace_rows(held: Held, now: Held, again: Iterable[str], claimed: Collection[str]) -> Iterator[Resolved]:
    """What became of the quarantined records of the files `again`, by uri.

    `held`, `now`: the batch before and after; `claimed`: uris of the documents that it brings now.
    """
    files = {entry["uri"] for entry in held.receipt["inputs"]}
    taken, stopped = set(again), dict(now.quarantine.select("uri", "reasons").iter_rows())
    twins = {twin["uri"]: twin["twin"] for twin in now.receipt["twins"]}
    for uri, reasons in held.quarantine.select("uri", "reasons").sort("uri").iter_rows():
        if file_of(uri, files) not in taken:
            continue
        if uri in stopped:
            fate = "still in quarantine: " + ", ".join(stopped[uri])
        elif uri in twins:
            fate = f"says the same as {twins[uri]}"
        else:
            # A file that broke in the middle has a row of its own, which nothing takes the place of when it is whole.
            fate = "published" if uri in claimed or file_of(uri, files) in claimed else "gone with its file mended"
        yield Resolved(uri, tuple(reasons), fate)

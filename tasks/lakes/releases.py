"""Releases: documents that the audit stopped and that a person publishes anyway, each with a reason.

    .lake-store/releases/<source>@<logical date>.json

A release belongs to a batch and names the faults that it permits. It is an input of the batch like its files: every run of the
batch finds it, so the document stays published, and a new fault of the same document stops it again.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import polars as pl

from tasks.batch import Release
from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.stores.store_files import change_store_file, list_batch_files, name_batch_file, read_store_file

FLAG = "released"
FOLDER = "releases"
# The new releases of a batch, given its releases.
ChangeReleases = Callable[[tuple[Release, ...]], Iterable[Release]]


class ReleaseError(RequestError):
    """A release that cannot be added, removed or read. One line: what, where, what next."""


def find_releases(lake: Lake, source: str, day: date, receipt: Mapping[str, Any] | None = None) -> tuple[Release, ...]:
    """The releases of a batch, by doc_id. Raises ReleaseError when its receipt names releases and their file is lost."""
    name = name_batch_file(FOLDER, source, day)
    content = read_store_file(lake.files, name)
    if content is None and receipt and read_receipt_releases(receipt):
        raise ReleaseError(
            f"{lake.files.address(name)} is missing, though {source} {day} has releases; run `copydesk check --repair`, which "
            "writes it again"
        )
    return parse_releases(lake, name, content)


def read_receipt_releases(receipt: Mapping[str, Any]) -> tuple[Release, ...]:
    """The releases that a batch was published with, from the settings in its receipt."""
    rows = json.loads(receipt["settings"]).get("releases", ())
    return tuple(Release(**row | {"reasons": tuple(row["reasons"])}) for row in rows)


def find_lost_releases(lake: Lake) -> Iterator[tuple[str, date, tuple[Release, ...]]]:
    """The batches whose receipts name releases that have no file, with these releases."""
    for receipt in lake.receipts(columns=("source", "logical_date", "settings")):
        source, day = receipt["source"], receipt["logical_date"]
        found = read_receipt_releases(receipt)
        if found and read_store_file(lake.files, name_batch_file(FOLDER, source, day)) is None:
            yield source, day, found


def restore_releases(lake: Lake) -> Iterator[str]:
    """Writes lost releases again, as receipts have them; a line for each batch."""
    for source, day, found in find_lost_releases(lake):
        content = write_releases(found)
        change_store_file(lake.files, name_batch_file(FOLDER, source, day), lambda known: known or content)  # noqa: B023
        yield f"{lake.files.address(name_batch_file(FOLDER, source, day))} is written again from the receipt"


def list_releases(lake: Lake) -> Iterator[tuple[str, date, Release]]:
    """Every release of a lake with its batch, by source and logical date."""
    for source, day, name in list_batch_files(lake.files, FOLDER):
        yield from ((source, day, row) for row in parse_releases(lake, name, read_store_file(lake.files, name)))


def group_releases(lake: Lake) -> dict[tuple[str, date], tuple[Release, ...]]:
    """The releases of every batch that has any, by source and logical date."""
    found: dict[tuple[str, date], tuple[Release, ...]] = {}
    for source, day, row in list_releases(lake):
        found[source, day] = (*found.get((source, day), ()), row)
    return found


def change_releases(lake: Lake, source: str, day: date, change: ChangeReleases) -> None:
    """Changes the releases of a batch; `change` is called again when another process changed them at the same time."""
    name = name_batch_file(FOLDER, source, day)

    def rewrite(content: bytes | None) -> bytes | None:
        rows = tuple(change(parse_releases(lake, name, content)))
        # Without releases the file stays until the batch is published without them: till then a missing one is lost.
        return write_releases(rows) if rows or content is not None else None

    change_store_file(lake.files, name, rewrite)


def move_releases(lake: Lake, day: date, old: str, new: str, ids: Mapping[str, str]) -> None:
    """Gives the releases of a batch to that of another source. `ids`: the doc_ids of its documents by uri."""
    name = name_batch_file(FOLDER, old, day)
    rows = parse_releases(lake, name, read_store_file(lake.files, name))
    moved = [replace(row, doc_id=ids.get(row.uri, row.doc_id)) for row in rows]
    if moved:
        change_releases(lake, new, day, lambda known: known or moved)
    change_store_file(lake.files, name, lambda _: None)


def drop_empty_releases(lake: Lake, source: str, day: date) -> None:
    """Deletes the file of a batch whose last release was revoked, once its receipt names none."""
    name = name_batch_file(FOLDER, source, day)
    change_store_file(lake.files, name, lambda content: content if parse_releases(lake, name, content) else None)


def write_releases(releases: Iterable[Release]) -> bytes:
    """The content of a store file."""
    rows = sorted(map(asdict, releases), key=lambda row: str(row["doc_id"]))
    # One row per line, to be read and compared with any tool.
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{"releases": [\n{lines}\n]}}\n'.encode()


def parse_releases(lake: Lake, name: str, content: bytes | None) -> tuple[Release, ...]:
    """The releases in a store file. Raises ReleaseError when it is damaged."""
    try:
        rows = json.loads(content)["releases"] if content else ()
        return tuple(Release(**row | {"reasons": tuple(row["reasons"])}) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        where = lake.files.address(name)
        raise ReleaseError(
            f"{where}: this file is damaged ({error}); repair it, or delete it and release again."
        ) from None


def make_release(row: Mapping[str, Any], why: str) -> Release:
    """The release of a row of quarantine. Raises ReleaseError where there is no document that could be published."""
    said = ", ".join(row["reasons"])
    if not why.strip():
        raise ReleaseError(f"{row['uri']}: say why it may be published: --why 'checked against the printed page'.")
    if row["stage"] == "read":
        raise ReleaseError(f"{row['uri']} could not be read ({said}): fix the file and run `copydesk replay`.")
    if row["stage"] == "clean":
        raise ReleaseError(
            f"{row['uri']} has no text left after cleaning: fix the rule that removed it and run `copydesk replay`."
        )
    return Release(row["doc_id"], row["uri"], tuple(sorted(row["reasons"])), why.strip())


def add_release(known: Iterable[Release], new: Release) -> tuple[Release, ...]:
    """Releases with one more; it replaces an earlier one of the same document, whose reasons stay permitted."""
    rows = {row.doc_id: row for row in known}
    before = rows.get(new.doc_id)
    reasons = tuple(sorted({*new.reasons, *(before.reasons if before else ())}))
    rows[new.doc_id] = Release(new.doc_id, new.uri, reasons, new.why)
    return tuple(rows[doc_id] for doc_id in sorted(rows))


def flag_released(documents: pl.DataFrame, releases: tuple[Release, ...]) -> pl.DataFrame:
    """Documents with the flag `released` on those that a person released, so that readers know."""
    if not releases:
        return documents
    released = pl.col("doc_id").is_in([row.doc_id for row in releases])
    return documents.with_columns(
        flags=pl.when(released).then(pl.col("flags").list.concat(pl.lit([FLAG]))).otherwise("flags")
    )

"""What holds an erased text besides the tables of a lake's versions, and its removal."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.erasing.learned import clear_learned
from tasks.erasing.pages import clear_failures, clear_pages
from tasks.erasing.runs import fingerprint_texts
from tasks.erasing.targets import Request, Targets
from tasks.erasing.texts import read_erased_texts
from tasks.lakes.lake import Lake
from tasks.stores.bucket_client import has_object_versions, open_address
from tasks.stores.store import FAILURES

ASIDE = "aside"  # where a repair moved what was in the way


def clear_leftovers(lake: Lake, request: Request, targets: Targets) -> Iterator[str]:
    """Removes what else holds the text; a line for each kind."""
    batches = frozenset(targets.records.select("source", "logical_date").iter_rows())
    if any(lake.files.list_names(folder) for folder in ("reports", FAILURES)):
        texts = fingerprint_texts(read_erased_texts(lake, request))
        yield from clear_pages(lake, texts, batches)
        yield from clear_failures(lake, texts, batches)
    yield from clear_learned(lake, targets)
    yield from clear_aside(lake, request)


def report_beyond_reach(lake: Lake) -> Iterator[str]:
    """What a bucket keeps that copydesk cannot remove, or must not: earlier versions of objects, and what workers handed over."""
    if "://" not in lake.name:
        return
    bucket, key = open_address(lake.files.address("state.json"))
    if has_object_versions(bucket, key):
        prefixes = f"{lake.name}/ and {lake.files.address('')}/"
        yield (
            f"this bucket keeps earlier versions of its objects, which only its owner can delete: those below {prefixes} "
            "(list-object-versions and delete-object, or a lifecycle rule for noncurrent versions)"
        )
    if staged := lake.files.list_names("staging"):
        yield (
            f"{len(staged)} objects below {lake.files.address('staging')} are staged by runs that are not done, or were lost: "
            "`copydesk erase --verify` says whether they hold the text"
        )


def clear_aside(lake: Lake, request: Request) -> Iterator[str]:
    """Deletes files that a repair moved aside and that hold rows of the request."""
    deleted = 0
    for path in sorted((lake.store.folder / ASIDE).rglob("*.parquet")):
        try:
            holds = holds_rows(pq.read_table(path, partitioning=None), request)
        except (OSError, pa.ArrowException):
            holds = True  # damaged, and never to be used again
        if holds and not path.is_symlink():
            path.unlink()
            deleted += 1
    if deleted:
        yield f"files deleted that a repair had moved aside: {deleted}"


def holds_rows(rows: pa.Table, request: Request) -> bool:
    """Whether a file has rows of a request, by doc_id, or by source, date and uri."""
    ids, records = set(request.ids), set(request.records)
    if "doc_id" in rows.column_names and not ids.isdisjoint(rows["doc_id"].to_pylist()):
        return True
    key = [name for name in ("source", "logical_date", "uri") if name in rows.column_names]
    return len(key) == 3 and not records.isdisjoint(zip(*(rows[name].to_pylist() for name in key), strict=True))

"""An erasure with all that follows a commit, for commands and for runs that find one in progress."""

from collections.abc import Iterator

from tasks.erasing.erase import Erased, erase, finish_erasures
from tasks.erasing.targets import Request
from tasks.lakes.lake import Lake


def erase_records(lake: Lake, request: Request) -> Iterator[str]:
    """Erases what a request names; lines on what was done."""
    yield from describe_erased(lake, erase(lake, request))


def finish_pending(lake: Lake) -> Iterator[str]:
    """Finishes erasures that were interrupted; lines on what was done."""
    for done in finish_erasures(lake):
        yield "an interrupted erasure is finished"
        yield from describe_erased(lake, done)


def describe_erased(lake: Lake, done: Erased) -> Iterator[str]:
    """Lines on what was done."""
    yield f"{lake.name}: erased {done.targets.records.height:,} records, version {done.version}"
    yield from done.said

"""An erasure from the request to its end, which any later run may bring about.

    1. the request is written into the store: from now on `check` reports an erasure in progress
    2. one commit removes the rows from all tables; readers see the lake before it or after it
    3. what else holds the text is removed: pages, failures, learned lines, drafts, copies, Iceberg's metadata
    4. the kept versions that hold the rows are removed, last, since they say what step 3 looks for
    5. the request is deleted

Each step may be repeated. A run that finds a request does all of them again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from filelock import FileLock, Timeout

from tasks.erasing.leftovers import clear_leftovers, report_beyond_reach
from tasks.erasing.pending import forget_request, list_pending, save_request
from tasks.erasing.removal import plan_removal
from tasks.erasing.targets import Request, Targets, find_targets
from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.publish import commit
from tasks.publishing.rewrite import rewrite_over
from tasks.stores.errors import LakeBusy, LakeError, PublishError
from tasks.stores.store import ERASING
from tasks.stores.tags import list_tags, remove_tag

TRIES = 5
# Lines on what was done after an erasure, such as bringing a catalog up to date.
Follow = Callable[[Lake], Iterable[str]]


def nothing_follows(lake: Lake) -> Iterable[str]:
    """Nothing is due."""
    return ()


@dataclass(frozen=True)
class Erased:
    """A finished erasure. `version`: the published one; `said`: lines on what was removed besides rows, and what cannot be."""

    version: int
    targets: Targets
    said: tuple[str, ...]


def erase(lake: Lake, request: Request, follow: Follow = nothing_follows) -> Erased:
    """Erases what a request names. `follow`: what else is due, before it counts as done.

    Raises RequestError before anything is changed where tagged versions hold the text.
    """
    with hold_erasing(lake):
        require_untagged(lake, request, find_targets(lake, request, lake.manifest()).versions)
        return finish_request(lake, save_request(lake.files, request), request, follow)


def finish_erasures(lake: Lake, follow: Follow = nothing_follows) -> list[Erased]:
    """Finishes erasures that a killed process began."""
    if not lake.files.list_names(ERASING):
        return []
    with hold_erasing(lake):
        return [finish_request(lake, name, request, follow) for name, request in list_pending(lake.files)]


@contextmanager
def hold_erasing(lake: Lake) -> Iterator[None]:
    """One erasure at a time on this machine. Raises LakeBusy."""
    lake.store.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lake.store.folder / "erasing.lock")
    try:
        lock.acquire(timeout=lake.policy.wait_seconds)
    except Timeout:
        raise LakeBusy(f"{lake.name}: another erasure is not done yet; run it again later") from None
    try:
        yield
    finally:
        lock.release()


def finish_request(lake: Lake, name: str, request: Request, follow: Follow) -> Erased:
    """Steps 2 to 5 of an erasure."""
    version, targets = commit(lake, lambda last: remove_rows(lake, last, request))
    said = [*clear_leftovers(lake, request, targets)]
    remove_versions(lake, request, targets)
    said += [*report_beyond_reach(lake), *follow(lake)]
    forget_request(lake.files, name)
    return Erased(version, targets, tuple(said))


def remove_rows(lake: Lake, last: int, request: Request) -> tuple[int, Targets]:
    """Commits the removal of rows over the version `last`. Raises Overtaken when that is no longer the latest."""
    old = lake.manifest(last)
    targets = find_targets(lake, request, old)
    if targets.rows.is_empty():
        return last, targets
    counts = {table: rows.height for (table,), rows in targets.removed.group_by("table")}
    note = {"erasure": dict(sorted(counts.items()))}
    try:
        return rewrite_over(lake, last, lambda seen, _: plan_removal(lake, seen, request, targets), note), targets
    except ValueError as error:
        raise PublishError(f"{lake.name}: nothing was erased: {error}. Readers keep the old version.") from error


def require_untagged(lake: Lake, request: Request, versions: frozenset[int]) -> None:
    """Raises RequestError where tagged versions hold the text and the request does not allow their removal."""
    tagged = find_tags(lake, versions)
    if tagged and not request.removes_tags:
        raise RequestError(
            f"the text is in tagged versions too ({', '.join(tagged)}), so nothing was erased. Give --tags to remove these tags "
            "and their versions as well."
        )


def find_tags(lake: Lake, versions: frozenset[int]) -> list[str]:
    """The tags of some versions."""
    return [tag for tag, version in list_tags(lake.files).items() if version in versions]


def remove_versions(lake: Lake, request: Request, targets: Targets) -> None:
    """Removes the kept versions that hold rows of a request, and those before them. Raises LakeError where one stays.

    Without such versions, what a killed process had not finished removing is removed.
    """
    newest = max(targets.versions, default=0)
    for _ in range(TRIES):
        for tag in find_tags(lake, targets.versions) if request.removes_tags else ():
            remove_tag(lake.store, tag)
        with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait) as last:
            lake.store.sweep_versions(last - newest if newest else lake.policy.keep_versions)
        left = list_left(lake, targets.versions)
        if not left:
            return
    tagged = find_tags(lake, targets.versions)
    why = f"remove the tags {', '.join(tagged)}" if tagged else "others publish at the same time"
    raise LakeError(
        f"{lake.name}: versions {', '.join(map(str, left))} still hold the text: {why}; then run `copydesk erase --finish`"
    )


def list_left(lake: Lake, versions: frozenset[int]) -> Sequence[int]:
    """Those of some versions that are still kept."""
    return [made.version for made in lake.versions() if made.kept and made.version in versions]

"""Makes a lake whole again that lost links, records or files: the newest version whose every file verifies is shown.

Nothing that is found is deleted. What cannot be brought back is reported, with the batches to run again.
"""

from collections.abc import Iterator

from tasks.lakes.lake import Lake
from tasks.lakes.releases import restore_releases
from tasks.publishing.publish import find_damage
from tasks.stores.errors import UNREADABLE, LakeError, explain_publishing
from tasks.stores.manifest import Manifest
from tasks.stores.store import acquire_lock


def repair_lake(lake: Lake) -> Iterator[str]:
    """Repairs a lake; a line for each change. Raises LakeError when no version is complete, LakeBusy."""
    store = lake.store
    lost: list[Manifest] = []
    if not store.folder.exists() and store.swaps_at_once:
        return
    with (
        explain_publishing(lake.name),
        acquire_lock(store.folder, lake.name, lake.policy.wait_seconds, lake.policy.on_wait),
    ):
        digests: dict[str, str] = {}
        found = store.find_manifests()
        for made in found:
            yield from restore_files(lake, made, digests)
            fault = find_damage(lake, made, digests)
            if fault is None:
                yield from store.recover_record(made)
                store.repair_shown()
                for old in found[len(lost) + 1 :]:
                    yield from restore_files(lake, old, digests)
                break
            if UNREADABLE in fault:
                raise LakeError(
                    f"{fault}, so nothing was changed; repair the disk, or delete the file to go on without it"
                )
            lost.append(made)
            yield f"version {made.version} is lost: {fault}"
        else:
            if lost:
                raise LakeError(f"{lake.name}: no version is complete; bring its files back from a backup")
            return
    if lost:
        batches = ", ".join(f"{old.batch[0]} {old.batch[1]}" for old in reversed(lost) if old.batch)
        yield f"readers see version {made.version} again; run again: {batches or 'later batches'}"
    yield from restore_releases(lake)


def restore_files(lake: Lake, made: Manifest, digests: dict[str, str]) -> Iterator[str]:
    """Brings the lost and damaged files of a version back from other copies; a line for each."""
    for table, files in made.tables.items():
        for file in files:
            if lake.store.find_file_fault(made.version, table, file, digests):
                where = lake.store.locate(made.version, table, file)
                if lake.store.restore_file(made.version, table, file):
                    fresh: dict[str, str] = {}
                    lake.store.find_file_fault(made.version, table, file, fresh)
                    digests |= fresh
                    yield f"{where} is restored from another copy"

"""Sources renamed or removed: the commit, then what is in no table, then the files that a person keeps.

A command that was killed after its commit does the rest when it is run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.batches.page import write_reports
from flows.batches.staging import is_held
from flows.settings import Settings
from tasks.corrections import find_corrections_file
from tasks.counts import format_count
from tasks.erasing.erase import hold_erasing
from tasks.errors import RequestError, RunFailed
from tasks.lakes.delivered import FOLDER as HASHES
from tasks.lakes.lake import Lake
from tasks.lakes.places import Place, read_places, rename_place
from tasks.lakes.releases import FOLDER as RELEASES
from tasks.lakes.releases import move_releases
from tasks.learned.latest import forget_publishers, has_publisher, rename_publisher
from tasks.learned.versions import VETO_FILE
from tasks.publishing.claims import read_own_claims
from tasks.publishing.renamed_rows import plan_renaming
from tasks.publishing.source_removal import REMOVED, count_source_rows, find_extent, remove_batches
from tasks.publishing.source_renaming import RENAMED, rename_batches, require_other_days
from tasks.report.page import write_index
from tasks.report.record import move_pages, open_pages
from tasks.sources import NAME, load_source_rows
from tasks.stores.store import ERASING, FAILURES
from tasks.stores.store_files import change_store_file, list_batch_files, name_batch_file, read_store_file
from tasks.toml_edits import change_rows, count_rows_of
from tasks.toml_rows import RowError, suggest_name


@dataclass(frozen=True)
class RowEdit:
    """Rows of a file that a person keeps: those of `[[table]]` that have a name as `key`."""

    path: Path
    table: str
    key: str

    def count(self, name: str) -> int:
        """How many there are."""
        return count_rows_of(self.path, self.table, self.key, name)


def list_edits(settings: Settings, is_publisher: bool) -> Iterator[RowEdit]:
    """Where a source is named, or the publisher of its name."""
    corrections = find_corrections_file(settings.sources)
    yield RowEdit(settings.sources, "source", "name")
    yield RowEdit(corrections, "correction", "source")
    if is_publisher:
        yield RowEdit(corrections, "correction", "publisher")
        yield RowEdit(settings.sources.with_name(VETO_FILE), "veto", "publisher")


def rename_source(lake: Lake, settings: Settings, old: str, new: str, *, keeps_publisher: bool) -> Iterator[str]:
    """Renames a source everywhere; a line for each thing done, or to do by hand. Raises RequestError, LakeBusy."""
    check_new_name(lake, settings, old, new)
    seen = lake.manifest()
    if find_extent(lake, seen, old).days:
        require_free_place(lake, old, new)
        with hold_alone(lake, old):
            version, is_publisher = rename_batches(lake, old, new, keeps_publisher=keeps_publisher)
        yield f"{lake.name}: {old} is {new} now, in version {version}"
    else:
        note = find_note(lake, RENAMED, {"from": old, "to": new})
        if note is None:
            raise RequestError(describe_absence(lake, old))
        is_publisher = bool(note["publisher"])
        yield f"{lake.name}: {old} is {new} already"
    keeps = is_publisher and has_publisher(lake, lake.manifest(), new, old)
    # At once, so that no nightly run delivers the old name again.
    yield from edit_rows(settings, old, new, is_publisher, keeps)
    move_notes(lake, old, new)
    rename_place(lake, old, name_place(lake, settings, old, new))
    if is_publisher:
        rename_publisher(lake, old, new, keeps)
    # Pages of other sources show that a command before this one may have stopped after it moved some.
    if move_pages(open_pages(lake), old, new) or open_pages(lake).list_names(""):
        yield f"pages: {format_count(len(write_reports(lake, new, None, None)[1]), 'page')} written again"


def check_new_name(lake: Lake, settings: Settings, old: str, new: str) -> None:
    """Raises RequestError where a source cannot have a name."""
    if not NAME.fullmatch(new):
        raise RequestError(f"{new!r} is no name of a source: write lower-case letters, digits, - and _.")
    if new == old:
        raise RequestError(f"{old} is its name already.")
    faults: dict[str, RowError] = {}
    declared = {row.name for row in load_source_rows(settings.sources, faults)} | faults.keys()
    if {old, new} <= declared:
        raise RequestError(
            f"{settings.sources} declares both {old} and {new}. Delete the row that is not wanted first."
        )


def require_free_place(lake: Lake, old: str, new: str) -> None:
    """Raises RequestError where a name is that of another place."""
    places = read_places(lake)
    if new in places and (old not in places or places[old].location != places[new].location):
        raise RequestError(f"{lake.name} has another source {new}, from {places[new].location}. Choose another name.")


@contextmanager
def hold_alone(lake: Lake, source: str) -> Iterator[None]:
    """Keeps erasures on this machine out. Raises RunFailed while one is not done, or a run holds a batch of the source."""
    refuse_running(lake, source)
    with hold_erasing(lake):
        if lake.files.list_names(ERASING):
            raise RunFailed(f"{lake.name}: an erasure is in progress; run `copydesk erase --finish` first.")
        yield


def refuse_running(lake: Lake, source: str) -> None:
    """Raises RunFailed while a run on this machine holds a batch of a source."""
    for path in sorted(lake.staging.glob(f"{source}@*.lock")):
        if is_held(path):
            raise RunFailed(f"a run holds batch {path.stem}; when it has ended, run this again.")


def describe_absence(lake: Lake, name: str) -> str:
    """That a lake has no batch of a source, with the nearest name that it has."""
    known = sorted({row["source"] for row in lake.receipts(columns=("source",))})
    return f"{lake.name} has no batch of {name}. `copydesk sources` lists what it has.{suggest_name(name, known)}"


def preview_renaming(lake: Lake, settings: Settings, old: str, new: str, *, keeps_publisher: bool) -> dict[str, int]:
    """What `rename_source` would change, counted. Raises RequestError for names that it refuses."""
    check_new_name(lake, settings, old, new)
    seen = lake.manifest()
    own = find_extent(lake, seen, old)
    if not own.days:
        raise RequestError(describe_absence(lake, old))
    require_free_place(lake, old, new)
    require_other_days(own, find_extent(lake, seen, new))
    renaming = plan_renaming(lake, seen, own, new, keeps_publisher)
    counts = count_source_rows(lake, seen, own)
    counts["ids"] = renaming.ids.height
    counts["batches to run again"] = len(renaming.unknown)
    counts["publishers"] = int(renaming.is_publisher)
    edits = {
        f"rows of {edit.path.name} ({edit.key})": edit.count(old)
        for edit in list_edits(settings, renaming.is_publisher)
    }
    return counts | count_notes(lake, old) | edits


def preview_removal(lake: Lake, name: str) -> dict[str, int]:
    """What `remove_source` would remove, counted. Raises RequestError where there is no such source."""
    seen = lake.manifest()
    extent = find_extent(lake, seen, name)
    if not extent.days:
        raise RequestError(describe_absence(lake, name))
    return count_source_rows(lake, seen, extent) | count_notes(lake, name)


def remove_source(lake: Lake, settings: Settings, name: str) -> Iterator[str]:
    """Removes all batches of a source and what the lake's store has of it; a line for each thing done, or to do by hand."""
    seen = lake.manifest()
    if found := find_extent(lake, seen, name).days:
        with hold_alone(lake, name):
            version = remove_batches(lake, name)
        batches = format_count(len(found), "batch", "batches")
        yield f"{lake.name}: {name} is removed, with {batches}; readers see version {version}"
        yield f"`copydesk rollback {seen.version}` brings its rows back, while that version is kept"
    elif find_note(lake, REMOVED, {"source": name}) is None:
        raise RequestError(describe_absence(lake, name))
    else:
        yield f"{lake.name}: {name} is removed already"
    move_notes(lake, name, None)
    rename_place(lake, name, None)
    forget_publishers(lake)
    if move_pages(open_pages(lake), name, None) or open_pages(lake).list_names(""):
        write_index(lake, open_pages(lake))
    if count_rows_of(settings.sources, "source", "name", name):
        yield f"{settings.sources} declares {name}: delete its row, or its next run publishes it again"


def find_note(lake: Lake, key: str, said: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The latest note of a commit under a key that says this, and perhaps more; None where there is none."""
    for number in sorted(lake.store.list_versions(), reverse=True):
        note: Mapping[str, Any] = lake.manifest(number).note.get(key) or {}
        if note.items() >= said.items():
            return note
    return None


def count_notes(lake: Lake, name: str) -> dict[str, int]:
    """How many small files of the store are a source's."""
    batches = {
        folder: sum(source == name for source, _, _ in list_batch_files(lake.files, folder))
        for folder in (RELEASES, FAILURES)
    }
    return batches | {"pages": sum(page.endswith(".html") for page in open_pages(lake).list_names(name))}


def move_notes(lake: Lake, old: str, new: str | None) -> None:
    """Gives the releases, failures and hashes of a source to another name, or deletes them (None)."""
    for folder in (RELEASES, FAILURES):
        for source, day, name in list(list_batch_files(lake.files, folder)):
            if source != old:
                continue
            if new and folder == RELEASES:
                claims = read_own_claims(lake, lake.manifest(), new, day)
                move_releases(lake, day, old, new, dict(claims.select("uri", "doc_id").iter_rows()))
            else:
                move_file(lake, name, name_batch_file(folder, new, day) if new else None)
    move_file(lake, f"{HASHES}/{old}.json", f"{HASHES}/{new}.json" if new else None)


def name_place(lake: Lake, settings: Settings, old: str, new: str) -> str | None:
    """The new name of a source's place; None where a declared source of that name is elsewhere, which needs no place."""
    place = read_places(lake).get(old)
    paths = [row.path for row in load_source_rows(settings.sources, {}) if row.name == new]
    root = str(settings.sources.absolute().parent)
    return new if place is None or all(Place(path, root).location == place.location for path in paths) else None


def move_file(lake: Lake, name: str, target: str | None) -> None:
    """Moves a small file of the store, unless there is one already; or deletes it."""
    content = read_store_file(lake.files, name)
    if content and target:
        change_store_file(lake.files, target, lambda known: known or content)
    change_store_file(lake.files, name, lambda _: None)


def edit_rows(settings: Settings, old: str, new: str, is_publisher: bool, keeps: bool) -> Iterator[str]:
    """Changes the rows that name a source; a line for each file, or what to do by hand."""
    for edit in list_edits(settings, is_publisher):
        if keeps and edit.key == "publisher":
            if count := edit.count(old):
                yield (
                    f"{edit.path}: {format_count(count, 'row')} of publisher {old} stay, since other sources have it too; "
                    f"copy them for {new}"
                )
            continue
        try:
            if count := change_rows(edit.path, edit.table, edit.key, old, new):
                yield f"{edit.path}: {format_count(count, 'row')} with {edit.key} = {old!r} say {new!r} now"
        except RequestError as error:
            yield f"next: {error}"

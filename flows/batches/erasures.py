"""An erasure with all that follows a commit, for commands and for runs that find one in progress."""

from collections.abc import Iterator

from flows.batches.run import IN_STORE, read_store_options
from flows.batches.staging import sweep_staging
from flows.settings import Settings
from tasks.corrections import find_corrections_file, load_corrections
from tasks.erasing.erase import Erased, erase, finish_erasures
from tasks.erasing.targets import Request, Targets
from tasks.lakes.lake import Lake


def erase_records(lake: Lake, request: Request, settings: Settings) -> Iterator[str]:
    """Erases what a request names; lines on what was done."""
    sweep_staging(lake.staging)
    done = erase(lake, request, lambda opened: follow_erasure(opened, settings))
    yield from describe_erased(lake, done)


def finish_pending(lake: Lake, settings: Settings) -> Iterator[str]:
    """Finishes erasures that were interrupted; lines on what was done."""
    for done in finish_erasures(lake, lambda opened: follow_erasure(opened, settings)):
        sweep_staging(lake.staging)
        yield "an interrupted erasure is finished"
        yield from describe_erased(lake, done)


def follow_erasure(lake: Lake, settings: Settings) -> Iterator[str]:
    """Registers the tables in the Iceberg catalog again, without what it knew of earlier versions; reports live staging."""
    catalog = settings.iceberg or (IN_STORE if lake.files.list_names("iceberg") else "")
    if catalog:
        from tasks.lakes.iceberg import find_catalog, recreate_tables

        uri = find_catalog(lake, "" if catalog == IN_STORE else catalog)
        removed = recreate_tables(lake, uri, read_store_options())
        yield f"Iceberg catalog {uri}: its tables are made again; metadata files deleted: {removed}"
    for folder in sorted(path.name for path in lake.staging.glob("*") if path.is_dir()):
        yield f"{folder} is running: what it staged is removed when it ends, and no erased record is published"


def describe_erased(lake: Lake, done: Erased) -> Iterator[str]:
    """Lines on what was done."""
    yield f"{lake.name}: erased {done.targets.records.height:,} records; readers see version {done.version}"
    yield from done.said


def count_corrections(targets: Targets, settings: Settings) -> int:
    """How many corrections are of records to erase; a person wrote them and has to remove them."""
    places = set(targets.records.select("source", "logical_date", "uri").iter_rows())
    rows = load_corrections(find_corrections_file(settings.sources))
    return sum((row.source, row.logical_date, row.uri) in places for row in rows)

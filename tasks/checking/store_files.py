"""The small files of a store, which no manifest lists: learned lines, releases, failures and pages of runs."""

import json
from collections.abc import Iterator

from tasks.lakes.lake import Lake
from tasks.lakes.places import read_places
from tasks.lakes.releases import FOLDER as RELEASES
from tasks.lakes.releases import ReleaseError, find_lost_releases, list_releases
from tasks.learned.latest import IMPORTS, parse_imports
from tasks.learned.versions import FOLDER as LEARNED
from tasks.learned.versions import LearnedError, find_learned, load_learned
from tasks.report.record import open_pages, read_record
from tasks.stores.errors import REPAIR, LakeError, LakeFault
from tasks.stores.store import FAILURES
from tasks.stores.store_files import list_batch_files, read_store_file
from tasks.stores.tags import list_tags

DAMAGED, LOST = "a file in the store is damaged", "a file in the store is missing"
UNTAGGED = "a tagged version is not kept"


def check_store_files(lake: Lake) -> Iterator[LakeFault]:
    """Files that are damaged, and those that a receipt names and that are missing."""
    yield from check_learned(lake)
    try:
        list(list_releases(lake))
        read_places(lake)
        parse_imports(lake, read_store_file(lake.files, IMPORTS))
    except (ReleaseError, LakeError) as error:
        yield LakeFault(DAMAGED, str(error), "put it back from a backup")
    for source, day, _ in find_lost_releases(lake):
        yield LakeFault(LOST, f"{RELEASES} of {source} {day}", REPAIR)
    for _, _, name in list_batch_files(lake.files, FAILURES):
        try:
            json.loads(read_store_file(lake.files, name) or b"{}")
        except ValueError:
            yield LakeFault(DAMAGED, lake.files.address(name), "delete it, or run the batch again")
    yield from check_pages(lake)


def check_tags(lake: Lake) -> Iterator[LakeFault]:
    """Tags whose version is not kept, or a damaged file of tags."""
    try:
        tags, written = list_tags(lake.files), lake.store.list_written()
        for tag, version in tags.items():
            if version not in written or not lake.manifest(version).kept:
                yield LakeFault(UNTAGGED, f"{tag}: version {version}", "remove the tag, or use a backup")
    except LakeError as error:
        yield LakeFault(DAMAGED, str(error), "put it back from a backup")


def check_learned(lake: Lake) -> Iterator[LakeFault]:
    """Versions of the learned lines that are not what their name says, or that receipts name and that are missing."""
    settings = [json.loads(receipt["settings"]) for receipt in lake.receipts(columns=("settings",))]
    wanted = {str(row["learned"]) for row in settings if "learned" in row}
    wanted |= {name.removeprefix(f"{LEARNED}/").removesuffix(".json") for name in lake.files.list_names(LEARNED)}
    for version in sorted(wanted | {"latest"}):
        try:
            if learned := find_learned(lake, version):
                load_learned(learned)
        except (LearnedError, ValueError) as error:
            cure = "put it back from a backup, or run the batches that used it again with --learned latest"
            yield LakeFault("learned lines cannot be used", str(error), cure)


def check_pages(lake: Lake) -> Iterator[LakeFault]:
    """Pages that end too soon, records that cannot be read, and records without a page."""
    pages = open_pages(lake)
    names = pages.list_names("")
    for name in names:
        if name.endswith(".json"):
            if read_record(pages, name) is None:
                yield LakeFault(DAMAGED, pages.address(name), "copydesk report, after the batch ran again")
            if (page := f"{name.removesuffix('.json')}.html") not in names:
                yield LakeFault(LOST, pages.address(page), "copydesk report writes it again")
        elif name.endswith(".html") and not (read_store_file(pages, name) or b"").rstrip().endswith(b"</html>"):
            yield LakeFault(DAMAGED, pages.address(name), "copydesk report writes it again")

"""Is a lake what its receipts say? Every file against its hash, every sum, and documents put together again.

Cheap questions come first; when files are missing or damaged, their rows are not checked. Everything is read one row group at a
time, so memory depends neither on the length of a month nor on that of the lake.

Days that look wrong beside their neighbours are found from receipts alone. None of it is certainly an error: a paper may not
appear on Sundays. So a source is only compared with itself, and a weekday with the same weekday where there are enough of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow.parquet as pq

from tasks.batch import name_command
from tasks.checking.erasures import check_erasures
from tasks.checking.rows import AGAIN, check_all, check_owners, check_receipts, check_sample, read_receipts
from tasks.checking.sources import find_shared_files
from tasks.checking.store_files import check_store_files, check_tags
from tasks.checking.stories import check_stories
from tasks.counts import format_count
from tasks.lakes.lake import Lake
from tasks.schema import TABLES
from tasks.stores.errors import REPAIR, LakeError, LakeFault
from tasks.stores.manifest import HIDDEN, Manifest, TableFile, has_declared_columns
from tasks.stores.tags import list_tags

TRIES = 3
NEIGHBOURS = 4  # days with a batch that a day is compared with, half before and half after it where possible
FEWEST = 3  # fewer neighbours prove nothing
SHORT = 0.5  # of the neighbours' median
SMALL = 10  # below that median, counts vary by chance
WEEK = timedelta(days=7)


def check_lake(lake: Lake, scratch: Path | None = None) -> list[LakeFault]:
    """All faults of the published version, with a sample of its documents, and of the files of tagged versions.

    With a `scratch` folder (empty, room for a month): every document, and all kept versions, manifests and files of the store.
    """
    for left in reversed(range(TRIES)):
        try:
            version = lake.version()
            if not version:
                return [lake.store.explain_absence()]
            digests: dict[str, str] = {}
            found = list(check_version(lake, lake.manifest(version), scratch, digests))
            found += check_tags(lake)
            if not found:
                earlier = {number for number in list_checked(lake, scratch) if number < version}
                found = [*check_kept(lake, earlier, digests), *(check_store_files(lake) if scratch else ())]
            # Found while later commits swept the version: check again what readers see now.
            if not found or lake.manifest(version).kept:
                return found
        except FileNotFoundError:
            if not left or lake.manifest(version).kept:
                raise
        except LakeError as error:
            return [LakeFault("a lake cannot be read", str(error), "copydesk versions lists what is kept")]
    return [LakeFault("versions are swept faster than they can be checked", lake.name, "raise keep_versions")]


def list_checked(lake: Lake, scratch: Path | None) -> set[int]:
    """The versions whose files are checked: those with a tag; with a `scratch` folder, all on record."""
    return lake.store.list_written() if scratch else set(list_tags(lake.files).values())


def check_version(lake: Lake, manifest: Manifest, scratch: Path | None, digests: dict[str, str]) -> Iterator[LakeFault]:
    """All faults of one version. `digests`: see the store."""
    damaged = list(check_files(lake, manifest, digests))
    yield from damaged
    if damaged:
        return
    yield from check_erasures(lake, manifest)
    yield from check_receipts(lake, manifest)
    yield from check_owners(lake, manifest)
    yield from check_stories(lake, manifest)
    yield from check_all(lake, manifest, scratch) if scratch else check_sample(lake, manifest)


def check_files(lake: Lake, manifest: Manifest, digests: dict[str, str]) -> Iterator[LakeFault]:
    """All faults of a version that are found without reading a row; memory does not depend on the files' sizes."""
    yield from lake.store.find_shown_faults(manifest)
    for table, files in manifest.tables.items():
        if table not in TABLES and table not in HIDDEN:
            where = f"{table} in version {manifest.version}"
            yield LakeFault("a table that is not declared", where, "update copydesk")
            continue
        for file in files:
            where = lake.store.locate(manifest.version, table, file)
            if problem := lake.store.find_file_fault(manifest.version, table, file, digests):
                yield LakeFault(problem, where, find_cure(lake, manifest, table, file, digests))
                continue
            facts = pq.read_metadata(lake.store.fetch(manifest.version, table, file))
            if not has_declared_columns(facts.schema.to_arrow_schema(), table):
                yield LakeFault("a file's columns are not those declared", where, AGAIN)
            if facts.num_rows != file.rows:
                yield LakeFault("a file has other rows than its commit says", where, AGAIN)


def check_kept(lake: Lake, versions: Iterable[int], digests: dict[str, str]) -> Iterator[LakeFault]:
    """Manifests of earlier versions that cannot be read, and their files that are not what was published."""
    for version in sorted(versions):
        try:
            made = lake.manifest(version)
        except LakeError as error:
            yield LakeFault("a manifest cannot be read", str(error), REPAIR)
            continue
        for table, files in made.tables.items():
            for file in files:
                if problem := lake.store.find_file_fault(version, table, file, digests):
                    where = lake.store.locate(version, table, file)
                    yield LakeFault(f"{problem} in an earlier version", where, "do not roll back to it")


def find_cure(lake: Lake, manifest: Manifest, table: str, file: TableFile, digests: dict[str, str]) -> str:
    """What brings a lost file back. Running a batch again cannot: it keeps the partition's other rows, which are lost too."""
    older = [made for made in reversed(lake.versions()) if made.kept and made.version < manifest.version]
    for made in older:
        for known in made.tables.get(table, ()):
            if known == file and lake.store.find_file_fault(made.version, table, known, digests) is None:
                return f"copy {lake.store.locate(made.version, table, known)} there"
    for made in older:
        if not any(
            lake.store.find_file_fault(made.version, name, known, digests)
            for name, files in made.tables.items()
            for known in files
        ):
            return f"copydesk rollback {made.version}, then run the later batches again; or put the file back from a backup"
    return f"put it back from a backup (sha256 {file.sha256}), or ingest everything into a new lake"


def find_odd_days(lake: Lake) -> list[LakeFault]:
    """Days of a source that are missing, short or delivered twice, and sources with the same files: worth a look."""
    seen = lake.manifest()
    return [*find_shared_files(lake, seen), *check_days(read_receipts(lake, seen))]


def check_days(receipts: Iterable[Mapping[str, Any]]) -> Iterator[LakeFault]:
    """Every doubtful day of every source. `receipts`: at least source, logical_date, published, records and inputs."""
    counts: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    seen: dict[tuple[str, bytes], date] = {}
    for receipt in receipts:
        source, day = receipt["source"], receipt["logical_date"]
        counts[source][day] = (receipt["published"], receipt["records"])
        digests = sorted(entry["sha256"] for entry in receipt["inputs"])
        first = seen.setdefault((source, sha256("".join(digests).encode()).digest()), day)
        if digests and first != day:
            where = f"{source} {day}: its files are those of {first}"
            yield LakeFault("a day was delivered twice", where, "ask for the right files and run the day again")
    for source, days in sorted(counts.items()):
        for day in find_missing_days(days):
            where = f"{source} {day}: no batch, between {min(days)} and {max(days)}"
            yield LakeFault("a day is missing", where, name_command(source, day))
        for day, usual in find_short_days({day: published for day, (published, _) in days.items()}):
            published, records = days[day]
            found = f"{format_count(published, 'document')} of {format_count(records, 'record')}"
            where = f"{source} {day}: {found}, its neighbours have {usual:g}"
            yield LakeFault("a day is short", where, "see its receipt; if files came late, run it again")


def find_missing_days(days: Iterable[date]) -> list[date]:
    """Days without a batch inside a source's range, where most of the same weekdays (or else most days) have one."""
    known = set(days)
    first, last = min(known), max(known)
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    missing = []
    for day in span:
        peers = [other for other in span if other.weekday() == day.weekday() and other != day]
        peers = peers or [other for other in span if other != day]
        if day not in known and 2 * len(known.intersection(peers)) > len(peers):
            missing.append(day)
    return missing


def find_short_days(counts: Mapping[date, int]) -> list[tuple[date, float]]:
    """Days with less than half of the median of their nearest neighbours, and that median."""
    short = []
    for day, count in sorted(counts.items()):
        others = [other for other in counts if other != day]
        alike = [
            other for other in others if other.weekday() == day.weekday() and abs(other - day) <= NEIGHBOURS * WEEK
        ]
        peers = alike if len(alike) >= FEWEST else others
        nearest = sorted(peers, key=lambda other: (abs(other - day), other))[:NEIGHBOURS]
        usual = float(median([counts[other] for other in nearest])) if len(nearest) >= FEWEST else 0.0
        if usual >= SMALL and count < SHORT * usual:
            short.append((day, usual))
    return short

"""Is a lake what its receipts say? Every file against its hash, every sum, and documents put together again.

Cheap questions come first; when files are missing or damaged, their rows are not checked. Everything is read one row group at a
time, so memory depends neither on the length of a month nor on that of the lake.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from tasks.checking.gaps import check_days
from tasks.checking.rows import AGAIN, check_all, check_owners, check_receipts, check_sample, read_receipts
from tasks.lakes.lake import Lake
from tasks.schema import TABLES
from tasks.stores.errors import LakeError, LakeFault
from tasks.stores.manifest import HIDDEN, Manifest, TableFile, has_declared_columns

TRIES = 3
Digests = dict[str, str]


def check_lake(lake: Lake, scratch: Path | None = None) -> list[LakeFault]:
    """Everything that is wrong with the published version of a lake; empty when all is well.

    Some hundred documents of each file are put together again; with a `scratch` folder (empty, on a disk that has room for a
    month of text) every document of the lake is.
    """
    for left in reversed(range(TRIES)):
        try:
            version = lake.version()
            if not version:
                return [lake.store.explain_absence()]
            found = list(check_version(lake, lake.manifest(version), scratch))
            # Found while later commits swept the version: check again what readers see now.
            if not found or lake.manifest(version).kept:
                return found
        except FileNotFoundError:
            if not left or lake.manifest(version).kept:
                raise
        except LakeError as error:
            return [LakeFault("a lake cannot be read", str(error), "copydesk versions lists what is kept")]
    return [LakeFault("versions are swept faster than they can be checked", lake.name, "raise keep_versions")]


def check_version(lake: Lake, manifest: Manifest, scratch: Path | None) -> Iterator[LakeFault]:
    """All faults of one version."""
    damaged = list(check_files(lake, manifest))
    yield from damaged
    if damaged:
        return
    yield from check_receipts(lake, manifest)
    yield from check_owners(lake, manifest)
    yield from check_all(lake, manifest, scratch) if scratch else check_sample(lake, manifest)


def check_files(lake: Lake, manifest: Manifest) -> Iterator[LakeFault]:
    """All faults of a version that are found without reading a row; memory does not depend on the files' sizes."""
    yield from lake.store.find_shown_faults(manifest)
    digests: Digests = {}
    for table, files in manifest.tables.items():
        if table not in TABLES and table not in HIDDEN:
            where = f"{table} in version {manifest.version}"
            yield LakeFault("a table that is not declared", where, "update copydesk")
            continue
        for file in files:
            if problem := lake.store.find_file_fault(manifest.version, table, file, digests):
                where = lake.store.locate(manifest.version, table, file)
                yield LakeFault(problem, where, find_cure(lake, manifest, table, file, digests))
            else:
                yield from check_footer(lake, manifest, table, file)


def check_footer(lake: Lake, manifest: Manifest, table: str, file: TableFile) -> Iterator[LakeFault]:
    """A file's footer against what is declared and what its commit says."""
    facts = pq.read_metadata(lake.store.fetch(manifest.version, table, file))
    where = lake.store.locate(manifest.version, table, file)
    if not has_declared_columns(facts.schema.to_arrow_schema(), table):
        yield LakeFault("a file's columns are not those declared", where, AGAIN)
    if facts.num_rows != file.rows:
        yield LakeFault("a file has other rows than its commit says", where, AGAIN)


def find_cure(lake: Lake, manifest: Manifest, table: str, file: TableFile, digests: Digests) -> str:
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
    """Days of a source that are missing, short or delivered twice: perhaps right, but worth a look."""
    return list(check_days(read_receipts(lake, lake.manifest())))

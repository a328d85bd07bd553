"""Files against the manifest: each there and whole, with the declared columns, and what readers see beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.parquet as pq

from tasks.checking import AGAIN
from tasks.lakes.lake import Lake
from tasks.schema import TABLES
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest, TableFile
from tasks.stores.tables import HIDDEN, has_declared_columns

Digests = dict[str, str]


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

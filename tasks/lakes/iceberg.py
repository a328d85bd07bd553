"""A lake's tables in an Iceberg catalog, for engines that need one: the published files, where they are.

No data is copied: a registration names the Parquet files of one version in each table's metadata, in one snapshot per table.
Registering again points the tables to the version that is published now; snapshots of versions that are not kept are removed.

The tables are not partitioned. `month` is only in the paths, and a partition by it would be empty; one by the month of
`published_at` would hide documents without a date. Iceberg keeps the least and greatest value of every column for each file, so
a filter on `published_at` or `logical_date` opens the same files as one on `month` would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.formats.record import MissingExtra
from tasks.formats.remote import tidy_error
from tasks.lakes.lake import Lake, as_uri, require_lake
from tasks.schema import TABLES
from tasks.stores.errors import LakeError
from tasks.stores.manifest import Manifest, file_schema
from tasks.stores.store_files import change_store_file

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table

VERSION = "copydesk.version"  # in a snapshot's summary: the version of the lake it shows
TRIES = 3
# Each commit writes a metadata file; the last ones are enough.
PROPERTIES = {"write.metadata.delete-after-commit.enabled": "true", "write.metadata.previous-versions-max": "5"}


@dataclass(frozen=True)
class Registered:
    """A table in a catalog: its name there, the lake's version in it, and whether it had to be changed for that."""

    name: str
    version: int
    rows: int
    files: int
    changed: bool


def find_catalog(lake: Lake, where: str = "") -> str:
    """The URI of a catalog: `where` (a URI, or the path of an SQLite file), else one in the lake's store. Raises LakeError."""
    path = where or lake.files.address("iceberg/catalog.db")
    if "://" in path and not where:
        raise LakeError(
            f"{lake.name}: no SQLite file can be in a bucket; name a catalog with --catalog or COPYDESK_ICEBERG"
        )
    return path if "://" in path else f"sqlite:///{Path(path).absolute()}"


def register(lake: Lake, uri: str, options: Mapping[str, str] | None = None) -> list[Registered]:
    """Points the catalog's tables to the published version of a lake; does nothing where they already do.

    `uri`: of a scheme that pyiceberg knows (sqlite, postgresql, thrift, http); `options`: more for it, such as s3.endpoint.
    Tables are named <folder of the lake>.<table>. Raises MissingExtra without pyiceberg, LakeError where there is nothing to
    register or the catalog refuses.
    """
    try:
        from pyiceberg.exceptions import CommitFailedException, RESTError
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise MissingExtra(
            f"an Iceberg catalog needs a library that is missing ({error}): install copydesk[iceberg] and run again"
        ) from error
    require_lake(lake)
    try:
        catalog = open_catalog(lake, uri, options)
        for _ in range(TRIES):
            manifest = lake.manifest()
            done = [register_table(catalog, lake, manifest, table) for table in TABLES]
            # A catalog must not point to a version that was swept meanwhile.
            if lake.manifest(manifest.version).kept:
                return done
    except CommitFailedException as error:
        raise LakeError(f"{uri}: another process changed this catalog at the same time; register again") from error
    except (SQLAlchemyError, RESTError, OSError, ValueError) as error:
        raise LakeError(f"{uri}: this catalog cannot be used: {tidy_error(error)}") from error
    raise LakeError(f"{lake.name}: versions are swept faster than they can be registered; raise keep_versions")


def open_catalog(lake: Lake, uri: str, options: Mapping[str, str] | None = None) -> Catalog:
    """The catalog at a URI. The tables' metadata are in the lake's store."""
    from pyiceberg.catalog import load_catalog

    if uri.startswith("sqlite:///"):
        Path(uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return load_catalog("copydesk", **{**(options or {}), "uri": uri, "warehouse": metadata_root(lake)})


def metadata_root(lake: Lake) -> str:
    """Where the tables' metadata are."""
    return as_uri(lake.files.address("iceberg"))


def register_table(catalog: Catalog, lake: Lake, manifest: Manifest, name: str) -> Registered:
    """Creates or updates one table of a version."""
    table = open_table(catalog, lake, name)
    wanted = {
        as_uri(lake.store.locate(manifest.version, name, file)): file
        for file in manifest.tables.get(name, ())
        if file.rows
    }
    held = {task.file.file_path: task.file for task in table.scan().plan_files()}
    changed = held.keys() != wanted.keys()
    if changed:
        replace_files(table, held, sorted(wanted), manifest.version)
        drop_snapshots(table, lake)
    rows = sum(file.rows for file in wanted.values())
    return Registered(f"{lake.label}.{name}", manifest.version, rows, len(wanted), changed)


def open_table(catalog: Catalog, lake: Lake, name: str) -> Table:
    """The catalog's table of that name with today's columns, created where it is missing or belongs to a lake elsewhere."""
    from pyiceberg.exceptions import NoSuchTableError

    # The catalog of a lake that was copied or moved names the old place.
    key = (lake.label, name)
    location = f"{metadata_root(lake)}/{name}"
    catalog.create_namespace_if_not_exists(key[0])
    try:
        table = catalog.load_table(key)
        if table.location() == location:
            if not set(file_schema(name).names) <= set(table.schema().column_names):
                with table.update_schema(allow_incompatible_changes=True) as update:
                    update.union_by_name(file_schema(name))
                with table.transaction() as change:
                    mapping = table.schema().name_mapping.model_dump_json()
                    change.set_properties({"schema.name-mapping.default": mapping})
            return table
        catalog.drop_table(key)
    except NoSuchTableError:
        pass
    except FileNotFoundError:
        catalog.drop_table(key)
    return catalog.create_table(key, schema=file_schema(name), location=location, properties=PROPERTIES)


def replace_files(table: Table, held: dict[str, DataFile], wanted: list[str], version: int) -> None:
    """One snapshot that holds the wanted files and no others."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    with table.transaction() as change:
        if table.name_mapping() is None:
            # The files carry no field ids: columns are found by name.
            change.set_properties({"schema.name-mapping.default": table.schema().name_mapping.model_dump_json()})
        with change.update_snapshot(snapshot_properties={VERSION: str(version)}).overwrite() as snapshot:
            for path in held.keys() - set(wanted):
                snapshot.delete_data_file(held[path])
            for path in wanted:
                if path not in held:
                    snapshot.append_data_file(parquet_file_to_data_file(table.io, change.table_metadata, path))


def recreate_tables(lake: Lake, uri: str, options: Mapping[str, str] | None = None) -> int:
    """Registers tables without a past; returns how many metadata files of their past were deleted.

    Manifests hold the first letters of the least and greatest texts of files, also of those that a snapshot removed.
    """
    catalog = open_catalog(lake, uri, options)
    for name in TABLES:
        if catalog.table_exists((lake.label, name)):
            catalog.drop_table((lake.label, name))
    register(lake, uri, options)
    removed = 0
    for name in TABLES:
        table = catalog.load_table((lake.label, name))
        # Earlier metadata files, which pyiceberg deletes itself in time, have no figures of columns.
        used = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
        for snapshot in table.snapshots():
            used |= {snapshot.manifest_list, *(part.manifest_path for part in snapshot.manifests(table.io))}
        for file in lake.files.list_names(f"iceberg/{name}"):
            if as_uri(lake.files.address(file)) not in used:
                change_store_file(lake.files, file, lambda _: None)
                removed += 1
    return removed


def drop_snapshots(table: Table, lake: Lake) -> None:
    """Removes the snapshots of versions whose files were swept, so that no reader goes back to them."""
    kept = {str(made.version) for made in lake.versions() if made.kept}
    current = table.current_snapshot()
    stale = [
        snapshot.snapshot_id
        for snapshot in table.snapshots()
        if snapshot != current and (snapshot.summary is None or snapshot.summary[VERSION] not in kept)
    ]
    if stale:
        table.maintenance.expire_snapshots().by_ids(stale).commit()

"""`copydesk iceberg`, and keeping a catalog at the published version where the settings name one."""

from __future__ import annotations

from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.places import open_lake
from flows.settings import Settings
from tasks.lake import Lake, LakeError

BESIDE = "store"  # the catalog in the lake's own store


def register_tables(settings: Settings) -> int:
    """Points the catalog's tables to the published version and says what it did; returns the exit code."""
    from tasks.iceberg import register

    try:
        uri = find_catalog(settings)
        tables = register(find_folder(settings), uri)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_table(
        ("table", "version", "rows", "files", ""),
        ((row.name, row.version, row.rows, row.files, "" if row.changed else "unchanged") for row in tables),
        right=frozenset({"version", "rows", "files"}),
    )
    out.print(f"catalog: {uri}", soft_wrap=True, markup=False)
    return 0


def follow_publish(settings: Settings) -> None:
    """After a publish: the catalog that the settings name shows what readers see. Nothing to do where they name none."""
    if settings.iceberg:
        from tasks.iceberg import register

        register(find_folder(settings), find_catalog(settings))


def find_catalog(settings: Settings) -> str:
    """The URI of the catalog that is meant."""
    from tasks.iceberg import default_catalog, name_catalog

    where = settings.iceberg or BESIDE
    return default_catalog(find_folder(settings)) if where == BESIDE else name_catalog(where)


def find_folder(settings: Settings) -> Lake:
    """The lake, which must lie on a disk: a catalog names files that stay, and objects that readers see are replaced."""
    lake = open_lake(settings.lake)
    if not lake.is_local:
        raise LakeError(f"{lake.name}: an Iceberg catalog can be kept of a lake on a disk only")
    return lake

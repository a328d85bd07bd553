"""The Iceberg catalog that the settings name: kept at the published version."""

from __future__ import annotations

from flows.batches.places import open_lake
from flows.settings import Settings
from tasks.lake import Lake, LakeError

BESIDE = "store"  # the catalog in the lake's own store


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

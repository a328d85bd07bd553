"""The Iceberg catalog that the settings name: kept at the published version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flows.batches.places import open_lake
from flows.settings import Settings

if TYPE_CHECKING:
    from tasks.lakes.iceberg import Registered

STORE_OPTIONS = {"AWS_ENDPOINT_URL": "s3.endpoint", "AWS_REGION": "s3.region"}
BESIDE = "store"  # the catalog in the lake's own store


def follow_publish(settings: Settings) -> None:
    """After a publish: the catalog that the settings name shows what readers see. Nothing to do where they name none."""
    if settings.iceberg:
        register_lake(settings)


def register_lake(settings: Settings) -> tuple[str, list[Registered]]:
    """Points the catalog's tables to the published version; the catalog's URI, and what was done to each."""
    from tasks.lakes.iceberg import default_catalog, name_catalog, register

    lake = open_lake(settings.lake)
    where = settings.iceberg or BESIDE
    uri = default_catalog(lake) if where == BESIDE else name_catalog(where)
    # The other names that a bucket's library looks for are known to pyiceberg's file system, which is Arrow's, as well.
    known = {option: os.environ[name] for name, option in STORE_OPTIONS.items() if name in os.environ}
    return uri, register(lake, uri, known)

"""The Iceberg catalog that the settings name, kept at the published version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flows.settings import Settings
from tasks.lakes.lake import Lake

if TYPE_CHECKING:
    from tasks.lakes.iceberg import Registered

STORE_OPTIONS = {"AWS_ENDPOINT_URL": "s3.endpoint", "AWS_REGION": "s3.region"}
IN_STORE = "store"  # the catalog in the lake's own store


def follow_publish(lake: Lake, settings: Settings) -> None:
    """Brings the catalog that the settings name up to date after a publish. Does nothing where they name none."""
    if settings.iceberg:
        register_lake(lake, settings.iceberg)


def register_lake(lake: Lake, catalog: str) -> tuple[str, list[Registered]]:
    """Points the tables of a catalog to the published version; the catalog's URI, and what was done to each table."""
    from tasks.lakes.iceberg import name_catalog, register

    uri = lake.store.catalog_uri() if catalog in ("", IN_STORE) else name_catalog(catalog)
    # pyiceberg's file system is Arrow's, which knows the other variables by itself.
    known = {option: os.environ[name] for name, option in STORE_OPTIONS.items() if name in os.environ}
    return uri, register(lake, uri, known)

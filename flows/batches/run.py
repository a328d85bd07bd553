"""One batch as the settings want it: the same for the command line, for the flow and for a day of a backfill."""

from __future__ import annotations

from flows.batches.page import report_run
from flows.batches.recipe import Batch, MapShards, Outcome, Watcher, ingest_batch
from flows.settings import Settings, make_limits


def ingest_by_settings(
    batch: Batch, settings: Settings, map_shards: MapShards, watcher: Watcher, *, force: bool = False
) -> Outcome:
    """Plans, builds, audits and publishes a batch. Raises what `ingest_batch` raises."""
    return ingest_batch(
        batch,
        settings.lake,
        make_limits(settings),
        map_shards,
        watcher,
        force=force,
        keep_versions=settings.keep_versions,
        wait_seconds=settings.wait_seconds,
        learned=settings.learned,
        drift=settings.drift,
        partition=settings.partition,
        write_page=report_run if settings.report else None,
    )

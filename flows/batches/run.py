"""The nouns of a run: a batch, what a run of it gives, and what one command or flow uses for all of its batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.batches.progress import Progress
from flows.settings import Settings
from flows.workers.clusters import choose_map
from tasks.auditing.drift import Drift
from tasks.batch import Limits, Shard, Source
from tasks.corrections import find_corrections_file, load_corrections
from tasks.lakes.lake import Lake, PublishPolicy, open_lake, refuse_lost_store
from tasks.reading.listing import LeftOut
from tasks.shard import StagedShard

if TYPE_CHECKING:
    from tasks.lakes.iceberg import Registered

# Builds shards somewhere: the run, the shards, the limits of their batch, and the folder of the run.
MapShards = Callable[["Run", Sequence[Shard], Limits, Path], list[StagedShard]]
STORE_OPTIONS = {"AWS_ENDPOINT_URL": "s3.endpoint", "AWS_REGION": "s3.region"}
IN_STORE = "store"  # the catalog in the lake's own store
COUNTS = ("records", "published", "duplicates", "quarantined")


@dataclass(frozen=True)
class Batch:
    """The files of a source for one logical date. `root`: the folder that relative paths start in.

    `only`: the uris that the batch is limited to, all its files when empty. It keeps a day of a drop folder to its own files.
    `fault`: what is wrong with the row of the source; such a batch fails, and no other.
    """

    source: Source
    logical_date: date
    root: Path
    only: frozenset[str] = frozenset()
    fault: str = ""

    @property
    def label(self) -> str:
        """Its name in messages: wire 2026-10-02."""
        return f"{self.source.name} {self.logical_date}"


@dataclass(frozen=True)
class BatchResult:
    """The end of a batch: `published`, `unchanged` (nothing to do), `blocked` by the audit, or in a backfill `failed`.

    `receipt`: the batch's receipt in the lake, or the one it would have; `findings`: those of the audit, empty when nothing
    was audited; `page`: where the page of the run is; `drift`: how the batch compares with earlier days of its source;
    `error`: why it failed; `left_out`: names that are no inputs; `changes`: of documents, since the batch was published before:
    added, changed, removed, and kept although their file is no longer there.
    """

    batch: Batch
    state: str
    receipt: dict[str, Any]
    version: int = 0
    findings: tuple[Any, ...] = ()
    blocked_by: tuple[str, ...] = ()
    page: str | None = None
    drift: Drift | None = None
    error: str = ""
    left_out: tuple[LeftOut, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """Why the lake has not what it should have of the batch; "" where it has."""
        if self.blocked_by:
            return f"the audit blocked it: {', '.join(self.blocked_by)}; readers keep what they had"
        return self.error

    @property
    def summary(self) -> str:
        """The end in one line of a log: wire 2026-10-02: published records=12 ... version=3."""
        counts = " ".join(f"{name}={count}" for name, count in self.counts.items())
        if self.blocked_by:
            counts = counts.replace("published=", "would_publish=")
        return f"{self.batch.label}: {self.state} {counts} version={self.version}"

    @property
    def counts(self) -> dict[str, int]:
        """The records of the batch, and how many ended where; of a blocked one, where they would have."""
        return {name: self.receipt[name] for name in COUNTS}

    @property
    def published_label(self) -> str:
        """What the documents of the receipt are."""
        return "would be published" if self.blocked_by else "published"


def ignore(*_: object) -> None:
    """Does nothing."""


@dataclass(frozen=True)
class Watcher:
    """Functions that are called while a run works; each does nothing unless it is given.

    `step`: label of a batch, name of the step that begins; `warn`: a line on what the run waits for, or on a fault that does
    not stop it; `count`: how far the batch is, about once a second, from another thread; None where nobody looks.
    """

    step: Callable[[str, str], None] = ignore
    warn: Callable[[str], None] = ignore
    count: Callable[[Progress], object] | None = None


NO_WATCHER = Watcher()


@dataclass(frozen=True)
class Run:
    """One execution of a command or flow. `is_forced`: batches run again even if nothing has changed; `removes_missing`:
    documents of files that are no longer there are removed.
    """

    settings: Settings
    lake: Lake
    limits: Limits
    map_shards: MapShards
    watcher: Watcher = NO_WATCHER
    is_forced: bool = False
    removes_missing: bool = False


def open_settings_lake(settings: Settings, warn: Callable[[str], None] = ignore) -> Lake:
    """The lake that the settings name. `warn` gets a line when a publish has to wait."""
    policy = PublishPolicy(settings.keep_versions, settings.wait_seconds, settings.partition, warn, settings.story_days)
    return open_lake(settings.lake, work=settings.work, policy=policy)


def make_run(
    settings: Settings,
    watcher: Watcher = NO_WATCHER,
    map_shards: MapShards | None = None,
    *,
    is_forced: bool = False,
    removes_missing: bool = False,
) -> Run:
    """A run as the settings want it. `map_shards`: how shards are built, if not as `choose_map` says.

    Raises RunnerError, LakeError for a lake that has lost its store.
    """
    map_shards = map_shards or choose_map(settings)
    lake = open_settings_lake(settings, watcher.warn)
    refuse_lost_store(lake)
    return Run(settings, lake, make_limits(settings), map_shards, watcher, is_forced, removes_missing)


def make_limits(settings: Settings) -> Limits:
    """The limits that the settings name, and all corrections. What depends on the lake and the batch: see fit_limits."""
    names = {each.name for each in fields(Limits)} - {"learned", "releases", "corrections"}
    corrections = load_corrections(find_corrections_file(settings.sources))
    return Limits(**settings.model_dump(include=names), corrections=corrections)


def follow_publish(lake: Lake, settings: Settings) -> None:
    """Brings the catalog that the settings name up to date after a publish. Does nothing where they name none."""
    if settings.iceberg:
        register_lake(lake, settings.iceberg)


def register_lake(lake: Lake, catalog: str) -> tuple[str, list[Registered]]:
    """Points the tables of a catalog to the published version; the catalog's URI, and what was done to each table."""
    from tasks.lakes.iceberg import find_catalog, register

    uri = find_catalog(lake, "" if catalog == IN_STORE else catalog)
    return uri, register(lake, uri, read_store_options())


def read_store_options() -> dict[str, str]:
    """What pyiceberg has to be given of the environment; its file system, Arrow's, knows the other variables by itself."""
    return {option: os.environ[name] for name, option in STORE_OPTIONS.items() if name in os.environ}

"""What a run shows in Prefect: lines in its log, artifacts, asset events, and its failure in one line without a traceback.

An artifact or event that cannot be saved is a warning and never fails the run: when the server does not answer, the request is
repeated a few times, then the run continues.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from prefect import State, artifacts, get_run_logger
from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Failed

from flows.batches.run import Watcher
from tasks.lakes.lake import Lake, as_uri
from tasks.schema import TABLES
from tasks.unseen import show_unseen

ENGINE_MESSAGE = "Engine execution exited with unexpected exception"

# Prefect has no limit; a page with more rows cannot be read.
MOST_ROWS = 400
# Each wait is twice as long as the one before: 14 s in all; 2 s for progress, which is soon updated again.
TRIES = 3
PROGRESS_TRIES = 1


def make_log_watcher() -> Watcher:
    """A watcher that writes into the log of the flow or task that runs here."""
    log = get_run_logger()
    return Watcher(
        lambda batch, name: log.info("%s: %s", show_unseen(batch), name), lambda line: log.warning(show_unseen(line))
    )


def fail_run(message: str, error: Exception | None = None) -> State[Any]:
    """The state of a run that failed. `error`: what a caller in the same process gets."""
    message = show_unseen(message)
    get_run_logger().error(message)
    # When a flow in a process of its own ends Failed, Prefect also logs the place in its engine. That is of no use.
    logging.getLogger("prefect.flow_runs").addFilter(is_informative)
    return Failed(message=message, data=error)


def is_informative(record: logging.LogRecord) -> bool:
    """Whether a record says something that the state does not."""
    return record.msg != ENGINE_MESSAGE


def show_table(key: str, rows: list[dict[str, str]], description: str) -> None:
    """A table artifact of at most MOST_ROWS rows."""
    left_out = f". The first {MOST_ROWS} of {len(rows):,} rows" if len(rows) > MOST_ROWS else ""
    with tolerate_errors(key):
        artifacts.create_table_artifact(rows[:MOST_ROWS], key=key, description=description + left_out)
        log_artifact(key, description)


def show_text(key: str, markdown: str, description: str) -> None:
    """A text artifact, in Markdown."""
    with tolerate_errors(key):
        artifacts.create_markdown_artifact(markdown, key=key, description=description)
        log_artifact(key, description)


def show_progress(shown: UUID | None, key: str, percent: float, description: str) -> UUID | None:
    """Creates a progress artifact, or updates `shown`. Returns the id for the next call, None if there is none yet."""
    with tolerate_errors(key, PROGRESS_TRIES):
        if shown is None:
            # Its type says that it may have to be awaited; only in async flows it has to.
            return cast(UUID, artifacts.create_progress_artifact(percent, key, description))
        artifacts.update_progress_artifact(shown, percent, description=description)
    return shown


def log_artifact(key: str, description: str) -> None:
    """Names an artifact in the log, which the page of a run shows first."""
    get_run_logger().info("%s. See %s under Artifacts", description, key)


def name_assets(lake: Lake) -> list[Asset]:
    """The tables of a lake, by their addresses."""
    return [Asset(key=f"{as_uri(lake.name)}/{table}") for table in TABLES]


def report_assets(lake: Lake, batch: str, counts: Mapping[str, int]) -> None:
    """Reports that a batch was published, as an event of each table of the lake, which automations can wait for."""
    assets = name_assets(lake)

    @materialize(*assets, name="publish", task_run_name=f"publish {batch}", cache_policy=NO_CACHE, persist_result=False)
    def publish() -> None:
        for asset in assets:
            add_asset_metadata(asset, {"batch": batch, **counts})

    with tolerate_errors("the publish"):
        publish()


@contextmanager
def tolerate_errors(what: str, tries: int = TRIES) -> Iterator[None]:
    """Calls to Prefect's server that must not fail or delay the run: an error is a line in the log."""
    settings: dict[Any, Any] = {PREFECT_CLIENT_MAX_RETRIES: tries}
    try:
        with temporary_settings(settings):
            yield
    except Exception as error:
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        get_run_logger().warning("%s could not be shown (%s); the run itself is not affected", what, why)

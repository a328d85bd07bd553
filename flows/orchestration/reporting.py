"""What a run shows in Prefect: lines in its log, artifacts, asset events, and its failure in one line without a traceback.

An artifact or event that cannot be saved is a warning and never fails the run: when the server does not answer, the request is
repeated a few times, then the run continues.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from prefect import State, artifacts, get_run_logger, runtime
from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Failed

from flows.batches.run import Watcher
from flows.orchestration.forms import link_artifact
from flows.orchestration.supervised_process import follow_worker
from tasks.lakes.lake import Lake, as_uri
from tasks.schema import TABLES
from tasks.unseen import show_unseen

ENGINE_MESSAGE = "Engine execution exited with unexpected exception"

# Prefect has no limit; a page with more rows cannot be read.
MOST_ROWS = 400
# Each wait is twice as long as the one before: 14 s in all.
TRIES = 3


def begin_run() -> None:
    """What a flow does first: it ends with its worker, and a retry removes the artifacts of the attempts before it."""
    follow_worker()
    if (runtime.flow_run.run_count or 0) < 2:
        return
    own = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[UUID(runtime.flow_run.id)]))
    with tolerate_errors("the removal of earlier artifacts"), get_client(sync_client=True) as client:
        for found in client.read_artifacts(artifact_filter=own):
            client.delete_artifact(found.id)


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


def show_table(key: str, rows: list[dict[str, str]], description: str, link: str = "") -> str:
    """A table artifact of at most MOST_ROWS rows; its address, "" where it has none. `link`: Markdown for its page."""
    left_out = f". The first {MOST_ROWS} of {len(rows):,} rows" if len(rows) > MOST_ROWS else ""
    address = ""
    with tolerate_errors(key):
        words = " ".join(filter(None, (description + left_out, link)))
        made = artifacts.create_table_artifact(rows[:MOST_ROWS], key=key, description=words)
        address = log_artifact(key, description, made)
    return address


def show_text(key: str, markdown: str, description: str) -> None:
    """A text artifact, in Markdown."""
    with tolerate_errors(key):
        made = artifacts.create_markdown_artifact(markdown, key=key, description=description)
        log_artifact(key, description, made)


def log_artifact(key: str, description: str, artifact: object) -> str:
    """Names an artifact in the log, which the page of a run shows first; returns its address, "" where it has none."""
    # The type of its id says that it may have to be awaited; only in async flows it has to.
    address = link_artifact(cast(UUID, artifact))
    get_run_logger().info("%s. See %s", description, address or f"{key} under Artifacts")
    return address


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

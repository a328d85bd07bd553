"""The log of a run in Prefect: a line per step, and failures in one line without a traceback."""

from __future__ import annotations

import logging
from typing import Any

from prefect import State, get_run_logger
from prefect.states import Failed

from flows.batches.run import Watcher

ENGINE_MESSAGE = "Engine execution exited with unexpected exception"


def make_log_watcher() -> Watcher:
    """A watcher that writes into the log of the flow or task that runs here."""
    log = get_run_logger()
    return Watcher(lambda batch, name: log.info("%s: %s", batch, name), log.warning)


def fail_run(message: str, error: Exception | None = None) -> State[Any]:
    """The state of a run that failed. `error`: what a caller in the same process gets."""
    get_run_logger().error(message)
    # When a flow in a process of its own ends Failed, Prefect also logs the place in its engine. That is of no use.
    logging.getLogger("prefect.flow_runs").addFilter(is_informative)
    return Failed(message=message, data=error)


def is_informative(record: logging.LogRecord) -> bool:
    """Whether a record says something that the state does not."""
    return record.msg != ENGINE_MESSAGE

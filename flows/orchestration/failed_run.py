"""Failures that are told in a line: the run's state and its log say what is wrong, with no traceback behind it."""

from __future__ import annotations

import logging
from typing import Any

from prefect import State, get_run_logger
from prefect.states import Failed

ENGINE_SAYS = "Engine execution exited with unexpected exception"


def fail_run(message: str, error: Exception | None = None) -> State[Any]:
    """The state of a run that failed as its message says. `error`: what a caller in the same process is to get."""
    get_run_logger().error(message)
    # When a process runs a flow that ends Failed, Prefect logs where in its own engine it noticed. That helps nobody.
    logging.getLogger("prefect.flow_runs").addFilter(is_news)
    return Failed(message=message, data=error)


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record says something that the state does not."""
    return record.msg != ENGINE_SAYS

"""What people see of a run beside its state and its log: artifacts. Never at the expense of the run.

A table that cannot be sent is missed by whoever looks for it; the batch it tells of is fine all the same. So a server that
is away is asked a few times more, and then the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

# A table artifact has no limit of its own; a page with more rows than this is of no use to anybody.
MOST_ROWS = 400
# Each try waits twice as long as the one before: 14 s in all, and 2 s for what is soon told anew.
TRIES = 3
TRIES_IN_PASSING = 1


def show_table(key: str, rows: list[dict[str, str]], description: str) -> None:
    """A table artifact of at most MOST_ROWS rows."""
    left_out = f". The first {MOST_ROWS} of {len(rows):,} rows" if len(rows) > MOST_ROWS else ""
    with in_any_case(key):
        create_table_artifact(rows[:MOST_ROWS], key=key, description=description + left_out)
        point_at(key, description)


def show_text(key: str, markdown: str, description: str) -> None:
    """A text artifact, in Markdown."""
    with in_any_case(key):
        create_markdown_artifact(markdown, key=key, description=description)
        point_at(key, description)


def show_progress(shown: UUID | None, key: str, percent: float, description: str) -> UUID | None:
    """A progress artifact: a new one, or `shown` brought up to date. What to hand in the next time; None: there is none yet."""
    with in_any_case(key, TRIES_IN_PASSING):
        if shown is None:
            # Its type says it may have to be awaited; in a flow that is not async it has not.
            return cast(UUID, create_progress_artifact(percent, key, description))
        update_progress_artifact(shown, percent, description=description)
    return shown


def point_at(key: str, description: str) -> None:
    """Says in the log, which is what the page of a run shows first, what else there is."""
    get_run_logger().info("%s. See %s under Artifacts", description, key)


@contextmanager
def in_any_case(what: str, tries: int = TRIES) -> Iterator[None]:
    """Calls to Prefect's server that must not fail the run, nor hold it up for long: what goes wrong is a line in the log."""
    settings: dict[Any, Any] = {PREFECT_CLIENT_MAX_RETRIES: tries}
    try:
        with temporary_settings(settings):
            yield
    except Exception as error:
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        get_run_logger().warning("%s could not be shown (%s); the run itself is not affected", what, said)

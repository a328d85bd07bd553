"""How far a run is, in an artifact of its page that is updated while it works."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import cast
from uuid import UUID

from prefect import artifacts

from flows.batches.progress import Progress, StepMeter
from flows.batches.run import Watcher
from flows.orchestration.reporting import make_log_watcher, tolerate_errors

SHOW_SECONDS = 5.0  # between two updates, each of which is a request to the server
TRIES = 1  # 2 s; it is soon updated again


class ShownProgress:
    """A progress artifact; a run that is over sooner than SHOW_SECONDS shows none. Threads may call it at the same time."""

    def __init__(self, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.key, self.clock = key, clock
        self.id: UUID | None = None
        self.shown_at = clock()
        self.lock = Lock()

    def show(self, share: float, said: str, *, at_once: bool = False) -> None:
        """Creates or updates the artifact, unless it was updated just now. `share`: what is done, from 0 to 1."""
        if not self.lock.acquire(blocking=at_once):
            return
        try:
            is_due = at_once or self.clock() - self.shown_at >= SHOW_SECONDS or (share == 1 and self.id is not None)
            if not is_due:
                return
            self.shown_at = self.clock()
            with tolerate_errors(self.key, TRIES):
                percent = round(100 * share, 1)
                if self.id is None:
                    # Its type says that it may have to be awaited; only in async flows it has to.
                    self.id = cast(UUID, artifacts.create_progress_artifact(percent, self.key, said))
                else:
                    artifacts.update_progress_artifact(self.id, percent, description=said)
        finally:
            self.lock.release()


def make_shown_watcher() -> Watcher:
    """A watcher that writes into the log of the flow that runs here, and shows how far the current batch is."""
    log, shown, meter = make_log_watcher(), ShownProgress("ingest-progress"), StepMeter()

    def step(batch: str, name: str) -> None:
        meter.begin(batch)
        log.step(batch, name)

    def count(progress: Progress) -> None:
        shown.show(progress.share, f"{meter.what}: {meter.pace.describe(progress)}")

    return replace(log, step=step, count=count)

"""A slow task done in the background of the work that matters first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def in_background(task: Callable[[], None]) -> Iterator[None]:
    """Does `task` in a thread while the block runs, and waits for it at the end of the block.

    Its errors are ignored: the code that needs its result does the task again, and raises them.
    """

    def attempt() -> None:
        with suppress(Exception):
            task()

    thread = Thread(target=attempt, name="background", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()

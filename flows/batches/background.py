"""Something slow done beside the work that comes first, and done when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def beside(task: Callable[[], None]) -> Iterator[None]:
    """Does `task` in a thread while the block runs, and waits for it at the block's end.

    What goes wrong in it is not told: whoever needs its result does it again, and is told then.
    """

    def attempt() -> None:
        with suppress(Exception):
            task()

    thread = Thread(target=attempt, name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()

"""A task in the background is done when the block ends, and its errors are ignored."""

from __future__ import annotations

from threading import Event, current_thread, main_thread

import pytest

from flows.batches.background import in_background


def test_the_task_runs_in_another_thread_while_the_block_runs() -> None:
    ran, seen = Event(), []

    def task() -> None:
        seen.append(current_thread())
        ran.set()

    with in_background(task):
        assert ran.wait(30)
    assert seen != [main_thread()]


def test_the_block_ends_after_the_task() -> None:
    go, seen = Event(), []

    def task() -> None:
        go.wait(30)
        seen.append("done")

    with in_background(task):
        go.set()
    assert seen == ["done"]


def test_an_error_of_the_task_is_ignored() -> None:
    with in_background(lambda: [][1]):
        pass


def test_an_error_of_the_block_is_raised() -> None:
    with pytest.raises(KeyError), in_background(lambda: None):
        raise KeyError("own")

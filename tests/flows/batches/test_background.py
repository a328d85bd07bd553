"""What is done beside the work is done when the work is, and its faults are nobody's."""

from __future__ import annotations

from threading import Event, current_thread, main_thread

import pytest

from flows.batches.background import beside


def test_it_runs_in_another_thread_while_the_block_runs() -> None:
    ran, seen = Event(), []

    def task() -> None:
        seen.append(current_thread())
        ran.set()

    with beside(task):
        assert ran.wait(30)
    assert seen != [main_thread()]


def test_the_block_ends_when_the_task_has() -> None:
    go, seen = Event(), []

    def task() -> None:
        go.wait(30)
        seen.append("done")

    with beside(task):
        go.set()
    assert seen == ["done"]


def test_a_fault_in_the_background_is_not_raised() -> None:
    with beside(lambda: [][1]):
        pass


def test_a_fault_of_the_block_is_raised() -> None:
    with pytest.raises(KeyError), beside(lambda: None):
        raise KeyError("own")

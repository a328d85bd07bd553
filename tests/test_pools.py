"""Worker processes share the cores, and this process keeps what its environment says."""

from __future__ import annotations

import os

import pytest

from flows.pools import THREADS, count_cores, share_cores


@pytest.mark.parametrize("processes", [1, 2, 1_000])
def test_each_process_gets_its_share_and_at_least_one_thread(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    with share_cores(processes):
        assert int(os.environ[THREADS]) == max(1, count_cores() // processes)
    assert THREADS not in os.environ


def test_what_the_environment_says_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS, "7")
    with share_cores(2):
        assert os.environ[THREADS] == "7"
    assert os.environ[THREADS] == "7"

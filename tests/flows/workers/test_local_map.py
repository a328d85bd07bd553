"""Worker processes share the cores, and variables that are set stay."""

from __future__ import annotations

import os

import pytest

from flows.workers.local_map import THREADS, count_cores, share_cores


@pytest.mark.parametrize("processes", [1, 2, 1_000])
def test_each_process_gets_its_share_and_at_least_one_thread(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    with share_cores(processes):
        assert {int(os.environ[name]) for name in THREADS} == {max(1, count_cores() // processes)}
    assert not set(THREADS) & set(os.environ)


@pytest.mark.parametrize("name", THREADS)
def test_a_variable_that_is_set_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "7")
    with share_cores(2):
        assert os.environ[name] == "7"
    assert os.environ[name] == "7"

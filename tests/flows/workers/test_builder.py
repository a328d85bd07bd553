"""Calls in a process of their own: their results, their errors, and what ends the process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.workers.builder import STARTED, BuilderLost, TooCostly, call_builder, end_builders
from tasks.batch import Limits

SMALL = Limits(cpu_seconds=1, cpu_seconds_per_mb=0, memory_bytes=2**29)


@pytest.fixture(autouse=True)
def own_builders() -> Iterator[None]:
    """Builders that only this module uses, with its folder on their path."""
    end_builders()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield
    end_builders()


def call(function: str, *arguments: object, size: int = 0, limits: Limits = SMALL) -> object:
    """Calls a function of this module, by the name that the builder finds it under."""
    import test_builder as found

    return call_builder(size, limits, getattr(found, function), *arguments)


def describe_caller(name: str) -> tuple[str, str | None]:
    return str(Path.cwd()), os.environ.get(name)


def fail(error: Exception) -> None:
    raise error


def match_forever() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")  # C code, which looks at no signal for another thread


def work(times: int) -> int:
    return sum(len(str(number)) for number in range(times))


def fill_memory() -> int:
    return len([bytearray(2**26) for _ in range(64)])


def end_at_once() -> None:
    os._exit(3)


def end_by_signal(number: int) -> None:
    os.kill(os.getpid(), number)


def test_a_call_sees_the_folder_and_environment_of_its_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("one", "two"):
        (tmp_path / value).mkdir()
        monkeypatch.chdir(tmp_path / value)
        monkeypatch.setenv("COPYDESK_TEST", value)
        assert call("describe_caller", "COPYDESK_TEST") == (str(tmp_path / value), value)
    assert len(STARTED) == 1, "a process serves many calls"


def test_an_error_is_raised_here_and_the_process_stays() -> None:
    with pytest.raises(FileNotFoundError, match="no such file here") as raised:
        call("fail", FileNotFoundError("no such file here"))
    assert "in fail" in raised.value.__notes__[0], "where it was raised is known here"
    assert len(STARTED) == 1


def test_code_that_cannot_be_interrupted_ends_with_its_process() -> None:
    with pytest.raises(TooCostly, match="more than 1 s of CPU time"):
        call("match_forever")
    assert STARTED == []
    assert call("work", 10) == 10


@pytest.mark.slow
def test_each_call_has_a_budget_of_its_own_that_grows_with_its_input() -> None:
    for _ in range(4):
        assert call("work", 1_000_000)
    with pytest.raises(TooCostly):
        call("work", 40_000_000, size=2**20)
    assert call("work", 40_000_000, size=2**20, limits=Limits(cpu_seconds=1, cpu_seconds_per_mb=100))


def test_memory_beyond_the_budget_ends_the_process() -> None:
    with pytest.raises(TooCostly, match="more than 512 MB of memory"):
        call("fill_memory")


def test_a_process_that_the_system_kills_may_have_needed_too_much() -> None:
    with pytest.raises(TooCostly, match="more memory than this machine had") as raised:
        call("end_by_signal", signal.SIGKILL)
    assert not raised.value.is_certain


def test_a_process_that_ends_otherwise_is_a_fault() -> None:
    with pytest.raises(BuilderLost, match="exit code 3"):
        call("end_at_once")


def test_a_process_that_nothing_else_runs_in_forks_and_leaves_nothing_behind() -> None:
    code = (
        "import os; from flows.workers.builder import *\n"
        "prepare_builders(2); builder = STARTED[1]\n"
        "print(builder.number, '-P' in open(f'/proc/{builder.number}/cmdline').read().split('\\0'))\n"
        "print(call_builder(0, Limits(), os.getpid) == builder.number)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, is_started_anew, is_own = done.stdout.split()
    assert (is_started_anew, is_own) == ("False", "True")
    assert not Path(f"/proc/{number}").exists()

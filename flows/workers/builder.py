"""Processes that build shards within a budget of CPU time and memory, so that no input can stop a run.

Code of C libraries cannot be interrupted, so what exceeds its budget ends its process: the kernel counts the CPU time, and the
caller looks at the memory while it waits. A process serves many shards. It is forked before Polars has threads, which costs
milliseconds; where that is too late, or this process has threads of its own, it is started again.
"""

from __future__ import annotations

import atexit
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tasks.batch import Limits
from tasks.errors import EXPECTED, RunFailed

LOOK_SECONDS = 0.25  # how often the caller looks at the memory, and the process at its parent
MEGABYTE = 2**20


class TooCostly(Exception):
    """A call that needed more than its budget. One line: which budget. `is_certain`: another try would end in the same way."""

    is_certain = True


class KilledBySystem(TooCostly):
    """A call whose process another one killed: the system does so when it has no memory left."""

    is_certain = False


class BuilderLost(RunFailed):
    """A process that ended while it built a shard, by a fault in a library."""


@dataclass(frozen=True)
class Builder:
    """A process that answers one call at a time. `wait` gives its exit code, negative for a signal."""

    number: int
    pipe: Connection
    wait: Callable[[], int]

    def end(self) -> int:
        """Kills the process; its exit code."""
        try:
            os.kill(self.number, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:  # of the user that this process was before; without its caller it ends by itself
            self.pipe.close()
        return self.wait()


FREE: list[Builder] = []
STARTED: list[Builder] = []


def call_builder(size: int, limits: Limits, function: Callable[..., Any], *arguments: object) -> Any:
    """What a function returns, called in a builder; `size`: bytes of input. Raises what it raises, TooCostly, BuilderLost."""
    seconds = limits.cpu_seconds + limits.cpu_seconds_per_mb * size / MEGABYTE
    try:
        builder = FREE.pop()
    except IndexError:
        builder = start_builder()
    # The caller's folder and environment as they are now.
    call = pickle.dumps((seconds, str(Path.cwd()), dict(os.environ), function, arguments))
    is_large = False
    try:
        builder.pipe.send_bytes(call)
        while not is_large and not builder.pipe.poll(LOOK_SECONDS):
            is_large = read_memory(builder.number) > limits.memory_bytes
        if is_large:
            raise EOFError
        kind, value = builder.pipe.recv()
    except (EOFError, OSError):
        if builder not in STARTED:
            raise BuilderLost("the run was stopped") from None
        code = end_builder(builder, wait=not is_large)
        if is_large:
            raise TooCostly(f"needs more than {limits.memory_bytes / MEGABYTE:,.0f} MB of memory") from None
        if code == -signal.SIGXCPU:
            raise TooCostly(f"needs more than {seconds:,.0f} s of CPU time") from None
        if code == -signal.SIGKILL:
            raise KilledBySystem("needs more memory than this machine had") from None
        raise BuilderLost(f"a process that built a shard ended (exit code {code}). Run the batch again.") from None
    except BaseException:
        end_builder(builder)
        raise
    FREE.append(builder)
    if kind == "error":
        raise value
    return value


def start_builder() -> Builder:
    """A new process. Fork is safe as long as nothing else runs here: a forked thread pool hangs."""
    ours, theirs = Pipe()
    if threading.active_count() == 1 and not has_thread_pool():
        with warnings.catch_warnings():
            # Python warns of threads that it did not start; those of allocators can be forked.
            warnings.simplefilter("ignore", DeprecationWarning)
            number = os.fork()
        if not number:
            ours.close()
            try:
                serve_calls(theirs)
            finally:
                os._exit(1)
        builder = Builder(number, ours, partial(wait_for, number))
    else:
        # Not by multiprocessing, which would import the main module again: in a flow that is Prefect's engine.
        paths = [path or str(Path.cwd()) for path in sys.path]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "flows.workers.builder", str(theirs.fileno())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
        builder = Builder(process.pid, ours, process.wait)
    theirs.close()
    STARTED.append(builder)
    return builder


def wait_for(number: int) -> int:
    """The exit code of a forked process, negative for a signal; also where another thread has got it already."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    except ChildProcessError:
        return 0


def prepare_builders(count: int) -> None:
    """Forks builders for the shards of this process, if it is still early enough for that. One that has no shard waits."""
    if not STARTED and threading.active_count() == 1 and not has_thread_pool():
        FREE.extend(start_builder() for _ in range(count))


def has_thread_pool() -> bool:
    """Whether Polars has started the threads of its pool, or that cannot be known."""
    try:
        names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    except OSError:
        return True
    return any(name.removeprefix("polars-").isdigit() for name in names)


def read_memory(number: int) -> int:
    """The resident memory of a process in bytes; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def end_builder(builder: Builder, *, wait: bool = False) -> int:
    """Ends a builder and forgets it; its exit code. `wait`: it ends by itself."""
    with suppress(ValueError):
        STARTED.remove(builder)
    code = builder.wait() if wait else builder.end()
    builder.pipe.close()
    return code


@atexit.register
def end_builders() -> None:
    """Ends all builders of this process. A call that waits for one raises BuilderLost."""
    FREE.clear()
    while STARTED:
        STARTED.pop().end()


def serve_calls(pipe: Connection) -> None:
    """The work of a builder: answers calls until its parent has ended."""
    # Ctrl-C reaches every process of a terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    parent = os.getppid()

    def follow() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    while True:
        try:
            seconds, folder, environment, function, arguments = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        limit = int(time.process_time() + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit if hard < 0 else min(limit, hard), hard))
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        try:
            answer = ("done", function(*arguments))
        except Exception as error:
            if not isinstance(error, EXPECTED):
                error.add_note(traceback.format_exc())  # pickling loses the traceback itself
            answer = ("error", make_picklable(error))
        with suppress(BrokenPipeError):
            pipe.send(answer)


def make_picklable(error: Exception) -> Exception:
    """An error that can be sent to another process: itself, or where it cannot be pickled a RuntimeError with its text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    serve_calls(Connection(int(sys.argv[1])))

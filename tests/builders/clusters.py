"""Dask and Ray clusters of two workers, as processes of their own on this machine; all of them are gone at the end."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
STOP_SECONDS = 20


@dataclass(frozen=True)
class Cluster:
    """A cluster at work. `addresses`: by which it can be reached; `variables`: of the environment, for who connects."""

    name: str
    addresses: tuple[str, ...]
    nodes: list[subprocess.Popen[bytes]]
    workers: list[subprocess.Popen[bytes]]
    variables: dict[str, str] = field(default_factory=dict)


@contextmanager
def start_dask(place: Path = PROJECT) -> Iterator[Cluster]:
    """A scheduler and two workers, that run in `place`."""
    with tempfile.TemporaryDirectory(prefix="dask-") as name, ExitStack() as stack:
        folder = Path(name)
        file = folder / "scheduler.json"
        there = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]

        def start(module: str, *words: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *there, *words]
            return stack.enter_context(hold(command, folder / "log", place, POLARS_MAX_THREADS="1"))

        scheduler = start("dask_scheduler", "--port", "0", "--no-jupyter")
        options = ["--nthreads", "1", "--no-nanny", "--local-directory", name]
        workers = [start("dask_worker", *options) for _ in range(2)]
        from distributed import Client

        with Client(scheduler_file=str(file), timeout=START_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=START_SECONDS)
            address = client.scheduler.address
        yield Cluster("dask", (address,), [scheduler], workers)


@contextmanager
def start_ray() -> Iterator[Cluster]:
    """A head and one more node, with a worker each, that ask for a token."""
    # Not pytest's folder: the paths of Ray's sockets have to be short.
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        token = folder / "token"
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)
        variables = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        port, client_port = find_ports(2)

        def start(said: str, *words: str) -> subprocess.Popen[bytes]:
            (agent,) = find_ports(1)
            command = [
                sys.executable,
                "-m",
                "ray.scripts.scripts",
                "start",
                "--block",
                "--num-cpus",
                "1",
                "--disable-usage-stats",
                "--min-worker-port",
                "0",
                "--max-worker-port",
                "0",
                "--dashboard-agent-listen-port",
                str(agent),
                *words,
            ]
            log = folder / said
            job = stack.enter_context(hold(command, log, PROJECT, **variables))
            await_line(log, b"will now block forever", job)
            return job

        options = ["--port", str(port), "--ray-client-server-port", str(client_port), "--include-dashboard", "false"]
        head = start("head.log", "--head", "--node-ip-address", "127.0.0.1", "--temp-dir", str(folder / "t"), *options)
        node = start("node.log", "--address", f"127.0.0.1:{port}")
        addresses = (f"ray://127.0.0.1:{client_port}", f"127.0.0.1:{port}")
        yield Cluster("ray", addresses, [head, node], [], variables)


@contextmanager
def hold(command: list[str], log: Path, place: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block, and all that it started with it."""
    import psutil

    with log.open("ab") as said:
        job = subprocess.Popen(
            command, cwd=place, env={**os.environ, "PYTHONPATH": str(PROJECT), **variables}, stdout=said, stderr=said
        )
        try:
            yield job
        finally:
            below = psutil.Process(job.pid).children(recursive=True) if job.poll() is None else []
            job.terminate()
            with suppress(subprocess.TimeoutExpired):
                job.wait(STOP_SECONDS)
            for process in below:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            job.kill()
            job.wait()
            psutil.wait_procs(below, timeout=STOP_SECONDS)


def await_line(log: Path, words: bytes, job: subprocess.Popen[bytes]) -> None:
    """Waits until a log has these words. Raises AssertionError when they do not come."""
    gone = threading.Event()
    for _ in range(10 * START_SECONDS):
        if log.exists() and words in log.read_bytes():
            return
        assert job.poll() is None, log.read_text()
        gone.wait(0.1)
    raise AssertionError(log.read_text())


def find_ports(count: int) -> list[int]:
    """Free ports."""
    with ExitStack() as stack:
        free = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in free:
            listening.bind(("127.0.0.1", 0))
        return [listening.getsockname()[1] for listening in free]


def kill_busy(cluster: Cluster, is_over: Callable[[], bool]) -> int:
    """Waits until a worker is at a shard and kills it; its process id, 0 when the run was over before."""
    import psutil

    if cluster.name == "dask":
        from distributed import Client

        with Client(cluster.addresses[0], timeout=START_SECONDS, set_as_default=False) as client:
            pids = client.run(os.getpid)
            while not is_over():
                for worker in [worker for worker, tasks in client.processing().items() if tasks]:
                    os.kill(pids[worker], 9)
                    return int(pids[worker])
    while not is_over():
        for node in cluster.nodes:
            for process in psutil.Process(node.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    # Ray names a worker's process after what it is at.
                    if process.cmdline()[:1] and process.cmdline()[0].startswith(("ray::attempt", "ray::build-shard")):
                        process.kill()
                        process.wait(STOP_SECONDS)
                        return process.pid
    return 0

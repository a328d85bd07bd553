"""A flow of many real shards against a real Prefect server: what the driver, the workers and the server take, as it goes.

    PYTHONPATH=tests python -m benchmark.shards --shards 1000 --runner threads

Runner `plain` is the command without Prefect: what is over its figures is what Prefect takes. One file is one shard.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import psutil
from builders.lakes import hash_lake

from benchmark.corpus import SEEDS, make_records, read_seeds
from benchmark.measure import SETTINGS

DOCUMENTS = 50
EVERY_SECONDS = 0.5


@dataclass
class Usage:
    """A process and those below it: seconds of CPU by process id, as last seen, and memory in MB of the first over time."""

    process: psutil.Process
    cpu: dict[int, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Takes the figures of now; processes that are gone keep their last ones."""
        with suppress(psutil.NoSuchProcess):
            self.memory.append(self.process.memory_info().rss / 1e6)
            for process in [self.process, *self.process.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    self.cpu[process.pid] = times.user + times.system

    def own(self) -> float:
        """Seconds of CPU of the process itself."""
        return self.cpu.get(self.process.pid, 0.0)

    def below(self) -> float:
        """Seconds of CPU of those it started."""
        return sum(self.cpu.values()) - self.own()


def main(words: list[str] | None = None) -> int:
    """Prints the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=1_000)
    parser.add_argument("--runner", default="plain", choices=("plain", "threads", "processes", "dask", "ray"))
    parser.add_argument("--address", default="", help="of a Dask or Ray cluster; else the run starts its own")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="copydesk-shards-") as name, ExitStack() as stack:
        work = Path(name)
        write_files(work / "in", given.shards)
        environment = make_environment(work)
        server = None
        if given.runner != "plain":
            server, address = stack.enter_context(serve(work, environment))
            environment["PREFECT_API_URL"] = address
        command = [sys.executable, "-m", "flows.cli", "ingest", "in", "--date", "2026-10-31"]
        command += ["--workers", str(given.workers)]
        if given.runner != "plain":
            command += ["--prefect", "--runner", given.runner]
        if given.address:
            command += ["--runner-address", given.address]
        print(json.dumps(run(command, work, environment, server, given.shards), indent=1))
    return 0


def write_files(folder: Path, count: int) -> None:
    """So many JSON Lines files of a few articles each."""
    folder.mkdir()
    frames = read_seeds(SEEDS)
    for number in range(count):
        rows = make_records(frames, range(number * DOCUMENTS, (number + 1) * DOCUMENTS))
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"articles-{number:05d}.jsonl").write_text(text, encoding="utf-8")


def make_environment(work: Path) -> dict[str, str]:
    """The environment of all processes: these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return {
        **kept,
        "PYTHONPATH": str(SEEDS.parent),
        "PREFECT_HOME": str(work / "prefect"),
        "COPYDESK_SHARD_FILES": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def serve(work: Path, environment: dict[str, str]) -> Iterator[tuple[Usage, str]]:
    """A Prefect server of its own on SQLite, and the address of its API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (work / "server.log").open("wb") as log:
        job = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}/api"
            wait_for(f"{address}/health", job)
            yield Usage(psutil.Process(job.pid)), address
        finally:
            job.terminate()
            job.wait()


def wait_for(address: str, job: subprocess.Popen[bytes], seconds: float = 180) -> None:
    """Waits until a server answers. Raises RuntimeError when it does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and job.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(EVERY_SECONDS)
    raise RuntimeError(f"nothing answers at {address}")


def run(
    command: list[str], work: Path, environment: dict[str, str], server: Usage | None, shards: int
) -> dict[str, object]:
    """Runs the command and looks at it and the server as it goes. Figures: MB, seconds, and milliseconds of CPU a shard."""
    if server:
        server.look()
        before = sum(server.cpu.values())
    began = time.perf_counter()
    with (work / "run.log").open("wb") as log:
        job = subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log)
        driver = Usage(psutil.Process(job.pid))
        while job.poll() is None:
            driver.look()
            if server:
                server.look()
            time.sleep(EVERY_SECONDS)
    wall = time.perf_counter() - began
    if job.returncode:
        raise RuntimeError((work / "run.log").read_text(encoding="utf-8")[-2_000:])
    found: dict[str, object] = {
        "command": " ".join(command[3:]),
        "shards": shards,
        "wall": round(wall, 1),
        "lake": hash_tables(work / "lake"),
        "driver MB over time": outline(driver.memory),
        "driver ms": per(driver.own(), shards),
        "below ms": per(driver.below(), shards),
    }
    if server:
        # It writes down the last events after the flow has ended.
        time.sleep(10)
        server.look()
        found["server MB over time"] = outline(server.memory)
        found["server ms"] = per(sum(server.cpu.values()) - before, shards)
        database = (work / "prefect").glob("prefect.db*")
        found["database MB"] = round(sum(path.stat().st_size for path in database) / 1e6, 1)
    return found


def per(seconds: float, shards: int) -> float:
    """Milliseconds a shard."""
    return round(1_000 * seconds / shards, 1)


def outline(memory: list[float], points: int = 10) -> list[int]:
    """Memory at evenly spaced moments, the peak last."""
    step = max(1, len(memory) // points)
    return [round(value) for value in memory[::step]] + [round(max(memory))]


def hash_tables(lake: Path) -> str:
    """One hash of all that readers see."""
    return blake2b(json.dumps(hash_lake(lake)).encode(), digest_size=8).hexdigest()


if __name__ == "__main__":
    sys.exit(main())

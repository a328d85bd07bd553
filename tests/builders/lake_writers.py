"""Writers that run in processes of their own, to be killed or to race: what the tests of publishing start."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from datetime import date, timedelta
from pathlib import Path

from builders.staged_shards import OCTOBER, Doc, publish_docs, stage_batch
from tasks.lakes.lake import open_lake
from tasks.publishing.publish import publish
from tasks.stores.errors import PublishError

NOVEMBER = date(2026, 11, 2)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["builders.lake_writers"])


def generation(number: int) -> list[Doc]:
    """Twelve documents in two months that tell by their text which generation they are of."""
    return [Doc(1_000 * number + at, published=None if at % 2 else Doc(0).published) for at in range(12)]


def publish_generation(root: Path, number: int) -> int:
    return publish_docs(
        open_lake(root / "lake"), root / f"staging-{os.getpid()}", generation(number), day=NOVEMBER
    ).version


def die_at(root: str, number: int, event: int) -> None:
    """Publishes a generation and is killed at the event-th thing it does to the disk once it publishes."""
    seen: list[str] = []
    watched = (
        "open",
        "os.mkdir",
        "os.rename",
        "os.link",
        "os.symlink",
        "os.remove",
        "os.rmdir",
        "os.listdir",
        "os.scandir",
    )

    def count(name: str, arguments: tuple[object, ...]) -> None:
        # Audited before the thing is done; only what happens in the lake's store counts.
        if name in watched and ".lake-store" in str(arguments[0]):
            seen.append(name)
            if len(seen) == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    publish_generation(Path(root), number)
    (Path(root) / "events").write_text("\n".join(seen))


def publish_many(root: str, source: str, count: int) -> None:
    """Publishes that many batches, each with three documents of one month."""
    lake = open_lake(Path(root) / "lake")
    for number in range(count):
        docs = [Doc(10 * number + at) for at in range(3)]
        publish_docs(
            lake, Path(root) / source, docs, source=source, day=OCTOBER + timedelta(days=number), wait_seconds=60
        )


def publish_generations(root: str, count: int) -> None:
    for number in range(2, count):
        publish_generation(Path(root), number)


def publish_small_files_only(root: str) -> None:
    """Publishes where no file may grow beyond 4,000 bytes, as on a disk that fills up; writes the error to a file."""
    lake, told = open_lake(Path(root) / "lake"), Path(root) / "told"
    batch = stage_batch(Path(root) / "staging-full", [Doc(at) for at in range(400)], day=NOVEMBER)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, resource.RLIM_INFINITY))
    try:
        publish(lake, batch)
    except PublishError as error:
        told.write_text(str(error))


def publish_to_bucket(root: str, address: str, environment: dict[str, str], number: int, event: int) -> None:
    """Publishes a generation into a bucket and is killed at the event-th thing it asks of the store; 0: never."""
    os.environ.update(environment)
    import obstore

    asked: list[str] = []

    def watch(name: str) -> None:
        ask = getattr(obstore, name)

        def count(bucket: object, *arguments: object, **options: object) -> object:
            asked.append(f"{name} {arguments[0]}")
            if len(asked) == event:
                os.kill(os.getpid(), signal.SIGKILL)
            return ask(bucket, *arguments, **options)

        setattr(obstore, name, count)

    for name in ("get", "put", "delete", "list"):
        watch(name)
    lake = open_lake(address, work=Path(root) / "work")
    publish_docs(lake, Path(root) / f"staging-{os.getpid()}", generation(number), day=NOVEMBER)
    (Path(root) / "asked").write_text("\n".join(asked))


def publish_many_to_bucket(root: str, address: str, environment: dict[str, str], source: str, count: int) -> None:
    """Publishes that many batches as a machine of its own: with a working folder that no other writer has."""
    os.environ.update(environment)

    lake = open_lake(address, work=Path(root) / source / "work")
    for number in range(count):
        docs = [Doc(10 * number + at) for at in range(3)]
        publish_docs(lake, Path(root) / source / "s", docs, source=source, day=OCTOBER + timedelta(days=number))


def publish_as_nobody(root: str) -> None:
    """Publishes as a user who owns nothing; writes the error to a file."""
    batch = stage_batch(Path(root) / "theirs", [Doc(2)], day=NOVEMBER)
    os.setuid(65_534)
    try:
        publish(open_lake(Path(root) / "lake"), batch)
    except PublishError as error:
        (Path(root) / "theirs" / "told").write_text(str(error))

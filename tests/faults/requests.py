"""Lets every request to a bucket fail once, lose its answer, or be the last of its process, and judges what is left.

    python -m faults.requests [--every N] [--scene NAME]

Requests are those of obstore, counted in this process. A process that dies is an exception that nothing catches.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import obstore
import pytest
from builders.object_store import KEYS, make_bucket, serve_objects
from builders.staged_shards import Doc, publish_docs
from obstore.exceptions import GenericError

from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import finish_showing, prune, roll_back
from tasks.publishing.repair import repair_lake
from tasks.stores.bucket_client import list_objects, read_object, remove_objects
from tasks.stores.bucket_shown import unstamp_file
from tasks.stores.errors import LakeError

CALLS = ("get", "put", "delete", "list", "get_range")
DAYS = (date(2026, 10, 5), date(2026, 11, 2))


class Died(BaseException):
    """The end of a process."""


def raise_refused(ask: Callable[[], Any]) -> None:
    raise GenericError("the store does not answer")


def raise_lost(ask: Callable[[], Any]) -> None:
    ask()
    raise GenericError("the answer was lost")


def raise_died(ask: Callable[[], Any]) -> None:
    raise Died


def raise_died_after(ask: Callable[[], Any]) -> None:
    ask()
    raise Died


WAYS = {"refused": raise_refused, "answer lost": raise_lost, "killed": raise_died, "killed after": raise_died_after}


@dataclass(frozen=True)
class RequestScene:
    """`act`: the command whose requests fail; `before`: what is done to a lake of three versions first."""

    name: str
    act: Callable[[Lake, Path], object]
    before: Callable[[Lake], object] = lambda lake: None


def publish_change(lake: Lake, staging: Path) -> None:
    """A batch as a run publishes it: the first day with one text changed and one more month."""
    finish_showing(lake)
    publish_docs(lake, staging, [Doc(1), Doc(9, published=None)], day=DAYS[0])


def lose_state(lake: Lake) -> None:
    remove_objects(lake.store.layout.bucket, [lake.store.layout.key("state.json")])


SCENES = (
    RequestScene("publish", publish_change),
    RequestScene("rollback", lambda lake, _: roll_back(lake, 1)),
    RequestScene("prune", lambda lake, _: prune(replace(lake, policy=replace(lake.policy, keep_versions=1)))),
    RequestScene("repair", lambda lake, _: list(repair_lake(lake)), lose_state),
)


@contextmanager
def failing(at: int, way: Callable[[Callable[[], Any]], None]) -> Iterator[list[str]]:
    """Request number `at` (from 1) ends in a way; gives the requests as they are made."""
    made: list[str] = []
    with pytest.MonkeyPatch.context() as patch:

        def watch(name: str) -> None:
            ask = getattr(obstore, name)

            def count(bucket: Any, *arguments: Any, **options: Any) -> Any:
                made.append(f"{name} {arguments[0]}")
                if len(made) == at:
                    way(lambda: ask(bucket, *arguments, **options))
                return ask(bucket, *arguments, **options)

            patch.setattr(obstore, name, count)

        for name in CALLS:
            watch(name)
        yield made


def prepare_lake(address: str, root: Path) -> Lake:
    """A lake of three versions in a bucket."""
    lake = open_lake(address, work=root / "work")
    for day, texts in ((DAYS[0], [1, 2]), (DAYS[1], [3]), (DAYS[0], [1])):
        publish_docs(lake, root / "staging", [Doc(text, published=None) for text in texts], day=day)
    return lake


def read_shown(lake: Lake) -> dict[str, bytes]:
    """What readers see, by key, without the stamps of versions."""
    layout = lake.store.layout
    keys = list_objects(layout.bucket, f"{layout.prefix}/")
    return {key.removeprefix(layout.prefix): unstamp_file(read_object(layout.bucket, key)[0])[0] for key in keys}


def judge_request(scene: RequestScene, address: str, root: Path, at: int, way: str) -> Iterator[str]:
    """Everything that is wrong after a command in which a request failed; "end" when it has fewer requests."""
    lake = prepare_lake(address, root)
    old = read_shown(lake)
    scene.before(lake)
    with failing(at, WAYS[way]) as made:
        try:
            scene.act(lake, root / "staging")
        except LakeError as error:
            if "\n" in str(error):
                yield f"the error is not one line: {error}"
        except Died:
            pass
        except Exception as error:
            yield f"{type(error).__name__}: {error}"
    if len(made) < at:
        yield "end"
        return
    shown = read_shown(lake)
    if not old.keys() <= shown.keys():
        yield "readers miss a partition"
    scene.act(lake, root / "staging")
    finish_showing(lake)
    for fault in check_lake(lake, root / "scratch"):
        yield f"{fault.what}: {fault.where}"
    kept = {made.version for made in lake.versions() if made.kept}
    files = list_objects(lake.store.layout.bucket, lake.store.layout.key("files/"))
    named = {
        lake.store.layout.file_key(table, file)
        for version in kept
        for table, parts in lake.manifest(version).tables.items()
        for file in parts
    }
    if lost := named.difference(files):
        yield f"a kept version lacks {sorted(lost)[0]}"


def try_scene(scene: RequestScene, bucket: str, root: Path, every: int) -> tuple[Counter[str], list[str]]:
    """How often each way was tried, and all faults found."""
    tried: Counter[str] = Counter()
    found: list[str] = []
    at = 1
    while True:
        for way in WAYS:
            name = f"{scene.name}-{at}-{way.replace(' ', '-')}"
            faults = list(judge_request(scene, f"{bucket}/{root.name}/{name}/lake", root / name, at, way))
            if "end" in faults:
                return tried, found
            tried[way] += 1
            found += [f"{scene.name}, request {at}, {way}: {fault}" for fault in faults]
        at += every


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="requests", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try each Nth request only")
    parser.add_argument("--scene", help="try one command only")
    options = parser.parse_args(arguments)
    faults = 0
    with tempfile.TemporaryDirectory(prefix="requests-") as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder)
        with serve_objects(root / "objects") as endpoint:
            for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
                patch.setenv(name, value)
            make_bucket(endpoint, "news")
            for scene in SCENES:
                if options.scene in (None, scene.name):
                    tried, found = try_scene(scene, "s3://news", root, options.every)
                    faults += len(found)
                    print(
                        "\n".join([*found, f"{scene.name}: {tried.total()} runs, {len(found)} faults ({dict(tried)})"]),
                        flush=True,
                    )
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())

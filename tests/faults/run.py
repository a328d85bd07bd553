"""Lets every call that changes a lake fail once, or kills the process at it, and judges from outside what is left.

    python -m faults.run [--every N] [--ways N] [--scene NAME] [--only WAY]

A shim in C counts the calls of a command that open, write, flush, rename, link or delete something below the folder of the lake.
Each call then fails once: with EIO, with the process killed before it, with ENOSPC or with EACCES in turn, or in several of these
ways. Afterwards readers have the old version or the new one, the error is one line, the next run and `check` find nothing wrong,
and nothing is left over.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from expectations.library import import_parts
from faults.child import LIBRARY, Fault, run_command
from faults.scenes import LAKE, SCENES, Scene, copy_prepared, expect, prepare

KILL = 0
WAYS = (("EIO", errno.EIO), ("killed", KILL), ("ENOSPC", errno.ENOSPC), ("EACCES", errno.EACCES))
COMMANDS = ("flows.batches.ingest", "flows.commands.ingest", "tasks.checking.check", "tasks.report.page")
WRITES = frozenset({"write", "pwrite64", "writev"})
# Why a batch failed stays until it runs again; locks are empty files.
MAY_STAY = re.compile(r"failures(/.*)?|.*\.lock")


@dataclass(frozen=True)
class Expected:
    """What readers may see (one hash each): `between` before a command ends, `new` afterwards; and the names in the store then."""

    between: frozenset[str]
    new: str
    store: frozenset[str]


def build_shim(folder: Path) -> Path:
    """Compiles the shim. Raises FileNotFoundError where there is no C compiler."""
    library = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def hash_shown(folder: Path) -> str:
    """One hash of all that readers see: the names and bytes of the files behind the tables' links."""
    digest = hashlib.sha256()
    for table in sorted((folder / LAKE / "lake").iterdir()):
        for path in sorted(Path(os.path.realpath(table)).rglob("*.parquet")):
            digest.update("/".join(path.parts[-3:]).encode() + path.read_bytes())
    return digest.hexdigest()


def list_store(folder: Path) -> frozenset[str]:
    """The names in the store, with each number as 0: what is left does not depend on how often a run was repeated."""
    store = folder / LAKE / ".lake-store"
    names = {re.sub(r"\d+", "0", str(path.relative_to(store))) for path in store.rglob("*")}
    return frozenset(name for name in names if not MAY_STAY.fullmatch(name))


def judge_call(prepared: Path, folder: Path, scene: Scene, fault: Fault, expected: Expected) -> Iterator[str]:
    """Everything that is wrong after a run in which a call failed."""
    copy_prepared(prepared, folder)
    end = run_command(folder, scene.arguments, fault)
    # Where a process that the command started is killed, the command says so, or tries again.
    allowed = (-9, 0, 1, 2) if fault.error == KILL else (0, 1, 2)
    if end.code not in allowed:
        yield f"exit code {end.code}"
    if "Traceback" in end.text or end.text.count("error:") > 1:
        yield f"the error is not one line: {end.text[-4000:]}"
    if hash_shown(folder) not in expected.between:
        yield "readers have neither the old nor the new version"
    again = run_command(folder, scene.arguments)
    if again.code:
        yield f"the next run ended with {again.code}: {again.text[-300:]}"
    if hash_shown(folder) != expected.new:
        yield "after the next run readers do not have the new version"
    check = run_command(folder, ("check",))
    if check.code:
        yield f"check: {check.text[-300:]}"
    if left := list_store(folder) - expected.store:
        yield f"left in the store: {sorted(left)[:3]}"


def pick_calls(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Number, kind and object of each logged call; of writes to one file in a row only the first and the last."""
    calls = [(int(number), kind, what) for number, kind, what in (line.split(" ", 2) for line in lines)]
    for at, (number, kind, what) in enumerate(calls):
        beside = [calls[other][1:] == (kind, what) for other in (at - 1, at + 1) if 0 <= other < len(calls)]
        if kind not in WRITES or beside != [True, True]:
            yield number, kind, what


def run_scene(
    root: Path, scene: Scene, every: int, order: Sequence[tuple[str, int]], ways: int
) -> tuple[Counter[str], list[str]]:
    """How often each kind of call was tried, and all faults found. `order`: the ways in which calls fail in turn, twice."""
    prepared, clean = root / scene.name, root / f"{scene.name}-clean"
    prepared.mkdir()
    prepare(prepared)
    scene.before(prepared)
    copy_prepared(prepared, clean)
    log = root / f"{scene.name}.calls"
    end = run_command(clean, scene.arguments, Fault(log=log))
    assert end.code == 0, end.text
    between, store = {hash_shown(prepared), hash_shown(clean)}, list_store(clean)
    for number, part in enumerate(scene.parts):
        copy_prepared(prepared, folder := root / f"{scene.name}-part-{number}")
        expect(folder, *part)
        between.add(hash_shown(folder))
        expect(folder, *scene.arguments)
        store |= list_store(folder)
    expected = Expected(frozenset(between), hash_shown(clean), store)
    tried: Counter[str] = Counter()
    found: list[str] = []
    lines = log.read_text(errors="replace").splitlines()
    for turn, (number, kind, what) in enumerate(list(pick_calls(lines))[::every]):
        for how, error in order[turn % (len(order) // 2) :][:ways]:
            tried[f"{kind} {how}"] += 1
            folder = root / f"{scene.name}-{number}-{how}"
            for fault in judge_call(prepared, folder, scene, Fault(number, error), expected):
                found.append(f"{scene.name}, call {number} of {len(lines)} ({kind} {what}), {how}: {fault}")
                print(found[-1], file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    return tried, found


def load_modules() -> None:
    """Loads once, before all forks, what every command loads; nothing that starts threads, which a fork has not."""
    for name in COMMANDS:
        import_module(name)
    import_parts()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try each Nth call only")
    parser.add_argument("--ways", type=int, default=1, help="in how many ways each call fails (1 to 4)")
    parser.add_argument("--scene", help="try one command only")
    parser.add_argument("--only", choices=[name for name, _ in WAYS], help="fail in this way only")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        root = Path(folder)
        if LIBRARY not in os.environ:
            library = str(build_shim(root))
            # One thread per library: a forked process has no others, and the calls come in the same order each time.
            extra = {"LD_PRELOAD": library, LIBRARY: library, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "faults.run", *(sys.argv[1:] if arguments is None else arguments)]
            return subprocess.run(command, env={**os.environ, **extra}, check=False).returncode
        load_modules()
        faults = 0
        for scene in SCENES:
            if options.scene in (None, scene.name):
                chosen = [way for way in WAYS if options.only in (None, way[0])]
                tried, found = run_scene(root, scene, options.every, [*chosen, *chosen], options.ways)
                faults += len(found)
                kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(tried.items()))
                print(f"{scene.name}: {sum(tried.values())} runs, {len(found)} faults ({kinds})", flush=True)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())

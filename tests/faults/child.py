"""Runs one command of copydesk in a forked process, with a fault armed in it."""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "COPYDESK_FAULTS"  # path of the loaded shim; the process was started with it in LD_PRELOAD
STATE = "FAULTS_STATE"  # path of the file by which the processes of a command share their count of calls


@dataclass(frozen=True)
class Fault:
    """Call number `at` fails with `error` (an errno), or kills the process when that is 0; `log`: file for the calls."""

    at: int = 0
    error: int = 0
    log: Path | None = None


@dataclass(frozen=True)
class End:
    """How a command ended: its exit code (-9 when it was killed), and all that it printed."""

    code: int
    text: str


def run_command(folder: Path, arguments: tuple[str, ...], fault: Fault | None = None) -> End:
    """Runs `copydesk ARGUMENTS` in `folder`, as a process of its own."""
    printed = folder / "printed.txt"
    child = os.fork()
    if not child:
        code = 70
        try:
            code = run_here(folder, arguments, printed, fault)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return End(os.waitstatus_to_exitcode(status), printed.read_text(encoding="utf-8", errors="replace"))


def run_here(folder: Path, arguments: tuple[str, ...], printed: Path, fault: Fault | None) -> int:
    """The command in this process; everything it prints goes into a file."""
    os.chdir(folder)
    target = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.environ["COPYDESK_LAKE"] = "l/lake"
    sys.argv = ["copydesk", *arguments]
    from flows.cli import main

    if fault:
        os.environ[STATE] = str(folder / "faults.state")
        # Only the lake: input files and what the system reads by itself always work.
        paths = (os.environ[STATE], f"{folder}/l/", str(fault.log or ""))
        ctypes.CDLL(os.environ[LIBRARY]).fault_arm(*map(os.fsencode, paths), fault.at, fault.error)
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0

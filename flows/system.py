"""Where copydesk runs: on systems with POSIX's file locks, limits of processes, and fork."""

import importlib.util
import os
import platform

POSIX_MODULES = ("fcntl", "resource")


def find_missing_parts() -> str:
    """What this system lacks, as one sentence; "" where copydesk runs."""
    missing = [name for name in POSIX_MODULES if importlib.util.find_spec(name) is None]
    missing += [f"os.{name}" for name in ("fork",) if not hasattr(os, name)]
    if not missing:
        return ""
    return (
        f"copydesk runs on Linux and macOS. {platform.system() or 'This system'} lacks {', '.join(missing)}; "
        "on Windows, use the Windows Subsystem for Linux."
    )

"""The built wheel in an environment of its own, where copydesk comes from nowhere else."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder


def build_wheel(project: Path, folder: Path) -> Path:
    """The wheel of the project, in a folder."""
    return Path(next(WheelBuilder(str(project)).build(directory=str(folder), versions=["standard"])))


def install_wheel(project: Path, folder: Path) -> str:
    """A new environment in `folder`; its interpreter.

    The libraries are those of this environment, by a line in a file of paths. Such a line adds a folder and does not read the files of
    paths in it, so that an editable copydesk, which is one of these, is not found.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    wheel = build_wheel(project, folder)
    command = [
        python,
        "-I",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        wheel,
    ]
    subprocess.run(command, check=True)
    libraries = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    (Path(libraries) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(python)

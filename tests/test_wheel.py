"""The wheel holds the three packages as they are, with their data and types, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

from builders.wheel import build_wheel

PACKAGES = ("flows", "tasks", "expectations")


def test_wheel_holds_the_packages_only(project: Path, tmp_path: Path) -> None:
    wheel = build_wheel(project, tmp_path)
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
        metadata = next(file.read(name).decode() for name in file.namelist() if name.endswith(".dist-info/METADATA"))
    found = (path for package in PACKAGES for path in (project / package).rglob("*") if path.is_file())
    assert names == {path.relative_to(project).as_posix() for path in found if "__pycache__" not in path.parts}
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert not [name for name in names if Path(name).name.startswith("test_")]
    assert "Classifier: Private :: Do Not Upload" in metadata

"""Two locks with one version of each package, and a set-up that installs nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def read_lock(path: Path) -> dict[str, str]:
    """The hashes of every requirement of a lock, as written there: name, version and marker."""
    parts = re.split(r"^(?=\S)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.split(" \\\n")[0]: "".join(re.findall(r"--hash=sha256:[0-9a-f]{64}", part)) for part in parts if part}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_a_lock_has_hashes_and_no_address(project: Path, name: str) -> None:
    lock = read_lock(project / name)
    assert lock
    assert [requirement for requirement, hashes in lock.items() if "==" not in requirement or not hashes] == []
    assert "://" not in (project / name).read_text(encoding="utf-8")


def test_the_locks_agree_on_every_package(project: Path) -> None:
    # Markers may differ: what only development needs can want a package on more systems.
    run, development = (
        {(requirement.split(" ;")[0], hashes) for requirement, hashes in read_lock(project / name).items()}
        for name in LOCKS[:2]
    )
    assert run <= development


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """A folder with the set-up and two small wheels, each with a lock; only that of `good` has the right hash."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "wheels").mkdir()
    shutil.copy(project / ".ci" / "install", tmp_path / ".ci" / "install")
    shutil.copy(project / "requirements-uv.lock", tmp_path)
    for name in ("good", "bad"):
        wheel = tmp_path / "wheels" / f"{name}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            file.writestr(f"{name}-1.0.dist-info/WHEEL", WHEEL)
            file.writestr(f"{name}-1.0.dist-info/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest() if name == "good" else "0" * 64
        (tmp_path / f"{name}.lock").write_text(f"{name}==1.0 \\\n    --hash=sha256:{digest}\n")
    return tmp_path


def install(clone: Path, lock: str) -> subprocess.CompletedProcess[str]:
    """Installs a lock; uv cannot be found, since only the wheels of `clone` can be."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    settings |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(clone / "wheels")}
    command = [clone / ".ci" / "install", clone / "venv", lock]
    return subprocess.run(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.mark.slow
def test_without_uv_pip_installs_what_has_its_hash(clone: Path) -> None:
    done = install(clone, "good.lock")
    assert done.returncode == 0, done.stdout
    assert "uv is not available" in done.stdout
    assert (clone / "venv" / ".ready").exists()
    refused = install(clone, "bad.lock")
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stdout
    assert not (clone / "venv" / ".ready").exists(), "an incomplete environment is made again"

"""A sample of the calls and requests that `python -m faults.run` and `python -m faults.requests` let fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faults.requests import SCENES, RequestScene, try_scene
from faults.run import pick_calls


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
@pytest.mark.parametrize(("scene", "every"), [("repair", 12), ("rollback", 12), ("publish", 60), ("backfill", 200)])
def test_a_call_that_fails_leaves_a_whole_lake(project: Path, scene: str, every: int) -> None:
    command = [sys.executable, "-m", "faults.run", "--scene", scene, "--every", str(every)]
    paths = os.pathsep.join((str(project), str(project / "tests")))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=project, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{scene}: " in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_a_request_that_fails_leaves_a_whole_lake(object_store: str, tmp_path: Path, scene: RequestScene) -> None:
    tried, found = try_scene(scene, object_store, tmp_path, 17)
    assert found == []
    assert tried.total() >= 8


def test_of_writes_to_one_file_in_a_row_the_first_and_the_last_are_tried() -> None:
    log = ["1 open a", "2 write 7", "3 write 7", "4 write 7", "5 write 8", "6 write 8", "7 fsync 8", "8 write 8"]
    assert [number for number, _, _ in pick_calls(log)] == [1, 2, 4, 5, 6, 7, 8]

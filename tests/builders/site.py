"""The site of the documentation, built strictly; its notebook runs on the lake of `tests/data/stories`.

PYTHONPATH=tests python -m builders.site FOLDER        builds it there
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from builders.seed_lake import make_story_lake

PROJECT = Path(__file__).resolve().parents[2]


def build_site(project: Path, folder: Path, lake: Path) -> subprocess.CompletedProcess[str]:
    """What Sphinx says; its exit code is 0 where nothing is wrong: no link without a target, no page outside of the menu."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-c", "docs", ".", folder]
    settings = {**os.environ, "COPYDESK_LAKE": str(lake)}
    return subprocess.run(command, cwd=project, env=settings, capture_output=True, text=True, check=False)


def main(folder: Path) -> int:
    with tempfile.TemporaryDirectory() as place:
        done = build_site(PROJECT, folder.absolute(), make_story_lake(PROJECT, Path(place) / "place") / "lake")
    sys.stderr.write(done.stdout + done.stderr)
    print(f"{folder}/index.html" if done.returncode == 0 else "the site was not built")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""The tutorial as one session: its commands in order, in a folder where nothing is yet.

PYTHONPATH=tests python -m builders.tutorial        writes what the commands print into docs/tutorial.md
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from builders.local_prefect import start_ui
from builders.reading_page import PROJECT, Example, read_examples, write_page

PAGE = PROJECT / "docs" / "tutorial.md"
UI = "copydesk ui\n"
WIDTH = "140"
END = "--- "


@dataclass
class Session:
    """A terminal in the environment of an interpreter. `place`: where it began; `ui`: what `copydesk ui` printed."""

    place: Path
    python: str = sys.executable
    folder: Path = field(init=False)
    ui: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.folder = self.place

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands: only this interpreter's packages, unless it is the one of this process."""
        path = f"{Path(self.python).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {
            name: value for name, value in os.environ.items() if name != "PYTHONPATH" or self.python == sys.executable
        }
        return {**kept, "PATH": path, "COLUMNS": WIDTH}

    def run(self, example: Example) -> str:
        """What an example prints; it begins in the folder where the one before it ended."""
        if example.code == UI:
            with start_ui(self.folder, self.python, self.environment) as running:
                self.ui = running.output
            return ""
        script = f'set -e\n{example.code}printf %s "{END}"; pwd\n'
        done = subprocess.run(
            ["sh", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"{example.code}\nended with {done.returncode}:\n{done.stdout}{done.stderr[-3_000:]}")
        printed, _, folder = done.stdout.rpartition(END)
        self.folder = Path(folder.strip())
        python = re.escape(str(Path(self.python).parent)) + r"/python[\d.]*"
        printed = re.sub(python, "python", printed.replace(str(self.place), "..."))
        return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder).resolve())
        outputs = [session.run(example) for example in read_examples(page)]
    PAGE.write_text(write_page(page, iter(outputs)), encoding="utf-8")


if __name__ == "__main__":
    main()

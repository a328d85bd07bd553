"""A copy of the project that a test changes as a contributor would, and its commands run with the changed code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from builders.lakes import make_lake

DAY = date(2026, 10, 1)
STORY = """The {name} is late again

The last {name} to Larkhaven left an hour late on Monday, and the harbour office did not say why.

Larkhaven Harbour Desk

Nobody was hurt, and the {name} will run as usual on Tuesday, the office said in the evening.
"""
CODE = ("flows", "tasks", "expectations")
BLOCK = re.compile(r"^(Append to|New file|In) `([^`]+)`[^\n]*:\n\n```(\w+)\n(.*?)^```$", re.M | re.S)
PAGES = ("docs", "lake/README.md", "README.md", "CONTRIBUTING.md", "pyproject.toml", "prefect.yaml", "sources.toml")
RUN = """
import json, sys
from flows.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["copydesk", *words]
    try:
        main()
    except SystemExit as end:
        print(f"exit code {int(end.code or 0)}", flush=True)
"""


@dataclass(frozen=True)
class CopiedProject:
    """The code of the project in `folder`, which is also where commands run."""

    folder: Path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces the first `old` of a file; an empty `old` stands for the end of the file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text, f"{name} does not have {old!r}"
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")

    def run(self, *commands: str, **environment: str) -> str:
        """Output and errors of `copydesk` commands, one after the other in one process, each with its exit code."""
        return self.run_python("-c", RUN, json.dumps([command.split() for command in commands]), **environment)

    def run_python(self, *arguments: str, **environment: str) -> str:
        """Output and errors of the interpreter with the code of the copy."""
        own = {"PYTHONPATH": str(self.folder), "PREFECT_HOME": str(self.folder / ".prefect"), "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return done.stdout


def copy_project(project: Path, folder: Path) -> CopiedProject:
    """A copy of code and pages in `folder`, compiled files included."""
    for name in CODE:
        shutil.copytree(project / name, folder / name)
    for name in PAGES:
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name)
        elif (project / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name)
    return CopiedProject(folder)


def publish_boats(copy: CopiedProject) -> None:
    """Declares a source of two documents on DAY and publishes it with the code of this process, which is that of the copy."""
    folder = copy.folder / "in" / str(DAY)
    folder.mkdir(parents=True)
    for name in ("ferry", "barge"):
        (folder / f"{name}.txt").write_text(STORY.format(name=name))
    (copy.folder / "sources.toml").write_text('[[source]]\nname = "boats"\npath = "in/{date}/*.txt"\n')
    done = make_lake(copy.folder, "in/{date}/*.txt", copy.folder / "lake", name="boats", day=DAY)
    assert (done.state, done.receipt["published"]) == ("published", 2)


def read_recipes(project: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """The blocks of each recipe of CONTRIBUTING.md: what to do, with which file, the kind of the block, and its content."""
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    sections = text.partition("## Recipes\n")[2].partition("\n## ")[0].split("\n### ")[1:]
    return {section.partition("\n")[0].split()[-1]: BLOCK.findall(section) for section in sections}


def follow_recipe(copy: CopiedProject, recipe: str) -> None:
    """Applies the blocks of a recipe."""
    for action, name, kind, content in read_recipes(copy.folder)[recipe]:
        if kind == "diff":
            lines = content.splitlines(keepends=True)
            old, new = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
            copy.edit(name, old, new)
        else:
            assert (action == "New file") != (copy.folder / name).exists()
            copy.edit(name, "", content if action == "New file" else f"\n{content}")

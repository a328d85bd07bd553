"""Pages of docs/ as programs: their examples in order, what they print, and the pages with that written below them.

PYTHONPATH=tests python -m builders.reading_page        writes what the examples print into the pages
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from builders.seed_lake import make_seed_lake, make_story_lake

PROJECT = Path(__file__).resolve().parents[2]
# Pages with examples, each with the function that makes the folder in which they run.
PAGES: dict[str, Callable[[Path, Path], Path]] = {"reading.md": make_seed_lake, "stories.md": make_story_lake}
EXAMPLE = re.compile(r"```(python|sql|sh)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
AGAIN = "PYTHONPATH=tests .venv/bin/python -m builders.reading_page writes the pages again"


@dataclass(frozen=True)
class Example:
    """One fenced block: its section, its number on the page, its language, and what the page says it prints."""

    section: str
    number: int
    language: str
    code: str
    prints: str

    @property
    def needs_spark(self) -> bool:
        return "pyspark" in self.code

    @property
    def lacks(self) -> str:
        """What it needs that is not installed here."""
        if self.needs_spark and (importlib.util.find_spec("pyspark") is None or shutil.which("java") is None):
            return "Spark: it takes Java and `pip install pyspark`"
        return "the extra `iceberg`" if self.section == "Iceberg" and not importlib.util.find_spec("pyiceberg") else ""


def read_examples(page: str) -> list[Example]:
    """The examples of a page, in order."""
    found = []
    for number, match in enumerate(EXAMPLE.finditer(page)):
        section = re.findall(r"^## (.+)$", page[: match.start()], re.MULTILINE)[-1]
        found.append(Example(section, number, match[1], match[2], match[3] or ""))
    return found


def run_example(example: Example, place: Path) -> str:
    """What an example prints when it is run in `place`, the folder that holds `lake/`."""
    with contextlib.chdir(place):
        if example.language == "sql":
            return ask(example.code)
        if example.language == "python" and not example.needs_spark:
            return run_python(example.code)
    # Spark's own process has a working folder of its own, and a shell needs one.
    command = [sys.executable, "-c", example.code] if example.language == "python" else ["sh", "-c", example.code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=place, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"{example.code}\nended with {done.returncode}:\n{done.stderr[-3_000:]}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.replace(str(place), "...").splitlines())


def run_python(code: str) -> str:
    """Standard output of a piece of Python."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "<example>", "exec"), {"__name__": "example"})
    return said.getvalue()


def ask(question: str) -> str:
    """The rows of an SQL question as aligned text."""
    with duckdb.connect() as base:
        answer = base.execute(question)
        rows = [
            [name for name, *_ in answer.description],
            *([str(value) for value in row] for row in answer.fetchall()),
        ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


def write_page(page: str, outputs: Iterator[str]) -> str:
    """The page with what each example printed below it."""

    def write(match: re.Match[str]) -> str:
        printed = next(outputs)
        shown = f"\n```text\n{printed}```\n" if printed else ""
        return f"```{match[1]}\n{match[2]}```\n{shown}"

    return EXAMPLE.sub(write, page)


def main() -> None:
    for name, make_lake in PAGES.items():
        path = PROJECT / "docs" / name
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            place = make_lake(PROJECT, Path(folder) / "place")
            examples = read_examples(page)
            outputs = [example.prints if example.lacks else run_example(example, place) for example in examples]
        path.write_text(write_page(page, iter(outputs)), encoding="utf-8")


if __name__ == "__main__":
    main()

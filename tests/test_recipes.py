"""The recipes of CONTRIBUTING.md, followed on a copy of the project: each keeps its promise, and nothing else is needed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders.copied_project import CopiedProject, copy_project, follow_recipe, read_recipes
from builders.lakes import ask

RECIPES = ("rule", "role", "source", "format", "expectation", "column", "step")
STORY = """FÆRGEN ER FORSINKET

Den sidste færge til Larkhavn sejlede en time for sent i mandags, og havnekontoret ville ikke sige hvorfor.

Optaget af Mara Quist

Ingen kom til skade, og færgen sejler som den plejer på tirsdag, sagde havnekontoret om aftenen til avisen.

Send historien til en ven
"""
PAGE = """# The ferry is late

The last ferry to Larkhaven left an hour late on Monday, and the harbour office did not say why it had to wait.

=> gemini://larkhaven.example/ferries Where the ferries go
"""
pytestmark = pytest.mark.slow

DOCS = """
from flows.reference.pages import update_pages
print(update_pages(True), update_pages(False), update_pages(True))
"""


@pytest.fixture(scope="module")
def changed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> CopiedProject:
    """A copy of the project to which every recipe was applied."""
    copy = copy_project(project, tmp_path_factory.mktemp("recipes"))
    shutil.copytree(project / "tests", copy.folder / "tests")
    for name in RECIPES:
        follow_recipe(copy, name)
    return copy


@pytest.fixture(scope="module")
def output(changed: CopiedProject) -> str:
    """What an ingest of the new source says."""
    folder = changed.folder / "harbour" / "2026-10-01"
    folder.mkdir(parents=True)
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    (folder / "page.gmi").write_text(PAGE, encoding="utf-8")
    (folder / "list.txt").write_text("\n".join(f"{number} boats came in on day {number}." for number in range(450)))
    return changed.run("ingest harbour --date 2026-10-01")


def find(copy: CopiedProject, query: str) -> list[tuple[Any, ...]]:
    return ask(copy.folder / "lake", query)


def test_every_recipe_has_blocks(project: Path) -> None:
    recipes = read_recipes(project)
    assert tuple(recipes) == RECIPES
    assert all(recipes.values())
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert sum(map(len, recipes.values())) == len(re.findall(r"^```\w+$", text, re.M))


def test_a_source_is_ingested(output: str) -> None:
    assert "harbour  2026-10-01  published" in output
    assert "exit code 0" in output


def test_a_rule_removes_its_line(output: str, changed: CopiedProject) -> None:
    rows = find(changed, "SELECT text, rule FROM 'LAKE/lines/**/*.parquet' WHERE removed AND text LIKE 'Send%'")
    assert rows == [("Send historien til en ven", "share.da.send-to-friend")]


def test_a_role_names_its_line(output: str, changed: CopiedProject) -> None:
    rows = find(changed, "SELECT role, rule, removed FROM 'LAKE/lines/**/*.parquet' WHERE text LIKE 'Optaget%'")
    assert rows == [("credit", "credit.taken-by", False)]


def test_a_format_is_read(output: str, changed: CopiedProject) -> None:
    rows = find(changed, "SELECT title, text[:14] FROM 'LAKE/documents/**/*.parquet' WHERE uri LIKE '%.gmi'")
    assert rows == [("The ferry is late", "The last ferry")]


def test_an_expectation_is_judged(output: str) -> None:
    assert "lines_many: 1 of 3 documents has 449 line ends." in " ".join(output.split())


def test_a_column_is_written(output: str, changed: CopiedProject) -> None:
    rows = find(changed, "SELECT caption_count, len(captions) FROM 'LAKE/documents/**/*.parquet'")
    assert len(rows) == 3
    assert all(count == captions for count, captions in rows)


def test_a_step_is_taken(output: str, changed: CopiedProject) -> None:
    rows = find(changed, "SELECT title FROM 'LAKE/documents/**/*.parquet' WHERE 'title_in_capitals' IN flags")
    assert rows == [("FÆRGEN ER FORSINKET",)]


def test_pages_go_stale_and_are_written_again(changed: CopiedProject) -> None:
    said = changed.run_python("-c", DOCS).splitlines()
    stale = ["lake/README.md", "docs/rules.md", "docs/expectations.md", "docs/formats.md"]
    assert sorted(said[:4]) == sorted(f"{name} is stale: run `make docs` and commit it" for name in stale)
    assert sorted(said[4:8]) == sorted(f"wrote {name}" for name in stale)
    assert said[8:] == ["1 0 0"]


def test_each_recipe_passes_its_own_tests(changed: CopiedProject) -> None:
    names = (
        "tasks/rules/test_match.py",
        "tasks/roles",
        "tasks/formats/test_registry.py",
        "tasks/formats/test_every_format.py",
        "tasks/staging",
        "expectations",
    )
    said = changed.run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in names))
    assert re.match(r"\d+ passed", said.splitlines()[-1]), said
    assert "failed" not in said.splitlines()[-1]

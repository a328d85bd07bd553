"""A wrong row of the project's own files is one line of every command that needs the rows, and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.copied_project import DAY, CopiedProject, copy_project, publish_boats

COMMANDS = (
    f"backfill --from {DAY} --to {DAY} --on-existing replace",
    f"ingest boats --date {DAY}",
    f"diff boats {DAY}",
    "rules",
)


@pytest.fixture(scope="module")
def copy(project: Path, tmp_path_factory: pytest.TempPathFactory) -> CopiedProject:
    copied = copy_project(project, tmp_path_factory.mktemp("copy"))
    publish_boats(copied)
    copied.edit("tasks/rules/rows/da.toml", "languages = ", "langauges = ")
    return copied


@pytest.mark.slow
def test_a_wrong_rule_is_one_line_of_every_command(copy: CopiedProject) -> None:
    lines = copy.run(*COMMANDS).splitlines()
    said = "error: tasks/rules/rows/da.toml, row 1 (read-more.da): unknown key 'langauges'; did you mean 'languages'?"
    assert lines == [said, "exit code 2"] * len(COMMANDS)


@pytest.mark.slow
def test_the_doctor_names_a_wrong_rule(copy: CopiedProject) -> None:
    said = copy.run("doctor")
    assert "tasks/rules/rows/da.toml, row 1 (read-more.da): unknown key 'langauges'" in said
    assert "Traceback" not in said

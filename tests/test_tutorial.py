"""docs/tutorial.md, followed by a newcomer: from the wheel alone, in an empty folder, one command after the other."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from builders.reading_page import read_examples
from builders.tutorial import PAGE, UI, Session
from builders.wheel import install_wheel

pytestmark = pytest.mark.slow

AGAIN = "PYTHONPATH=tests .venv/bin/python -m builders.tutorial writes the page again"


@pytest.fixture(scope="module")
def session(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A terminal in an empty folder, where copydesk is installed from its wheel and is nowhere else."""
    python = install_wheel(project, tmp_path_factory.mktemp("wheel") / "venv")
    return Session(tmp_path_factory.mktemp("newcomer").resolve(), python)


def test_the_tutorial_prints_what_the_page_says(session: Session, project: Path) -> None:
    code = "import flows, tasks, expectations; print(*(module.__path__[0] for module in (flows, tasks, expectations)))"
    said = subprocess.run(
        [session.python, "-c", code],
        cwd=session.place,
        env=session.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    environment = Path(session.python).parents[1]
    assert all(Path(place).is_relative_to(environment) for place in said.stdout.split()), said.stdout
    examples = read_examples(PAGE.read_text(encoding="utf-8"))
    assert UI in [example.code for example in examples]
    for example in examples:
        assert session.run(example) == example.prints, f"{example.code}\n{AGAIN}"
    assert any("ingest/nightly-post" in line for line in session.ui), session.ui
    assert [path.name for path in session.place.iterdir()] == ["newspaper"]

"""The fingerprint of a batch covers everything that shapes its rows, and nothing that only divides the work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from builders.copied_project import DAY, CopiedProject, copy_project, follow_recipe, publish_boats
from builders.lakes import make_lake

from tasks.batch import Correction, Learned, Limits, Release, Source
from tasks.fingerprint import PACKAGES, code_version
from tasks.staging.receipt import make_settings, make_versions

DIVIDING = {"shard_bytes", "shard_files"}
EXPECTATION = """
[[expectation]]
reason = "text_not_epic"
column = "text_chars"
low = 1_000_000
on_failure = "block"
why = "A text that all documents fail."
"""


def write_code(root: Path) -> Path:
    """A folder with a little code in each package."""
    for package in PACKAGES:
        (root / package).mkdir(parents=True)
        (root / package / "a.py").write_text("ONE = 1\nTWO = 2\n")
        (root / package / "rows.toml").write_text("one = 1\n")
    return root


def read_version(root: Path) -> str:
    code_version.cache_clear()
    return code_version(root)


def test_code_is_hashed_by_what_it_says_and_not_by_where_it_is(tmp_path: Path) -> None:
    one, other = write_code(tmp_path / "one"), write_code(tmp_path / "other" / "place")
    (other / "tasks" / "a.py").write_bytes(b"ONE = 1\r\nTWO = 2\r\n")
    for name in ("tasks/__pycache__/a.cpython-311.pyc", "tasks/page.html", "tasks/py.typed", "flows/cli.py"):
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text("x")
    assert read_version(one) == read_version(other)
    assert re.fullmatch("[0-9a-f]{12}", read_version(one))


@pytest.mark.parametrize(
    "name", [f"{package}/{name}" for package in PACKAGES for name in ("a.py", "rows.toml", "new.py", "deep/new.json")]
)
def test_every_file_of_code_and_data_counts(tmp_path: Path, name: str) -> None:
    root = write_code(tmp_path / "code")
    before = read_version(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("ONE = 2\n")
    assert read_version(root) != before


def test_a_file_that_moves_counts(tmp_path: Path) -> None:
    root = write_code(tmp_path / "code")
    before = read_version(root)
    (root / "tasks" / "a.py").rename(root / "tasks" / "b.py")
    assert read_version(root) != before


def test_versions_of_a_receipt_name_the_code() -> None:
    assert f'"code": "{code_version()}"' in make_versions()


OTHER = {
    "learned": Learned("0123456789ab", "x.json"),
    "corrections": (Correction("a line", "keep", "It is news.", publisher="p"),),
    "releases": (Release("d", "u", ("text_short",), "It is whole."),),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_settings_count_unless_they_only_divide_the_work(name: str) -> None:
    limits = Limits()
    other = replace(limits, **{name: OTHER.get(name) or getattr(limits, name) * 0.5})
    source = Source("s", "x")
    assert (make_settings(source, limits) == make_settings(source, other)) == (name in DIVIDING)


@pytest.mark.parametrize("limits", [Limits(shard_bytes=1), Limits(shard_files=1)], ids=["bytes", "files"])
def test_a_run_that_divides_the_work_otherwise_changes_nothing(base: Path, tmp_path: Path, limits: Limits) -> None:
    root = shutil.copytree(base, tmp_path / "copy", symlinks=True)
    done = make_lake(root, "in/{date}/*.txt", root / "lake", name="boats", day=DAY, limits=limits, workers=2)
    assert done.state == "unchanged"


@pytest.fixture(scope="module")
def base(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a published batch of two documents."""
    copy = copy_project(project, tmp_path_factory.mktemp("base"))
    publish_boats(copy)
    return copy.folder


def change_weight(copy: CopiedProject) -> None:
    path = copy.folder / "tasks/pages/weights.json"
    number = re.search(r"\d\.\d+", path.read_text())
    assert number
    copy.edit("tasks/pages/weights.json", number[0], number[0] + "1")


CHANGES: dict[str, tuple[Callable[[CopiedProject], None], str, str]] = {
    "a line of code": (lambda copy: copy.edit("tasks/cleaning/clean.py", "", "\nNEW = 1\n"), "code", "published"),
    "an expectation": (lambda copy: copy.edit("expectations/rows/documents.toml", "", EXPECTATION), "code", "blocked"),
    "a rule row": (lambda copy: follow_recipe(copy, "rule"), "rules", "published"),
    "a role row": (lambda copy: follow_recipe(copy, "role"), "rules", "published"),
    "a weight": (change_weight, "rules", "published"),
    "a column": (lambda copy: follow_recipe(copy, "column"), "code", "published"),
}
SLOW = ("a rule row", "a role row", "a weight", "a column")


@pytest.mark.parametrize(
    "change", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in CHANGES]
)
@pytest.mark.slow
def test_what_changed_is_seen_by_the_survey_and_by_a_plain_run(base: Path, tmp_path: Path, change: str) -> None:
    make, named, state = CHANGES[change]
    copy = CopiedProject(shutil.copytree(base, tmp_path / "copy", symlinks=True))
    make(copy)
    said = copy.run(f"backfill --from {DAY} --to {DAY} --dry-run", f"ingest boats --date {DAY}")
    survey, run = said.split("exit code 0\n", 1)
    assert "stale" in survey, said
    assert re.search(rf"{named} [0-9a-f]{{12}}, now [0-9a-f]{{12}}", survey), said
    assert f"boats  {DAY}  {state}" in run, said
    assert f"exit code {int(state == 'blocked')}" in run

"""The documentation: a site that is built strictly and asks for nothing, a README whose links lead somewhere, a clean notebook."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from builders.seed_lake import make_story_lake
from builders.site import build_site

MOST_README_LINES = 120
# What a browser would fetch when it opens a page: not links to click.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|link)[^>]+(?:src|href)=["']?(?:https?:)?//[^>]+>|@import[^;]+//|url\(["']?(?:https?:)?//"""
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUESTIONS = 10


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build_site(project, folder / "html", make_story_lake(project, folder / "stories") / "lake")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.mark.slow
def test_the_site_asks_for_nothing_from_other_machines(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 20
    found = {str(path.relative_to(site)): FETCHED.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: hits for name, hits in found.items() if hits} == {}
    assert "quarantin" in (site / "searchindex.js").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_notebook_answers_each_question_with_a_chart(site: Path) -> None:
    page = (site / "docs" / "notebook.html").read_text(encoding="utf-8")
    charts = re.findall(r'src="([^"]+\.svg)"', page)
    assert len(charts) == QUESTIONS
    texts = [(site / "docs" / name).read_text(encoding="utf-8") for name in charts]
    for text, words in zip(texts, ("Northern Wire", "A wheel in a box", "documents"), strict=False):
        assert words in text


@pytest.mark.slow
def test_a_wrong_link_and_a_page_outside_of_the_menu_are_errors(project: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("docs/conf.py", "docs/site/site.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(project / name, tmp_path / name)
    (tmp_path / "docs" / "index.md").write_text("# Start\n\n## How to\n\n- [One](one.md)\n")
    (tmp_path / "docs" / "one.md").write_text("# One\n\n[Nowhere](two.md#nowhere), [no page](none.md).\n")
    (tmp_path / "docs" / "two.md").write_text("# Two\n")
    done = build_site(tmp_path, tmp_path / "html", tmp_path)
    assert done.returncode != 0
    for words in ("'nowhere'", "none.md", "two.md: WARNING: document isn't included in any toctree"):
        assert words in done.stderr


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_lead_to_files(project: Path, name: str) -> None:
    targets = {target.partition("#")[0] for target in LINK.findall((project / name).read_text(encoding="utf-8"))}
    assert [target for target in targets if target and "://" not in target and not (project / target).exists()] == []


def test_every_page_is_in_the_menu_once(project: Path) -> None:
    menu = (project / "docs" / "index.md").read_text(encoding="utf-8").partition("\n## ")[2]
    linked = [target for target in LINK.findall(menu) if not target.startswith("..")]
    pages = [path.name for path in (project / "docs").iterdir() if path.suffix in (".md", ".ipynb")]
    assert sorted([*linked, "index.md"]) == sorted(pages)


def test_the_readme_is_short(project: Path) -> None:
    assert len((project / "README.md").read_text(encoding="utf-8").splitlines()) <= MOST_README_LINES


def test_the_notebook_is_kept_without_outputs(project: Path) -> None:
    cells = json.loads((project / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    asked = [line for cell in cells for line in cell["source"] if re.match(r"## \d+\. .*\?", line)]
    page = (project / "docs" / "stories.md").read_text(encoding="utf-8")
    assert len(asked) == QUESTIONS
    assert [line for line in asked if line.strip().removeprefix("## ") not in page] == []

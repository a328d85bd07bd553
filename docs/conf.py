"""The site of the documentation, built by Sphinx from the pages of the repository where they are: `make site`.

The folder of the sources is the project's, so that a link works here as it does on a disk. The menu is `docs/index.md`: each of
its sections is a part of the menu, and a page that it does not link is an error.
"""

import re
from importlib.metadata import version as find_version
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

project = "copydesk"
version = release = find_version("copydesk")
copyright = "its contributors, Apache License 2.0"
extensions = ["myst_nb"]
root_doc = "docs/index"
include_patterns = ["docs/**", "lake/README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"]
# Folders that need not be searched for pages; and what is part of a page.
exclude_patterns = [
    "**/.*",
    "build",
    "dist",
    "expectations",
    "flows",
    "seeds",
    "tasks",
    "tests",
    "docs/conf.py",
    "docs/images/**",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
nitpicky = True

# The anchors of headings are GitHub's.
myst_heading_anchors = 4
myst_links_external_new_tab = False
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

html_theme = "furo"
html_title = f"copydesk {version}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["site"]
html_css_files = ["site.css"]

SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)\.(?:md|ipynb)\)")
START = '<!DOCTYPE html><title>copydesk</title><meta http-equiv="refresh" content="0; url=docs/index.html">\n'


def add_menu(app: Sphinx, name: str, content: list[str]) -> None:
    """Appends the menu to `docs/index.md`: one part per section, with the pages that the section links."""
    if name == root_doc:
        for title, text in SECTION.findall(content[0]):
            if pages := [f"{label} <{page}>" for label, page in LINK.findall(text)]:
                content[0] += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


def write_start(app: Sphinx, error: Exception | None) -> None:
    """Writes the page that leads from the folder of the site to the first page."""
    if error is None:
        (Path(app.outdir) / "index.html").write_text(START, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", add_menu)
    app.connect("build-finished", write_start)
    return {"parallel_read_safe": True}

"""The site in a real browser without a network, and the pictures of the documentation: `make pictures` writes them again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders.browser import NEEDS_BROWSER, PHONE, open_browser
from builders.local_prefect import start_ui
from builders.reading_page import Example
from builders.seed_lake import make_story_lake
from builders.site import build_site
from builders.tutorial import Session

pytestmark = NEEDS_BROWSER

DESKTOP = {"width": 1100, "height": 800}
PATIENCE = 90_000
# Pages with wide tables, long lines of code, pictures and charts.
WIDE = ("docs/index", "docs/tutorial", "docs/commands", "docs/rules", "docs/notebook", "lake/README")


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build_site(project, folder / "html", make_story_lake(project, folder / "stories") / "lake")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_browser(tmp_path_factory.mktemp("profile"), offline=True, viewport=DESKTOP) as opened:
        yield opened


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def shoot(part: Any, name: str, variable: str, **options: Any) -> None:
    """A picture of a page or of a part of it, if an environment variable names a folder for it."""
    if folder := os.environ.get(variable):
        part.screenshot(path=Path(folder) / f"{name}.png", **options)


def shoot_with_room(part: Any, name: str) -> None:
    """A picture of a part of a page, with room around it."""
    part.evaluate("element => element.style.cssText += '; padding: 1em 1.5em; border: 0; margin: 0'")
    shoot(part, name, "PICTURES")


def test_a_reader_finds_a_page_by_a_word_without_a_network(page: Any, site: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/docs/index.html")
    page.get_by_role("searchbox").or_(page.get_by_placeholder("Search")).first.fill("quarantine")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Search finished, found")).wait_for()
    shoot(page, "site-search", "SHOTS")
    page.get_by_role("link", name="The lake: data dictionary", exact=True).first.click()
    page.get_by_role("heading", level=1).filter(has_text="data dictionary").wait_for()
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", WIDE)
def test_a_page_fits_a_phone_and_obeys_dark_mode(page: Any, site: Path, name: str) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto((site / f"{name}.html").as_uri())
    page.get_by_role("heading", level=1).wait_for()
    shoot(page, f"site-phone-{Path(name).name}", "SHOTS")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert red + green + blue < 150


def test_the_tutorial_on_a_desktop(page: Any, site: Path) -> None:
    page.goto((site / "docs/tutorial.html").as_uri())
    pictures = page.locator("article img")
    assert pictures.count() >= 3
    assert all(picture.evaluate("image => image.naturalWidth > 0") for picture in pictures.all())
    shoot(page, "site-tutorial", "SHOTS", full_page=True)


@pytest.mark.slow
def test_pictures_of_the_newspaper(page: Any, browser: Any, tmp_path: Path) -> None:
    session = Session(tmp_path.resolve())
    steps = (
        "copydesk init . --sample",
        'copydesk sources add post articles --publisher "The Saltmouth Post" --schedule 02:15 --yes',
        "copydesk backfill --from 2026-10-05 --to 2026-10-07",
    )
    for number, step in enumerate(steps):
        session.run(Example("", number, "sh", f"{step}\n", ""))
    browser.set_offline(False)  # the server is on this machine
    with start_ui(tmp_path) as running:
        base = f"http://127.0.0.1:{running.port}"
        page.goto(f"{base}/v2/deployments")
        page.get_by_text("nightly-post").first.wait_for()
        page.get_by_text("Not Ready").first.wait_for(state="detached")  # until the worker has asked for runs
        shoot(page, "deployments", "PICTURES", clip={"x": 0, "y": 0, "width": 1100, "height": 520})
        page.goto(f"{base}/copydesk/")
        grid = page.locator("section").filter(has=page.get_by_role("heading", name="Sources by days"))
        shoot_with_room(grid, "grid")
        page.get_by_label(re.compile("^post, 5 October 2026: ")).first.click()
        page.wait_for_url("**/copydesk/post/2026-10-05.html")
        shoot(page, "page", "PICTURES")
        article = page.locator("#documents article").filter(has_text="The sign in the harbour")
        assert article.get_by_text("Sign in to continue").count()
        shoot_with_room(article, "article")

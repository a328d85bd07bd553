"""The page in a real browser, with the network cut: nothing is asked for, nothing runs, and it can be read anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders.browser import NEEDS_BROWSER, PHONE, open_browser
from builders.report_pages import DAY, ingest_with_page, page_of, write_hostile

pytestmark = NEEDS_BROWSER


@dataclass
class Opened:
    """A page in the browser, with what it asked for and what it said."""

    page: Any
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser of the tests' own, with the network cut."""
    with open_browser(tmp_path_factory.mktemp("profile"), offline=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of the seeds, of hostile articles, and the index over both."""
    folder = tmp_path_factory.mktemp("pages")
    seeds = ingest_with_page(project, "seeds", folder / "lake", name="seeds")
    hostile = ingest_with_page(folder, str(write_hostile(folder / "in")), folder / "lake", name="hostile")
    return {"seeds": page_of(seeds), "hostile": page_of(hostile), "index": page_of(seeds).parents[1] / "index.html"}


def visit(browser: Any, path: Path, **options: Any) -> Opened:
    """Opens a page and waits until it is there."""
    opened = Opened(browser.new_page())
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.page.on("dialog", lambda dialog: opened.said.append(dialog.message))
    opened.page.set_viewport_size(options.get("size", {"width": 1200, "height": 900}))
    opened.page.emulate_media(color_scheme=options.get("scheme", "light"))
    opened.page.goto(path.as_uri())
    return opened


@pytest.mark.parametrize("name", ["seeds", "hostile", "index"])
def test_a_page_makes_no_request_and_logs_nothing(browser: Any, pages: dict[str, Path], name: str) -> None:
    opened = visit(browser, pages[name])
    assert opened.requests == [pages[name].as_uri()]
    assert opened.said == []
    assert opened.page.locator("img, iframe").count() == 0
    assert opened.page.locator("script").count() == 1
    assert opened.page.evaluate("window.broken") is None
    opened.page.close()


def test_article_text_stays_in_its_element(browser: Any, pages: dict[str, Path]) -> None:
    page = visit(browser, pages["hostile"]).page
    # Whatever article text tried to close is still where the template put it.
    assert page.evaluate("[...document.body.children].slice(-2).map(part => part.tagName)") == ["FOOTER", "SCRIPT"]
    assert page.locator("main section").count() == page.locator("section").count()
    assert page.locator("svg svg").count() == 0
    assert page.locator("svg").count() == page.locator("svg[role=img]").count()
    assert "onload" in page.locator("figure").last.inner_text()
    handlers = "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"
    assert page.evaluate(handlers) == []
    page.close()


@pytest.mark.parametrize("name", ["seeds", "hostile", "index"])
def test_a_page_fits_a_phone(browser: Any, pages: dict[str, Path], name: str) -> None:
    page = visit(browser, pages[name], size=PHONE).page
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.close()


def colour(page: Any) -> str:
    """The colour of the paper."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_until_it_is_chosen(browser: Any, pages: dict[str, Path]) -> None:
    page = visit(browser, pages["seeds"], scheme="dark").page
    dark = colour(page)
    page.emulate_media(color_scheme="light")
    light = colour(page)
    assert light != dark
    page.locator("#theme-auto").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert colour(page) == dark
    page.emulate_media(color_scheme="dark")
    page.keyboard.press("ArrowLeft")
    assert colour(page) == light
    page.close()


def test_a_keyboard_reaches_everything(browser: Any, pages: dict[str, Path]) -> None:
    page = visit(browser, pages["seeds"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the report"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.close()


def test_a_page_prints_on_white_without_its_controls(browser: Any, pages: dict[str, Path]) -> None:
    page = visit(browser, pages["seeds"], scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".theme").is_visible()
    assert colour(page) == "rgb(253, 252, 249)"
    assert page.locator("figure svg").first.is_visible()
    page.close()


def test_the_index_leads_to_the_pages_and_back(browser: Any, pages: dict[str, Path]) -> None:
    page = visit(browser, pages["index"]).page
    page.locator(f".grid a[href='seeds/{DAY}.html']").click()
    assert "40 documents" in page.locator(".verdict").inner_text()
    page.locator("text=all batches").click()
    assert page.locator("h1").inner_text().startswith("All batches")
    page.close()

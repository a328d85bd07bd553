"""Pages for everybody: no finding of axe-core in light, dark and on a phone, and all that a mouse does with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders.browser import NEEDS_BROWSER, PHONE, open_browser
from builders.command_line import run_copydesk
from builders.report_pages import EARLY, ingest_with_page, page_of, write_hostile

pytestmark = NEEDS_BROWSER

DESK = {"width": 1200, "height": 900}
DAYS = [date(2026, 10, day) for day in (1, 2, 3)]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_browser(tmp_path_factory.mktemp("profile"), offline=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page among other days, of hostile articles, of a blocked run, of what a run would change, and the index."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "in").mkdir()
    for day in DAYS:
        delivered = (project / f"seeds/daily/{day}/wire.jsonl").read_text(encoding="utf-8")
        (folder / f"in/{day}.jsonl").write_text(delivered, encoding="utf-8")
    wire = [ingest_with_page(folder, "in/{date}.jsonl", folder / "lake", name="wire", day=day) for day in DAYS]
    last = folder / f"in/{DAYS[-1]}.jsonl"
    last.write_text(last.read_text(encoding="utf-8").replace(" the ", " that "), encoding="utf-8")
    sources = folder / "sources.toml"
    sources.write_text('[[source]]\nname = "wire"\npath = "in/{date}.jsonl"\nwhy = "A test."\n')
    diff = folder / "diff.html"
    assert run_copydesk("diff", "wire", DAYS[-1], "--lake", folder / "lake", "--sources", sources, "--page", diff) == 0
    assert "revised" in diff.read_text(encoding="utf-8")
    hostile = ingest_with_page(folder, str(write_hostile(folder / "odd")), folder / "lake", name="hostile")
    blocked = ingest_with_page(project, "seeds", folder / "lake", name="seeds", day=EARLY)
    found = {"wire": wire[1], "hostile": hostile, "blocked": blocked}
    return {name: page_of(result) for name, result in found.items()} | {
        "diff": diff,
        "index": page_of(wire[1]).parents[1] / "index.html",
    }


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")], ids=["light", "dark", "phone"]
)
@pytest.mark.parametrize("name", ["wire", "hostile", "blocked", "diff", "index"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(pages[name].as_uri())
    # What is folded away has to be right as well, and what shows only under a pointer.
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(own["id"], own["impact"], [node["html"] for node in own["nodes"][:3]]) for own in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()


def press_until(page: Any, wanted: str, key: str = "Tab", most: int = 200) -> None:
    """Presses a key until the element that has the focus is the wanted one; the focus is seen at each step."""
    for _ in range(most):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached with {key}")


def test_a_keyboard_leads_from_the_grid_through_the_days_to_a_record(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["index"].as_uri())
    press_until(page, f".grid a[href='wire/{DAYS[0]}.html']")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("wire, 1 October 2026: 3 of 3 records published")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{DAYS[0]}.html")
    press_until(page, "a[rel=next]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{DAYS[1]}.html")
    press_until(page, "#trends summary")
    page.keyboard.press("Enter")
    assert page.locator("#trends table").is_visible()
    press_until(page, "#search")
    rows = page.locator("#records tbody tr")
    titles = rows.locator("td:first-child").all_inner_texts()
    page.keyboard.type(titles[1].upper()[:12])
    assert next(row.inner_text() for row in rows.all() if row.is_visible()).startswith(titles[1])
    assert page.locator("#records output").inner_text() == f"1 of {len(titles)} rows"
    press_until(page, ".high")
    page.close()


def test_a_line_shows_its_command_with_the_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["wire"].as_uri())
    page.locator("#documents .keys").click()
    press_until(page, "#documents .wrong summary")
    assert page.evaluate("getComputedStyle(document.activeElement).opacity") == "1"
    page.keyboard.press("Enter")
    assert "copydesk correct" in page.locator("#documents .wrong[open] code").inner_text()
    page.close()

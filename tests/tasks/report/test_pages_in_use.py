"""An editor's day with the pages as plain files: from the grid to a page, to the effect of a re-run, and a new source appearing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders.browser import NEEDS_BROWSER, open_browser
from builders.lakes import DAY
from builders.report_pages import ingest_with_page, page_of

pytestmark = NEEDS_BROWSER

SENTENCES = [f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(4)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_browser(tmp_path_factory.mktemp("profile"), offline=True) as browser:
        yield browser.new_page()


def deliver(folder: Path, *titles: str) -> None:
    """A file per article."""
    folder.mkdir(exist_ok=True)
    for number, title in enumerate(titles):
        text = "\n\n".join([title, *SENTENCES, f"It was {title}.", "Read more: gulls"])
        (folder / f"{number}.txt").write_text(f"{text}\n", encoding="utf-8")


def test_from_the_grid_to_a_page_to_the_effect_of_a_run(page: Any, tmp_path: Path) -> None:
    deliver(tmp_path / "in", "The Ferry That Left", "The Gull That Stayed")
    first = page_of(ingest_with_page(tmp_path, "in", tmp_path / "lake", name="wire", day=DAY))
    page.goto((first.parents[1] / "index.html").as_uri())
    page.locator(".grid a").click()
    assert "Readers have 2 documents" in page.locator(".verdict").inner_text()
    deliver(tmp_path / "in", "The Ferry That Left", "The Gull That Stayed", "The Tram That Came Late")
    ingest_with_page(tmp_path, "in", tmp_path / "lake", name="wire", day=DAY)
    page.reload()
    assert "Readers have 3 documents" in page.locator(".verdict").inner_text()
    assert "1 document added" in page.locator(".verdict").inner_text()
    page.get_by_role("searchbox").fill("tram late")
    assert page.locator("#records tbody tr:visible td").first.inner_text() == "The Tram That Came Late"
    page.get_by_text("all batches").click()
    assert page.locator(".grid a").get_attribute("aria-label") == "wire, 9 October 2026: 3 of 3 records published"
    # A source that runs for the first time is a new row.
    deliver(tmp_path / "other", "The Baker Who Slept In")
    ingest_with_page(tmp_path, "other", tmp_path / "lake", name="radio", day=DAY)
    page.reload()
    assert page.locator(".grid tbody th").all_inner_texts() == ["radio", "wire"]
    page.get_by_role("searchbox").fill("WIRE october")
    assert page.locator(".grid tbody th:visible").all_inner_texts() == ["wire"]
    page.get_by_role("searchbox").fill("wire 2025")
    assert page.locator("#grid details:visible").count() == 0

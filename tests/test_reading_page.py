"""Every example of docs/reading.md and docs/stories.md runs and prints what the page says it prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.reading_page import AGAIN, PAGES, PROJECT, Example, read_examples, run_example, write_page

pytestmark = pytest.mark.slow

TEXTS = {name: (PROJECT / "docs" / name).read_text(encoding="utf-8") for name in PAGES}
EXAMPLES = [(name, example) for name, text in TEXTS.items() for example in read_examples(text)]


@pytest.fixture(scope="module")
def places(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.getbasetemp()
    return {name: make_lake(project, base / f"lake-of-{name}") for name, make_lake in PAGES.items()}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # connections that pyiceberg leaves open
@pytest.mark.parametrize(
    ("page", "example"), EXAMPLES, ids=[f"{page} {example.section} {example.number}" for page, example in EXAMPLES]
)
def test_an_example_prints_what_the_page_says(page: str, example: Example, places: dict[str, Path]) -> None:
    if example.lacks:
        pytest.skip(f"not here: {example.lacks}")
    assert run_example(example, places[page]) == example.prints, AGAIN


def test_the_page_has_examples_for_every_engine() -> None:
    sections = {example.section for name, example in EXAMPLES if name == "reading.md"}
    assert sections >= {"DuckDB", "Polars", "pandas", "pyarrow", "Spark", "Iceberg", "What can go wrong"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_writing_a_page_again_keeps_what_is_right(text: str) -> None:
    examples = read_examples(text)
    assert text.count("```") == 2 * len(examples) + 2 * sum(bool(example.prints) for example in examples)
    assert write_page(text, iter([example.prints for example in examples])) == text
    fresh = write_page(text, iter(["new\n"] * len(examples)))
    assert [example.prints for example in read_examples(fresh)] == ["new\n"] * len(examples)
    assert [example.code for example in read_examples(fresh)] == [example.code for example in examples]

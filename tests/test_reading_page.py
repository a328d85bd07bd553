"""Every example of docs/reading.md runs and prints what the page says it prints."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from builders.reading_page import AGAIN, PAGE, Example, read_examples, run_example, write_page
from builders.seed_lake import make_seed_lake

pytestmark = pytest.mark.slow

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = read_examples(TEXT)


@pytest.fixture(scope="module")
def place(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seed_lake(project, tmp_path_factory.getbasetemp() / "seed-lake")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # connections that pyiceberg leaves open
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.section} {example.number}")
def test_an_example_prints_what_the_page_says(example: Example, place: Path) -> None:
    if example.needs_spark and (importlib.util.find_spec("pyspark") is None or shutil.which("java") is None):
        pytest.skip("Spark is not here: it takes Java and `pip install pyspark`")
    if example.needs_iceberg and importlib.util.find_spec("pyiceberg") is None:
        pytest.skip("the extra `iceberg` is not installed")
    assert run_example(example, place) == example.prints, AGAIN


def test_the_page_has_examples_for_every_engine() -> None:
    sections = {example.section for example in EXAMPLES}
    assert sections >= {"DuckDB", "Polars", "pandas", "pyarrow", "Spark", "Iceberg", "What can go wrong"}
    assert TEXT.count("```") == 2 * len(EXAMPLES) + 2 * sum(bool(example.prints) for example in EXAMPLES)


def test_writing_the_page_again_keeps_what_is_right() -> None:
    assert write_page(TEXT, iter([example.prints for example in EXAMPLES])) == TEXT
    fresh = write_page(TEXT, iter(["new\n"] * len(EXAMPLES)))
    assert [example.prints for example in read_examples(fresh)] == ["new\n"] * len(EXAMPLES)
    assert [example.code for example in read_examples(fresh)] == [example.code for example in EXAMPLES]

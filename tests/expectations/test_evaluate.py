"""Judgements are those of Great Expectations as shipped, and many columns are judged as one with the same result."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
import pytest

from expectations.evaluate import Judgement, describe_fault, evaluate, run_suite
from expectations.suites import Expectation, load_suite

ODD_VALUES: dict[str, list[Any]] = {
    "whole": [0, 0, 0, 1, 2, -1, 100, 2**40, None],
    "share": [0.0, 0.0, 0.5, 1.0, 1.0000001, -0.1, 9.0, -9.0, float("nan"), None],
    "truth": [True, False, None],
    "word": ["en", "read", "clean", "xx", "", None],
}


def make_odd_frame(rows: tuple[Expectation, ...], height: int, seed: int) -> pl.DataFrame:
    """A frame of values that are good, bad or missing, in a type that suits each column; without some of the columns."""
    random = Random(seed)
    columns: dict[str, list[Any]] = {"doc_id": [f"{at}" for at in range(height)]}
    for row in rows:
        shares = isinstance(row.low, float) or isinstance(row.high, float)
        kind = "share" if shares else "whole"
        if row.one_of:
            kind = "truth" if isinstance(row.one_of[0], bool) else "word"
        for name in row.columns:
            if random.random() < 0.95:
                columns.setdefault(name, [random.choice(ODD_VALUES[kind]) for _ in range(height)])
    return pl.DataFrame(columns, strict=False)


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["documents", "quarantine", "batch", "drift"])
@pytest.mark.parametrize("height", [1, 17, 300])
def test_columns_judged_together_are_judged_as_each_alone(
    suite: str, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_suite(suite)
    frame = make_odd_frame(rows, height, seed=height)
    together = evaluate(rows, frame)
    monkeypatch.setattr("expectations.evaluate.BULKY_ROWS", 1)
    assert repr(together) == repr(evaluate(rows, frame))
    assert any(found.places for found in together)


def build_shipped_suite(rows: tuple[Expectation, ...]) -> Any:
    """A suite of Great Expectations made of rows; each expectation carries its reason code in `meta`."""
    from great_expectations import ExpectationSuite, expectations

    built = []
    for row in rows:
        good: dict[str, Any] = {"column": row.column, "min_value": row.low, "max_value": row.high}
        if row.equals is not None:
            good = {"column_A": row.column, "column_B": row.equals}
        elif row.one_of:
            good = {"column": row.column, "value_set": list(row.one_of)}
        shared = {"severity": row.severity, "mostly": 1 - row.tolerated, "meta": {"reason": row.reason}}
        built.append(getattr(expectations, row.kind)(description=row.why, **good, **shared))
    return ExpectationSuite(name="suite", expectations=built)


def judge_as_shipped(rows: tuple[Expectation, ...], frame: pl.DataFrame) -> dict[str, Judgement]:
    """What a validation of the whole library finds, by reason."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("staging").add_dataframe_asset("narrow")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame.to_pandas()})
    found = batch.validate(build_shipped_suite(rows), result_format={"result_format": "COMPLETE"})
    judgements = {}
    for result in found.results:
        raised = [info["exception_message"] for info in result.exception_info.values() if isinstance(info, dict)]
        fault = f"it raised: {raised[0].splitlines()[0]}" if raised else ""
        places = [] if fault else list(result.result["unexpected_index_list"])
        judgements[result.expectation_config.meta["reason"]] = Judgement(places, fault)
    return judgements


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["documents", "quarantine", "batch", "drift"])
@pytest.mark.parametrize("height", [1, 40])
@pytest.mark.filterwarnings("ignore")
def test_judgements_are_those_of_the_library_as_shipped(suite: str, height: int) -> None:
    rows = load_suite(suite)
    frame = make_odd_frame(rows, height, seed=7 * height)
    # A column whose values cannot be compared.
    odd = frame.columns[1]
    frame = frame.with_columns(pl.col(odd).cast(pl.String).fill_null("x"))
    known = tuple(row for row in rows if set(row.columns) <= set(frame.columns))
    assert run_suite(known, frame) == judge_as_shipped(known, frame)


@pytest.mark.parametrize(
    ("places", "count", "fault"),
    [
        ([1], 1, ""),
        (None, 1, "no list of failing rows"),
        ([1], None, "no list of failing rows"),
        ([1], 2, "1 of 2 failing rows listed"),
    ],
)
def test_unreliable_results_have_a_fault(places: list[int] | None, count: int | None, fault: str) -> None:
    assert describe_fault(places, count) == fault

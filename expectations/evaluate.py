"""Evaluates the rows of a suite in a frame by Great Expectations, without its ways to pass what it did not evaluate.

Its expectations decide by its metrics, which list the places of a column's unexpected values. Those alone are computed: its
validations pass empty suites, drop expectations that they do not know, report exceptions with the expectation's severity, and
shorten lists. Every row's list is looked up and counted, missing values, which metrics skip, are added, and a row without a
complete list has a `fault`.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from expectations.library import Library, open_library
from expectations.suites import Expectation

LINE_END = "\n"
BULKY_ROWS = 10_000
COMPLETE = {"result_format": "COMPLETE"}


@dataclass(frozen=True)
class Evaluation:
    """What one expectation found in one frame: failing rows, their values, or the fault that kept it from being evaluated.

    `ranges`: column, lowest and highest value in the failing rows; `missing`: how many of them had no value.
    """

    reason: str
    places: list[int] = field(default_factory=list)
    ranges: tuple[tuple[str, Any, Any], ...] = ()
    missing: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations found in the values of one row: the places of bad ones, or why it did not judge them."""

    places: list[int]
    fault: str = ""


def evaluate(rows: Sequence[Expectation], frame: pl.DataFrame) -> list[Evaluation]:
    """One evaluation for each of `rows`. Of an empty frame only columns are checked: Great Expectations would pass it."""
    judgements = run_suite(rows, frame) if rows and frame.height else {}
    return [read_evaluation(row, frame, judgements) for row in rows]


def run_suite(rows: Sequence[Expectation], frame: pl.DataFrame) -> dict[str, Judgement]:
    """What Great Expectations finds, by reason code."""
    groups = group_rows(rows, frame)
    height = frame.height * max(map(len, groups), default=0)
    judged = pl.DataFrame([each for number, group in enumerate(groups) for each in stack(group, number, frame, height)])
    suite = [make_wide(group[0], number) for number, group in enumerate(groups)]
    with open_library() as library:
        found = find_unexpected(library, suite, judged)
    judgements: dict[str, Judgement] = {}
    for wide, group in zip(suite, groups, strict=True):
        judgements |= divide_judgement(found[wide.reason], group, frame.height)
    if frame.height >= BULKY_ROWS:
        # Its objects form reference cycles, which keep the frame in memory until the next collection.
        gc.collect()
    return judgements


def group_rows(rows: Sequence[Expectation], frame: pl.DataFrame) -> list[list[Expectation]]:
    """The rows whose columns the frame has, those that find the same values good together: each group is one expectation.

    What an expectation costs besides its values is milliseconds, so in a small frame many columns are judged as one; one that
    is BULKY_ROWS high is judged column by column.
    """
    most = max(1, BULKY_ROWS // frame.height)
    alike: dict[object, list[list[Expectation]]] = {}
    for row in rows:
        if all(name in frame.columns for name in row.columns):
            types = [str(frame.schema[name]) for name in row.columns]
            groups = alike.setdefault((row.kind, row.low, row.high, row.one_of, *types), [[]])
            if len(groups[-1]) == most:
                groups.append([])
            groups[-1].append(row)
    return [group for groups in alike.values() for group in groups]


def name_wide(number: int) -> tuple[str, str]:
    """The one or two columns of a group."""
    return f"group {number}", f"group {number} equals"


def stack(group: Sequence[Expectation], number: int, frame: pl.DataFrame, height: int) -> Iterator[pl.Series]:
    """The columns that a group of rows judges, one below the other; missing values, which are not judged, fill it up."""
    for wide, names in zip(name_wide(number), zip(*(row.columns for row in group), strict=True), strict=False):
        stacked = pl.concat([frame[name] for name in names]).alias(wide)
        yield stacked.extend_constant(None, height - len(stacked))


def make_wide(row: Expectation, number: int) -> Expectation:
    """The expectation that judges the whole group of a row."""
    column, equals = name_wide(number)
    return replace(row, reason=column, column=column, equals=equals if row.equals is not None else None, finding=())


def find_unexpected(library: Library, rows: Sequence[Expectation], frame: pl.DataFrame) -> dict[str, Judgement]:
    """The places of the unexpected values of each row, by its reason. Each call has its own engine, which holds the frame."""
    engine = library.engine.PandasExecutionEngine(batch_data_dict={"staged": frame.to_pandas()})
    wanted = {
        (row.reason, part): library.metric.MetricConfiguration(
            f"{name}.{part}", domain, values | {"result_format": COMPLETE}
        )
        for row in rows
        for name, domain, values in [name_metric(row)]
        for part in ("unexpected_index_list", "unexpected_count")
    }
    found, failed = library.calculator.MetricsCalculator(engine).compute_metrics(list(wanted.values()))
    faults = {}
    for each in failed.values():
        raised, domain = each["exception_info"].exception_message, each["metric_configuration"].metric_domain_kwargs
        faults[domain.get("column") or domain.get("column_A")] = f"it raised: {raised.partition(LINE_END)[0]}"
    judgements = {}
    for row in rows:
        places, count = (
            found.get(wanted[row.reason, part].id) for part in ("unexpected_index_list", "unexpected_count")
        )
        fault = faults.get(row.column) or describe_fault(places, count)
        judgements[row.reason] = Judgement([] if fault else places, fault)
    return judgements


def name_metric(row: Expectation) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The metric that a row's expectation is decided by, the columns that it judges, and which values are good."""
    if row.equals is not None:
        missing = "both_values_are_missing"
        return (
            "column_pair_values.equal",
            {"column_A": row.column, "column_B": row.equals, "ignore_row_if": missing},
            {},
        )
    if row.one_of:
        return "column_values.in_set", {"column": row.column}, {"value_set": list(row.one_of)}
    return "column_values.between", {"column": row.column}, {"min_value": row.low, "max_value": row.high}


def describe_fault(places: Sequence[int] | None, count: int | None) -> str:
    """Why a list of places is not reliable, in a few words; empty when it is."""
    if places is None or count is None:
        return "no list of failing rows"
    return "" if len(places) == count else f"{len(places)} of {count} failing rows listed"


def divide_judgement(found: Judgement, group: Sequence[Expectation], height: int) -> dict[str, Judgement]:
    """What the judgement of a group says about each of its rows."""
    places: list[list[int]] = [[] for _ in group]
    for at in found.places:
        places[at // height].append(at % height)
    return {row.reason: Judgement(own, found.fault) for row, own in zip(group, places, strict=True)}


def read_evaluation(row: Expectation, frame: pl.DataFrame, judgements: Mapping[str, Judgement]) -> Evaluation:
    """The evaluation of one row from what was found, with missing values added."""
    names = row.columns
    if absent := [name for name in names if name not in frame.columns]:
        return Evaluation(row.reason, fault=f"no column {' and '.join(absent)}")
    if frame.is_empty():
        return Evaluation(row.reason)
    found = judgements.get(row.reason, Judgement([], "no result"))
    if found.fault:
        return Evaluation(row.reason, fault=found.fault)
    gaps = []
    if not row.may_be_missing:
        floats = [name for name in names if frame.schema[name].is_float()]
        empty = pl.any_horizontal(pl.col(names).is_null(), pl.col(floats).is_nan())
        # Rows of orphaned lines need no values.
        needed = pl.col("document_rows") != 0 if "document_rows" in frame.columns else pl.lit(True)
        gaps = frame.select((empty & needed).fill_null(True).arg_true()).to_series().to_list()
    places = sorted({*found.places, *gaps})
    bad = frame.select(names)[places]
    ranges = tuple((values.name, values.min(), values.max()) for values in bad if places)
    return Evaluation(row.reason, places, ranges, len(gaps))

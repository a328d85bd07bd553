"""Evaluates the rows of a suite in a frame by Great Expectations, without its ways to pass what it did not evaluate.

It passes an empty suite, drops unknown expectations, reports exceptions with the expectation's severity, skips missing values,
and shortens its lists of values. So each row's result is looked up by reason code, failing positions are taken from the complete
list and counted, missing values are added, and a row without such a result has a `fault`.
"""

import gc
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

import polars as pl

from expectations.suites import Expectation, build_suite

LINE_END = "\n"
ONE_AT_A_TIME = Lock()
BULKY_ROWS = 10_000
# Great Expectations imports scipy.stats for distribution tests and altair for the charts of one of them. Both are slow, and
# small runs never need them: while it is imported, placeholders replace them, which import the real module on first use.
LAZY_MODULES = ("altair", "scipy.stats")
COMPLETE = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


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


def load_library() -> None:
    """Imports Great Expectations, if that has not happened yet; it takes seconds."""
    with silence_library(), delay_imports(LAZY_MODULES), pause_collection():
        import_module("great_expectations")


def run_suite(rows: Sequence[Expectation], frame: pl.DataFrame) -> dict[str, Judgement]:
    """What Great Expectations finds, by reason code. Each call has its own context: threads that share one mix up counts."""
    groups = group_rows(rows, frame)
    height = frame.height * max(map(len, groups), default=0)
    judged = pl.DataFrame([each for number, group in enumerate(groups) for each in stack(group, number, frame, height)])
    suite = [make_wide(group[0], number) for number, group in enumerate(groups)]
    load_library()
    with silence_library():
        import great_expectations as gx
        from great_expectations.data_context.types import base

        context = gx.get_context(
            mode="ephemeral",
            project_config=base.DataContextConfig(
                store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
                progress_bars=base.ProgressBarsConfig(globally=False),
            ),
        )
        asset = context.data_sources.add_pandas("staging").add_dataframe_asset("narrow")
        whole = asset.add_batch_definition_whole_dataframe("whole")
        batch = whole.get_batch({"dataframe": judged.to_pandas()})
        validation = batch.validate(build_suite("suite", suite), result_format=COMPLETE)
    if frame.height >= BULKY_ROWS:
        # Its objects form reference cycles, which keep the frame in memory until the next collection.
        del context, asset, whole, batch
        gc.collect()
    found: dict[str, list[Any]] = {}
    for result in validation.results:
        config = result.expectation_config
        found.setdefault(config.meta["reason"] if config and config.meta else "", []).append(result)
    judgements: dict[str, Judgement] = {}
    for wide, group in zip(suite, groups, strict=True):
        judgements |= read_judgements(group, found.get(wide.reason, []), frame.height)
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


def read_judgements(group: Sequence[Expectation], results: Sequence[Any], height: int) -> dict[str, Judgement]:
    """What the result of a group says about each of its rows."""
    fault = describe_fault(results[0]) if len(results) == 1 else f"{len(results)} results instead of one"
    places: list[list[int]] = [[] for _ in group]
    for at in [] if fault else results[0].result["unexpected_index_list"]:
        places[at // height].append(at % height)
    return {row.reason: Judgement(own, fault) for row, own in zip(group, places, strict=True)}


@contextmanager
def pause_collection() -> Iterator[None]:
    """Keeps Python from looking for garbage within the block: what an import makes stays, and each look visits all of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def silence_library() -> Iterator[None]:
    """Suppresses logs and warnings of Great Expectations. Filters and loggers are the process's: one thread at a time enters."""
    with ONE_AT_A_TIME:
        # Its child loggers set their own levels, so their records are kept from the root logger instead.
        logger, sink = logging.getLogger("great_expectations"), logging.NullHandler()
        propagate, logger.propagate = logger.propagate, False
        logger.addHandler(sink)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            logger.removeHandler(sink)
            logger.propagate = propagate


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


def describe_fault(result: Any) -> str:
    """Why a result is not reliable, in a few words; empty when it is."""
    for info in (result.exception_info, *dict(result.exception_info or {}).values()):
        if isinstance(info, Mapping) and info.get("raised_exception"):
            return f"it raised: {str(info.get('exception_message')).partition(LINE_END)[0]}"
    places, count = result.result.get("unexpected_index_list"), result.result.get("unexpected_count")
    if places is None or count is None:
        return "no list of failing rows"
    if len(places) != count:
        return f"{len(places)} of {count} failing rows listed"
    if not result.success and not count:
        return "failed without a failing row"
    return ""


@contextmanager
def delay_imports(names: Sequence[str]) -> Iterator[None]:
    """Replaces modules by placeholders within the block, unless they are imported already."""
    placeholders = {name: make_placeholder(name) for name in names if name not in sys.modules}
    sys.modules.update(placeholders)
    try:
        yield
    finally:
        for name, module in placeholders.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def make_placeholder(name: str) -> ModuleType:
    """A module that imports the real one of that name when an attribute is used."""
    module = ModuleType(name)

    def fetch(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    vars(module)["__getattr__"] = fetch
    return module

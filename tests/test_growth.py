"""No input makes the cost of a shard grow faster than its size."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from builders.costly_shapes import SHAPES

from flows.workers.builder import call_builder, end_builders
from tasks.batch import InputFile, Limits, Shard, Source
from tasks.shard import build_shard

SIZE = 100_000
# Seconds of CPU: below the first, clocks and caches decide; more than this many times the cost of half the size is growth.
FLOOR, GROWTH = 0.6, 3.0
SECONDS = 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def own_builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A builder that has built before, so that imports and patterns count for no shape."""
    end_builders()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield
    end_builders()


def measure_build(path: Path) -> float:
    """CPU seconds for a shard of one file."""
    shard = Shard(Source("s", "in"), date(2026, 10, 9), 0, (InputFile(str(path), path.name, path.stat().st_size),))
    began = time.process_time()
    build_shard(shard, Limits(), path.parent / "out")
    return time.process_time() - began


@pytest.mark.parametrize("name", SHAPES)
def test_cost_grows_no_faster_than_size(tmp_path: Path, name: str) -> None:
    import test_growth as own

    costs = []
    for times in (1, 1, 2, 4):  # the first time anything is loaded
        path = tmp_path / name
        path.write_bytes(SHAPES[name](SIZE * times))
        costs.append(call_builder(0, Limits(cpu_seconds=SECONDS), own.measure_build, path))
    assert costs[-1] <= max(FLOOR, GROWTH * max(costs[-2], FLOOR / 4)), costs

"""Late batches, batches again with other rules, other cuts, writers that died: whatever happened, the lake is the same in the end."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import obstore
import pytest
from builders.staged_shards import Doc, publish_docs, read_visible
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, open_lake
from tasks.stores import disk_store, store

DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)]
# Documents of a text under several names are twins; those that another rule cut otherwise have another text.
DOCS = [
    Doc(text + 100 * rules, f"{text}-{copy}", published)
    for text in (1, 2)
    for copy, published in (("a", None), ("b", Doc(0).published))
    for rules in (0, 1)
]


class Killed(BaseException):
    """The writer is dead: nothing it would do afterwards may be done."""


@dataclass(frozen=True)
class Step:
    """A batch is run. `dies`: at the how many-th thing it makes durable the writer dies, and the batch is run again."""

    day: date
    docs: tuple[Doc, ...]
    shards: int
    dies: int | None


STEPS = st.builds(
    Step,
    st.sampled_from(DAYS),
    st.lists(st.sampled_from(DOCS), unique_by=lambda doc: doc.name, max_size=4).map(tuple),
    st.integers(1, 2),
    st.none() | st.integers(1, 60),
)


@contextmanager
def die_at(patch: Callable[[Callable[[], None]], Any], count: int) -> Iterator[None]:
    """The count-th thing that `patch` has watched is not done, and nothing after it, cleaning up included."""
    left = count

    def tick() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Killed

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(store, "drop_draft", lambda draft: None)
        patch(tick)
        with suppress(Killed):
            yield


def run(lake: Lake, staging: Path, step: Step, dying: Callable[[int], Any]) -> None:
    """Runs a batch; where the writer dies, runs it once more."""

    def once() -> None:
        publish_docs(
            lake, staging, step.docs, day=step.day, shards=step.shards, stopped=["bad"] if len(step.docs) == 1 else []
        )

    if step.dies is not None:
        with dying(step.dies):
            once()
    once()


def run_straight(lake: Lake, staging: Path, steps: list[Step]) -> None:
    """What is left to do when nothing ever went wrong: the last run of each day, days in order, nobody dies."""
    last = {step.day: step for step in steps}
    for day in sorted(last):
        publish_docs(lake, staging, last[day].docs, day=day, stopped=["bad"] if len(last[day].docs) == 1 else [])


@pytest.mark.slow
@settings(max_examples=8)
@given(steps=st.lists(STEPS, min_size=1, max_size=6))
def test_on_a_disk(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as quick:
        quick.setattr(disk_store, "flush", lambda path: None)
        quick.setattr("os.fsync", lambda handle: None)

        @contextmanager
        def dying(count: int) -> Iterator[None]:
            with pytest.MonkeyPatch.context() as patch:

                def watch(tick: Callable[[], None]) -> None:
                    patch.setattr(disk_store, "flush", lambda path: tick())
                    patch.setattr("os.fsync", lambda handle: tick())

                with die_at(watch, count):
                    yield

        mixed, straight = open_lake(Path(root) / "mixed"), open_lake(Path(root) / "straight")
        for step in steps:
            run(mixed, Path(root) / "staging", step, dying)
        run_straight(straight, Path(root) / "staging", steps)
        assert read_visible(mixed) == read_visible(straight)
        assert mixed.manifest().tables == straight.manifest().tables
        assert check_lake(mixed) == []
        left = [path.name for path in (mixed.store.folder / "versions").iterdir() if not path.name.isdigit()]
        assert left == []


@pytest.mark.slow
def test_in_a_bucket(object_store: str, tmp_path: Path) -> None:
    rng = random.Random(1)
    steps = [
        Step(rng.choice(DAYS), tuple({doc.name: doc for doc in rng.choices(DOCS, k=4)}.values()), 1, rng.randint(1, 40))
        for _ in range(6)
    ]

    @contextmanager
    def dying(count: int) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:

            def watch(tick: Callable[[], None]) -> None:
                for name in ("get", "put", "delete", "list"):
                    ask = getattr(obstore, name)
                    patch.setattr(obstore, name, lambda *given, ask=ask, **named: (tick(), ask(*given, **named))[1])

            with die_at(watch, count):
                yield

    mixed = open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    straight = open_lake(tmp_path / "straight")
    for step in steps:
        run(mixed, tmp_path / "staging", step, dying)
    run_straight(straight, tmp_path / "staging", steps)
    assert mixed.manifest().tables == straight.manifest().tables
    assert check_lake(mixed) == []

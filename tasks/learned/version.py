"""A version of the learned lines, made of the published lake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.lakes.lake import Lake
from tasks.learned.learn import learn_lines
from tasks.learned.sample import sample_lake
from tasks.learned.store import ROWS, store_learned
from tasks.learned.veto import apply_vetoes, read_vetoes

VETO_FILE = "learned_veto.toml"


@dataclass(frozen=True)
class LearnedCounts:
    """A version of the learned lines: how many are used, of how many publishers, and how many are vetoed."""

    version: str
    used: int
    publishers: int
    vetoed: int


def name_vetoes(sources: Path) -> Path:
    """Where people veto learned lines: beside the file that declares the sources."""
    return sources.with_name(VETO_FILE)


def learn_version(lake: Lake, veto_file: Path) -> LearnedCounts:
    """Learns from the published lake and stores the version. Raises LearnedError for a veto that cannot be used."""
    vetoes = read_vetoes(veto_file)
    found = [learn_lines(documents, lines) for documents, lines in sample_lake(lake)]
    rows = apply_vetoes(pl.concat([ROWS.to_frame(), *found]), vetoes, veto_file.name)
    version = store_learned(lake, rows).version
    used = rows.filter(pl.col("veto").is_null())
    return LearnedCounts(version, used.height, used["publisher"].n_unique(), rows.height - used.height)

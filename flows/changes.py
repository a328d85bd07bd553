"""What a run would change: some of the days made in a lake of their own, and compared with what is published."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from flows.days import run_day
from flows.places import open_lake
from flows.settings import Settings
from flows.staging import claim_staging
from flows.survey import Day
from tasks.lake import Lake, file_schema, table_paths
from tasks.learned.store import folder_of, pick_learned

MOST_SAMPLES = 3
COMPARED = ("text", "title", "standfirst", "authors", "captions", "language", "removed_lines", "removed_chars")


class NoWatcher:
    """Is told how a run gets on, and keeps it to itself."""

    def step(self, name: str) -> None: ...
    def wait(self, message: str) -> None: ...


def sample_changes(days: Sequence[Day], settings: Settings, most: int = MOST_SAMPLES) -> list[dict[str, str]]:
    """For up to `most` days that the lake has: how many documents a run would change, add and take away, and lines taken out.

    The days are those spread most evenly over the range. Nothing is published.
    """
    known = [day for day in days if day.records is not None]
    step = max(1, -(-len(known) // most))
    return [compare_day(day, settings) for day in known[::step]]


def compare_day(day: Day, settings: Settings) -> dict[str, str]:
    """One day made anew in a scratch lake beside the store, as a row of the table."""
    name, logical = day.batch.source.name, day.batch.logical_date
    lake = open_lake(settings.lake)
    # Claimed like a batch, so that whatever a killed run leaves here is swept like one.
    with claim_staging(lake.staging, f"sample-{name}", logical, settings.wait_seconds) as folder:
        scratch = Lake(folder / "lake")
        learned = pick_learned(lake, settings.learned, lake.receipt(name, logical))
        share_learned(lake, scratch)
        own = {"lake": scratch.path, "learned": learned.version if learned else "none", "report": False, "drift": "off"}
        done = run_day(day.batch, settings.model_copy(update=own), NoWatcher())
        after = read_documents(scratch, pl.lit(True)).collect()
    published = read_documents(lake, pl.col("source") == name)
    before = published.filter(pl.col("logical_date") == logical).collect()
    # A document that another day shows is not new, though the scratch lake knows of no other day.
    new = after.join(published.select("doc_id").collect(), on="doc_id", how="anti")
    both = before.join(after, on="doc_id", suffix="_new")
    differs = pl.any_horizontal(pl.col(column).ne_missing(pl.col(f"{column}_new")) for column in COMPARED)
    changed = both.filter(differs)
    return {
        "date": str(logical),
        "source": name,
        "outcome": done.state if not done.is_bad else f"{done.state}: {done.why}",
        "documents": f"{before.height:,}",
        "changed": f"{changed.height:,}",
        "new": f"{new.height:,}",
        "gone": f"{before.height - both.height:,}",
        "lines taken out": f"{both['removed_lines'].sum():,}, then {both['removed_lines_new'].sum():,}",
        "for example": " ".join(changed["doc_id"].sort().head(2)),
    }


def share_learned(lake: Lake, scratch: Lake) -> None:
    """Lets a scratch lake use the learned lines of the real one."""
    folder_of(scratch).parent.mkdir(parents=True)
    folder_of(scratch).symlink_to(folder_of(lake).absolute())


def read_documents(lake: Lake, rows: pl.Expr) -> pl.LazyFrame:
    """Published documents: their ids and the columns that are compared."""
    paths = list(table_paths(lake, lake.manifest(), "documents"))
    found = (
        pl.scan_parquet(paths, hive_partitioning=False)
        if paths
        else pl.DataFrame(pl.from_arrow(file_schema("documents").empty_table())).lazy()
    )
    return found.filter(rows).select("doc_id", "logical_date", *COMPARED)

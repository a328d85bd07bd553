"""The stories of a lake after a commit: which links and which rows of `stories` a batch changes, in whatever partitions they are.

    sketches    before and after the batch: which documents are new, changed or gone
    links       all that depend on these documents, confirmed on the texts
    stories     the rows of all documents whose story, or whose quotations, depend on these links

Everything is computed from the documents of the version that is being built, so what comes out does not depend on the order of
batches. Texts are read for candidates only.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from tasks.lakes.lake import Lake, scan_files
from tasks.publishing.changes import (
    Change,
    Mask,
    drop_rows,
    keep_rows,
    list_touched,
    match_documents,
    read_partitions,
    sort_frame,
)
from tasks.publishing.merge import CHUNK_FLOOR
from tasks.publishing.sketches import ChangedSketches, compare_sketches
from tasks.schema import MONTH, TABLES
from tasks.stores.manifest import Manifest, TableFile
from tasks.stories.candidates import Asked, PrintSet, Window, find_sharing, propose_pairs
from tasks.stories.confirm import LINK_TYPES, confirm_pairs
from tasks.stories.groups import make_story_rows
from tasks.stories.neighbours import LinkGraph, find_dependents
from tasks.stories.rows import find_odd_rows
from tasks.stories.sketch_table import LEAST_TIME, MOST_TIME, PRINTS, SketchTable, flatten_prints, hash_ids, take_text
from tasks.stories.words import Hashes, sort_distinct

ASKED = 50_000  # documents whose candidates are looked for at a time
PRINTS_AT_ONCE = 2_000_000
STORY_TYPES = pl.DataFrame(pl.from_arrow(TABLES["stories"].empty_table())).schema
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class NextVersion:
    """A version that is being built: `tables` has those that are, whose new files are in the `draft`."""

    lake: Lake
    old: Manifest
    draft: Path
    tables: Mapping[str, tuple[TableFile, ...]]

    def list_files(self, table: str, partitions: Collection[str]) -> list[tuple[str, Path]]:
        """Partition and path of each file of a table in some partitions; of a lake in a bucket no others are fetched."""
        chosen = (file for file in self.tables[table] if file.month in partitions)
        return [(file.month, self.find_file(table, file)) for file in chosen]

    def find_file(self, table: str, file: TableFile) -> Path:
        """Where a file can be read."""
        path = self.draft / table / file.path
        return path if path.exists() else self.lake.store.fetch(self.old.version, table, file)

    def read_texts(self, wanted: Mapping[str, list[str]]) -> dict[str, str]:
        """What documents are compared by, given their ids by partition."""
        found: dict[str, str] = {}
        for partition, ids in wanted.items():
            paths = [path for _, path in self.list_files("documents", {partition})]
            rows = pl.scan_parquet(paths, hive_partitioning=False).filter(pl.col("doc_id").is_in(ids))
            found |= dict(rows.select("doc_id", take_text()).collect().iter_rows())
        return found

    def read_links(self, times: Mapping[str, int]) -> pl.DataFrame:
        """The links of documents, given with their times."""
        paths = [path for _, path in self.list_files("links", name_partitions(times.values(), self.old.by))]
        return scan_files(paths, "links").filter(pl.col("doc_id").is_in(list(times))).collect()

    def open_sketches(self, start: int, end: int) -> SketchTable:
        """The sketches of the partitions from one time to another."""
        first, last = name_partitions([start], self.old.by), name_partitions([end], self.old.by)
        between = {file.month for file in self.tables["sketches"] if min(first) <= file.month <= max(last)}
        return SketchTable(tuple(self.list_files("sketches", between)))

    def split_sketches(self) -> tuple[SketchTable, SketchTable]:
        """The partitions of the sketches that differ, before and now."""
        before, now = self.old.tables.get("sketches", ()), self.tables["sketches"]
        differing = {file.month for file in set(before) ^ set(now)}
        old = (file for file in before if file.month in differing)
        then = tuple((file.month, self.lake.store.fetch(self.old.version, "sketches", file)) for file in old)
        return SketchTable(then), SketchTable(tuple(self.list_files("sketches", differing)))


def name_partitions(times: Iterable[int], by: str) -> set[str]:
    """The partitions of times in microseconds."""
    return set(pl.DataFrame({"at": pl.Series(list(times), dtype=pl.Int64)}).select(month_of_time("at", by)).to_series())


def month_of_time(column: str, by: str) -> pl.Expr:
    """The partition of a time in microseconds, in a lake by month or by day."""
    return pl.from_epoch(column, time_unit="us").dt.strftime("%Y-%m-%d" if by == "day" else "%Y-%m")


@dataclass(frozen=True)
class LinkChanges:
    """What a commit does to the links. `ends`: doc_id, at and month of the documents that lose or get one."""

    change: Change
    ends: pl.DataFrame


def plan_links(version: NextVersion) -> LinkChanges:
    """What the commit does to the links, given the sketches and documents after it."""
    lake, old = version.lake, version.old
    before, now = version.split_sketches()
    changed = compare_sketches(before, now)
    window = lake.policy.story_days * DAY
    table = version.open_sketches(changed.first - window, changed.last + window)
    asked = find_asked(before, table, changed, window)
    months = {partition for partition, _ in (*before.files, *now.files)}
    found = [pl.DataFrame(schema=LINK_TYPES)]
    for some, partitions in cut_asked(table, asked, changed.first, changed.last + window):
        found.append(confirm_pairs(table, propose_pairs(table, some, Window(window)), version.read_texts))
        months |= partitions
    added = pl.concat(found).with_columns(month=month_of_time("own_at", old.by))
    mask = match_links(asked, changed.gone, window)
    return change_links(version, added, mask, months)


def change_links(version: NextVersion, added: pl.DataFrame, mask: Mask, months: Iterable[str]) -> LinkChanges:
    """Adds links and removes those that a mask matches. `months`: the partitions of a document of each that is removed."""
    lake, old = version.lake, version.old
    rows = keep_rows(read_partitions(lake, old, "links", months, CHUNK_FLOOR), mask)
    removed = [added.clear(), *(pl.DataFrame(pl.from_arrow(chunk)).select(added.columns) for chunk in rows)]
    ends = pl.concat([*removed, added])
    others = ends.select(month_of_time("other_at", old.by)).to_series()
    touched = list_touched(lake, old, "links", {*ends[MONTH.name], *others})
    kept = drop_rows(read_partitions(lake, old, "links", touched, CHUNK_FLOOR), mask)
    sides = [ends.select("doc_id", at="own_at"), ends.select(doc_id="other_id", at="other_at")]
    return LinkChanges(Change(touched, [kept, sort_frame(added, "links")]), pl.concat(sides).unique())


def plan_older_links(version: NextVersion, days: int) -> LinkChanges:
    """What a commit does to the links that finds copies up to so many days apart, beyond those that batches find."""
    near = version.lake.policy.story_days * DAY
    table = SketchTable(tuple(version.list_files("sketches", {file.month for file in version.tables["sketches"]})))
    found = [pl.DataFrame(schema=LINK_TYPES)]
    for some, _ in cut_asked(table, None, LEAST_TIME, MOST_TIME):
        pairs = propose_pairs(table, some, Window(days * DAY, near))
        found.append(confirm_pairs(table, pairs, version.read_texts))
    added = pl.concat(found).with_columns(month=month_of_time("own_at", version.old.by))
    months = {file.month for file in version.old.tables.get("links", ())}
    return change_links(
        version, added, lambda rows: pa.chunked_array([pa.array(measure_interval(rows) > near)]), months
    )


def find_asked(before: SketchTable, table: SketchTable, changed: ChangedSketches, window: int) -> Hashes:
    """The documents whose candidates may be others now, as sorted hashes of their ids.

    Those that changed, and later ones that have a fingerprint of a document that changed or is gone. `before`: the old
    sketches of the partitions that differ; `table`: all new ones.
    """
    start, end = changed.first, changed.last + window
    if not (len(changed.new) or len(changed.gone)) or not has_others(table, changed.new, start, end):
        return changed.new
    found = [changed.new]
    for prints in gather_prints(((before, changed.gone), (table, changed.new)), changed):
        found += find_sharing(table, PrintSet(prints), start, end)
    return sort_distinct(np.concatenate(found))


def has_others(table: SketchTable, ids: Hashes, start: int, end: int) -> bool:
    """Whether there are documents between two times that are not among `ids`."""
    for _, rows in table.scan(["doc_id", "at"], start, end):
        at = rows["at"].to_numpy()
        if (~np.isin(hash_ids(rows), ids) & (at >= start) & (at <= end)).any():
            return True
    return False


def gather_prints(
    wanted: Iterable[tuple[SketchTable, Hashes]], changed: ChangedSketches
) -> Iterator[NDArray[np.uint32]]:
    """The fingerprints of documents, given as hashes of their ids with the table that they are in, some at a time."""
    waiting: list[NDArray[np.uint32]] = []
    for table, ids in wanted:
        for _, rows in table.scan(["doc_id", PRINTS], changed.first, changed.last):
            own = rows.filter(pa.array(np.isin(hash_ids(rows), ids)))
            waiting.append(flatten_prints(own)[0])
            if sum(map(len, waiting)) >= PRINTS_AT_ONCE:
                yield np.concatenate(waiting)
                waiting = []
    if waiting:
        yield np.concatenate(waiting)


def cut_asked(table: SketchTable, ids: Hashes | None, start: int, end: int) -> Iterator[tuple[Asked, set[str]]]:
    """The documents `ids` (None: all) between two times, in order, ASKED at a time, and the partitions that they are in."""
    parts: list[pa.Table] = []
    partitions: set[str] = set()
    for partition, rows in table.scan(["doc_id", "at", PRINTS], start, end) if ids is None or len(ids) else ():
        own = rows if ids is None else rows.filter(pa.array(np.isin(hash_ids(rows), ids)))
        if own.num_rows:
            parts.append(own)
            partitions.add(partition)
        if sum(part.num_rows for part in parts) >= ASKED:
            yield ask(parts), partitions
            parts, partitions = [], set()
    if parts:
        yield ask(parts), partitions


def ask(parts: Sequence[pa.Table]) -> Asked:
    """Sketches as documents whose candidates are wanted."""
    rows = pa.concat_tables(parts)
    times = rows["at"].to_numpy()
    return Asked(np.sort(hash_ids(rows)), PrintSet(flatten_prints(rows)[0]), int(times[0]), int(times[-1]))


def match_links(later: Hashes, either: Hashes, window: int) -> Mask:
    """Matches links of which the later document is one of `later`, or any one of `either`: hashes of ids.

    Links over more than the window are not found again for `later`, so they stay: see `plan_older_links`.
    """

    def match(rows: pa.Table) -> pa.ChunkedArray:
        own, other = (pl.Series(pl.from_arrow(rows[name])).hash().to_numpy() for name in ("doc_id", "other_id"))
        last = np.where(rows["is_later"].to_numpy(), own, other)
        is_near = np.isin(last, later) & (measure_interval(rows) <= window)
        return pa.chunked_array([pa.array(is_near | np.isin(own, either) | np.isin(other, either))])

    return match


def measure_interval(rows: pa.Table) -> NDArray[np.int64]:
    """How far apart the two documents of links are, in microseconds."""
    apart: NDArray[np.int64] = np.abs(rows["own_at"].to_numpy() - rows["other_at"].to_numpy())
    return apart


def plan_stories(version: NextVersion, ends: pl.DataFrame) -> Change:
    """What the commit does to `stories`, given the links after it and the documents that lost or got one (doc_id, at)."""
    lake, old = version.lake, version.old
    graph = LinkGraph(version.read_links)
    graph.times |= dict(ends.select("doc_id", "at").iter_rows())
    dependents, links = find_dependents(graph, set(ends["doc_id"]))
    rows = pl.DataFrame(list(make_story_rows(links, dependents)), schema=STORY_TYPES)
    for what, doc_id in find_odd_rows(rows):
        raise ValueError(f"{what}: {doc_id}")
    times = pl.DataFrame(
        {"doc_id": sorted(dependents), "at": [graph.times[doc_id] for doc_id in sorted(dependents)]},
        schema={"doc_id": pl.String, "at": pl.Int64},
    )
    places = pl.concat([times, ends]).with_columns(month=month_of_time("at", old.by))
    rows = rows.join(times, on="doc_id").with_columns(month=month_of_time("at", old.by))
    touched = list_touched(lake, old, "stories", set(places[MONTH.name]))
    kept = drop_rows(
        read_partitions(lake, old, "stories", touched, CHUNK_FLOOR), match_documents(dependents.union(ends["doc_id"]))
    )
    return Change(touched, [kept, sort_frame(rows, "stories")])

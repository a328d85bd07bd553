"""Sources that were renamed: versions from before have the same records with the ids of the old name, which go with them."""

from collections.abc import Collection, Iterator
from datetime import date

import polars as pl

from tasks.lakes.lake import Lake
from tasks.publishing.source_renaming import RENAMED
from tasks.staging.assemble import name_document

HASHED = ("documents", "shadowed", "quarantine")
Record = tuple[str, date, str]


def add_other_names(
    lake: Lake, ids: Collection[str], records: Collection[Record], frames: Collection[tuple[str, pl.LazyFrame]]
) -> tuple[frozenset[str], frozenset[Record]]:
    """doc_ids and rows of quarantine with those that they have under other names of their sources.

    `frames`: table and rows of every file of the kept versions.
    """
    names = list_renamings(lake)
    pairs = [pair for old, new, is_publisher in names for pair in pair_ids(frames, old, new, is_publisher)]
    sources = [{old, new} for old, new, _ in names]
    found, named = set(ids), set(records)
    size = -1
    while size != len(found) + len(named):  # a source may have been renamed more than once
        size = len(found) + len(named)
        found |= {one for pair in pairs if not found.isdisjoint(pair) for one in pair}
        named |= {
            (other, day, uri) for source, day, uri in named for pair in sources if source in pair for other in pair
        }
    return frozenset(found), frozenset(named)


def list_renamings(lake: Lake) -> list[tuple[str, str, bool]]:
    """The renamings since the oldest kept version: the names before and after, and whether they are a publisher's as well."""
    made = lake.versions()
    oldest = min((version.version for version in made if version.kept), default=0)
    notes = [version.note[RENAMED] for version in made if version.version > oldest and RENAMED in version.note]
    return [(note["from"], note["to"], note["publisher"]) for note in notes]


def pair_ids(
    frames: Collection[tuple[str, pl.LazyFrame]], old: str, new: str, is_publisher: bool
) -> Iterator[tuple[str, str]]:
    """The ids of the documents of a source, each with that under its new name."""
    for table, frame in frames:
        if table in HASHED:
            own = frame.filter(pl.col("source") == old).select("doc_id", "publisher", "canonical_sha256")
            for doc_id, publisher, digest in own.drop_nulls().unique().collect().iter_rows():
                named = new if is_publisher and publisher == old else publisher
                yield doc_id, name_document(new, named, digest)

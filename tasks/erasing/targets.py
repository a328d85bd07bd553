"""What an erasure removes: the records that keys name, in every kept version of a lake, with all copies of their texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from tasks.erasing.renamed import add_other_names
from tasks.lakes.lake import Lake, scan_files, scan_table
from tasks.staging.erased import hash_uri
from tasks.stores.manifest import Manifest, TableFile

# Where records are, in the order in which their rows are taken: the first ones say most of a record.
SEARCHED = ("documents", "shadowed", "duplicates", "quarantine")
ROW = {
    "table": pl.String,
    "month": pl.String,
    "is_current": pl.Boolean,
    "source": pl.String,
    "logical_date": pl.Date,
    "uri": pl.String,
    **dict.fromkeys(("doc_id", "publisher", "canonical_sha256", "raw_sha256"), pl.String),
}
RECORD_KEY = ["source", "logical_date", "uri"]


@dataclass(frozen=True)
class Keys:
    """What a person names. `names`: doc_ids, uris of records or of whole files, urls, record ids."""

    names: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def match(self, columns: Sequence[str]) -> pl.Expr:
        """Whether a row of a table with these columns is one of a record that the keys name."""
        names, last = list(self.names), pl.col("uri").str.replace(r"#[^#!]*$", "")
        first = pl.col("uri").str.replace(r"[#!].*$", "", literal=False)
        own = [pl.col(name) for name in ("doc_id", "uri", "url", "record_id") if name in columns]
        return pl.any_horizontal(
            *(key.is_in(names).fill_null(False) for key in (*own, first, last)),
            pl.col("publisher").is_in(list(self.publishers)).fill_null(False),
            pl.col("source").is_in(list(self.sources)),
        )


@dataclass(frozen=True)
class Request:
    """An erasure that was asked for. `ids`: of documents; `records`: of quarantine, as source, logical date and uri."""

    ids: tuple[str, ...]
    records: tuple[tuple[str, date, str], ...]
    why: str
    by: str | None
    requested_at: datetime
    removes_tags: bool = False


@dataclass(frozen=True)
class Targets:
    """The rows of a request in all kept versions. `rows`: columns of ROW; `versions`: those that hold them."""

    ids: frozenset[str]
    rows: pl.DataFrame
    versions: frozenset[int]

    @cached_property
    def removed(self) -> pl.DataFrame:
        """Those of the published version."""
        return self.rows.filter("is_current")

    @cached_property
    def records(self) -> pl.DataFrame:
        """Each record once, the most telling row of it first: from the published version where it has it."""
        order = pl.col("table").replace_strict({name: at for at, name in enumerate(SEARCHED)}, return_dtype=pl.Int8)
        ranked = self.rows.sort(pl.col("is_current").not_(), order, *RECORD_KEY, "doc_id", maintain_order=True)
        filled = ranked.with_columns(pl.col("canonical_sha256").max().over("doc_id"))
        return filled.unique(RECORD_KEY, keep="first", maintain_order=True)

    def months(self, table: str) -> frozenset[str]:
        """The partitions of a table in the published version that hold rows."""
        return frozenset(self.removed.filter(pl.col("table") == table)["month"])


@dataclass(frozen=True)
class FoundFile:
    """A file of one or more kept versions."""

    table: str
    file: TableFile
    versions: frozenset[int]
    frame: pl.LazyFrame


def list_kept_files(lake: Lake, tables: Sequence[str] = SEARCHED) -> Iterator[FoundFile]:
    """Every file of some tables in the kept versions, once."""
    holders: dict[tuple[str, TableFile], set[int]] = {}
    for made in lake.versions():
        for table in tables if made.kept else ():
            for file in made.tables.get(table, ()):
                holders.setdefault((table, file), set()).add(made.version)
    for (table, file), versions in holders.items():
        if file.rows:
            path = lake.store.fetch(max(versions), table, file)
            yield FoundFile(table, file, frozenset(versions), scan_files([path], table))


def resolve_keys(lake: Lake, keys: Keys) -> tuple[frozenset[str], frozenset[tuple[str, date, str]]]:
    """doc_ids of the records that keys name, and the rows of quarantine that they name."""
    ids: set[str] = set()
    records: set[tuple[str, date, str]] = set()
    files = list(list_kept_files(lake))
    for found in files:
        rows = found.frame.filter(keys.match(found.frame.collect_schema().names()))
        hits = rows.select("doc_id", *RECORD_KEY).collect()
        ids |= set(hits["doc_id"].drop_nulls())
        if found.table == "quarantine":
            records |= set(hits.select(RECORD_KEY).iter_rows())
    return add_other_names(lake, ids, records, [(found.table, found.frame) for found in files])


def is_erased(lake: Lake, keys: Keys) -> bool:
    """Whether records that keys name, by doc_id or uri, are erased already."""
    rows = scan_table(lake, lake.manifest(), "erasures")
    known = pl.col("doc_id").is_in(list(keys.names)) | pl.col("uri_sha256").is_in(
        [hash_uri(name) for name in keys.names]
    )
    known = known | pl.col("publisher").is_in(list(keys.publishers)) | pl.col("source").is_in(list(keys.sources))
    return bool(rows.select(known.any()).collect().item())


def find_targets(lake: Lake, request: Request, current: Manifest) -> Targets:
    """The rows of a request. `current`: the published version."""
    known = {table: set(current.tables.get(table, ())) for table in SEARCHED}
    ids = frozenset(request.ids)
    parts = [pl.DataFrame(schema=ROW)]
    versions: set[int] = set()
    for found in list_kept_files(lake):
        rows = found.frame.filter(match_request(request, found.table))
        place = {
            "table": pl.lit(found.table),
            "month": pl.lit(found.file.month),
            "is_current": pl.lit(found.file in known[found.table]),
        }
        names = found.frame.collect_schema().names()
        own = {
            name: pl.col(name) if name in names else pl.lit(None, kind)
            for name, kind in ROW.items()
            if name not in place
        }
        hits = rows.select(**place, **own).collect()
        if hits.height:
            parts.append(hits)
            versions |= found.versions
    return Targets(ids, pl.concat(parts), frozenset(versions))


def match_request(request: Request, table: str) -> pl.Expr:
    """Whether a row of a table is one that a request removes."""
    by_id = pl.col("doc_id").is_in(list(request.ids)).fill_null(False)
    if table != "quarantine" or not request.records:
        return by_id
    # The key is written as text: a list of structs cannot be looked up in every version of polars.
    keys = [f"{source}@{day}@{uri}" for source, day, uri in request.records]
    return by_id | pl.concat_str("source", pl.col("logical_date").cast(pl.String), "uri", separator="@").is_in(keys)

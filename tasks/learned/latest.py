"""The latest version of a lake's learned lines: made of what its documents show and of what was imported from other lakes.

    .lake-store/learned_imports.toml      the imported rows: those of a publisher are as the last import that names it had them

What a lake learns by itself counts before what it was given, and a line that either vetoes is vetoed. So `learn` keeps what was
imported, and learns nothing from it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from tasks.batch import Learned
from tasks.lakes.lake import Lake, scan_table
from tasks.learned.learn import learn_lines
from tasks.learned.shared import SharedLine, make_learned, parse_shared, write_shared
from tasks.learned.versions import (
    LATEST,
    ROWS,
    VETO_FILE,
    LearnedError,
    Veto,
    add_version,
    apply_vetoes,
    choose_version,
    find_learned,
    load_learned,
    name_latest,
    read_vetoes,
    sample_lake,
    store_learned,
)
from tasks.stores.errors import LakeError, Overtaken
from tasks.stores.manifest import Manifest
from tasks.stores.store_files import change_store_file, read_store_file
from tasks.toml_rows import RowError

IMPORTS = "learned_imports.toml"
LINE = ["publisher", "key"]


@dataclass(frozen=True)
class LearnedCounts:
    """A version of the learned lines: how many are used, of how many publishers, and how many are vetoed."""

    version: str
    used: int
    publishers: int
    vetoed: int


@dataclass(frozen=True)
class ImportCounts:
    """What an import changed: imported rows that are `new` or `gone`, and the publishers whose lines in use are others now."""

    version: str
    new: int
    gone: int
    touched: frozenset[str]


def learn_version(lake: Lake, sources: Path) -> LearnedCounts:
    """Learns from the published lake and stores a version; the vetoes are beside the file `sources`. Raises RowError."""
    vetoes = read_vetoes(sources.with_name(VETO_FILE))
    found = [learn_lines(documents, lines) for documents, lines in sample_lake(lake)]
    made = store_merged(lake, pl.concat([ROWS.to_frame(), *found]), vetoes, VETO_FILE)
    rows = load_learned(made)
    used = rows.filter(pl.col("veto").is_null())
    return LearnedCounts(made.version, used.height, used["publisher"].n_unique(), rows.height - used.height)


def import_learned(lake: Lake, rows: Sequence[SharedLine], sources: Path) -> ImportCounts:
    """Makes rows the imported ones of the publishers that they name, and stores a version with them.

    The same rows again change nothing. The vetoes are beside the file `sources`. Raises RowError, LakeError.
    """
    vetoes = read_vetoes(sources.with_name(VETO_FILE))
    publishers = {row.publisher for row in rows}
    differing: dict[str, int] = {}

    def change(content: bytes | None) -> bytes | None:
        known = parse_imports(lake, content)
        before = {row for row in known if row.publisher in publishers}
        differing.update(new=len({*rows} - before), gone=len(before - {*rows}))
        others = [row for row in known if row.publisher not in publishers]
        return write_shared([*others, *rows]).encode() if any(differing.values()) else content

    change_store_file(lake.files, IMPORTS, change)
    while True:
        over = name_latest(read_store_file(lake.files, LATEST))
        before = load_latest(lake)
        own = before.filter(pl.col("imported").is_null()).with_columns(veto=pl.lit(None, pl.String))
        try:
            made = store_merged(lake, own, vetoes, None, over)
        except Overtaken:
            continue
        return ImportCounts(made.version, **differing, touched=find_changed_publishers(before, load_learned(made)))


def load_latest(lake: Lake) -> pl.DataFrame:
    """The rows of the latest version; none where nothing was learned yet."""
    found = find_learned(lake, "latest")
    return load_learned(found) if found else ROWS.to_frame()


def store_merged(
    lake: Lake, own: pl.DataFrame, vetoes: Sequence[Veto], file: str | None, over: str | None = None
) -> Learned:
    """Stores a version of own rows and the imported ones. `file`: see `apply_vetoes`; `over`: see `store_learned`."""
    while True:
        content = read_store_file(lake.files, IMPORTS)
        merged = merge_imports(own, make_learned(parse_imports(lake, content)))
        made = store_learned(lake, apply_vetoes(merged, vetoes, file), over)
        if read_store_file(lake.files, IMPORTS) == content:
            return made
        over = made.version if over is not None else None


def merge_imports(own: pl.DataFrame, imported: pl.DataFrame) -> pl.DataFrame:
    """Own rows, and the imported ones that are none of them, with the vetoes of the imported ones."""
    rows = pl.concat([own, imported.join(own, on=LINE, how="anti")])
    vetoes = imported.select(*LINE, "veto")
    return rows.drop("veto").join(vetoes, on=LINE, how="left").select(ROWS.names()).sort(LINE)


def parse_imports(lake: Lake, content: bytes | None) -> list[SharedLine]:
    """The imported rows in the store's file. Raises LakeError when it is damaged."""
    place = lake.files.address(IMPORTS)
    try:
        rows, faults = parse_shared(content or b"", Path(IMPORTS))
    except RowError as error:
        faults = [str(error)]
    if faults:
        raise LakeError(f"{place} is damaged ({faults[0]}); put it back from a backup, or delete it and import again")
    return rows


def find_changed_publishers(before: pl.DataFrame, after: pl.DataFrame) -> frozenset[str]:
    """The publishers whose lines in use differ between two versions, or say other figures as evidence."""
    what = [*LINE, "zone", "documents", "of"]
    old, new = (rows.filter(pl.col("veto").is_null()).select(what) for rows in (before, after))
    differing = pl.concat([old.join(new, on=what, how="anti"), new.join(old, on=what, how="anti")])
    return frozenset(differing["publisher"])


def find_touched(lake: Lake, publishers: Collection[str], version: str) -> list[tuple[str, date]]:
    """The batches that have documents of publishers and were made with other learned lines than a version."""
    receipts = lake.receipts(columns=("source", "logical_date", "settings", "profile"))
    return [
        (row["source"], row["logical_date"])
        for row in receipts
        if any(entry["publisher"] in publishers for entry in row["profile"] or ())
        and choose_version("auto", row) != version
    ]


def has_publisher(lake: Lake, manifest: Manifest, source: str, publisher: str) -> bool:
    """Whether other sources than one have documents of a publisher."""
    others = scan_table(lake, manifest, "receipts").filter(pl.col("source") != source).select("profile")
    named = others.explode("profile").select(pl.col("profile").struct.field("publisher") == publisher)
    return bool(named.collect().to_series().any())


def rename_version(lake: Lake, version: str, old: str, new: str, keeps: bool) -> str:
    """The version that has the lines of a publisher under its new name; it is written, if it is another one.

    `keeps`: the old name keeps its lines as well. A version that is lost stays as it is.
    """
    try:
        learned = find_learned(lake, version)
        rows = load_learned(learned) if learned else ROWS.to_frame()
    except LearnedError:
        return version
    renamed = rename_lines(rows, old, new, keeps)
    return version if renamed.equals(rows) else add_version(lake, renamed).version


def rename_lines(rows: pl.DataFrame, old: str, new: str, keeps: bool) -> pl.DataFrame:
    """Learned lines with those of a publisher under its new name, where that has no such line; in order."""
    own = rows.filter(pl.col("publisher") == old)
    fresh = own.with_columns(publisher=pl.lit(new)).join(rows, on=LINE, how="anti")
    kept = rows if keeps else rows.filter(pl.col("publisher") != old)
    return pl.concat([kept, fresh]).sort(LINE)


def rename_publisher(lake: Lake, old: str, new: str, keeps: bool) -> None:
    """Gives a publisher its new name in the latest version and in the imported rows. See `rename_version`."""

    def change(content: bytes | None) -> bytes | None:
        rows = parse_imports(lake, content)
        fresh = [replace(row, publisher=new) for row in rows if row.publisher == old]
        known = {(row.publisher, row.key) for row in rows}
        kept = [row for row in rows if keeps or row.publisher != old]
        renamed = [*kept, *(row for row in fresh if (row.publisher, row.key) not in known)]
        return write_shared(renamed).encode() if fresh else content

    change_store_file(lake.files, IMPORTS, change)
    change_latest(lake, lambda rows: rename_lines(rows, old, new, keeps))


def forget_publishers(lake: Lake) -> None:
    """Removes the own lines of publishers of which the lake has no document any more from the latest version."""
    profiles = lake.receipts(columns=("profile",))
    if any(row["profile"] is None for row in profiles):
        return  # batches of older releases do not say whose documents they have
    known = list({entry["publisher"] for row in profiles for entry in row["profile"]})
    change_latest(lake, lambda rows: rows.filter(pl.col("imported").is_not_null() | pl.col("publisher").is_in(known)))


def change_latest(lake: Lake, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Makes changed rows of the latest version the latest; nothing where they are the same."""
    while True:
        over = name_latest(read_store_file(lake.files, LATEST))
        rows = load_latest(lake)
        changed = change(rows)
        if changed.equals(rows):
            return
        try:
            store_learned(lake, changed, over)
        except Overtaken:
            continue
        return

"""Sketches of documents: what linking needs of each beside its text, and the sorted files of them, read from a day to a day.

A sketch has the fingerprints of the text (`tasks.stories.runs`). The files are in order of time, so that a batch reads only what
it may match, a row group at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.schema import MONTH
from tasks.stories.runs import PRINT, Runs, digest_runs, hash_runs, join_runs, take_prints
from tasks.stories.words import Hashes, split_words

AT_ONCE = 100  # texts: more do not fit into a processor's cache
PRINTS = "prints"
LEAST_TIME, MOST_TIME = -(2**63), 2**63 - 1
# The columns of documents that sketches are made from.
SKETCHED = (
    "doc_id",
    "source",
    "logical_date",
    "publisher",
    "url",
    "record_id",
    "published_at",
    "text",
    "captions",
    MONTH.name,
)
META = ("doc_id", "logical_date", "at", "publisher", "url", "record_id")


def take_text() -> pl.Expr:
    """What a document is compared by: its text; of a page that is mostly captions, such as a gallery, these as well."""
    captions = pl.col("captions").list.eval(pl.element().struct.field("text")).list.join("\n")
    is_gallery = captions.str.len_chars() > pl.col("text").str.len_chars()
    return pl.when(is_gallery).then(pl.concat_str("text", captions, separator="\n")).otherwise("text").alias("text")


def read_runs(texts: Sequence[str]) -> Runs:
    """The runs of texts."""
    parts = [hash_runs(split_words(texts[at : at + AT_ONCE])) for at in range(0, len(texts), AT_ONCE)]
    return join_runs(parts or [hash_runs(split_words(texts))])


def sketch_documents(documents: pl.DataFrame) -> pl.DataFrame:
    """The sketches of documents, one row each in the same order, with the columns that are copied from them."""
    prints: list[bytes] = []
    digests, words = [], []
    for texts in documents.select(take_text()).iter_slices(AT_ONCE):
        runs = read_runs(texts["text"].to_list())
        prints += take_prints(runs)
        digests.append(digest_runs(runs))
        words.append(runs.words.astype(np.int32))
    empty = np.zeros(0, np.int64)
    at = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC"))).dt.epoch("us")
    return documents.select(pl.all().exclude("text", "captions", "published_at"), at=at).with_columns(
        words=pl.Series(np.concatenate([empty, *words]), dtype=pl.Int32),
        digest=pl.Series(np.concatenate([empty, *digests]), dtype=pl.Int64),
        prints=pl.Series(prints, dtype=pl.Binary),
    )


@dataclass(frozen=True)
class SketchTable:
    """The files of all sketches of a lake in the order of their rows, each with its partition."""

    files: tuple[tuple[str, Path], ...]

    def scan(self, columns: Sequence[str], start: int, end: int) -> Iterator[tuple[str, pa.Table]]:
        """Partition and rows of every row group that may have times from `start` to `end`, in order."""
        for partition, file, number in self.find_groups(start, end):
            yield partition, file.read_row_group(number, columns=list(columns), use_threads=False)

    def take(self, columns: Sequence[str], start: int, end: int, places: NDArray[np.int64]) -> pl.DataFrame:
        """The rows at some places of such a scan (sorted), with `place` and `partition`; other row groups are not read."""
        parts, base = [], 0
        for partition, file, number in self.find_groups(start, end):
            count = file.metadata.row_group(number).num_rows
            own = places[np.searchsorted(places, base) : np.searchsorted(places, base + count)]
            if len(own):
                rows = file.read_row_group(number, columns=list(columns), use_threads=False).take(pa.array(own - base))
                found = pl.DataFrame(pl.from_arrow(rows))
                parts.append(found.with_columns(place=pl.Series(own), partition=pl.lit(partition)))
            base += count
        return pl.concat(parts)

    def find_groups(self, start: int, end: int) -> Iterator[tuple[str, pq.ParquetFile, int]]:
        """Partition, file and number of every row group that may have times from `start` to `end`, in order."""
        for partition, path in self.files:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                at = file.schema_arrow.names.index("at")
                for number in range(file.num_row_groups):
                    bounds = file.metadata.row_group(number).column(at).statistics
                    if bounds.max >= start and bounds.min <= end:
                        yield partition, file, number


def flatten_prints(rows: pa.Table) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """All fingerprints of sketches one after the other, and how many each has."""
    column = rows[PRINTS].combine_chunks()
    counts = pc.binary_length(column).to_numpy().astype(np.int64) // PRINT.itemsize
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    body = column.buffers()[2]
    if body is None or not len(column):
        return np.zeros(0, PRINT), counts
    return np.frombuffer(body, PRINT, int(counts.sum()), int(offsets[0])), counts


def hash_ids(rows: pa.Table) -> Hashes:
    """A hash of each sketch's doc_id, for look-ups within one run."""
    return pl.Series(pl.from_arrow(rows["doc_id"])).hash().to_numpy()

"""Readers that know nothing of copydesk: three engines, each with the plain way it is used on hive-partitioned Parquet."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import sleep

from torture.judge import Row, judge

COLUMNS = ["logical_date", "uri", "month"]
PAUSE_SECONDS = 0.02


def read_duckdb(place: str) -> list[Row]:
    """FROM 'lake/documents/**/*.parquet'."""
    import duckdb

    with duckdb.connect() as base:
        if "://" in place:
            from tasks.formats.remote import find_filesystem

            base.register_filesystem(find_filesystem(place)[0])
        question = (
            f"SELECT {', '.join(COLUMNS)} FROM read_parquet('{place}/documents/**/*.parquet', hive_partitioning = true)"
        )
        return base.execute(question).fetchall()  # type: ignore[return-value]


def read_polars(place: str) -> list[Row]:
    """pl.scan_parquet("lake/documents/**/*.parquet")."""
    import polars as pl

    options = {"aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_allow_http": "true"} if "://" in place else None
    found = pl.scan_parquet(f"{place}/documents/**/*.parquet", hive_partitioning=True, storage_options=options)
    return found.select(COLUMNS).collect().rows()  # type: ignore[return-value]


def read_pyarrow(place: str) -> list[Row]:
    """ds.dataset("lake/documents", partitioning="hive")."""
    import pyarrow.dataset as ds
    import pyarrow.fs as pafs

    filesystem = None
    if "://" in place:
        endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        filesystem = pafs.S3FileSystem(scheme="http", endpoint_override=endpoint)
        place = place.partition("://")[2]
    found = ds.dataset(f"{place}/documents", filesystem=filesystem, partitioning="hive").to_table(columns=COLUMNS)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


ENGINES: dict[str, Callable[[str], list[Row]]] = {"duckdb": read_duckdb, "polars": read_polars, "pyarrow": read_pyarrow}


def look(read: Callable[[str], list[Row]], place: str) -> str:
    """What a read comes to: right, mixed or wrong, or the kind of error it ended with."""
    try:
        return judge(read(place))
    except BaseException as error:  # Polars panics with one that is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return name_error(error)


KINDS = (
    (
        r"magic|thrift|tprotocol|deserializ|out of specification|invalid range|out of range|failed to read|checksum|end of stream|parquet input source|page header|error creating dataset",
        "replaced while it was read",
    ),
    (r"precondition|etag|412", "replaced while it was read (its ETag changed)"),
    (
        r"no such file|not found|cannot open file|does not exist|no files found|nosuchkey|404",
        "gone between listing and opening",
    ),
)


def name_error(error: BaseException) -> str:
    """The kind of an error, the same whatever file it names."""
    text = str(error).lower()
    for pattern, kind in KINDS:
        if re.search(pattern, text):
            return f"error: {kind}"
    return f"error: {type(error).__name__} {re.sub(r'[^a-z ]+', ' ', text)[:60].strip()}"


def read_forever(engine: str, place: str, environment: dict[str, str], results: Connection) -> None:
    """Reads until the other end says stop, then sends how often each thing was found."""
    os.environ.update(environment)
    found: Counter[str] = Counter()
    while not results.poll():
        found[look(ENGINES[engine], place)] += 1
        sleep(PAUSE_SECONDS)
    results.send(found)

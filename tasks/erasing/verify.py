"""Scans every byte of a lake for runs of twelve words of erased texts: its tables, store, versions, pages, and its bucket."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.erasing.runs import cut_texts, list_twelves
from tasks.erasing.sketch import Sketch, sketch_texts
from tasks.erasing.unpack import unpack_texts
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, scan_table, table_paths
from tasks.publishing.merge import CHUNK_FLOOR, read_sorted
from tasks.reading.read import read_parts
from tasks.stores.bucket_client import list_objects, open_address, read_object


@dataclass(frozen=True)
class ScannedPlace:
    """What was scanned in one place: files, their bytes, characters of unpacked text; `hits`: files with a run, and how many;
    `unread`: files of which all or a part cannot be unpacked, so that only their bytes were scanned.
    """

    place: str
    files: int
    size: int
    chars: int
    hits: tuple[tuple[str, int], ...]
    unread: tuple[str, ...]


def read_raw_texts(lake: Lake, paths: Sequence[Path], source: Source | None, limits: Limits) -> Iterator[str]:
    """The texts of the erased records in raw files. Raises RequestError when a file holds none of them."""
    rows = (
        scan_table(lake, lake.manifest(), "erasures").select("raw_sha256", "canonical_sha256", "uri_sha256").collect()
    )
    raws, texts = (set(rows[name].drop_nulls()) for name in ("raw_sha256", "canonical_sha256"))
    for path in paths:
        if not path.is_file():
            raise RequestError(f"{path} is no file; name the raw files that hold erased records")
        file = InputFile(str(path), str(path), path.stat().st_size)
        shard = Shard(source or Source("raw", str(path)), date.min, 0, (file,))
        found = 0
        for part in read_parts(shard, limits):
            own = pl.col("raw_sha256").is_in(list(raws))
            known = part.records.filter(own | pl.col("canonical_sha256").is_in(list(texts)))
            stopped = part.quarantine.filter(own).drop_nulls("excerpt")
            found += known.height + stopped.height
            yield from (*known["canonical"], *stopped["excerpt"])
        if not found:
            raise RequestError(f"{path} holds no record that was erased from {lake.name}")


def except_copies(lake: Lake, sketch: Sketch) -> tuple[Sketch, dict[str, int]]:
    """The sketch without the runs that published documents have, which were not erased; and how many runs each of them has."""
    manifest = lake.manifest()
    gone = set(scan_table(lake, manifest, "erasures").select("doc_id").collect().to_series().drop_nulls())
    shared = [np.zeros(0, np.uint64)]
    holders: dict[str, int] = {}
    for table in ("documents", "lines"):
        for chunk in read_sorted(
            table_paths(lake, manifest, table), columns=["doc_id", "text"], budget=CHUNK_FLOOR * 16
        ):
            hashes, sizes = list_twelves(chunk["text"].to_pylist(), sketch.salt)
            is_hit = np.isin(hashes, sketch.runs)
            if not is_hit.any():
                continue
            owners = np.repeat(np.arange(len(sizes)), sizes)
            ids = chunk["doc_id"].to_pylist()
            for at in np.flatnonzero(is_hit):
                if (doc_id := ids[owners[at]]) not in gone:
                    holders[doc_id] = holders.get(doc_id, 0) + 1
                    shared.append(hashes[at : at + 1])
    return replace(sketch, runs=np.setdiff1d(sketch.runs, np.concatenate(shared))), holders


def scan_lake(lake: Lake, sketch: Sketch, others: Sequence[Path] = ()) -> Iterator[ScannedPlace]:
    """Scans a lake, its store and its working folder, and other files and folders; a row for each place.

    Raises RequestError where one of the others is not there.
    """
    if missing := [str(path) for path in others if not path.exists()]:
        raise RequestError(f"there is nothing at {', '.join(missing)}. Check the path and run again.")
    seen: set[tuple[int, int]] = set()
    folders = [Path(lake.store.folder), *others]
    if "://" in lake.name:
        for address in (lake.name, lake.files.address("")):
            yield scan_bucket(address, sketch)
    else:
        folders.insert(0, Path(lake.name))
    for folder in folders:
        yield scan_files_of(str(folder), list_all_files(folder, seen), sketch)


def list_all_files(folder: Path, seen: set[tuple[int, int]]) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, or the file itself; those that were `seen` by another name are left out."""
    paths = [folder] if folder.is_file() else []
    for place, _, names in os.walk(folder):
        paths += [Path(place) / name for name in sorted(names)]
    for path in paths:
        if path.is_symlink() or not path.is_file():
            continue
        facts = path.stat()
        if (facts.st_dev, facts.st_ino) not in seen:
            seen.add((facts.st_dev, facts.st_ino))
            yield str(path), path.read_bytes()


def scan_bucket(address: str, sketch: Sketch) -> ScannedPlace:
    """Scans every object below an address."""
    bucket, prefix = open_address(address)

    def read() -> Iterator[tuple[str, bytes]]:
        for key in list_objects(bucket, f"{prefix}/"):
            yield key, read_object(bucket, key)[0]

    return scan_files_of(address, read(), sketch)


def scan_files_of(place: str, files: Iterable[tuple[str, bytes]], sketch: Sketch) -> ScannedPlace:
    """Scans files, given by name and content."""
    count = size = chars = 0
    hits: list[tuple[str, int]] = []
    unread: list[str] = []
    for name, content in files:
        count, size, found = count + 1, size + len(content), 0
        texts = (text for some in unpack_texts(name, content, unread) for text in some)
        for some in cut_texts(texts):
            chars += sum(map(len, some))
            found += int(np.isin(list_twelves(some, sketch.salt)[0], sketch.runs).sum())
        if found:
            hits.append((name, found))
    return ScannedPlace(place, count, size, chars, tuple(hits), tuple(dict.fromkeys(unread)))


def sketch_raw_files(lake: Lake, paths: Sequence[Path], source: Source | None, limits: Limits) -> Sketch:
    """The sketch of the erased records in raw files."""
    return sketch_texts(read_raw_texts(lake, paths, source, limits))

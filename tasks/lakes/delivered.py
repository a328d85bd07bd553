"""Which files a source's batches have read, by their content: a name says little about a file of a drop folder.

A file is hashed where its size is that of a file that was read. What was hashed is remembered in the lake's store with the
stamp of the file, which cannot stay the same when the content changes, so that a large folder is not read again every night.

    .lake-store/hashes/<source>.json
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from tasks.batch import InputFile
from tasks.lakes.lake import Lake
from tasks.staging.receipt import hash_file
from tasks.stores.errors import LakeError
from tasks.stores.store_files import change_store_file, read_store_file

FOLDER = "hashes"


def find_new(lake: Lake, source: str, day: date, files: Sequence[InputFile]) -> list[InputFile]:
    """The files of a drop folder that no batch of the source but that of `day` has read."""
    receipts = lake.receipts(source, columns=("logical_date", "inputs"))
    read = [entry for receipt in receipts if receipt["logical_date"] != day for entry in receipt["inputs"]]
    digests = hash_inputs(lake, source, pick_sizes(files, read))
    known = {entry["sha256"] for entry in read}
    # A file that could not be read has no hash.
    unread = {(entry["uri"], entry["size"]) for entry in read if not entry["sha256"]}
    return [file for file in files if digests.get(file.uri) not in known and (file.uri, file.size) not in unread]


def find_gone(lake: Lake, receipt: Mapping[str, Any], files: Sequence[InputFile]) -> frozenset[str]:
    """The inputs of a receipt that are no longer among `files`, nor under another name, by uri."""
    there = {file.uri for file in files}
    gone = [entry for entry in receipt["inputs"] if entry["uri"] not in there]
    own = {entry["uri"] for entry in receipt["inputs"]}
    others = pick_sizes([file for file in files if file.uri not in own], gone)
    moved = {digest for digest in hash_inputs(lake, receipt["source"], others).values() if digest}
    return frozenset(entry["uri"] for entry in gone if entry["sha256"] not in moved)


def pick_sizes(files: Iterable[InputFile], entries: Collection[Mapping[str, Any]]) -> list[InputFile]:
    """The files that have the size of any of a receipt's entries."""
    sizes = {entry["size"] for entry in entries}
    return [file for file in files if file.size in sizes]


def hash_inputs(lake: Lake, source: str, files: Sequence[InputFile]) -> dict[str, str]:
    """SHA-256 (hex) of files by uri; empty for a file that cannot be read."""
    if not files:
        return {}
    name = f"{FOLDER}/{source}.json"
    known = json.loads(read_store_file(lake.files, name) or b"{}")
    found: dict[str, str] = {}
    for file in files:
        stamp, digest = known.get(file.uri, ("", ""))
        if not file.stamp or stamp != file.stamp:
            digest = hash_file(file)
        found[file.uri] = digest
    rows = {file.uri: (file.stamp, found[file.uri]) for file in files if file.stamp and found[file.uri]}
    body = json.dumps(known | rows, indent=1, sort_keys=True).encode()
    # A store that refuses costs time the next night, and nothing else.
    with suppress(OSError, LakeError):
        change_store_file(lake.files, name, lambda content: body if rows else content)
    return found

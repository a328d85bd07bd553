"""A sealed sketch of erased texts: the salted hashes of their runs of twelve words, in a file outside the lake.

No word can be read from it; it only answers whether a text has a run of an erased one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasks.erasing.runs import cut_texts, hash_twelves, join_hashes
from tasks.errors import RequestError
from tasks.stores.disk_files import swap_file
from tasks.stories.words import Hashes

MAGIC = b"copydesk runs 1\n"
STORED = np.dtype("<u8")


@dataclass(frozen=True)
class Sketch:
    """The runs of texts, distinct and sorted, as hashes with a `salt`."""

    runs: Hashes
    salt: int


def sketch_texts(texts: Iterable[str], salt: int = 0) -> Sketch:
    """The sketch of texts."""
    return Sketch(join_hashes(hash_twelves(some, salt) for some in cut_texts(texts)), salt)


def write_sketch(path: Path, sketch: Sketch) -> None:
    """Writes a sketch in one step. Raises RequestError where the file cannot be written."""
    head = json.dumps({"salt": sketch.salt, "runs": len(sketch.runs)}).encode() + b"\n"
    try:
        swap_file(path, MAGIC + head + sketch.runs.astype(STORED).tobytes(), path.with_name(f".{path.name}.next"))
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror or error}. Nothing was erased.") from None


def read_sketch(path: Path) -> Sketch:
    """A sketch from its file. Raises RequestError where it is none."""
    try:
        content = path.read_bytes()
        head, _, body = content.removeprefix(MAGIC).partition(b"\n")
        facts = json.loads(head)
        runs = np.frombuffer(body, STORED).astype(np.uint64)
        if not content.startswith(MAGIC) or len(runs) != facts["runs"]:
            raise ValueError("it is not whole")
        return Sketch(runs, int(facts["salt"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RequestError(f"{path} is no sketch of erased texts: {error}") from None

"""Values that take long to make and follow from files of the package, kept from one run to the next.

They are kept where Python keeps compiled code, in `__pycache__`, with the same trust: who can write there can change the code as
well. Where nothing can be written there, a value is made each time.
"""

import hashlib
import pickle
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pyarrow as pa

Value = TypeVar("Value")


def keep_value(name: str, sources: Iterable[Path], libraries: Iterable[str], make: Callable[[], Value]) -> Value:
    """What `make` returns, from the kept file `name` as long as nothing that it follows from has changed.

    `sources`: files and folders that it is made from and by, with all files below them; `libraries`: the versions of others. What
    `make` raises is raised, and nothing is kept.
    """
    folder = find_kept_folder()
    path = folder / f"{name}-{hash_sources(sources, libraries)}.kept"
    # A file that cannot be read or loaded, whatever is wrong with it, is made again.
    with suppress(Exception):
        content = path.read_bytes()
        digest, size, packed = content[:32], int.from_bytes(content[32:40], "big"), content[40:]
        if hashlib.sha256(packed).digest() == digest:
            return pickle.loads(pa.decompress(packed, size, codec="zstd"))  # type: ignore[no-any-return]
    value = make()
    with suppress(OSError):
        write_kept(path, pickle.dumps(value, protocol=5))
        for other in folder.glob(f"{name}-*.kept"):
            if other != path:
                other.unlink(missing_ok=True)
    return value


def find_kept_folder() -> Path:
    """The folder of kept files. It may not exist."""
    return Path(cache_from_source(__file__)).parent


def write_kept(path: Path, content: bytes) -> None:
    """Writes a kept file, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    packed = pa.compress(content, codec="zstd", asbytes=True)
    draft.write_bytes(hashlib.sha256(packed).digest() + len(content).to_bytes(8, "big") + packed)
    draft.replace(path)


def hash_sources(sources: Iterable[Path], libraries: Iterable[str]) -> str:
    """Hash of the content of files, of folders with what is below them, and of Python and libraries; 16 hex digits."""
    digest = hashlib.sha256(repr((sys.version, *libraries)).encode())
    for source in (Path(__file__), *sources):
        found = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in found:
            if path.is_file() and "__pycache__" not in path.parts:
                content = path.read_bytes()
                digest.update(f"{path.relative_to(source.parent)}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]

"""Files at an address that fsspec knows, such as s3://bucket/folder/*.jsonl.gz."""

import glob
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from tasks.batch import InputFile
from tasks.file_names import escape_name
from tasks.formats.remote import AddressError, find_filesystem, tidy_error
from tasks.reading.listing import DOT_NAMES, FOLDERS, READMES, WILD, OwnName

ETAGS = ("ETag", "etag", "e_tag")


def list_remote(path: str) -> Iterator[InputFile | OwnName]:
    """Files at an address, below it or matching it, and what is left out. Raises AddressError."""
    filesystem, place = find_filesystem(path)
    protocol, place = path.split("://", 1)[0], str(place)
    try:
        # A name that exists is that name, even if it could be a pattern.
        parts = place.split("/")
        wild = [
            at for at, part in enumerate(parts, 1) if WILD.search(part) and not filesystem.exists("/".join(parts[:at]))
        ]
        real = parts[: wild[0] - 1] if wild else parts
        pattern = "/".join([*map(glob.escape, real), *parts[len(real) :]])
        found = filesystem.glob(pattern, detail=True) if wild else filesystem.find(place, detail=True)
    except FileNotFoundError:
        return
    except Exception as error:
        raise AddressError(f"cannot list {escape_name(path)}: {type(error).__name__}: {tidy_error(error)}") from error
    base = "/".join(real)
    parents = {str(parent) for name in found for parent in PurePosixPath(name).parents}
    for name, info in found.items():
        uri = escape_name(f"{protocol}://{name}")
        own = PurePosixPath(name.removeprefix(base).lstrip("/"))
        dotted = next((at for at, part in enumerate(own.parts, 1) if part.startswith(".")), 0)
        if dotted:
            hidden = "/".join((base, *own.parts[:dotted]))
            yield OwnName(DOT_NAMES, escape_name(f"{protocol}://{hidden}"))
        elif info.get("type") != "file":
            yield from [OwnName(FOLDERS, uri)] if wild and name.rstrip("/") not in parents else []
        elif own.stem.upper() == "README":
            yield OwnName(READMES, uri)
        else:
            yield InputFile(f"{protocol}://{name}", uri, int(info.get("size") or 0), stamp=read_stamp(info))


def read_stamp(info: Mapping[str, Any]) -> str:
    """The version of an object as its store names it; empty where it has none."""
    return next((str(info[key]) for key in ETAGS if info.get(key)), "")

"""Tags: names of versions that are kept, however many versions are published after them.

.lake-store/tags.json    {"paper-2026": 12}
"""

import json
import re
from collections.abc import Container

from tasks.errors import RequestError
from tasks.stores.errors import LakeError
from tasks.stores.store import Store
from tasks.stores.store_files import StoreFiles, change_store_file, read_store_file

FILE = "tags.json"
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)


def list_tags(files: StoreFiles) -> dict[str, int]:
    """The tagged versions by tag, sorted by tag. Raises LakeError when their file is damaged: then nothing may be swept."""
    content = read_store_file(files, FILE)
    return parse_tags(content, files.address(FILE))


def parse_tags(content: bytes | None, place: str) -> dict[str, int]:
    """The tags in a file's content. Raises LakeError, which names `place`."""
    try:
        return {str(name): int(version) for name, version in sorted(json.loads(content or b"{}").items())}
    except (AttributeError, TypeError, ValueError) as error:
        raise LakeError(
            f"{place}: this file is damaged ({error}), so no version is removed; put it back from a backup"
        ) from None


def add_tag(store: Store, tag: str, version: int) -> None:
    """Gives a kept version a name. Raises RequestError for a name that cannot be, or is another version's."""
    if not NAME.fullmatch(tag):
        raise RequestError(
            f"{tag!r} is no tag: write letters, digits, points, - and _, and begin with a letter or a digit."
        )

    def add(content: bytes | None) -> bytes:
        known = parse_tags(content, store.files.address(FILE))
        if known.get(tag, version) != version:
            raise RequestError(f"{tag} is version {known[tag]} already. Choose another name, or remove that tag first.")
        return write_tags(known | {tag: version})

    change_store_file(store.files, FILE, add)
    # Afterwards: another machine that sweeps a bucket now has seen the tag, or has made the version an old one before.
    others = {known for name, known in list_tags(store.files).items() if name != tag}
    if not store.keeps(version) and version not in others:
        remove_tag(store, tag)
        raise RequestError(f"{store.name} has no version {version} any more. `copydesk versions` lists what is kept.")


def find_tagged(store: Store, tag: str) -> int:
    """The version of a tag. Raises RequestError when there is no such tag."""
    known = list_tags(store.files)
    require_tag(store, tag, known)
    return known[tag]


def require_tag(store: Store, tag: str, known: Container[str]) -> None:
    """Raises RequestError when a tag is none of those known."""
    if tag not in known:
        raise RequestError(f"{store.name} has no tag {tag!r}. `copydesk tag` lists them.")


def remove_tag(store: Store, tag: str) -> None:
    """Removes a tag; its version is swept like any other. Raises RequestError when there is no such tag."""

    def remove(content: bytes | None) -> bytes:
        known = parse_tags(content, store.files.address(FILE))
        require_tag(store, tag, known)
        return write_tags({name: version for name, version in known.items() if name != tag})

    change_store_file(store.files, FILE, remove)


def write_tags(tags: dict[str, int]) -> bytes:
    """The content of the file."""
    return (json.dumps(tags, indent=1, sort_keys=True) + "\n").encode()

"""Folders, files and links that are on the disk when a call returns, whatever happens to the power afterwards."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Forces a file or a folder to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def make_folders(folder: Path) -> None:
    """Makes a folder and those above it. Existing ones are left as they are."""
    try:
        try:
            folder.mkdir()
        except FileNotFoundError:
            make_folders(folder.parent)
            folder.mkdir()
    except OSError:
        if not folder.is_dir():
            raise
    else:
        flush(folder.parent)


def swap_file(path: Path, body: bytes, draft: Path) -> None:
    """Writes a file in one step, by way of `draft` in the same folder."""
    draft.write_bytes(body)
    flush(draft)
    draft.replace(path)
    flush(path.parent)


def swap_link(link: Path, target: str) -> None:
    """Points a link to `target` in one step: there is no instant without it."""
    draft = link.with_name(f".{link.name}.next")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    flush(link.parent)


def write_copy(path: Path, content: bytes) -> None:
    """Writes a copy in one step; several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)

"""Staged rows handed over through the bucket, by workers that share no disk with the machine that publishes.

    s3://bucket/news/.lake-store/staging/<run>/shard-00003/<attempt>/part-0000/documents.parquet ...

The publishing machine fetches the parts of a shard when it is done, and removes them. The run's folder on that machine says
where they are, so a run that removes the folder of a killed run removes them too.
"""

from collections.abc import Iterable
from pathlib import Path

from tasks.stores.bucket_client import fetch_file, list_objects, open_address, remove_objects, send_file
from tasks.stores.store import Store

NOTE = "handover"


def open_handover(store: Store, folder: Path, run: str) -> str:
    """Where workers elsewhere leave what they stage for a run, noted in its folder; "" for a lake on a disk."""
    if address := store.handover_address(run):
        (folder / NOTE).write_text(address, encoding="utf-8")
    return address


def send_parts(folders: Iterable[str], address: str) -> tuple[str, ...]:
    """Uploads the parts of a shard; returns their addresses, below `address`."""
    bucket, prefix = open_address(address)
    for part in map(Path, folders):
        for file in sorted(part.iterdir()):
            send_file(bucket, f"{prefix}/{part.name}/{file.name}", file)
    return tuple(f"{address}/{Path(part).name}" for part in folders)


def fetch_parts(folders: Iterable[str], target: Path) -> tuple[str, ...]:
    """Fetches uploaded parts into folders below `target` and removes them from the bucket; parts on a disk stay."""
    return tuple(fetch_part(part, target) if "://" in part else part for part in folders)


def fetch_part(address: str, target: Path) -> str:
    """Fetches the files of a part into a folder of its name; returns that folder."""
    bucket, prefix = open_address(address)
    folder = target / Path(prefix).name
    folder.mkdir(parents=True, exist_ok=True)
    keys = list_objects(bucket, f"{prefix}/")
    for key in keys:
        fetch_file(bucket, key, folder / Path(key).name)
    remove_objects(bucket, keys)
    return str(folder)


def clear_handover(folder: Path) -> None:
    """Removes what a run still has in the bucket, given its folder. Raises LakeError when the store does not answer."""
    note = folder / NOTE
    if note.exists():
        bucket, prefix = open_address(note.read_text(encoding="utf-8"))
        remove_objects(bucket, list_objects(bucket, f"{prefix}/"))

"""Staged rows handed over through the bucket, by workers that share no disk with the machine that publishes.

    s3://bucket/news/.lake-store/staging/<run>/shard-00003/<attempt>/part-0000/documents.parquet ...

The publishing machine fetches the parts of a shard when it is done, and removes them. Its folder of the run says where they
lie, so that whoever sweeps the folder of a run that was killed sweeps them too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tasks.lakes.bucket import ObjectLake
from tasks.lakes.client import fetch_file, list_objects, open_address, remove_objects, send_file
from tasks.lakes.lake import Lake
from tasks.shard import StagedShard

NOTE = "handover"


def open_handover(lake: Lake, folder: Path, run: str) -> str:
    """Where workers elsewhere hand over what they stage for a run, noted in its folder; "" for a lake on a disk."""
    if not isinstance(lake, ObjectLake):
        return ""
    address = lake.files.address(f"staging/{run}")
    (folder / NOTE).write_text(address, encoding="utf-8")
    return address


def hand_over(staged: StagedShard, address: str) -> StagedShard:
    """Uploads the parts of a shard; they lie below `address` then."""
    bucket, prefix = open_address(address)
    folders = []
    for part in map(Path, staged.folders):
        for file in sorted(part.iterdir()):
            send_file(bucket, f"{prefix}/{part.name}/{file.name}", file)
        folders.append(f"{address}/{part.name}")
    return replace(staged, folders=tuple(folders))


def take_over(staged: StagedShard, folder: Path) -> StagedShard:
    """Fetches the parts of a shard into `folder` and removes them from the bucket. Parts on a disk stay as they are."""
    folders = []
    for part in staged.folders:
        if "://" in part:
            part = fetch_part(part, folder)
        folders.append(part)
    return replace(staged, folders=tuple(folders))


def fetch_part(address: str, folder: Path) -> str:
    """Fetches the files of a part into a folder of its name; returns that folder."""
    bucket, prefix = open_address(address)
    target = folder / Path(prefix).name
    target.mkdir(parents=True, exist_ok=True)
    keys = list_objects(bucket, f"{prefix}/")
    for key in keys:
        fetch_file(bucket, key, target / Path(key).name)
    remove_objects(bucket, keys)
    return str(target)


def clear_handover(folder: Path) -> None:
    """Removes what is left in the bucket of a run, by its folder. Raises LakeError when the store is not there."""
    note = folder / NOTE
    if not note.exists():
        return
    bucket, prefix = open_address(note.read_text(encoding="utf-8"))
    remove_objects(bucket, list_objects(bucket, f"{prefix}/"))


def sweep_handovers(lake: Lake, before: datetime) -> int:
    """Removes what was handed over before a time, by runs whose machine never came back. Returns of how many runs."""
    if not isinstance(lake, ObjectLake):
        return 0
    prefix = lake.key("staging/")
    keys = list_objects(lake.bucket, prefix, before=before)
    remove_objects(lake.bucket, keys)
    return len({key.removeprefix(prefix).partition("/")[0] for key in keys})

"""Shards built within a budget; files and records that exceed it go to quarantine, and all others are built.

A shard past its budget is divided, and each part has a budget of its own, until one file or, in a file of lines, one record
is left. The rows are those of the whole shard: where shards begin and end changes nothing that is published.
"""

from dataclasses import replace
from pathlib import Path

from flows.workers.builder import TooCostly, call_builder
from tasks.batch import InputFile, Limits, Shard
from tasks.reading.spans import divide_file
from tasks.shard import StagedShard, build_shard, gather_inputs, join_parts, refuse_file

PARTS = 8  # few enough that sound parts are not built often, enough that a record of thousands is found in four steps


def build_guarded(shard: Shard, limits: Limits, folder: Path) -> StagedShard:
    """Builds a shard in a process of its own, without what is too costly. Raises what building it raises."""
    size = sum(measure_file(file) for file in shard.files)
    try:
        return call_builder(size, limits, build_shard, shard, limits, folder)  # type: ignore[no-any-return]
    except TooCostly as error:
        costly = error
    if len(shard.files) > 1:
        most = -(-len(shard.files) // PARTS)
        groups = [shard.files[start : start + most] for start in range(0, len(shard.files), most)]
        return join_parts(shard.number, build_groups(groups, shard, limits, folder))
    pieces = divide_file(shard.files[0], shard.source, limits, PARTS)
    if len(pieces) == 1:
        try:
            if not costly.is_certain:
                return call_builder(size, limits, build_shard, shard, limits, folder)  # type: ignore[no-any-return]
        except TooCostly as error:
            costly = error
        return call_builder(size, limits, refuse_file, shard, limits, folder, str(costly))  # type: ignore[no-any-return]
    joined = join_parts(shard.number, build_groups([(piece,) for piece in pieces], shard, limits, folder))
    return replace(joined, inputs=tuple(gather_inputs([joined])))


def build_groups(groups: list[tuple[InputFile, ...]], shard: Shard, limits: Limits, folder: Path) -> list[StagedShard]:
    """Each group of files of a shard built as a shard of its own."""
    return [
        build_guarded(replace(shard, files=group), limits, folder / f"group-{number}")
        for number, group in enumerate(groups)
    ]


def measure_file(file: InputFile) -> int:
    """The bytes of a file that are read."""
    return file.span.end - file.span.start if file.span else file.size

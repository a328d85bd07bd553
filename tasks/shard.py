"""Builds a shard: reads its files and stages its rows, in one call that is safe to repeat."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path

import polars as pl

from tasks.batch import InputSeen, Limits, Shard
from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean_documents import clean_documents
from tasks.corrections import apply_corrections
from tasks.errors import RunFailed
from tasks.fingerprint import rules_version
from tasks.formats.record import Reject
from tasks.lakes.releases import flag_released
from tasks.learned.versions import load_learned
from tasks.lines import split_lines
from tasks.progress import NOT_WATCHED, PART, ProgressFile, open_progress_file
from tasks.reading.read import Readings, frame_records, frame_rejects, read_parts
from tasks.schema import SAME_BATCH
from tasks.staging.assemble import assemble_documents, assemble_duplicates, assemble_lines, assemble_quarantine
from tasks.staging.duplicates import split_duplicates
from tasks.staging.measure import measure_shard
from tasks.staging.receipt import hash_file
from tasks.staging.stage import stage_tables
from tasks.wrapped import join_wrapped, split_wrapped


@dataclass(frozen=True)
class StagedShard:
    """What a worker returns: where the rows are (one folder per part), and counts. Small, whatever the size of the shard.

    `corrected`: numbers of the corrections whose line was found.
    """

    folders: tuple[str, ...]
    number: int
    inputs: tuple[InputSeen, ...]
    records: int
    documents: int
    quarantined: int
    corrected: tuple[int, ...] = ()


class ShardLost(RunFailed):
    """Workers returned other shards or files than they were given. One line."""


def build_shard(shard: Shard, limits: Limits, folder: Path) -> StagedShard:
    """Reads, cleans, stages and measures one shard.

    `folder` is emptied and gets a folder per part, with a Parquet file per table (without receipts) and the audit's
    narrow.parquet. Inputs that cannot be read become quarantine rows; an exception means a fault of copydesk or the machine.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with open_progress_file(folder, shard.number) as progress:
        parts = [
            build_part(readings, shard, limits, folder / f"{PART}{number:04d}", progress)
            for number, readings in enumerate(read_parts(shard, limits, progress))
        ]
    staged = join_parts(shard.number, parts)
    (folder / "summary.json").write_text(json.dumps(asdict(staged), indent=1), encoding="utf-8")
    return staged


def refuse_file(shard: Shard, limits: Limits, folder: Path, why: str) -> StagedShard:
    """Stages a shard of one file, or of one span of it, as a row of quarantine."""
    shutil.rmtree(folder, ignore_errors=True)
    (file,) = shard.files
    uri = f"{file.uri}#{file.span.record}" if file.span else file.uri
    rejects = frame_rejects([Reject(uri, "too_costly", why)], shard, limits)
    if file.span:
        seen = InputSeen(file.uri, file.span.end - file.span.start, file.span.sha256, 1)
    else:
        seen = InputSeen(file.uri, file.size, hash_file(file), 1)
    return build_part(Readings(frame_records([], shard), rejects, (seen,)), shard, limits, folder)


def join_parts(number: int, parts: Sequence[StagedShard]) -> StagedShard:
    """Parts of a shard as one."""
    return StagedShard(
        folders=tuple(folder for part in parts for folder in part.folders),
        number=number,
        inputs=tuple(seen for part in parts for seen in part.inputs),
        records=sum(part.records for part in parts),
        documents=sum(part.documents for part in parts),
        quarantined=sum(part.quarantined for part in parts),
        corrected=tuple(sorted({number for part in parts for number in part.corrected})),
    )


def build_part(
    readings: Readings, shard: Shard, limits: Limits, folder: Path, progress: ProgressFile = NOT_WATCHED
) -> StagedShard:
    """Stages the records of a shard, or of a part of it, in one folder."""
    records = readings.records
    count = records.height + readings.quarantine.height
    learned = load_learned(limits.learned) if limits.learned else None
    lines, wraps = join_wrapped(split_lines(records["canonical"]))
    lines = clean_documents(lines, records, limits.removal_budget, learned, lambda: progress.finish("match", count))
    lines, corrected = apply_corrections(lines, records, limits.corrections)
    progress.finish("clean", count)
    lines, captions = merge_captions(lines)
    progress.finish("merge", count)
    unjoined = split_wrapped(lines, wraps)
    documents = assemble_documents(
        records, lines, unjoined, captions, shard.source.name, shard.logical_date, rules_version()
    )
    documents = flag_released(documents, limits.releases)
    progress.finish("assemble", count)
    emptied = documents.filter(pl.col("text").is_null())
    published, repeats = split_duplicates(documents.filter(pl.col("text").is_not_null()))
    unread = readings.quarantine.with_columns(month=pl.lit(f"{shard.logical_date:%Y-%m}"))
    without_text = assemble_quarantine(
        emptied.join(records.select("uri", "canonical"), on="uri", how="left", maintain_order="left"),
        stage="clean",
        reasons=pl.lit(["empty_after_clean"]),
        detail=pl.format("all {} lines of text were removed or kept apart; nothing is left for a body", "line_count"),
        excerpt=pl.col("canonical").str.head(limits.excerpt_chars),
    )
    quarantine = pl.concat([unread, without_text])
    tables = {
        "documents": published,
        "lines": assemble_lines(unjoined, published),
        "duplicates": assemble_duplicates(repeats, SAME_BATCH),
        "quarantine": quarantine,
    }
    stage_tables(tables, folder)
    measure_shard(folder)
    progress.finish("stage", count)
    return StagedShard(
        folders=(str(folder),),
        number=shard.number,
        inputs=readings.inputs,
        records=count,
        documents=published.height,
        quarantined=quarantine.height,
        corrected=tuple(sorted(corrected)),
    )


def gather_inputs(staged: Sequence[StagedShard]) -> list[InputSeen]:
    """The files that were read, each once: the counts of its spans are added up."""
    whole: dict[str, InputSeen] = {}
    for seen in (seen for shard in staged for seen in shard.inputs):
        before = whole.get(seen.uri)
        if before:
            seen = replace(seen, size=before.size + seen.size, records=before.records + seen.records)
        whole[seen.uri] = seen
    return list(whole.values())


def check_complete(shards: Sequence[Shard], staged: Sequence[StagedShard]) -> None:
    """Raises ShardLost unless every shard was returned, with all its files, and its staged files exist."""
    for shard, back in zip_longest(shards, staged):
        if not shard or not back or shard.number != back.number:
            raise ShardLost(
                f"{len(shards)} shards were sent to workers, and others were returned. Run the batch again."
            )
        if [file.uri for file in shard.files] != [seen.uri for seen in back.inputs]:
            raise ShardLost(f"shard {shard.number} was returned with other files than it has. Run the batch again.")
        for folder in back.folders:
            if not Path(folder, "narrow.parquet").is_file():
                raise ShardLost(
                    f"shard {shard.number} was staged in {folder}, which does not exist here: workers and the machine that "
                    "publishes must have the lake under the same path, on a disk that they share"
                )

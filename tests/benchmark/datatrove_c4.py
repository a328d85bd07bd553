"""The peer: datatrove's reader, C4 filter, language step and Parquet writer. `python datatrove_c4.py CORPUS OUT [--language]`

Its language step loads fastText's model from the network, unless it lies in its cache; run.py leaves the step out where
it cannot be had. Needs datatrove with its extra `processing`, and spacy.
"""

from __future__ import annotations

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter, LanguageFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter


def filter_records(corpus: str, out: str, language: bool) -> None:
    """Everything in one task, in this process."""
    steps = [JsonlReader(corpus, text_key="text", id_key="id"), C4QualityFilter()]
    steps += [LanguageFilter(label_only=True)] if language else []
    steps += [ParquetWriter(f"{out}/kept", compression="zstd")]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{out}/logs").run()


if __name__ == "__main__":
    filter_records(sys.argv[1], sys.argv[2], "--language" in sys.argv)

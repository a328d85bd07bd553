"""`copydesk sources`: the declared sources and their batches."""

from __future__ import annotations

from collections import Counter

from flows.commands.options import LakeOption, SourcesOption, open_chosen_lake
from flows.console import print_table


def sources(file: SourcesOption = None, lake: LakeOption = None) -> None:
    """The declared sources, and the batches that the lake has of them."""
    from flows.settings import read_settings
    from tasks.lakes.lookup import query_table
    from tasks.sources import load_sources

    declared = load_sources(read_settings(sources=file).sources)
    receipts = query_table(open_chosen_lake(lake), "receipts", "true ORDER BY source, logical_date")
    batches = Counter(row["source"] for row in receipts)
    latest = {row["source"]: row["logical_date"] for row in receipts}
    shown = {name: (source.path, source.format) for name, source in declared.items()}
    names = [*declared, *sorted(batches.keys() - declared.keys())]
    print_table(
        ("source", "path", "format", "batches", "latest"),
        ((name, *shown.get(name, ("(not declared)", "")), batches[name], latest.get(name)) for name in names),
        right=frozenset({"batches"}),
    )

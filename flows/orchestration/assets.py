"""The lake's tables as Prefect assets: each publish is an event of its tables in the UI's event feed.

A self-hosted server has no page of assets, but automations can wait for these events.
"""

from __future__ import annotations

from collections.abc import Mapping

from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE

from flows.orchestration.artifacts import tolerate_errors
from tasks.lakes.lake import Lake
from tasks.schema import TABLES


def name_assets(lake: Lake) -> list[Asset]:
    """The tables of a lake, by their addresses."""
    return [Asset(key=f"{lake.uri}/{table}") for table in TABLES]


def report_assets(lake: Lake, batch: str, counts: Mapping[str, int]) -> None:
    """Reports that a batch was published into the tables of a lake."""
    assets = name_assets(lake)

    @materialize(*assets, name="publish", task_run_name=f"publish {batch}", cache_policy=NO_CACHE, persist_result=False)
    def publish() -> None:
        for asset in assets:
            add_asset_metadata(asset, {"batch": batch, **counts})

    with tolerate_errors("the publish"):
        publish()

"""The lake's tables as Prefect's assets: each publish is an event of its tables, to be found in the UI's event feed.

The server one runs oneself has no page of assets; an automation can wait for these events all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE

from flows.orchestration.artifacts import in_any_case
from tasks.lakes.lake import Lake
from tasks.schema import TABLES


def name_assets(lake: Lake) -> list[Asset]:
    """The tables of a lake, each with the address readers open it at."""
    return [Asset(key=f"{lake.uri}/{table}") for table in TABLES]


def tell_assets(lake: Lake, batch: str, counts: Mapping[str, int]) -> None:
    """Says that a batch was published into the tables of a lake."""
    assets = name_assets(lake)

    @materialize(*assets, name="publish", task_run_name=f"publish {batch}", cache_policy=NO_CACHE, persist_result=False)
    def publish() -> None:
        for asset in assets:
            add_asset_metadata(asset, {"batch": batch, **counts})

    with in_any_case("the publish"):
        publish()

"""The lake that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flows.settings import Settings
from tasks.lakes import open as opening
from tasks.lakes.lake import Lake, PublishPolicy
from tasks.lakes.open import PlaceError as PlaceError


def open_lake(place: Path | str, policy: PublishPolicy = opening.DEFAULTS) -> Lake:
    """The lake at a folder or an address, with the working folder of the settings."""
    return opening.open_lake(place, work=Settings().work, policy=policy)


def make_policy(settings: Settings, on_wait: Callable[[str], None] | None = None) -> PublishPolicy:
    """The settings that publishing follows."""
    return PublishPolicy(settings.keep_versions, settings.wait_seconds, settings.partition, on_wait)

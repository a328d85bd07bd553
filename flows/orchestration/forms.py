"""The forms that Prefect makes from a flow's parameters: titles of fields, and a link to a form that is filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect import runtime
from prefect.settings import get_current_settings
from pydantic import Field
from pydantic_core import PydanticUndefined


def titled(title: str, default: Any = PydanticUndefined) -> Any:
    """The default of a flow's parameter, whose field has this title in the form; without a default it must be filled in."""
    # Prefect replaces the title of a field by the name of the parameter, and leaves this as it is.
    return Field(default, json_schema_extra={"title": title})


def link_form(changed: Mapping[str, object]) -> str:
    """The address of this run's form with its parameters filled in, some of them changed; "" for a run of no deployment."""
    base = get_current_settings().ui_url
    if not base or not runtime.deployment.id:
        return ""
    given = json.dumps({**runtime.flow_run.parameters, **changed}, default=str, separators=(",", ":"))
    return f"{base}/deployments/deployment/{runtime.deployment.id}/run?parameters={quote(given, safe=',:')}"


def link_artifact(artifact: UUID) -> str:
    """The address of an artifact; "" where no UI is known."""
    base = get_current_settings().ui_url
    return f"{base}/artifacts/artifact/{artifact}" if base else ""

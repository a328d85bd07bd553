"""Choices of a form that depend on the project: the declared sources, read when a deployment is registered."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from flows.settings import Settings
from tasks.sources import load_sources


class DeclaredSources:
    """Marks a text that names a declared source: a form offers those of sources.toml, and the server refuses others."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        # Without a declared source there is nothing to choose from, and the run says so.
        if names := list(load_sources(Settings().sources)):
            schema["enum"] = names
        return schema


SourceName = Annotated[str, DeclaredSources()]

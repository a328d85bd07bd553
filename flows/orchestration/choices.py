"""The declared sources as choices of a form, read when a deployment is registered."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from flows.settings import Settings
from tasks.sources import load_sources


class DeclaredSources:
    """Marks a parameter that names a source: the form offers those of sources.toml, and the server refuses others."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        # Without a declared source there is no choice, and the run fails with a message.
        if names := list(load_sources(Settings().sources)):
            schema["enum"] = names
        return schema


SourceName = Annotated[str, DeclaredSources()]

"""The version of everything that decides what a document becomes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from tasks import rules
from tasks.roles import roles_digest

SHAPING = ("copydesk", "trafilatura", "ftfy", "langdetect", "polars", "pyarrow")


@cache
def rules_version() -> str:
    """Hash of all rows that clean: 12 hex digits."""
    return hashlib.sha256(rules.rules_version().encode() + roles_digest()).hexdigest()[:12]


@cache
def library_versions() -> tuple[tuple[str, str], ...]:
    """Name and version of copydesk and of each library that shapes text or bytes."""
    return tuple((name, version(name)) for name in SHAPING)

"""The version of everything that decides what a document becomes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from tasks.pages.weights import weights_digest
from tasks.roles import roles_digest
from tasks.rules import load_rules
from tasks.rules.load import hash_rules

SHAPING = ("copydesk", "trafilatura", "ftfy", "langdetect", "polars", "pyarrow")


@cache
def rules_version() -> str:
    """Hash of all that cleans, rule rows, role rows and the page model: 12 hex digits."""
    content = hash_rules(load_rules()).encode() + roles_digest() + weights_digest()
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def library_versions() -> tuple[tuple[str, str], ...]:
    """Name and version of copydesk and of each library that shapes text or bytes."""
    return tuple((name, version(name)) for name in SHAPING)

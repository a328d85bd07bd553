"""What the fingerprint of a batch is made of besides its inputs and settings: rows, weights, code and libraries."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from tasks.pages.weights import WEIGHTS
from tasks.roles.rows import ROWS
from tasks.rules import load_rules
from tasks.rules.load import hash_rules
from tasks.toml_rows import PROJECT

LIBRARIES = ("copydesk", "trafilatura", "ftfy", "langdetect", "polars", "pyarrow")
# Everything that shapes a published row or decides whether it is published. flows/batches has the order of the steps.
PACKAGES = ("tasks", "expectations", "flows/batches")
STORY_PACKAGES = ("tasks/stories",)  # what decides which documents are linked, and how
SUFFIXES = (".py", ".toml", ".json")


@cache
def rules_version() -> str:
    """Hash of all that cleans: rule rows, role rows and the weights of the page model. 12 hex digits."""
    digests = [hashlib.sha256(path.read_bytes()).digest() for path in (ROWS, WEIGHTS)]
    return hashlib.sha256(b"".join([hash_rules(load_rules()).encode(), *digests])).hexdigest()[:12]


@cache
def code_version(root: Path = PROJECT, packages: tuple[str, ...] = PACKAGES) -> str:
    """Hash of the source files of packages below `root`: 12 hex digits, wherever they are installed."""
    digest = hashlib.sha256()
    paths = [path for package in packages for path in (root / package).rglob("*") if path.suffix in SUFFIXES]
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in paths):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


@cache
def library_versions() -> dict[str, str]:
    """The version of copydesk and of each library that shapes text or bytes."""
    return {name: version(name) for name in LIBRARIES}

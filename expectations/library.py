"""Imports Great Expectations without two slow libraries, which small runs never need.

It imports scipy.stats for distribution tests and altair for the charts of one of them. During the import, a placeholder
replaces each; it imports the real module when one of its attributes is used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

LAZY_MODULES = ("altair", "scipy.stats")


def load_library() -> None:
    """Imports Great Expectations, if that has not happened yet."""
    with delay_imports(LAZY_MODULES):
        import_module("great_expectations")


@contextmanager
def delay_imports(names: Sequence[str]) -> Iterator[None]:
    """Replaces modules by placeholders within the block, unless they are imported already."""
    placeholders = {name: make_placeholder(name) for name in names if name not in sys.modules}
    sys.modules.update(placeholders)
    try:
        yield
    finally:
        for name, module in placeholders.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def make_placeholder(name: str) -> ModuleType:
    """A module that imports the real one of that name when an attribute is used."""
    module = ModuleType(name)

    def fetch(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    vars(module)["__getattr__"] = fetch
    return module

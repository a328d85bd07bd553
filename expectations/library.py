"""Great Expectations' import, which is most of what a small run costs: what it can do without waits until it is used.

It imports two libraries for one or two of its expectations each: scipy's statistics for distribution tests, altair for the
charts of one of them. A stand-in takes their place during the import, and fetches the real one when anything is asked of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PUT_OFF = ("altair", "scipy.stats")


def load_library() -> None:
    """Imports Great Expectations; at once where it is imported already."""
    with put_off(PUT_OFF):
        import_module("great_expectations")


@contextmanager
def put_off(names: Sequence[str]) -> Iterator[None]:
    """Modules that are imported within the block get stand-ins for `names`, except where the real one is there already."""
    stand_ins = {name: stand_in(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def stand_in(name: str) -> ModuleType:
    """A module that imports the real one of that name when it is asked for anything."""
    module = ModuleType(name)

    def fetch(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    vars(module)["__getattr__"] = fetch
    return module

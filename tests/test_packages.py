"""The structure of the code as its imports have it: who may know of whom."""

from __future__ import annotations

import ast
import graphlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest


def read_imports(path: Path) -> Iterator[str]:
    """Every name that a file imports, those inside functions too; not those that only types are checked with."""
    nodes = [ast.parse(path.read_text(encoding="utf-8")).body]
    while nodes:
        for node in nodes.pop():
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{name.name}" for name in node.names)
            elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
                nodes.append([child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)])


def room_of(name: str, package: Path) -> str:
    """The folder or file right below a package that a dotted name lies in."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and (package / parts[1]).is_dir() else ".".join(parts[:2])


@pytest.mark.parametrize("package", ["tasks", "expectations"])
def test_only_flows_know_prefect(project: Path, package: str) -> None:
    found = {
        str(path.relative_to(project)): name
        for path in (project / package).rglob("*.py")
        for name in read_imports(path)
        if name.split(".")[0] in ("prefect", "flows")
    }
    assert found == {}


@pytest.mark.parametrize("package", ["tasks", "flows"])
def test_rooms_import_one_way_only(project: Path, package: str) -> None:
    folder = project / package
    rooms: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*.py")):
        here = room_of(".".join(path.relative_to(project).with_suffix("").parts), folder)
        rooms[here] |= {room_of(name, folder) for name in read_imports(path) if name.startswith(f"{package}.")} - {here}
    assert len(rooms) > 5
    assert list(graphlib.TopologicalSorter(rooms).static_order())

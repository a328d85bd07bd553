"""The structure of the code: which package imports which, names that occur once, short parameter lists, short files."""

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


def package_of(name: str, package: Path) -> str:
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
def test_packages_import_one_way_only(project: Path, package: str) -> None:
    folder = project / package
    packages: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*.py")):
        here = package_of(".".join(path.relative_to(project).with_suffix("").parts), folder)
        packages[here] |= {
            package_of(name, folder) for name in read_imports(path) if name.startswith(f"{package}.")
        } - {here}
    assert len(packages) > 5
    assert list(graphlib.TopologicalSorter(packages).static_order())


MOST_PARAMETERS = 7
MOST_LINES = 300
# Their parameters are options of a command, or fields of a form.
COMMANDS = Path("flows/commands")
FLOW = "flow("


def read_definitions(project: Path) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Every function and class of the packages, methods included, with its file; flows and commands are left out."""
    for package in ("flows", "tasks", "expectations"):
        for path in sorted((project / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    is_flow = any(FLOW in ast.unparse(decorator) for decorator in node.decorator_list)
                    options = ast.unparse(node.args) if not isinstance(node, ast.ClassDef) else ""
                    is_command = path.is_relative_to(project / COMMANDS) and "Option" in options
                    if is_flow or is_command:
                        continue
                    yield path, node


def test_no_function_takes_many_parameters(project: Path) -> None:
    found = {}
    for path, node in read_definitions(project):
        if not isinstance(node, ast.ClassDef):
            names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            if len([name for name in names if name not in ("self", "cls")]) > MOST_PARAMETERS:
                found[f"{path.relative_to(project)}:{node.name}"] = len(names)
    assert found == {}


def test_no_name_is_defined_twice(project: Path) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, node in read_definitions(project):
        if node.col_offset == 0:
            places[node.name].append(str(path.relative_to(project)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_files_are_short(project: Path) -> None:
    paths = [path for package in ("flows", "tasks", "expectations") for path in (project / package).rglob("*.py")]
    lengths = {str(path.relative_to(project)): path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {name: count for name, count in lengths.items() if count > MOST_LINES} == {}

"""The part of Great Expectations that judges values, imported without the rest of it.

To import all of it takes seconds: each of its packages imports its modules, with every kind of data source, and the clients of
databases and clouds that are installed. `import_parts` imports what the audit uses: a package imports a module when one of its
names is used, and those clients count as not installed.
"""

import ast
import builtins
import gc
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.metadata import version
from importlib.util import resolve_name
from threading import Lock
from types import ModuleType
from typing import Any, ClassVar

NAME = "great_expectations"
USED = ("execution_engine.pandas_execution_engine", "validator.metrics_calculator", "validator.metric_configuration")
# A metric is known to the library once its module is imported. Those of tables are what the others need.
METRICS = (
    "expectations.metrics.column_map_metrics.column_values_between",
    "expectations.metrics.column_map_metrics.column_values_in_set",
    "expectations.metrics.column_pair_map_metrics.column_pair_values_equal",
    "expectations.metrics.table_metrics.table_columns",
    "expectations.metrics.table_metrics.table_column_types",
    "expectations.metrics.table_metrics.table_row_count",
)
# What it imports where it is installed, for engines and data sources that are not used here.
CLIENTS = ("sqlalchemy", "pyspark", "snowflake", "google", "azure", "boto3", "botocore")
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Library:
    """The modules of Great Expectations that are used: its engine on pandas, what computes metrics, and what names one."""

    engine: ModuleType
    calculator: ModuleType
    metric: ModuleType


@contextmanager
def open_library() -> Iterator[Library]:
    """The library, silent within the block; all of it is imported where none is.

    Filters and loggers are the process's, so one thread at a time enters.
    """
    with ONE_AT_A_TIME, silence_library():
        used, *_ = ([import_module(f"{NAME}.{name}") for name in names] for names in (USED, METRICS))
        yield Library(*used)


def import_parts() -> None:
    """Imports the parts of the library that are used, unless it is imported already.

    For a process of copydesk's own: code that uses the library for more finds it without clients.
    """
    with ONE_AT_A_TIME, silence_library(), pause_collection():
        if NAME in sys.modules:
            return
        finder = PartFinder()
        sys.meta_path.insert(0, finder)
        try:
            for name in (*USED, *METRICS):
                import_module(f"{NAME}.{name}")
        finally:
            sys.meta_path.remove(finder)


@contextmanager
def silence_library() -> Iterator[None]:
    """Suppresses logs and warnings of Great Expectations."""
    # Its child loggers set their own levels, so their records are kept from the root logger instead.
    logger, sink = logging.getLogger(NAME), logging.NullHandler()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(sink)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(sink)
        logger.propagate = propagate


@contextmanager
def pause_collection() -> Iterator[None]:
    """Keeps Python from looking for garbage within the block: what an import makes stays, and each look visits all of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class PartFinder:
    """Finds the modules of the library, to be loaded by `PartLoader`."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.partition(".")[0] == NAME else None
        if spec and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = PartLoader(name, spec.origin)
        return spec


class PartLoader(SourceFileLoader):
    """Loads a module without clients, and a package without its modules.

    The names of a package are looked up in its modules when they are used. The whole package is loaded when it has another name,
    and all packages are when one of the library itself is used.
    """

    waiting: ClassVar[dict[str, tuple[SourceFileLoader, ModuleType]]] = {}

    def exec_module(self, module: ModuleType) -> None:
        package = module.__name__
        vars(module)["__builtins__"] = vars(builtins) | {"__import__": import_without_clients}
        if not self.is_package(package):
            super().exec_module(module)
            return
        homes = find_homes(ast.parse(self.get_data(self.path)), package)

        def fetch(name: str) -> Any:
            if name == "__version__":
                return version(NAME)
            home, own = homes.get(name, ("", ""))
            if name.startswith("__") or home == package:
                raise AttributeError(name)  # a module of a package is imported by what asks for it
            if home and package != NAME:
                vars(module)[name] = getattr(import_module(home), own)
            else:
                self.load_packages([package] if package != NAME else list(self.waiting))
            return getattr(module, name)

        vars(module)["__getattr__"] = fetch
        self.waiting[package] = self, module

    def load_packages(self, names: Sequence[str]) -> None:
        """Loads all of some packages, unless one before them has."""
        for name in (name for name in names if name in self.waiting):
            loader, module = self.waiting.pop(name)
            del vars(module)["__getattr__"]
            SourceFileLoader.exec_module(loader, module)


def find_homes(tree: ast.Module, package: str) -> dict[str, tuple[str, str]]:
    """Where a package imports its names from: by name, a module and the name that it has there."""
    homes: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            home = resolve_name("." * node.level + (node.module or ""), package) if node.level else str(node.module)
            homes |= {alias.asname or alias.name: (home, alias.name) for alias in node.names}
    return homes


def import_without_clients(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> ModuleType:
    """The statement `import`, for which no client is installed."""
    if not level and name.partition(".")[0] in CLIENTS:
        raise ImportError(f"{name} is not needed")
    return __import__(name, globals, locals, fromlist, level)

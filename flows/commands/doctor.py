"""`copydesk doctor`: checks that everything a run needs is installed and works."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import typer

from flows.commands.options import LakeOption
from flows.console import print_line, print_table

if TYPE_CHECKING:
    from flows.settings import Settings

# Libraries that break: the first version that does not work, and what happens.
PINS = (
    ("prefect", (3, 9), "3.9 asks for a certifi that pip cannot get"),
    ("fastapi", (0, 151), "Prefect's server fails at import"),
    ("sqlalchemy", (2, 1), "Prefect's scheduler makes no runs, silently"),
)
# The library of each extra.
EXTRAS = {"warc": "fastwarc", "s3": "obstore", "dask": "distributed", "ray": "ray", "iceberg": "pyiceberg"}


def doctor(lake: LakeOption = None) -> None:
    """Check whether everything that copydesk needs is installed and works."""
    from flows.settings import read_settings

    rows = []
    for name, check in make_checks(read_settings(lake=lake)).items():
        try:
            rows.append((name, "ok", check()))
        except Problem as problem:
            rows.append((name, "PROBLEM", str(problem)))
    print_table(("", "", ""), rows)
    bad = sum(state != "ok" for _, state, _ in rows)
    print_line(f"{bad} of {len(rows)} need attention" if bad else "all is well")
    if bad:
        raise typer.Exit(1)


class Problem(Exception):
    """What is wrong and what to do, in one line."""


def check_python() -> str:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise Problem(f"{sys.version.split()[0]}: use Python 3.11 to 3.13")
    return sys.version.split()[0]


def check_pins() -> str:
    for name, limit, why in PINS:
        found = version(name)
        if tuple(int(part) for part in found.split(".")[:2]) >= limit:
            raise Problem(f"{name} {found}: {why}. Install requirements.lock again")
    return ", ".join(f"{name} {version(name)}" for name, *_ in PINS)


def check_libraries() -> str:
    names = (
        "polars",
        "pyarrow",
        "duckdb",
        "trafilatura",
        "ftfy",
        "langdetect",
        "great_expectations",
        "jinja2",
        "vl_convert",
    )
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise Problem(f"{name} cannot be imported ({error}). Install requirements.lock again") from None
    return ", ".join(f"{name} {version(name)}" for name in ("polars", "pyarrow", "duckdb", "great-expectations"))


def check_prefect_server() -> str:
    try:
        importlib.import_module("prefect.server.api.server")
    except Exception as error:
        raise Problem(
            f"Prefect's server cannot be imported ({type(error).__name__}: {error}). Install requirements.lock again"
        ) from None
    return os.environ.get("PREFECT_API_URL", "none configured: flows start their own")


def check_extras() -> str:
    found = []
    for extra, name in EXTRAS.items():
        try:
            found.append(f"{extra} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{extra} missing (make dev, or install copydesk[{extra}])")
    return ", ".join(found)


def check_rules() -> str:
    from tasks.fingerprint import rules_version
    from tasks.roles.rows import load_role_rows
    from tasks.rules import load_rules

    return f"{len(load_rules())} rules, {len(load_role_rows())} role rows, version {rules_version()}"


def make_checks(settings: Settings) -> dict[str, Callable[[], str]]:
    """The checks, in order."""
    from flows.batches.run import open_settings_lake
    from tasks.lakes.lake import LakeError
    from tasks.lakes.open import PlaceError
    from tasks.sources import load_sources
    from tasks.toml_rows import RowError

    def check_sources() -> str:
        try:
            return ", ".join(load_sources(settings.sources)) or f"{settings.sources} declares none"
        except RowError as error:
            raise Problem(str(error)) from None

    def check_lake() -> str:
        from tasks.publishing.store import place_of

        try:
            lake = open_settings_lake(settings)
            return place_of(lake).try_place(lake)
        except (LakeError, PlaceError) as error:
            raise Problem(str(error)) from None

    return {
        "Python": check_python,
        "pins": check_pins,
        "libraries": check_libraries,
        "Prefect server": check_prefect_server,
        "extras": check_extras,
        "rules": check_rules,
        "sources": check_sources,
        "lake": check_lake,
    }

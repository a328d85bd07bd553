"""`copydesk doctor`: checks that everything a run needs is installed and works."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import typer

from flows.commands.options import LakeOption
from flows.console import print_line, print_table
from flows.system import find_missing_parts
from tasks.errors import RunFailed

if TYPE_CHECKING:
    from flows.settings import Settings

# Libraries that break: the first version that does not work, and what happens.
PINS = (
    ("prefect", (3, 9), "3.9 asks for a certifi that pip cannot get"),
    ("fastapi", (0, 151), "Prefect's server fails at import"),
    ("sqlalchemy", (2, 1), "Prefect's scheduler makes no runs, silently"),
)
LIBRARIES = ("polars", "pyarrow", "duckdb", "great_expectations", "trafilatura", "ftfy", "langdetect", "jinja2")
# The library of each extra.
EXTRAS = {
    "warc": "fastwarc",
    "excel": "fastexcel",
    "office": "python-docx",
    "s3": "obstore",
    "iceberg": "pyiceberg",
    "dask": "distributed",
    "ray": "ray",
}
INSTALL = "Install requirements.lock again"


def doctor(lake: LakeOption = None) -> None:
    """Check whether everything that copydesk needs is installed and works."""
    from flows.settings import read_settings
    from flows.unexpected import explain_error

    settings = read_settings(lake=lake)
    rows = []
    for name, check in CHECKS.items():
        try:
            rows.append((name, "ok", check(settings)))
        except Exception as error:
            rows.append((name, "PROBLEM", str(explain_error(error))))
    print_table(("what", "state", "found"), rows)
    bad = sum(state != "ok" for _, state, _ in rows)
    print_line(f"{bad} of {len(rows)} need attention" if bad else "all is well")
    if bad:
        raise typer.Exit(1)


def check_system(settings: Settings) -> str:
    if missing := find_missing_parts():
        raise RunFailed(missing)
    return f"{platform.system()} {platform.release()}, {platform.machine()}"


def check_python(settings: Settings) -> str:
    found = sys.version.split()[0]
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise RunFailed(f"{found}: use Python 3.11 to 3.13")
    return found


def check_pins(settings: Settings) -> str:
    for name, limit, why in PINS:
        if tuple(int(part) for part in version(name).split(".")[:2]) >= limit:
            raise RunFailed(f"{name} {version(name)}: {why}. {INSTALL}")
    return ", ".join(f"{name} {version(name)}" for name, *_ in PINS)


def check_libraries(settings: Settings) -> str:
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise RunFailed(f"{name} cannot be imported ({error}). {INSTALL}") from None
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES[:4])


def check_prefect_server(settings: Settings) -> str:
    try:
        importlib.import_module("prefect.server.api.server")
    except Exception as error:
        raise RunFailed(f"Prefect's server cannot be imported ({type(error).__name__}: {error}). {INSTALL}") from None
    return os.environ.get("PREFECT_API_URL", "none configured: flows start their own")


def check_extras(settings: Settings) -> str:
    found = []
    for extra, name in EXTRAS.items():
        try:
            found.append(f"{extra} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{extra} missing (make dev, or install copydesk[{extra}])")
    return ", ".join(found)


def check_rules(settings: Settings) -> str:
    from tasks.fingerprint import rules_version
    from tasks.roles.rows import load_role_rows
    from tasks.rules import load_rules

    return f"{len(load_rules())} rules, {len(load_role_rows())} role rows, version {rules_version()}"


def check_sources(settings: Settings) -> str:
    from tasks.sources import load_sources

    return ", ".join(load_sources(settings.sources)) or f"{settings.sources} declares none"


def check_lake_store(settings: Settings) -> str:
    from flows.batches.run import open_settings_lake
    from tasks.lakes.lake import refuse_lost_store

    lake = open_settings_lake(settings)
    refuse_lost_store(lake)
    return lake.store.probe()


CHECKS = {
    "system": check_system,
    "Python": check_python,
    "pins": check_pins,
    "libraries": check_libraries,
    "Prefect server": check_prefect_server,
    "extras": check_extras,
    "rules": check_rules,
    "sources": check_sources,
    "lake": check_lake_store,
}

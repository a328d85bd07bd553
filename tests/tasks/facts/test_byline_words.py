"""The agencies are listed once; rows of roles, which cannot import the list, name the same ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tasks.facts.byline_words import AGENCIES, AGENCY_NAMES
from tasks.facts.datelines import AGENCY

NAMES = AGENCY_NAMES.split("|")
# Agencies that no picture credit in the sample texts names.
WITHOUT_PICTURES = {"LUSA", "SID", "KNA", "epd", "Europa Press", "IANS", "PTI", "ANI", "BNS", "ELTA"}


@pytest.mark.parametrize("name", NAMES)
def test_bylines_and_datelines_name_every_agency(name: str) -> None:
    assert AGENCIES.fullmatch(name)
    assert f"|{name}|" in AGENCY.replace("(?:", "|")


def test_rows_of_roles_name_every_agency_with_pictures(project: Path) -> None:
    rows = tomllib.loads((project / "tasks" / "roles" / "rows.toml").read_text(encoding="utf-8"))
    assert {name for name in NAMES if not re.fullmatch(rows["parts"]["AGENCY"], name)} == WITHOUT_PICTURES

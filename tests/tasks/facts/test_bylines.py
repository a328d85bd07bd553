"""Names out of bylines; place and agency before the first sentence.

The agencies are listed once; rows of roles, which cannot import the list, name the same ones.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import polars as pl
import pytest

from tasks.facts.bylines import AGENCY, read_datelines, read_signature, split_byline
from tasks.facts.names import AGENCIES, AGENCY_NAMES

NAMES = [
    ("Mara Quist", ["Mara Quist"]),
    ("Mara Quist and Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara Quist, Ana Ruiz and Tom Ehlers", ["Mara Quist", "Ana Ruiz", "Tom Ehlers"]),
    ("Mara Quist und Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara  Quist, Mara Quist", ["Mara Quist"]),
    ("Mara Quist, Science Editor", ["Mara Quist"]),
    ("Piers Hallam, Courier Staff Writer", ["Piers Hallam"]),
    ("Anders Andersen", ["Anders Andersen"]),
    ("The Associated Press", ["The Associated Press"]),
    ("水無瀬ゆかり", ["水無瀬ゆかり"]),
    ("", []),
]


@pytest.mark.parametrize(("byline", "names"), NAMES, ids=[row[0] or "nothing" for row in NAMES])
def test_names(byline: str, names: list[str]) -> None:
    assert split_byline(byline) == names


GLUED = [
    ("Mara Quist2 hours ago", ("Mara Quist",), True),
    ("Mara Quist @maraquist3 minutes ago", ("Mara Quist",), True),
    ("Mara Quist 2 minutes ago", ("Mara Quist",), True),
    ("Mara Quist, 2 min read", ("Mara Quist",), False),
    ("Mara QuistReporter", ("Mara Quist",), False),
    ("Mara QuistSports Editor", ("Mara Quist",), False),
    ("By Mara Quist with agencies", ("Mara Quist",), False),
    ("Von Mara Quist mit dpa/AFP", ("Mara Quist",), False),
    ("By Mara Quist with AFP and Reuters", ("Mara Quist",), False),
    ("By Mara Quist with friends", (), False),
]


@pytest.mark.parametrize(("line", "names", "is_dated"), GLUED, ids=[row[0] for row in GLUED])
def test_ages_posts_and_agencies_behind_a_name_are_no_part_of_it(
    line: str, names: tuple[str, ...], is_dated: bool
) -> None:
    found = read_signature(line)
    assert (found.names, found.is_dated) == (names, is_dated)
    assert (found.rest == "") == bool(names)


@pytest.mark.parametrize(("chars", "names"), [(160, ("Mara Quist",)), (161, ())])
def test_a_byline_has_at_most_160_characters(chars: int, names: tuple[str, ...]) -> None:
    line = f"By Mara Quist, {'q' * (chars - 15)}"
    assert len(line) == chars
    assert read_signature(line).names == names


@pytest.mark.parametrize(("blanks", "names"), [(11, ("Mara Quist", "Tom Ehlers")), (12, ())])
def test_a_line_of_many_words_without_date_and_by_is_a_sentence(blanks: int, names: tuple[str, ...]) -> None:
    line = f"Mara Quist, Tom Ehlers, {' '.join(['quay'] * (blanks - 3))}"
    assert line.count(" ") == blanks
    assert read_signature(line).names == names
    assert read_signature(f"By {line}").names == ("Mara Quist", "Tom Ehlers")


@pytest.mark.parametrize("line", ["Mara Quist ...", "Mara Quist…", "Mara Quist?"])
def test_what_is_cut_or_asks_signs_nothing(line: str) -> None:
    assert read_signature(line).names == ()


def test_agencies_and_posts_are_no_names() -> None:
    found = read_signature("By Mara Quist, Harbour Editor, Larkhaven and AFP")
    assert (found.names, found.has_post) == (("Mara Quist",), True)
    assert read_signature("Mara Quist, AFP").agencies == ("AFP",)


LINES = [
    ("LARKHAVEN (AP) — She burns too much coal.", "LARKHAVEN (AP)"),
    ("VENN TOWN, Oct. 1 (Reuters) - The clock struck.", "VENN TOWN, Oct. 1 (Reuters)"),
    ("Altenbrück (dpa) – Es war ein Geräusch.", "Altenbrück (dpa)"),
    ("Altenbrück/Venn (dpa/ebr) - Es war ein Geräusch.", "Altenbrück/Venn (dpa/ebr)"),
    ("LARKHAVEN — The council met.", "LARKHAVEN"),
    ("NEW VENN - Il sindaco è arrivato.", "NEW VENN"),
    ("PORT ISOLDE, Merrow – The ferry left.", "PORT ISOLDE, Merrow"),
    ("ISOLDA, 3 (EUROPA PRESS) - El alcalde ha dicho.", "ISOLDA, 3 (EUROPA PRESS)"),
    ("【6月18日 AFP】港の橋が開通した。", "【6月18日 AFP】"),
    ("(서울=연합뉴스) 시장은 말했다.", "(서울=연합뉴스)"),
    ("新华社北京4月24日电 大桥开通。", "新华社北京4月24日电"),
    ("A line that sums it up\n\nLARKHAVEN (AP) — She burns.", "LARKHAVEN (AP)"),
    ("The chancellor (CDU) — a lawyer — said no.", None),
    ("Larkhaven — the city of bells — sleeps.", None),
    ("UPDATE: The barrier is closed.", None),
    ("“Hello — again,” she said.", None),
    ("ANALYSIS - The council met, and the town should know why.", None),
    ("EXCLUSIVE INTERVIEW — The mayor speaks.", None),
    ("WHAT - The council meets.\n\nWHERE - The old hall.", None),
    ("KOMMENTAR – Der Rat hat getagt.", None),
    ("FACT CHECK (AFP) - The bridge is no fake.", None),
    ("OPINION — A sum-up\n\nLARKHAVEN (AP) — She burns.", "LARKHAVEN (AP)"),
    ("EXCLUSIVE: LARKHAVEN — The council met.", "LARKHAVEN"),
    ("NEWPORT NEWS — The yard is open.", "NEWPORT NEWS"),
]


@pytest.mark.parametrize(("text", "dateline"), LINES, ids=[row[0] for row in LINES])
def test_datelines(text: str, dateline: str | None) -> None:
    assert read_datelines(pl.Series([text])).item() == dateline


@pytest.mark.parametrize(("before", "dateline"), [(587, "LARKHAVEN"), (588, None)])
def test_a_dateline_stands_in_the_first_600_characters(before: int, dateline: str | None) -> None:
    text = "x" * (before - 1) + "\nLARKHAVEN — The council met."
    assert read_datelines(pl.Series([text])).item() == dateline


KNOWN_AGENCIES = AGENCY_NAMES.split("|")
# Agencies that no picture credit in the sample texts names.
WITHOUT_PICTURES = {"LUSA", "SID", "KNA", "epd", "Europa Press", "IANS", "PTI", "ANI", "BNS", "ELTA"}


@pytest.mark.parametrize("name", KNOWN_AGENCIES)
def test_bylines_and_datelines_name_every_agency(name: str) -> None:
    assert AGENCIES.fullmatch(name)
    assert f"|{name}|" in AGENCY.replace("(?:", "|")


def test_rows_of_roles_name_every_agency_with_pictures(project: Path) -> None:
    rows = tomllib.loads((project / "tasks" / "roles" / "rows.toml").read_text(encoding="utf-8"))
    assert {name for name in KNOWN_AGENCIES if not re.fullmatch(rows["parts"]["AGENCY"], name)} == WITHOUT_PICTURES

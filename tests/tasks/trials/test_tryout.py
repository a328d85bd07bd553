"""A candidate rule tried on a lake: what it hits, what protects lines from it, how it ranks."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders.lakes import make_lake

from tasks.lakes.lake import open_lake
from tasks.trials.tryout import READS, TryoutError, find_hits, make_candidate, rank_harm, try_rule

PROSE = "The harbour bridge opened on Monday, a year later than planned, and the ferry made its last trip."
BODY = [
    "Ferry news",
    PROSE,
    "",
    "What did she say?",
    PROSE + " Again.",
    "Ferry timetable",
    PROSE,
    "",
    "Ferry tickets",
    "Ferry",
]


def frame(*texts: str) -> pl.DataFrame:
    rows = [(f"d{at}", "harbour", "en", text) for at, text in enumerate(texts)]
    return pl.DataFrame(rows, schema=list(READS), orient="row")


def hits(pattern: str, **options: str) -> list[tuple[str, str, bool]]:
    found = find_hits(frame("\n".join(BODY), PROSE), make_candidate(pattern, **options))
    return list(found.select("text", "zone", "is_middle").iter_rows())


ZONES = [
    ("any", ["Ferry news", "Ferry timetable", "Ferry tickets", "Ferry"]),
    ("head", ["Ferry news"]),
    ("tail", ["Ferry tickets", "Ferry"]),
    ("edge", ["Ferry news", "Ferry tickets", "Ferry"]),
]


@pytest.mark.parametrize(("zone", "lines"), ZONES, ids=[zone for zone, _ in ZONES])
def test_only_lines_of_the_zone_are_hit(zone: str, lines: list[str]) -> None:
    assert [text for text, _, _ in hits("ferry.*", zone=zone)] == lines


def test_the_middle_has_body_above_and_below() -> None:
    assert {text: middle for text, _, middle in hits("ferry.*")} == {
        "Ferry news": False,
        "Ferry timetable": True,
        "Ferry tickets": False,
        "Ferry": False,
    }


def test_a_whole_line_is_taken_as_it_stands() -> None:
    assert hits("What did she say?", kind="line") == [("What did she say?", "body", True)]


def test_prose_is_protected_by_its_form() -> None:
    found = find_hits(frame("\n".join(BODY)), make_candidate("the harbour bridge.*", max_chars=300))
    assert found["is_prose"].to_list() == [True, True, True]


@pytest.mark.parametrize("pattern", ["(a", "[", "a*"])
def test_an_invalid_pattern_is_reported(pattern: str) -> None:
    with pytest.raises(TryoutError, match="this candidate"):
        make_candidate(pattern)


def test_harm_is_the_middle_and_the_length() -> None:
    lines = pl.DataFrame(
        [("good", 12, False), ("good", 20, False), ("bad", 90, True), ("bad", 30, True), ("so", 90, False)],
        schema=["rule", "width", "is_middle"],
        orient="row",
    )
    ranks = rank_harm(lines)
    assert list(ranks.select("rule", "harm").iter_rows()) == [("bad", 0.75), ("so", 0.5), ("good", 0.0)]


@pytest.mark.slow
def test_a_lake_is_asked(project: Path, tmp_path: Path) -> None:
    with pytest.raises(TryoutError, match="there is no lake"):
        try_rule(open_lake(tmp_path / "lake"), make_candidate("a.*"))
    make_lake(project, "seeds/lighthouse-keeper.en.txt", tmp_path / "lake")
    make_lake(project, "seeds/carillon.de.txt", tmp_path / "lake", name="t")
    found = try_rule(open_lake(tmp_path / "lake"), make_candidate("and what happened then[?]"))
    assert found.documents == 2
    assert set(found.removed["text"]) == {"And what happened then?"}
    assert found.removed["is_middle"].all()
    assert "candidate" in found.ranks["rule"].to_list()
    assert found.ranks.height > 3
    german = try_rule(open_lake(tmp_path / "lake"), make_candidate("and what happened then[?]"), frozenset({"de"}))
    assert (german.documents, german.hits.height) == (1, 0)

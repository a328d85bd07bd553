"""Every row catches its hits and leaves its keeps alone, and the engine gives many lines what it gives each."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules import FAMILIES, Rule, load_rules, match_rules

RULES = load_rules()
LANGUAGES = [
    "ar",
    "da",
    "de",
    "en",
    "es",
    "fr",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
]
ANY_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)


def match(*lines: str | None, rules: tuple[Rule, ...] | None = None) -> pl.DataFrame:
    return match_rules(pl.Series(lines, dtype=pl.String), rules)


LINES = sorted({line for rule in RULES for line in (*rule.hits, *rule.keeps)})
FOUND = dict(zip(LINES, match(*LINES).iter_rows(named=True), strict=True))
KNOWN_LINE = st.sampled_from(LINES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_catches_its_hits(rule: Rule) -> None:
    alone = match(*rule.hits, rules=(rule,))
    assert [hit for hit, found in zip(rule.hits, alone["rule"], strict=True) if found is None] == []
    assert {FOUND[hit]["family"] for hit in rule.hits} == {rule.family}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_takes_its_keeps(rule: Rule) -> None:
    assert [(keep, FOUND[keep]["rule"]) for keep in rule.keeps if FOUND[keep]["rule"] is not None] == []


KEEPS = [
    "UPDATE: The road is open again",
    "Correction: An earlier version misspelled the minister's name.",
    "Clarification: The vote was on Tuesday.",
    "Comment expliquer cette hausse ?",
    "Most popular baby names revealed",
    "Share prices fell",
    "Home 2, Away 1",
    "10:15",
    "Comments from ministers",
    "Newsletters are the new blogs, editors say.",
    "Cookies are small files that a site leaves in the browser.",
    "Advertising fell by a tenth last year.",
    "“Read more,” she told the class.",
    "« Lire aussi : un bonheur », dit-elle.",
    "- 200 g flour",
    "Q: Who pays?",
    "Subscribers will pay more from January.",
]


@pytest.mark.parametrize("line", KEEPS)
def test_words_of_a_story_stay(line: str) -> None:
    assert match(line)["rule"].to_list() == [None]


def test_every_family_and_language_has_rows() -> None:
    assert {rule.family for rule in RULES} == FAMILIES
    for language in LANGUAGES:
        families = {rule.family for rule in RULES if language in rule.languages}
        wanted = {"read-more", "related", "most-popular", "share", "newsletter", "subscribe-paywall", "advertisement"}
        wanted |= {"cookies-consent", "copyright", "comments", "reading-time", "story-continues"}
        assert wanted <= families, language


def test_no_match_gives_nulls_and_order_is_kept() -> None:
    found = match("Plain words.", "READ MORE »", None, "", "   ", "Read more: A bridge", "x" * 5000)
    assert found.columns == ["rule", "family", "action", "zone", "takes", "evidence"]
    assert found["family"].to_list() == [None, "read-more", None, None, None, "read-more", None]
    assert found["evidence"].to_list() == [None, "read more", None, None, None, "read more: a bridge", None]
    assert match().height == 0


def rule_of(name: str, **fields: str) -> Rule:
    row = {"family": "share", "action": "remove", "zone": "any", "takes": "line", "why": "A test.", **fields}
    return Rule(id=name, languages=("xx",), hits=("a",), keeps=("b",), lines=("a",), **row)


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        ((rule_of("x", zone="edge"), rule_of("y", zone="any", action="flag")), "y"),
        ((rule_of("x", zone="tail"), rule_of("y", zone="edge")), "y"),
        ((rule_of("x", action="flag"), rule_of("y")), "y"),
        ((rule_of("x"), rule_of("w")), "w"),
    ],
    ids=["widest zone", "edge before tail", "remove before flag", "then the id"],
)
def test_one_rule_wins(rules: tuple[Rule, ...], winner: str) -> None:
    assert match("A", rules=rules)["rule"].to_list() == [winner]
    assert match("A", rules=rules[::-1])["rule"].to_list() == [winner]


@settings(deadline=None, max_examples=8)
@given(st.lists(ANY_LINE | KNOWN_LINE, max_size=6))
def test_bulk_is_line_by_line(lines: list[str]) -> None:
    single = [match(line).row(0) for line in lines]
    assert match(*lines).rows() == single

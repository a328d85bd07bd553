"""Lines of articles that are made to match rules stay in the text, and what rules are for is removed at the edge."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest
from builders.articles import P1, P2, P3, clean_texts

from tasks.rules import load_rules

ATTACKS = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text(encoding="utf-8"))
LANGUAGES = sorted(ATTACKS["lines"])


def list_sentences(language: str) -> list[str]:
    """The hits of a language's rules with patterns, each made a sentence by each of the tails."""
    tails = ATTACKS["tails"][language]
    languages = {language, "any"} if language == "en" else {language}
    rules = [
        rule for rule in load_rules() if rule.pattern and rule.action == "remove" and languages & set(rule.languages)
    ]
    hits = {hit.rstrip(" .:!?…。") for rule in rules for hit in rule.hits if ". " not in hit.strip()}
    # A notice that is removed among paragraphs too must be known by more than how its first sentence begins.
    notices = [hit for rule in rules if rule.takes == "paragraph" for hit in rule.hits]
    hits |= {hit.split(". ")[0] for hit in notices if ". " in hit.strip()}
    return [hit + tail for hit in sorted(hits) for tail in tails]


def list_lost(lines: list[str]) -> list[str]:
    """Which of the lines are removed where each stands between the paragraphs of an article of its own."""
    found = clean_texts(*(f"Last ferry leaves\n\n{P1}\n\n{line}\n\n{P2}\n\n{P3}" for line in lines))
    return found.filter((pl.col("line") == 4) & pl.col("removed"))["text"].to_list()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_begins_as_boilerplate_stays(language: str) -> None:
    assert list_lost(list_sentences(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_made_to_match_a_rule_stays(language: str) -> None:
    assert list_lost(ATTACKS["lines"][language]) == []


def test_hits_are_removed_at_the_edge() -> None:
    hits = [
        (rule.id, hit) for rule in load_rules() if rule.action == "remove" and rule.zone != "head" for hit in rule.hits
    ]
    found = clean_texts(*(f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n{hit}" for _, hit in hits))
    left = found.filter(
        (pl.col("line") == 6) & pl.col("role").is_null() & pl.col("role_hit").is_null() & (pl.col("action") == "remove")
    )
    assert [hits[doc] for doc in left["doc"]] == []

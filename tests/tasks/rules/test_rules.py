"""Every row is its own test; the key and the engine keep their laws."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules import FAMILIES, Rule, line_key, load_rules, match_rules, read_rules
from tasks.rules.load import hash_rules
from tasks.toml_rows import RowError

RULES = load_rules()
LANGUAGES = (
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
)
ROW = """
[[rule]]
id = "share.xx"
family = "share"
languages = ["xx"]
action = "remove"
zone = "any"
takes = "line"
lines = ["share this"]
why = "It is a button."
hits = ["Share this"]
keeps = ["Share that"]
"""
ANY_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)


def match(*lines: str | None, rules: tuple[Rule, ...] | None = None) -> pl.DataFrame:
    return match_rules(pl.Series(lines, dtype=pl.String), rules)


LINES = sorted({line for rule in RULES for line in (*rule.hits, *rule.keeps)})
FOUND = dict(zip(LINES, match(*LINES).iter_rows(named=True), strict=True))
KNOWN_LINE = st.sampled_from(LINES)


def key_of(*lines: str) -> list[str]:
    return pl.DataFrame({"line": lines}).select(line_key(pl.col("line")))["line"].to_list()


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


def test_a_sign_of_rights_is_not_the_third_point_of_a_list() -> None:
    assert key_of("(C) 2024 Example", "» (c) 2024 Example.", "c) 2024 Example", "C) 1931", "(C)", "((c) x") == [
        "(c) 2024 example", "(c) 2024 example", "c) 2024 example", "c) 1931", "c", "c) x",
    ]  # fmt: skip
    assert match("(c) 2014 example.org", "c) 1931")["rule"].to_list() == ["copyright.any", None]


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


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("Read more »", "read more"),
        ("* READ\u00a0 MORE…", "read more"),
        ("“Share this”", '"share this"'),
        ("« Partager », dit-il", '" partager ", dit-il'),
        ("Don’t miss?", "don't miss?"),
        ("İlgili Haberler:", "ilgili haberler"),
        ("【関連記事】", "関連記事"),
        ("•••", ""),
    ],
)
def test_key(line: str, key: str) -> None:
    assert key_of(line) == [key]


@given(st.lists(ANY_LINE, min_size=1, max_size=20))
def test_key_of_a_key_is_itself(lines: list[str]) -> None:
    assert key_of(*key_of(*lines)) == key_of(*lines)


@settings(deadline=None, max_examples=8)
@given(st.lists(ANY_LINE | KNOWN_LINE, max_size=6))
def test_bulk_is_line_by_line(lines: list[str]) -> None:
    single = [match(line).row(0) for line in lines]
    assert match(*lines).rows() == single


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'family = "share"',
            'family = "shares"',
            "row 1 (share.xx): family: unknown value 'shares'; did you mean 'share'?",
        ),
        ('id = "share.xx"', 'id = "other.xx"', "row 1 (other.xx): id must start with 'share.'"),
        ('zone = "any"', 'zone = "top"', "zone: unknown value 'top'; use one of any, edge, head, tail"),
        ('action = "remove"', 'action = "role"', "action: unknown value 'role'; use one of remove, flag"),
        ('why = "It is a button."', 'why = "It is a button"', "must be a sentence"),
        ('why = "It is a button."', "", "row 1 (share.xx): key 'why' is missing"),
        ('languages = ["xx"]', 'langauges = ["xx"]', "unknown key 'langauges'; did you mean 'languages'?"),
        ('languages = ["xx"]', "languages = []", "languages is empty"),
        ('lines = ["share this"]', "", "lines and pattern are both missing"),
        ('lines = ["share this"]', 'lines = ["Share this:"]', "is not a key, so no line equals it; write 'share this'"),
        ('lines = ["share this"]', "pattern = 'share ['", "pattern does not compile: unclosed character class"),
        ('lines = ["share this"]', "pattern = 'share (this|it)'", "write groups as (?:"),
        ('lines = ["share this"]', r"pattern = 'share\b.*'", "the other is slow"),
        ('lines = ["share this"]', "pattern = '.*'", "matches the empty line"),
        ('hits = ["Share this"]', "hits = []", "hits is empty"),
        ('hits = ["Share this"]', "hits = 3", "hits must be a list of text, and is 3"),
        (
            'hits = ["Share this"]',
            'hits = ["Share it:"]',
            "hits: the rule does not match 'Share it:', whose key is 'share it'",
        ),
        ('hits = ["Share this"]', 'hits = ["Share this"]\nmax_chars = 9', "hits: the rule does not match 'Share this'"),
        ('keeps = ["Share that"]', "keeps = []", "keeps is empty"),
        (
            'keeps = ["Share that"]',
            'keeps = ["SHARE THIS:"]',
            "keeps: the rule matches 'SHARE THIS:', which it must leave alone",
        ),
        ('lines = ["share this"]', "pattern = 'share th.*'", "keeps: the rule matches 'Share that'"),
        ('why = "It is a button."', 'why = "It is a button."\nmax_chars = 0', "max_chars must be 1 to 1000"),
        ('lines = ["share this"]', "lines = [share]", "not valid TOML"),
    ],
)
def test_wrong_row_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    (tmp_path / "xx.toml").write_text(ROW.replace(old, new), encoding="utf-8")
    with pytest.raises(RowError) as error:
        read_rules(tmp_path)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    for name in ("xx", "yy"):
        (tmp_path / f"{name}.toml").write_text(ROW, encoding="utf-8")
    with pytest.raises(RowError, match=r"yy\.toml, row 1 \(share\.xx\): a row of another file has the same id"):
        read_rules(tmp_path)


def test_hash_is_that_of_the_content(tmp_path: Path) -> None:
    moved = ROW.replace('takes = "line"\n', "") + 'takes = "line"'
    for name, text in {"a": "# a comment\n" + ROW, "b": moved, "c": ROW.replace("that", "it")}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "xx.toml").write_text(text, encoding="utf-8")
    hashes = [hash_rules(read_rules(tmp_path / name)) for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 12
    assert hash_rules(RULES) == hash_rules(reversed(RULES))

"""A wrong row is named by file, row and key, and a hash covers what rows say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.rules import load_rules, read_rules
from tasks.rules.load import hash_rules
from tasks.toml_rows import RowError

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
    assert hash_rules(load_rules()) == hash_rules(reversed(load_rules()))

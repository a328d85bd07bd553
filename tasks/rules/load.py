"""Rule rows, read from `rows/*.toml` and checked against their own examples.

A row is data and its own test: `hits` are lines that it must catch, `keeps` similar lines that it must leave alone.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

from tasks.rules.key import line_key
from tasks.toml_rows import RowError, describe_unknown, name_row, read_toml_rows

ROWS = Path(__file__).parent / "rows"

FAMILY_NAMES = """
advertisement alerts app-prompt breadcrumbs comments cookies-consent copyright counters disclaimer donate
feedback follow-us gift-save loading most-popular navigation newsletter pagination print-email read-more
reading-time related share sign-in sponsored story-continues subscribe-paywall symbols tags-topics
updated-published video-scroll
"""
FAMILIES = frozenset(FAMILY_NAMES.split())
Zone = Literal["any", "edge", "head", "tail"]  # widest first: the order in which rules win
COMPLAINT = re.compile(r"error: (?!regex)(.*)")  # the last line of the regex engine's message
SAFE_BRACKETS = re.compile(r"\\.|\[[^\]]*\]|\(\?(?:-u)?:")  # escaped characters, classes, uncounted groups


@dataclass(frozen=True)
class Rule:
    """One row.

    `lines` are whole lines, given as keys (`tasks.rules.key`); `pattern` is a regular expression without look-around or
    back-references that must match the whole key. Keys longer than `max_chars` are not looked at. A rule that `takes` a list
    also removes the links below its line; one that takes a paragraph spells out a whole notice, and removes it where it looks
    like a paragraph of the article.
    """

    id: str
    family: str
    languages: tuple[str, ...]
    action: Literal["remove", "flag"]
    zone: Zone
    takes: Literal["line", "list", "paragraph"]
    why: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]
    lines: tuple[str, ...] = ()
    pattern: str | None = None
    max_chars: int = 100


def hash_rules(rules: Iterable[Rule]) -> str:
    """Hash over the content of rows, 12 hex digits. Comments, spacing and the order of rows and files do not count."""
    content = repr(sorted(rules, key=lambda rule: rule.id))
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@cache
def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Every row of every `*.toml` in `folder`, by id. Raises RowError for the first row that is wrong."""
    placed = [
        (name_row(path, number, rule.id), rule)
        for path in sorted(folder.glob("*.toml"))
        for number, rule in enumerate(read_toml_rows(path, "rule", Rule), 1)
    ]
    keys = find_keys(line for _, rule in placed for line in (*rule.lines, *rule.hits, *rule.keeps))
    found: dict[str, Rule] = {}
    for place, rule in placed:
        if fault := find_rule_fault(rule, keys):
            raise RowError(f"{place}: {fault}")
        if rule.id in found:
            raise RowError(f"{place}: a row of another file has the same id; each row needs its own")
        found[rule.id] = rule
    return tuple(found[name] for name in sorted(found))


def find_keys(lines: Iterable[str]) -> dict[str, str]:
    """The key of each line."""
    table = pl.DataFrame({"line": list(dict.fromkeys(lines))}, schema={"line": pl.String})
    return dict(table.select("line", key=line_key(pl.col("line"))).iter_rows())


def find_rule_fault(rule: Rule, keys: Mapping[str, str]) -> str:
    """What is wrong with a rule, in words; empty when nothing is. `keys`: the key of each of its lines, hits and keeps."""
    if rule.family not in FAMILIES:
        return f"family: {describe_unknown('value', rule.family, sorted(FAMILIES))}"
    faults = {
        f"id must start with {rule.family + '.'!r}": not rule.id.startswith(rule.family + "."),
        "languages is empty; use ['any'] for a rule without words": not rule.languages,
        "lines and pattern are both missing; give one of them": not rule.lines and rule.pattern is None,
        "why must be a sentence that ends in a full stop": len(rule.why) <= 10 or not rule.why.endswith("."),
        "hits is empty; give lines that the rule must catch": not rule.hits,
        "keeps is empty; give lines that the rule must leave alone": not rule.keeps,
        "max_chars must be 1 to 1000": not 1 <= rule.max_chars <= 1000,
    }
    if fault := next((text for text, is_true in faults.items() if is_true), ""):
        return fault
    for line in rule.lines:
        if keys[line] != line or not line:
            return f"lines: {line!r} is not a key, so no line equals it; write {keys[line]!r}"
    return find_pattern_fault(rule.pattern or "") or find_wrong_example(rule, keys)


def find_pattern_fault(pattern: str) -> str:
    """Why a pattern cannot be one of many that are run at once, in words; empty when it can."""
    if "(" in SAFE_BRACKETS.sub("", pattern):
        return "pattern: write groups as (?:...); the engine counts the others"
    if r"\b" in pattern.replace(r"(?-u:\b)", ""):
        return r"pattern: write \b as (?-u:\b); the other is slow on letters with accents"
    return ""


def describe_pattern_error(error: pl.exceptions.ComputeError) -> str:
    """Why a pattern does not compile, on one line."""
    found = COMPLAINT.search(str(error))
    return f"pattern does not compile: {found[1] if found else error}"


def find_wrong_example(rule: Rule, keys: Mapping[str, str]) -> str:
    """The first hit that a rule does not match, or line that it must not match and does, in words; empty when there is none."""
    caught = set(rule.lines)
    if rule.pattern is not None:
        examples = pl.Series(["", *(keys[line] for line in (*rule.hits, *rule.keeps))])
        try:
            caught |= set(examples.filter(examples.str.contains(f"^(?:{rule.pattern})$")))
        except pl.exceptions.ComputeError as error:
            return describe_pattern_error(error)
    if "" in caught and rule.family != "symbols":
        return "the rule matches the empty line; narrow it"
    for line in (*rule.hits, *rule.keeps):
        is_caught = keys[line] in caught and len(keys[line]) <= rule.max_chars
        if line in rule.hits and not is_caught:
            return f"hits: the rule does not match {line!r}, whose key is {keys[line]!r}"
        if line in rule.keeps and is_caught:
            return f"keeps: the rule matches {line!r}, which it must leave alone"
    return ""

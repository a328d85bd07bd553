"""Rule rows: read from `rows/*.toml`, checked, and hashed into a version.

A row is data and its own test: `hits` it must catch, `keeps` it must leave alone. Rows with `action = "role"` name
what a line is instead of taking it out; they are kept apart.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from tasks.rules.key import line_key

ROWS = Path(__file__).parent / "rows"

FAMILIES = frozenset(
    {
        "advertisement",
        "alerts",
        "app-prompt",
        "breadcrumbs",
        "comments",
        "cookies-consent",
        "copyright",
        "counters",
        "disclaimer",
        "donate",
        "feedback",
        "follow-us",
        "gift-save",
        "loading",
        "most-popular",
        "navigation",
        "newsletter",
        "pagination",
        "print-email",
        "read-more",
        "reading-time",
        "related",
        "share",
        "sign-in",
        "sponsored",
        "story-continues",
        "subscribe-paywall",
        "symbols",
        "tags-topics",
        "updated-published",
        "video-scroll",
    }
)
ACTIONS = ("remove", "flag", "role")
ZONES = ("any", "edge", "head", "tail")  # widest first: the order in which rules win
TAKES = ("line", "list")
COMPLAINT = re.compile(r"error: (?!regex)(.*)")  # the last of several lines that the regex engine answers
SAFE_BRACKETS = re.compile(r"\\.|\[[^\]]*\]|\(\?(?:-u)?:")  # escaped signs, classes, groups that do not count


@dataclass(frozen=True)
class Rule:
    """One row.

    `lines` are whole lines, given as keys (`tasks.rules.key`); `pattern` is a regular expression without look-around or
    back-references that must match the whole key. Keys longer than `max_chars` are never looked at. `role` and `cased`
    belong to role rows only.
    """

    id: str
    family: str
    languages: tuple[str, ...]
    action: str
    zone: str
    takes: str
    why: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]
    lines: tuple[str, ...] = ()
    pattern: str | None = None
    max_chars: int = 100
    role: str | None = None
    cased: bool = False


@cache
def load_roles() -> tuple[Rule, ...]:
    """All rows that name a role, by id."""
    return tuple(rule for rule in read_rules(ROWS) if rule.action == "role")


def hash_rules(rules: Iterable[Rule]) -> str:
    """Hash over the content of rows, 12 hex digits."""
    rows = sorted((asdict(rule) for rule in rules), key=lambda row: str(row["id"]))
    content = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@cache
def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Every row of every `*.toml` in `folder`, by id.

    Raises ValueError that names file and row when a field is missing, unknown or of the wrong type, an id is used
    twice, a pattern does not compile or a line is not a key.
    """
    found: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        for row in read_rows(path):
            rule = make_rule(row, path.name)
            if rule.id in found:
                raise ValueError(f"{path.name}: rule {rule.id}: this id is taken; give the row one of its own.")
            found[rule.id] = rule
    check_lines(found.values())
    return tuple(found[name] for name in sorted(found))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The `[[rule]]` tables of one file, unchecked."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: not TOML: {error}. Mend the file.") from None
    rows = content.get("rule")
    if set(content) != {"rule"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path.name}: holds something else than [[rule]] tables; move it out of the rules folder.")
    return rows


def make_rule(row: Mapping[str, Any], file: str) -> Rule:
    """A checked rule from one table; role rows need no family, zone or takes."""
    where = f"{file}: rule {row.get('id', '(no id)')}"
    defaults = {"family": "role", "zone": "any", "takes": "line"} if row.get("action") == "role" else {}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in {**defaults, **row}.items()
    }
    known = {field.name for field in fields(Rule)}
    missing = {"id", "family", "languages", "action", "zone", "takes", "why", "hits", "keeps"} - set(values)
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{where}: unknown field {unknown[0]}; fields are {', '.join(sorted(known))}.")
    if missing:
        raise ValueError(f"{where}: field {min(missing)} is missing; add it.")
    check_types(values, where)
    rule = Rule(**values)
    check_rule(rule, where)
    return rule


def check_types(values: Mapping[str, Any], where: str) -> None:
    """Raises ValueError when a value is not of its field's type."""
    for name, value in values.items():
        if name in ("languages", "hits", "keeps", "lines"):
            good = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
        elif name in ("max_chars", "cased"):
            good = type(value) is (int if name == "max_chars" else bool)
        else:
            good = isinstance(value, str)
        if not good:
            raise ValueError(f"{where}: {name} has the wrong type: {value!r}.")


def check_rule(rule: Rule, where: str) -> None:
    """Raises ValueError for the first thing that is wrong with a row."""
    role = rule.action == "role"
    wrong = {
        f"action is {rule.action!r}; use one of {', '.join(ACTIONS)}": rule.action not in ACTIONS,
        f"family {rule.family!r} is not known; add it to FAMILIES or mend it": not role and rule.family not in FAMILIES,
        f"id must start with {rule.family + '.'!r}": not role and not rule.id.startswith(rule.family + "."),
        f"zone is {rule.zone!r}; use one of {', '.join(ZONES)}": rule.zone not in ZONES,
        f"takes is {rule.takes!r}; use one of {', '.join(TAKES)}": rule.takes not in TAKES,
        "role and cased belong to rows with action role": not role and (rule.role is not None or rule.cased),
        "a row with action role names its role": role and rule.role is None,
        "languages is empty; use ['any'] for a rule without words": not rule.languages,
        "lines and pattern are both missing; one must be there": not rule.lines and rule.pattern is None,
        "why must be a sentence that ends in a stop": not (len(rule.why) > 10 and rule.why.endswith(".")),
        "hits is empty; give lines that the rule must catch": not rule.hits,
        "keeps is empty; give lines that the rule must leave alone": not rule.keeps,
        "max_chars must lie between 1 and 1000": not 1 <= rule.max_chars <= 1000,
    }
    for complaint, found in wrong.items():
        if found:
            raise ValueError(f"{where}: {complaint}.")
    check_pattern(rule, where)


def check_pattern(rule: Rule, where: str) -> None:
    """Raises ValueError when the engine that will run the pattern refuses it, or when it matches the empty key."""
    if rule.pattern is None:
        return
    if "(" in SAFE_BRACKETS.sub("", rule.pattern):
        raise ValueError(f"{where}: write groups in the pattern as (?:...); the engine counts the others.")
    if r"\b" in rule.pattern.replace(r"(?-u:\b)", ""):
        raise ValueError(rf"{where}: write \b in the pattern as (?-u:\b); the other is slow on letters with accents.")
    try:
        empty = pl.select(pl.lit("").str.contains(f"^(?:{rule.pattern})$")).item()
    except pl.exceptions.ComputeError as error:
        found = COMPLAINT.search(str(error))
        raise ValueError(f"{where}: pattern does not compile: {found[1] if found else error}.") from None
    if empty and rule.family != "symbols":
        raise ValueError(f"{where}: pattern matches the empty line; narrow it.")


def check_lines(rules: Iterable[Rule]) -> None:
    """Raises ValueError for the first of a rule's lines that is not its own key: no line could ever equal it."""
    rows = [(rule.id, line) for rule in rules if rule.action != "role" for line in rule.lines]
    if not rows:
        return
    table = pl.DataFrame(rows, schema=["id", "line"], orient="row").with_columns(key=line_key(pl.col("line")))
    wrong = table.filter((pl.col("key") != pl.col("line")) | (pl.col("key") == ""))
    for name, line, key in wrong.head(1).iter_rows():
        raise ValueError(f"rule {name}: {line!r} is not a key; write {key!r}.")

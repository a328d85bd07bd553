"""Lists of what there is: rules, sources, quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.batches.places import open_lake
from flows.console import fail, out, print_table
from flows.settings import Settings
from tasks.lakes import lookup
from tasks.sources import load_sources
from tasks.toml_rows import RowError


def describe_rules() -> Sequence[tuple[str, str, str, str, str]]:
    """Every rule and role row: id, why, languages, zone, what it does."""
    from tasks.roles.rows import load_role_rows
    from tasks.rules import load_rules

    cutting = [
        (rule.id, rule.why, " ".join(rule.languages), rule.zone, f"{rule.action} {rule.takes}") for rule in load_rules()
    ]
    return cutting + [(row.id, row.why, "", row.zone, f"role {row.role}") for row in load_role_rows()]


def list_rules(find: str | None) -> int:
    """The rules and roles, those that mention `find` in id or languages."""
    rows = [row for row in describe_rules() if not find or find in row[0] or find in row[2].split()]
    if not rows:
        return fail(f"no rule mentions {find!r}. `copydesk rules` lists all.", 2)
    print_table(
        ("id", "does", "where", "languages", "why"),
        ((name, does, zone, languages, reason) for name, reason, languages, zone, does in rows),
    )
    return 0


def list_sources(settings: Settings) -> int:
    """The declared sources with the batches of them that are in the lake."""
    try:
        declared = load_sources(settings.sources)
    except RowError as error:
        return fail(error, 2)
    receipts = lookup.ask(open_lake(settings.lake), "receipts", "true ORDER BY source, logical_date")
    batches = Counter(row["source"] for row in receipts)
    latest = {row["source"]: row["logical_date"] for row in receipts}
    names = [*declared, *(name for name in sorted(batches) if name not in declared)]
    print_table(
        ("source", "path", "format", "batches", "latest"),
        (
            (
                name,
                declared[name].path if name in declared else "(not declared)",
                declared[name].format if name in declared else "",
                batches[name],
                latest.get(name),
            )
            for name in names
        ),
        right=frozenset({"batches"}),
    )
    return 0


def list_quarantine(settings: Settings, reason: str | None, source: str | None) -> int:
    """Quarantine rows, by reason."""
    rows = lookup.ask(
        open_lake(settings.lake),
        "quarantine",
        "(? IS NULL OR list_contains(reasons, ?)) AND (? IS NULL OR source = ?) ORDER BY reasons, uri",
        reason,
        reason,
        source,
        source,
    )
    if not rows:
        out.print("nothing in quarantine" + (f" with reason {reason}" if reason else ""), markup=False)
        return 0
    print_table(
        ("reasons", "uri", "date", "stage", "detail"),
        ((", ".join(row["reasons"]), row["uri"], row["logical_date"], row["stage"], row["detail"]) for row in rows),
    )
    return 0

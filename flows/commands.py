"""What the commands that ask a lake do. Each returns an exit code: 0 done, 1 something is wrong, 2 the call was."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from flows.catalogs import follow_publish
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.places import open_lake
from flows.settings import Settings
from tasks import lookup
from tasks.reasons import explain_reason
from tasks.sources import SourceError, load_sources

SHOWN = 50  # findings told one by one; the table at the end counts all


def pick_document(settings: Settings, key: str) -> dict[str, Any] | int:
    """The one document that `key` names, or an exit code after saying what is wrong."""
    found = lookup.find_documents(open_lake(settings.lake), key)
    if len(found) == 1:
        return found[0]
    if found:
        out.print(f"{len(found)} documents match {key}:", markup=False)
        print_table(("doc_id", "uri", "title"), ((row["doc_id"], row["uri"], row["title"]) for row in found))
        return fail("name one of them", 2)
    return fail(
        f"no document {key!r} in {open_lake(settings.lake).name}. "
        "`copydesk why` also looks in quarantine and among duplicates.",
        2,
    )


def explain(settings: Settings, key: str) -> int:
    """What was taken out of a document and why; or why it is not published."""
    documents = lookup.find_documents(open_lake(settings.lake), key)
    if len(documents) == 1:
        return explain_document(settings, documents[0])
    if documents:
        picked = pick_document(settings, key)
        return picked if isinstance(picked, int) else 0
    quarantined = lookup.find_quarantined(open_lake(settings.lake), key)
    for row in quarantined:
        out.print(
            f"{row['uri']}: in quarantine at {row['stage']}: {', '.join(row['reasons'])}", soft_wrap=True, markup=False
        )
        for name in ("detail", "excerpt"):
            if row[name]:
                out.print(f"  {name}: {row[name]}", soft_wrap=True, markup=False)
    twins = lookup.find_twins(open_lake(settings.lake), key)
    for twin in twins:
        out.print(
            f"{key}: says the same as {twin['twin']} ({twin['twin_date']}), published as {twin['doc_id']}",
            soft_wrap=True,
            markup=False,
        )
    if quarantined or twins:
        return 0
    return fail(
        f"{key!r} is neither a document, nor in quarantine, nor a duplicate in {open_lake(settings.lake).name}. "
        "Give a doc_id, uri, url or record id.",
        2,
    )


def explain_document(settings: Settings, document: dict[str, Any]) -> int:
    """Every line of a document that is not in its text, with the rule and its why."""
    whys = {name: reason for name, reason, *_ in describe_rules()}
    rows = lookup.find_lines(open_lake(settings.lake), document["doc_id"])
    out.print(f"{document['doc_id']}  {document['uri']}  {document['title'] or ''}", soft_wrap=True, markup=False)
    out.print(
        f"{document['removed_lines']} of {document['line_count']} lines taken out, {len(document['body_lines'])} in the text",
        markup=False,
    )
    marks = {True: "taken out", False: "kept apart"}
    print_table(
        ("line", "", "role", "rule", "evidence", "text"),
        (
            (row["line"], marks[row["removed"]], row["role"], row["rule"], row["evidence"], row["text"][:160])
            for row in rows
        ),
        right=frozenset({"line"}),
    )
    for rule in sorted({row["rule"] for row in rows}):
        if said := whys.get(rule) or explain_reason(rule):
            out.print(f"  {rule}: {said}", soft_wrap=True, markup=False)
    return 0


def show_document(settings: Settings, key: str) -> int:
    """A document with its parts."""
    picked = pick_document(settings, key)
    if isinstance(picked, int):
        return picked
    for name in (
        "doc_id",
        "uri",
        "publisher",
        "logical_date",
        "title",
        "standfirst",
        "authors",
        "published_at",
        "language",
        "language_score",
        "flags",
    ):
        value = picked[name]
        if value not in (None, []):
            out.print(
                f"{name:15} {', '.join(value) if isinstance(value, list) else value}", soft_wrap=True, markup=False
            )
    for caption in picked["captions"]:
        copies = f" ({caption['copies']} copies)" if caption["copies"] > 1 else ""
        out.print(
            f"{'caption':15} {caption['text']} [{caption['credit'] or 'no credit'}]{copies}",
            soft_wrap=True,
            markup=False,
        )
    out.print()
    out.print(picked["text"], soft_wrap=True, markup=False)
    return 0


def restore_document(settings: Settings, key: str) -> int:
    """The canonical text of a document on standard output, exactly: no line end is added."""
    picked = pick_document(settings, key)
    if isinstance(picked, int):
        return picked
    sys.stdout.buffer.write(lookup.restore_text(open_lake(settings.lake), picked).encode())
    sys.stdout.buffer.flush()
    return 0


def describe_rules() -> list[tuple[str, str, str, str, str]]:
    """Every rule and role row: id, why, languages, zone, what it does."""
    from tasks.roles import load_roles
    from tasks.rules import load_rules

    cutting = [
        (rule.id, rule.why, " ".join(rule.languages), rule.zone, f"{rule.action} {rule.takes}") for rule in load_rules()
    ]
    return cutting + [(row.id, row.why, "", row.zone, f"role {row.role}") for row in load_roles()]


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
    except SourceError as error:
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


def check_lake(settings: Settings, *, whole: bool) -> int:
    """Verifies a lake and prints what is wrong with it, or only looks so."""
    from tasks.check import check, find_odd_days

    lake = open_lake(settings.lake)
    if whole:
        with tempfile.TemporaryDirectory(prefix="copydesk-check-") as scratch:
            findings = check(lake, Path(scratch))
    else:
        findings = check(lake)
    # Without sound receipts, days say nothing.
    doubts = [] if findings else find_odd_days(lake)
    for found in [*findings, *doubts][:SHOWN]:
        # No table: paths and commands are there to be copied.
        out.print(f"{found.what}: {found.where}\n  next: {found.next}", soft_wrap=True, markup=False)
    if findings:
        kinds = Counter(found.what for found in findings)
        print_table(("wrong", "times"), kinds.most_common(), right=frozenset({"times"}))
        return fail(f"{len(findings)} things are wrong with {lake.name}", 1)
    said = "all documents" if whole else "a sample of the documents (--all takes every one)"
    out.print(f"{lake.name}: all files and sums and {said} are as their receipts say", soft_wrap=True, markup=False)
    if doubts:
        out.print(f"{len(doubts)} days look odd beside their neighbours", markup=False)
    return 0


def list_versions(settings: Settings) -> int:
    """The commits of a lake, newest last; those that are kept can be gone back to."""
    lake = open_lake(settings.lake)
    current = lake.version()
    rows = []
    for made in lake.versions():
        source, day = made.batch or ("", "")
        state = "current" if made.version == current else "kept" if made.kept else ""
        rows.append((made.version, source, day, made.rows.get("documents", ""), state))
    print_table(("version", "source", "date", "documents", ""), rows, right=frozenset({"version", "documents"}))
    return 0


def roll_back(settings: Settings, number: int) -> int:
    """Makes an earlier version the current one."""
    from tasks.lake import LakeError
    from tasks.publishing.publish import roll_back as roll

    lake = open_lake(settings.lake)
    try:
        made = roll(lake, number, settings.wait_seconds, keep=settings.keep_versions)
    except LakeError as error:
        return fail(error, 2)
    out.print(f"{lake.name}: readers see version {number} again, as version {made}", markup=False)
    try:
        follow_publish(settings)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    return 0


def change_partitions(settings: Settings, by: str) -> int:
    """Partitions a lake by month or by day."""
    from tasks.lake import LakeError
    from tasks.publishing.repartition import repartition

    if by not in ("month", "day"):
        return fail(f"--by {by}: lakes are partitioned by month or by day", 2)
    lake = open_lake(settings.lake)
    try:
        made = repartition(lake, by, keep=settings.keep_versions, wait_seconds=settings.wait_seconds)
    except LakeError as error:
        return fail(error, 2)
    out.print(f"{lake.name}: version {made} is by {by}", markup=False)
    return 0


def list_files(settings: Settings, table: str) -> int:
    """The immutable files of a table in the published version, one a line."""
    from tasks.schema import TABLES

    if table not in TABLES:
        return fail(f"there is no table {table!r}; there are {', '.join(TABLES)}", 2)
    lake = open_lake(settings.lake)
    manifest = lake.manifest()
    for file in manifest.tables.get(table, ()):
        print(lake.locate(manifest.version, table, file))
    return 0

"""Pages as HTML: of a run, of what a run would change, and of all batches of a lake.

They have no address outside themselves, and no script but the one that searches a table. A policy in the head names the style
sheet and that script by their hashes: a page loads and runs nothing else, whatever an article contains.
"""

import hashlib
import json
import os
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasks.batch import name_command
from tasks.cleaning.clean import explain_rule
from tasks.counts import count_warnings, format_count
from tasks.kept import find_kept_folder
from tasks.lakes.lake import Lake
from tasks.report import charts, wording
from tasks.report.collect import Report
from tasks.report.figures import EARLIER, OTHERS, DayCount
from tasks.report.grid import IndexRow, draw_grid
from tasks.report.hits import name_decider
from tasks.report.record import name_run_page, read_blocked
from tasks.report.texts import find_neighbours, shorten
from tasks.stores.store_files import StoreFiles, change_store_file
from tasks.trials.diff import CHANGES, Differences, count_changes, count_columns
from tasks.trials.text_diff import mark_words

RULES_SHOWN = 200
CHANGES_SHOWN = 400  # lines of one document's diff
ROWS_SHOWN = 60  # per source; the grid has all
DAYS_SHOWN = 60
SOURCES_SHOWN = 6
INDEX_COLUMNS = (
    "source",
    "logical_date",
    "records",
    "published",
    "duplicates",
    "quarantined",
    "chars",
    "removed_chars",
    "warnings",
)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?")


def write_page(report: Report) -> str:
    """The page of a run."""
    rules = [(entry["rule"], entry["count"]) for entry in report.receipt["rules"]]
    drawn = [charts.draw_days(report.days, undated=report.undated)] if report.days else []
    drawn += [charts.draw_lengths(report.lengths)] if report.days else []
    drawn += [charts.draw_rules(rules)] if rules else []
    drawn += [charts.draw_publishers(report.publishers)] if report.publishers else []
    headline, summary = wording.describe_result(report)
    records, characters = wording.sum_receipt(report.receipt, is_blocked=report.state == "blocked")
    return render_template(
        "batch.html",
        report=report,
        receipt=report.receipt,
        again=name_command(report.source, report.logical_date),
        versions=json.loads(report.receipt["versions"]),
        headline=headline,
        summary=summary,
        findings=wording.list_findings(report),
        sums=[(records, charts.draw_sum("records", records)), (characters, charts.draw_sum("characters", characters))],
        charts=drawn,
    )


def write_changes(source: str, day: date, differences: Differences) -> str:
    """The page on what a run of a batch would change. The templates escape text of articles."""
    changes = Counter(differences.documents["change"])
    counted = count_changes(differences.lines)
    return render_template(
        "changes.html",
        source=source,
        day=day,
        total=changes.total(),
        changed=changes.total() - changes["same"],
        blocked_by=", ".join(differences.blocked_by),
        changes=[(change, meaning, changes[change]) for change, meaning in CHANGES.items() if changes[change]],
        columns=count_columns(differences.documents),
        rules=list(counted.head(RULES_SHOWN).iter_rows()),
        left=max(0, counted.height - RULES_SHOWN),
        examples=[
            (change, [(example, mark_words(example.diff)) for example in group])
            for change, group in groupby(differences.examples, lambda own: own.change)
        ],
        lines_shown=CHANGES_SHOWN,
    )


def write_index(lake: Lake, pages: StoreFiles) -> str:
    """Writes index.html, again if another run did so meanwhile, so that no page is left out; returns its place."""
    change_store_file(pages, "index.html", lambda _: render_index(lake, pages).encode())
    return pages.address("index.html")


def render_index(lake: Lake, pages: StoreFiles) -> str:
    """The index as HTML."""
    names = pages.list_names("")
    receipts = lake.receipts(columns=INDEX_COLUMNS) if lake.version() else ()
    known = frozenset(names)
    published = [list_batch(receipt, known, "published") for receipt in receipts]
    blocked = [
        list_batch(record.receipt, known, "blocked", ", ".join(record.blocked_by))
        for record in read_blocked(pages, names)
        if record.receipt
    ]
    rows = sorted([*published, *blocked], key=lambda row: (row.source, -row.logical_date.toordinal(), row.state))
    return render_template(
        "index.html",
        lake=lake.label,
        chart=draw_batches(published),
        months=draw_grid(rows),
        published=published,
        groups={source: list(group) for source, group in groupby(rows, key=lambda row: row.source)},
        shown=ROWS_SHOWN,
        blocked=blocked,
    )


def draw_batches(rows: Sequence[IndexRow]) -> charts.Chart | None:
    """Documents of the latest batches by day and source; None without any."""
    published = {(row.source, row.logical_date): row.receipt["published"] for row in rows if row.receipt["published"]}
    if not published:
        return None
    first = max(day for _, day in published) - timedelta(days=DAYS_SHOWN - 1)
    totals: Counter[str] = Counter()
    for (source, _), documents in published.items():
        totals[source] += documents
    named = sorted(totals, key=lambda source: (-totals[source], source))[:SOURCES_SHOWN]
    counts: Counter[tuple[str, str]] = Counter()
    for (source, day), documents in published.items():
        counts[str(day) if day >= first else EARLIER, source if source in named else OTHERS] += documents
    return charts.draw_days([DayCount(*key, documents) for key, documents in sorted(counts.items())], "source")


def list_batch(receipt: Mapping[str, Any], names: Set[str], state: str, blocked_by: str = "") -> IndexRow:
    """A receipt as a row of the index. `names`: the existing pages."""
    day = date.fromisoformat(str(receipt["logical_date"]))
    page = name_run_page(receipt["source"], day, state)
    return IndexRow(receipt["source"], day, state, blocked_by, page if page in names else "", receipt)


def render_template(template: str, **values: Any) -> str:
    """A template of the package, filled in."""
    return load_templates().get_template(template).render(**values)


def read_template(name: str) -> Markup:
    """A template that is printed as it is."""
    return Markup(files("tasks.report").joinpath("templates", name).read_text(encoding="utf-8"))


def name_digest(text: str) -> str:
    """How a page's policy names the one style or script that it allows."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def load_templates() -> Environment:
    """The templates. Every value that they print is escaped, without their doing."""
    folder = find_kept_folder()
    environment = Environment(
        bytecode_cache=FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None,
        loader=PackageLoader("tasks.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else wording.escape_text(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = read_template("style.css"), read_template("search.js")
    policy = f"default-src 'none'; style-src {name_digest(style)}; script-src {name_digest(script)}; "
    environment.globals.update(
        style=style,
        script=script,
        policy=Markup(policy + "base-uri 'none'; form-action 'none'"),
        date=lambda day: f"{day.day} {wording.MONTHS[day.month - 1]} {day.year}",
        count=format_count,
        warnings=count_warnings,
        share=lambda part, whole: f"{part / whole:.1%}" if whole else "–",
        explain=explain_rule,
        shorten=shorten,
        neighbours=find_neighbours,
        decider=name_decider,
        language=lambda code: Markup(f' lang="{code}"') if code != "und" and LANGUAGE.fullmatch(code) else "",
    )
    environment.filters.update(
        attribute=lambda text: Markup(wording.escape_label(str(text))), number=lambda value: f"{value:,}", svg=Markup
    )
    return environment

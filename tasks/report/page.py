"""A `Report` as one HTML file: no script, no address outside itself, the same bytes for the same batch.

A policy in its head lets it load and run nothing but its own style sheet, whatever an article contains.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasks.cleaning.reasons import explain_reason
from tasks.report import charts, wording
from tasks.report.collect import Report
from tasks.report.safe import escape_label, escape_text
from tasks.report.texts import find_neighbours, shorten
from tasks.roles.rows import load_role_rows
from tasks.rules import load_rules

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?")


def write_page(report: Report) -> str:
    """The page of a run."""
    rules = [(entry["rule"], entry["count"]) for entry in report.receipt["rules"]]
    drawn = [charts.draw_days(report.days, undated=report.undated)] if report.days else []
    drawn += [charts.draw_lengths(report.lengths)] if report.days else []
    drawn += [charts.draw_rules(rules)] if rules else []
    drawn += [charts.draw_publishers(report.publishers)] if report.publishers else []
    headline, summary = wording.describe_result(report)
    records, characters = wording.sum_receipt(report.receipt)
    return render_template(
        "batch.html",
        report=report,
        receipt=report.receipt,
        headline=headline,
        summary=summary,
        findings=wording.list_findings(report),
        sums=[(records, charts.draw_sum("records", records)), (characters, charts.draw_sum("characters", characters))],
        charts=drawn,
    )


@cache
def load_reasons() -> dict[str, str]:
    """The reason of every rule and role, by id."""
    return {rule.id: rule.why for rule in load_rules()} | {row.id: row.why for row in load_role_rows()}


def render_template(template: str, **values: Any) -> str:
    """A template of the package, filled in."""
    return load_templates().get_template(template).render(**values)


@cache
def load_templates() -> Environment:
    """The templates. Every value that they print is escaped, without their doing."""
    environment = Environment(
        loader=PackageLoader("tasks.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else escape_text(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("tasks.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode()
    environment.globals.update(
        style=Markup(f"\n{style}"),
        policy=Markup(f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"),
        date=wording.format_date,
        count=wording.format_count,
        share=wording.format_share,
        explain=lambda rule: load_reasons().get(rule) or explain_reason(rule) or "",
        shorten=shorten,
        neighbours=find_neighbours,
        language=mark_language,
    )
    environment.filters.update(
        attribute=lambda text: Markup(escape_label(str(text))), number=lambda value: f"{value:,}", svg=Markup
    )
    return environment


def mark_language(code: str) -> Markup:
    """A `lang` attribute for a language; empty if the code is not one."""
    return Markup(f' lang="{code}"') if code != "und" and LANGUAGE.fullmatch(code) else Markup("")

"""A `Report` as one HTML file: no script, no address outside itself, the same bytes whenever it is made.

A policy in its head lets it load and run nothing at all, its own style sheet excepted, should anything ever slip through.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from os import getpid
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasks.cleaning.reasons import explain_reason
from tasks.report import charts, wording
from tasks.report.collect import Report
from tasks.report.safe import escape, show
from tasks.report.texts import ShownDocument, find_neighbours, shorten
from tasks.roles.rows import load_role_rows
from tasks.rules import load_rules

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?")


def write_whole(path: Path, text: str) -> None:
    """Writes a page to a file at one instant: nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def write_page(report: Report) -> str:
    """The page of a run."""
    days = [charts.draw_days(report.days, undated=report.undated)] if report.days else []
    rules = [(entry["rule"], entry["count"]) for entry in report.receipt["rules"]]
    drawn = [
        *days,
        *([charts.draw_lengths(report.lengths)] if report.days else []),
        *([charts.draw_rules(rules)] if rules else []),
        *([charts.draw_publishers(report.publishers)] if report.publishers else []),
    ]
    records, characters = wording.sum_up(report.receipt)
    return render(
        "batch.html",
        report=report,
        receipt=report.receipt,
        head=wording.say_head(report),
        verdict=wording.say_verdict(report),
        asked=wording.list_asked(report),
        sums=[records, characters],
        funnels=[charts.draw_sum("records", records), charts.draw_sum("characters", characters)],
        charts=drawn,
    )


@cache
def explain_rules() -> dict[str, str]:
    """The why of every rule and role, by id."""
    return {rule.id: rule.why for rule in load_rules()} | {row.id: row.why for row in load_role_rows()}


def explain(rule: str) -> str:
    """The why of a decision; empty where nobody wrote one."""
    return explain_rules().get(rule) or explain_reason(rule) or ""


def render(template: str, **values: Any) -> str:
    """A template of the package, filled in."""
    return make_environment().get_template(template).render(**values)


@cache
def make_environment() -> Environment:
    """Templates in which every value that is printed is made safe first, whether its author thought of it or not."""
    environment = Environment(
        loader=PackageLoader("tasks.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("tasks.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode()
    environment.globals.update(
        style=Markup(f"\n{style}"),
        policy=Markup(f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"),
        say_date=wording.say_date,
        count=wording.count,
        share=wording.share,
        explain=explain,
        shorten=shorten,
        neighbours=find_neighbours,
        language=name_language,
        documents=name_document,
    )
    environment.filters.update(
        attribute=lambda text: Markup(escape(str(text))), number=lambda value: f"{value:,}", svg=Markup
    )
    return environment


def finalize(value: object) -> object:
    """What is printed: markup of our own as it is, anything else as text that is safe to look at."""
    return value if isinstance(value, Markup) else show(value)


def name_language(code: str) -> Markup:
    """A `lang` attribute for a language's code; none for what is no code."""
    return Markup(f' lang="{code}"') if code != "und" and LANGUAGE.fullmatch(code) else Markup("")


def name_document(document: ShownDocument) -> str:
    """A document as one names it: its headline, else where it came from."""
    return document.title or document.uri

"""Articles in a few lines, annotated and cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tasks.cleaning.annotate import assign_roles, match_words
from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean import clean_lines
from tasks.cleaning.clean_documents import clean_documents
from tasks.lines import split_lines

# Paragraphs: sentences of more than 100 characters.
P1 = "The harbour master said on Monday that the last ferry would leave at six, an hour later than planned, and not return."
P2 = "Nobody in the town hall wanted to say who had decided it, or when, but the timetable had been printed in the spring."
P3 = "By evening the quay was empty but for a dog, two gulls and a crate of lemons that somebody had forgotten to put aboard."


def make_records(count: int = 1, title: str | None = None, standfirst: str | None = None) -> pl.DataFrame:
    """Records as reading gives them, with the fields that cleaning looks at."""
    schema = {"title": pl.String, "standfirst": pl.String}
    return pl.DataFrame({"title": [title] * count, "standfirst": [standfirst] * count}, schema=schema)


def annotate(lines: pl.DataFrame, records: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """The annotated lines of articles; arguments as `match_words` and `assign_roles` take them."""
    return assign_roles(match_words(lines, records), records, known)


def annotate_texts(texts: Sequence[str] | pl.Series) -> pl.DataFrame:
    """The annotated lines of texts without fields of their own."""
    return annotate(split_lines(pl.Series(texts, dtype=pl.String)), make_records(len(texts)))


def annotate_text(text: str, title: str | None = None, standfirst: str | None = None) -> pl.DataFrame:
    """The annotated lines of one article."""
    return annotate(split_lines(pl.Series([text])), make_records(1, title, standfirst))


def clean_text(text: str, budget: float = 0.5) -> pl.DataFrame:
    """The cleaned lines of one article."""
    return clean_lines(annotate_text(text), budget)


def clean_texts(*texts: str) -> pl.DataFrame:
    """The cleaned lines of articles and pages."""
    return clean_documents(split_lines(pl.Series(texts)), make_records(len(texts)), 0.5)


def find_roles(text: str, title: str | None = None, standfirst: str | None = None) -> dict[int, str | None]:
    """Line number and role of each line of an annotated article."""
    return dict(annotate_text(text, title, standfirst).select("line", "role").iter_rows())


def list_documents(lines: pl.DataFrame, name: str) -> list[dict[int, Any]]:
    """Line number and value of column `name` of each line, a dict per document: many short texts cost little more than one."""
    return [dict(part.select("line", name).iter_rows()) for part in lines.partition_by("doc", maintain_order=True)]


def read_fates(text: str) -> list[tuple[str | None, bool]]:
    """Role and removal of each line of a document, captions merged."""
    lines, _ = merge_captions(clean_texts(text))
    return list(lines.select("role", "removed").iter_rows())


def make_line(width: int, start: str = "The ferry", end: str = "") -> str:
    """A line of exactly so many characters that no rule and no role matches."""
    line = (start + " and the old quay with ropes and gulls" * 30)[: width - len(end)]
    return line[:-1] + "s" + end if line.endswith(" ") else line + end

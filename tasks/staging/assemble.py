"""Documents and line rows of a shard, put together from what the steps before found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

import polars as pl

from tasks.cleaning.annotate import stays_in_text
from tasks.cleaning.clean import is_body
from tasks.facts.bylines import split_byline
from tasks.facts.datelines import read_dateline
from tasks.facts.dates import UPDATED, read_date
from tasks.language import detect_languages
from tasks.lines import join_lines
from tasks.roles.headlines import PAGE_TITLE


def assemble_documents(
    records: pl.DataFrame, lines: pl.DataFrame, captions: pl.DataFrame, source: str, logical_date: date, version: str
) -> pl.DataFrame:
    """One row a record: doc, the columns of `schema.DOCUMENTS`, month; `text` is null where no body is left.

    `records` as reading gives them, `lines` and `captions` as `merge_captions` leaves them, doc counting the records.
    """
    body = join_lines(lines, is_body())
    gone = (
        lines.filter(pl.col("removed"))
        .group_by("doc", maintain_order=True)
        .agg(removed_lines=pl.len().cast(pl.Int32), removed_chars=pl.col("chars").sum().cast(pl.Int64))
    )
    flags = name_flags(lines)
    found = records.with_row_index("doc")
    for part in (body, gone, flags, captions, name_people(lines), name_dates(lines), name_lines(lines)):
        found = found.join(part, on="doc", how="left", maintain_order="left")
    language = detect_languages(found["text"].fill_null(""))
    ids = pl.Series("doc_id", make_ids(source, records["canonical_sha256"]), dtype=pl.String)
    return found.with_columns(ids, language["language"], language["language_score"]).select(
        "doc",
        "doc_id",
        "record_id",
        pl.lit(source).alias("source"),
        "publisher",
        pl.lit(logical_date).alias("logical_date"),
        "uri",
        "url",
        pl.coalesce("headline", "title").alias("title"),
        pl.coalesce("_standfirst", "standfirst").alias("standfirst"),
        pl.when(pl.col("authors").list.len() > 0)
        .then("authors")
        .otherwise(pl.col("names").fill_null([]))
        .alias("authors"),
        pl.coalesce("published_at", "dated_at").alias("published_at"),
        read_dateline(pl.col("text")).alias("dateline"),
        "text",
        pl.col("captions").fill_null([]),
        "language",
        "language_score",
        "body_lines",
        (pl.col("canonical").str.count_matches("\n", literal=True) + 1).cast(pl.Int32).alias("line_count"),
        pl.col("canonical").str.len_chars().cast(pl.Int64).alias("raw_chars"),
        pl.col("text").str.len_chars().cast(pl.Int64).alias("text_chars"),
        pl.col("removed_lines").fill_null(0),
        pl.col("removed_chars").fill_null(0),
        pl.col("flags").fill_null([]),
        "raw_sha256",
        "canonical_sha256",
        "encoding",
        pl.lit(version).alias("rules_version"),
        pl.coalesce("published_at", "dated_at", pl.lit(logical_date).cast(pl.Datetime("us", "UTC")))
        .dt.strftime("%Y-%m")
        .alias("month"),
    )


def assemble_lines(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The rows of the table `lines` for `documents`: every non-blank line of theirs that is not in `text`."""
    owners = documents.select("doc", "doc_id", "source", "logical_date", "month")
    return (
        lines.filter(~is_body())
        .join(owners, on="doc", how="inner", maintain_order="left")
        .select(
            "doc_id",
            "source",
            "logical_date",
            "line",
            "role",
            "removed",
            rule="by",
            evidence="evidence",
            text="text",
            month="month",
        )
    )


def make_ids(source: str, digests: Iterable[str]) -> list[str]:
    """Stable document ids: 32 hex digits of SHA-256 over the source's name and the canonical text's digest."""
    prefix = source.encode() + b"\n"
    return [hashlib.sha256(prefix + digest.encode()).hexdigest()[:32] for digest in digests]


def name_flags(lines: pl.DataFrame) -> pl.DataFrame:
    """What a reader should know of each document of which there is something: doc, flags, sorted."""
    over = lines.filter("over_budget").select("doc", flag=pl.lit("over_budget"))
    known = lines.filter(is_body() & stays_in_text()).select("doc", flag="role_hit")
    return pl.concat([over, known]).unique().sort("doc", "flag").group_by("doc", maintain_order=True).agg(flags="flag")


def name_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Text of the headline and the standfirst: doc, headline, _standfirst."""
    named = lines.filter(pl.col("role").is_in(["headline", "standfirst"]) & (pl.col("by") != PAGE_TITLE))
    return named.group_by("doc", maintain_order=True).agg(
        headline=pl.col("text").filter(pl.col("role") == "headline").first().str.strip_chars(),
        _standfirst=pl.col("text").filter(pl.col("role") == "standfirst").first().str.strip_chars(),
    )


def name_people(lines: pl.DataFrame) -> pl.DataFrame:
    """Authors' names from the bylines, else from the bio: doc, names."""
    signed = lines.filter(pl.col("role").is_in(["byline", "bio"]) & pl.col("role_value").is_not_null())
    names: dict[int, dict[str, list[str]]] = {}
    for doc, role, value in signed.select("doc", "role", "role_value").iter_rows():
        known = names.setdefault(doc, {}).setdefault(role, [])
        if role == "byline" or not known:
            known += [name for name in split_byline(value) if name not in known]
    return pl.DataFrame(
        {"doc": list(names), "names": [found.get("byline") or found.get("bio") for found in names.values()]},
        schema={"doc": pl.UInt32, "names": pl.List(pl.String)},
    )


def name_dates(lines: pl.DataFrame) -> pl.DataFrame:
    """When the article says it was published: the first date that a timestamp or byline holds: doc, dated_at.

    A line that begins with a word for `updated` is asked last.
    """
    dates: dict[int, object] = {}
    dated = lines.filter(pl.col("role").is_in(["timestamp", "byline"])).select(
        "doc", "text", late=pl.col("text").str.contains(UPDATED)
    )
    for doc, text in dated.sort("doc", "late", maintain_order=True).select("doc", "text").iter_rows():
        if doc not in dates and (found := read_date(text)) is not None:
            dates[doc] = found
    return pl.DataFrame(
        {"doc": list(dates), "dated_at": list(dates.values())},
        schema={"doc": pl.UInt32, "dated_at": pl.Datetime("us", "UTC")},
    )

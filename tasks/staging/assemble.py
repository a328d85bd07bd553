"""The rows of `documents` and `lines` of a shard, assembled from what the steps before found.

A declared column is an expression in DOCUMENT_COLUMNS or LINE_COLUMNS. Those of documents are evaluated in a frame with one
row per record: its own columns, text, body_lines, captions, language, language_score, languages, found_flags, names (of authors),
headline, _standfirst, dateline, dated_at, and what is the same for the whole shard.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date

import polars as pl

from tasks.cleaning.annotate import stays_in_text
from tasks.cleaning.clean import is_body
from tasks.dates.published import parse_published
from tasks.dates.zones import Origin
from tasks.errors import RequestError
from tasks.facts.bylines import SIGNED_HEAD, read_datelines, read_signed_head, split_byline
from tasks.facts.dates import UPDATED, read_date
from tasks.formats.values import parse_host
from tasks.language.detect import UNDETERMINED, detect_languages
from tasks.lines import join_lines
from tasks.roles.headlines import PAGE_TITLE
from tasks.schema import MONTH, TABLES
from tasks.staging.stage import empty_frame

MOMENT = pl.Datetime("us", "UTC")
HOST = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}")


class UnmadeColumnError(RequestError):
    """A declared column that nothing makes. One line."""


DOCUMENT_COLUMNS: dict[str, pl.Expr] = {
    **{name: pl.col(name) for name in ("doc_id", "record_id", "source", "publisher", "logical_date", "uri", "url")},
    "title": pl.coalesce("headline", "title"),
    "standfirst": pl.coalesce("_standfirst", "standfirst"),
    "authors": pl.when(pl.col("authors").list.len() > 0).then("authors").otherwise(pl.col("names").fill_null([])),
    "published_at": pl.coalesce("published_at", "dated_at"),
    "dateline": pl.col("dateline"),
    "text": pl.col("text"),
    "captions": pl.col("captions").fill_null([]),
    **{name: pl.col(name) for name in ("language", "language_score", "languages", "body_lines", "joins")},
    "line_count": (pl.col("canonical").str.count_matches("\n", literal=True) + 1).cast(pl.Int32),
    "raw_chars": pl.col("canonical").str.len_chars().cast(pl.Int64),
    "text_chars": pl.col("text").str.len_chars().cast(pl.Int64),
    "removed_lines": pl.col("removed_lines").fill_null(0),
    "removed_chars": pl.col("removed_chars").fill_null(0),
    "flags": pl.col("flags").list.concat(pl.col("found_flags").fill_null([])).list.unique().list.sort(),
    **{name: pl.col(name) for name in ("raw_sha256", "canonical_sha256", "encoding", "rules_version")},
    "month": pl.coalesce("published_at", "dated_at", pl.col("logical_date").cast(MOMENT)).dt.strftime("%Y-%m"),
}
LINE_COLUMNS: dict[str, pl.Expr] = {
    **{name: pl.col(name) for name in ("doc_id", "source", "logical_date", "line", "role", "removed")},
    "rule": pl.col("by"),
    **{name: pl.col(name) for name in ("evidence", "text", "publisher", "language", "month")},
}


def assemble_documents(
    records: pl.DataFrame,
    lines: pl.DataFrame,
    unjoined: pl.DataFrame,
    captions: pl.DataFrame,
    source: str,
    logical_date: date,
    version: str,
) -> pl.DataFrame:
    """One row per record: doc, the columns of `schema.DOCUMENTS`, month; `text` is null where no body is left.

    `records` as reading gives them, `lines` and `captions` as `merge_captions` leaves them, doc counting the records;
    `unjoined`: the lines as `split_wrapped` gives them.
    `version`: of the rules.
    """
    is_removed = pl.col("removed")
    counts = unjoined.group_by("doc", maintain_order=True).agg(
        removed_lines=is_removed.sum().cast(pl.Int32),
        removed_chars=pl.col("chars").filter(is_removed).sum().cast(pl.Int64),
    )
    found = records.with_row_index("doc")
    unsigned = found.filter(pl.col("authors").list.len().fill_null(0) == 0)
    names = find_names(lines.join(unsigned, on="doc", how="semi", maintain_order="left"))
    for part in (join_lines(unjoined, is_body()), counts, find_flags(lines), captions, names, find_headings(lines)):
        found = found.join(part, on="doc", how="left", maintain_order="left")
    found = found.with_columns(detect_languages(found["text"].fill_null("")).get_columns())
    found = found.join(settle_dates(found), on="doc", how="left", maintain_order="left")
    found = found.with_columns(published_at=pl.coalesce("settled_at", "published_at"))
    undated = found.filter(pl.col("published_at").is_null())
    found = found.join(find_dates(lines, find_origins(undated)), on="doc", how="left", maintain_order="left")
    ids = [name_document(source, *row) for row in records.select("publisher", "canonical_sha256").iter_rows()]
    found = found.with_columns(
        pl.Series("doc_id", ids, dtype=pl.String),
        dateline=read_datelines(found["text"]),
        source=pl.lit(source),
        logical_date=pl.lit(logical_date),
        rules_version=pl.lit(version),
    )
    return found.select("doc", *pick_columns("documents", DOCUMENT_COLUMNS, "DOCUMENT_COLUMNS"))


def name_document(source: str, publisher: str, canonical_sha256: str) -> str:
    """The doc_id of a document: 32 hex digits."""
    return hashlib.sha256(f"{source}\n{publisher}\n{canonical_sha256}".encode()).hexdigest()[:32]


def assemble_lines(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The rows of the table `lines` for `documents`: every non-blank line of theirs that is not in `text`."""
    owners = documents.select("doc", "doc_id", "source", "logical_date", "publisher", "language", "month")
    rows = lines.filter(~is_body()).join(owners, on="doc", how="inner", maintain_order="left")
    return rows.select(pick_columns("lines", LINE_COLUMNS, "LINE_COLUMNS"))


def assemble_quarantine(
    documents: pl.DataFrame, stage: str, reasons: pl.Expr, detail: pl.Expr, excerpt: pl.Expr
) -> pl.DataFrame:
    """A row of `quarantine` for each of `documents`; its own columns are null, its month is that of the logical date."""
    own = {
        "stage": pl.lit(stage),
        "reasons": reasons,
        "detail": detail,
        "excerpt": excerpt,
        "text_chars": pl.col("text_chars").fill_null(0),
        "month": pl.col("logical_date").dt.strftime("%Y-%m"),
    }
    types = empty_frame("quarantine").schema
    nullable = {field.name: pl.lit(None, types[field.name]) for field in TABLES["quarantine"] if field.nullable}
    copied = {name: pl.col(name) for name in documents.columns}
    return documents.select(pick_columns("quarantine", nullable | copied | own, "assemble_quarantine"))


def pick_columns(table: str, made: Mapping[str, pl.Expr], place: str) -> list[pl.Expr]:
    """The expression of every declared column of a table and of month, in order. Raises UnmadeColumnError."""
    names = [*TABLES[table].names, MONTH.name]
    if missing := [name for name in names if name not in made]:
        raise UnmadeColumnError(
            f"tasks/schema.py declares {', '.join(missing)} in `{table}`, and nothing makes it: add an expression to {place} "
            "in tasks/staging/assemble.py"
        )
    return [made[name].alias(name) for name in names]


def assemble_duplicates(documents: pl.DataFrame, reason: str) -> pl.DataFrame:
    """A row of `duplicates`, with month, for each of `documents` that is not published. Its month is that of the logical date."""
    copied = {name: pl.col(name) for name in documents.columns}
    own = {"reason": pl.lit(reason), "month": pl.col("logical_date").dt.strftime("%Y-%m")}
    return documents.select(pick_columns("duplicates", copied | own, "assemble_duplicates"))


def find_flags(lines: pl.DataFrame) -> pl.DataFrame:
    """The flags that the lines of each document give it: doc, found_flags."""
    over = lines.filter("over_budget").select("doc", flag=pl.lit("over_budget"))
    known = lines.filter(is_body() & stays_in_text()).select("doc", flag="role_hit")
    return (
        pl.concat([over, known])
        .unique()
        .sort("doc", "flag")
        .group_by("doc", maintain_order=True)
        .agg(found_flags="flag")
    )


def find_headings(lines: pl.DataFrame) -> pl.DataFrame:
    """Text of the headline and the standfirst: doc, headline, _standfirst."""
    named = lines.filter(pl.col("role").is_in(["headline", "standfirst"]) & (pl.col("by") != PAGE_TITLE))
    return named.group_by("doc", maintain_order=True).agg(
        headline=pl.col("text").filter(pl.col("role") == "headline").first().str.strip_chars(),
        _standfirst=pl.col("text").filter(pl.col("role") == "standfirst").first().str.strip_chars(),
    )


def find_names(lines: pl.DataFrame) -> pl.DataFrame:
    """Authors' names from the bylines, or else from the headline or standfirst, or else from the bio: doc, names."""
    signed = lines.filter(pl.col("role").is_in(["byline", "bio"]) & pl.col("role_value").is_not_null())
    named = {value: split_byline(value) for value in signed["role_value"].unique()}
    names: dict[int, dict[str, list[str]]] = {}
    for doc, role, value in signed.select("doc", "role", "role_value").iter_rows():
        known = names.setdefault(doc, {}).setdefault(role, [])
        if role == "byline" or not known:
            known += [name for name in named[value] if name not in known]
    heads = lines.filter(pl.col("role").is_in(["headline", "standfirst"])).select("doc", "text")
    for doc, text in heads.filter(pl.col("text").str.contains(SIGNED_HEAD)).iter_rows():
        if (name := read_signed_head(text)) and "byline" not in names.get(doc, {}):
            names.setdefault(doc, {})["byline"] = [name]
    rows = [(doc, found.get("byline") or found.get("bio")) for doc, found in names.items()]
    return pl.DataFrame(rows, {"doc": pl.UInt32, "names": pl.List(pl.String)}, orient="row")


def settle_dates(documents: pl.DataFrame) -> pl.DataFrame:
    """The date of each document whose words depend on where they were written: doc, settled_at; null where it is uncertain."""
    dated = documents.filter(pl.col("dated").is_not_null())
    origins = find_origins(dated)
    settled = [(doc, parse_published(words, origins[doc])) for doc, words in dated.select("doc", "dated").iter_rows()]
    return pl.DataFrame(settled, {"doc": pl.UInt32, "settled_at": MOMENT}, orient="row")


def find_dates(lines: pl.DataFrame, origins: Mapping[int, Origin]) -> pl.DataFrame:
    """When the article says it was published: doc, dated_at. Lines that begin with a word for `updated` come last.

    `origins`: of each document that has no date yet.
    """
    dates: dict[int, object] = {}
    is_asked = pl.col("doc").is_in(pl.Series(list(origins), dtype=pl.UInt32).implode())
    dated = lines.filter(is_asked & pl.col("role").is_in(["timestamp", "byline"])).select(
        "doc", "text", late=pl.col("text").str.contains(UPDATED)
    )
    for doc, text in dated.sort("doc", "late", maintain_order=True).select("doc", "text").iter_rows():
        if doc not in dates and (found := read_date(text, origins[doc])) is not None:
            dates[doc] = found
    return pl.DataFrame(list(dates.items()), {"doc": pl.UInt32, "dated_at": MOMENT}, orient="row")


def find_origins(documents: pl.DataFrame) -> dict[int, Origin]:
    """Where the dates of each document were written."""
    return {doc: find_origin(*row) for doc, *row in documents.select("doc", "language", "publisher", "url").iter_rows()}


def find_origin(language: str, publisher: str, url: str | None) -> Origin:
    """Where a document's dates were written: in its language, at the host of its publisher, or of its address.

    >>> find_origin("en", "The Larkhaven Courier", "https://courier.example.uk/bridge").country
    '.uk'
    """
    host = publisher if HOST.fullmatch(publisher) else parse_host(url)
    return Origin(None if language == UNDETERMINED else language, host)

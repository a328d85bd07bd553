"""Measures every staged document for the audit: one row per document, with the columns that expectations judge.

The staged files are read back from disk, so that the audit judges what readers would get. The columns are numbers and short
strings, without texts. Which values are good is in `expectations/`.
"""

from hashlib import sha256
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pyarrow.parquet as pq

from tasks.lines import looks_like_prose, mark_where, measure_lines
from tasks.rules import load_rules, match_rules
from tasks.schema import TABLES
from tasks.staging.garbage import describe_garbage
from tasks.staging.stage import empty_frame
from tasks.wrapped import restore_texts

ROLES = (
    *("headline", "standfirst", "byline", "bio", "dateline", "timestamp", "caption", "credit", "contributors"),
    *("boilerplate", "repeat"),
)
# More blank lines in a row mean a corrupt line number; a string of them would fill the memory.
MAX_BLANK_LINES = 2**25
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
SHORT_CHARS = 80  # longer lines are hardly ever boilerplate, and slow to match
HEX = "^[0-9a-f]{{{}}}$"


class StagedFileError(ValueError):
    """A staged file does not have the columns that it should have."""


def measure_shard(folder: Path) -> Path:
    """Writes the narrow file of a staged folder, one row per document, and returns its path. Raises StagedFileError."""
    documents, lines = read_staged(folder, "documents"), read_staged(folder, "lines")
    target = folder / "narrow.parquet"
    pq.write_table(measure(documents, lines).to_arrow(), target)  # write_parquet does not report a full disk
    return target


def read_staged(folder: Path, table: str) -> pl.DataFrame:
    """A staged table as a frame. Raises StagedFileError unless it has the declared columns and `month`."""
    path = folder / f"{table}.parquet"
    found = pl.read_parquet_schema(path)
    declared = empty_frame(table).schema
    wrong = sorted(name for name in declared.keys() | found.keys() if declared.get(name) != found.get(name))
    if wrong:
        parts = [f"{name} is {found.get(name, 'missing')}, not {declared.get(name, 'declared')}" for name in wrong]
        raise StagedFileError(
            f"{path}: columns differ from tasks/schema.py: {'; '.join(parts)}. Stage this shard again."
        )
    return pl.read_parquet(path, columns=list(declared), hive_partitioning=False)


def measure(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """All measured columns, by doc_id. An id that is only in `lines` has `document_rows` 0 and nothing else."""
    documents = documents.with_row_index("doc")
    apart = lines.join(documents.select("doc_id", "doc"), on="doc_id", how="left")
    body = number_body(documents, split_body(documents))
    union = join_union(body, apart)
    # Lines that match no rule and no role: sub-headings are counted, and so is the boilerplate of a new template.
    unknown = measure_lines(body.select("doc", "text")).filter(~looks_like_prose())
    narrow = own = describe_documents(documents)
    for columns in (
        describe_union(union),
        describe_joints(union),
        describe_lines(apart, documents),
        describe_captions(documents, body, apart),
        count_boilerplate(documents, body),
        unknown.group_by("doc").agg(unknown_lines=pl.len()),
    ):
        narrow = narrow.join(columns, on="doc", how="left", maintain_order="left")
    # A document without a row has a count of 0. All counts are int64, which pandas checks without a loop.
    narrow = narrow.with_columns(pl.exclude(own.columns).fill_null(0).cast(pl.Int64))
    garbage = describe_garbage(documents)
    narrow = narrow.join(garbage, on="doc", how="left", maintain_order="left").with_columns(
        # Control characters are misread ones.
        is_control_inside=mark_where(documents, garbage["misread_share"] > 0, pl.col("text").str.contains(CONTROL)),
        is_rebuilt=rebuild_hashes(union, documents) == documents["canonical_sha256"],
        chars_summed=pl.sum_horizontal("body_chars", "apart_chars", "removed_line_chars", "line_ends"),
        document_rows=pl.len().over("doc_id").cast(pl.Int64),
    )
    orphans = apart.filter(pl.col("doc").is_null()).select("doc_id", document_rows=pl.lit(0, pl.Int64)).unique()
    return pl.concat([narrow.drop("doc"), orphans], how="diagonal").sort("doc_id", maintain_order=True)


def describe_documents(documents: pl.DataFrame) -> pl.DataFrame:
    """Columns that follow from the documents' own columns, by doc. All counts are int64."""
    text, language, published = pl.col("text"), pl.col("language"), pl.col("published_at").dt.date()
    needed = [field.name for field in TABLES["documents"] if not field.nullable]
    title = pl.col("title").fill_null("")
    unread = text.str.count_matches("\ufffd", literal=True).cast(pl.Int64)
    hashes = pl.col("raw_sha256", "canonical_sha256")
    return documents.select(
        *("doc", "doc_id", "source", "publisher", "language", "language_score", "raw_chars", "text_chars"),
        *("removed_lines", "removed_chars"),
        missing_values=pl.sum_horizontal(pl.col(*needed, "month").is_null()),
        blank_values=pl.sum_horizontal(pl.col("source", "publisher", "uri", "encoding").str.strip_chars() == ""),
        is_doc_id=pl.col("doc_id").str.contains(HEX.format(32)),
        is_sha256=pl.all_horizontal(hashes.str.contains(HEX.format(64))),
        is_rules_version=pl.col("rules_version").str.contains(HEX.format(12)),
        text_chars_counted=text.str.len_chars(),
        line_ends=pl.col("line_count") - 1,
        body_lines_listed=pl.col("body_lines").list.len(),
        captions_listed=pl.col("captions").list.len(),
        removed_share=pl.col("removed_chars") / pl.max_horizontal("raw_chars", 1),
        title_chars=title.str.len_chars(),
        is_title_broken=title.str.contains("\n"),
        days_ahead=(published - pl.col("logical_date")).dt.total_days(),
        published_year=published.dt.year(),
        is_month=pl.col("month") == published.fill_null(pl.col("logical_date")).dt.strftime("%Y-%m"),
        is_language_sure=(language == "und") == (pl.col("language_score") == 0),
        is_lettered=text.str.contains(r"\p{L}"),
        replacement_chars=unread,
        replacement_share=unread / pl.max_horizontal("text_chars", 1),
        is_nul_inside=text.str.contains("\x00", literal=True) | title.str.contains("\x00", literal=True),
        is_over_budget=pl.col("flags").list.contains("over_budget"),
        is_several=pl.col("flags").list.contains("several_articles"),
    ).with_columns((cs.integer() - cs.by_name("doc")).cast(pl.Int64))


def split_body(documents: pl.DataFrame) -> pl.DataFrame:
    """Non-blank lines of every text, none of them joined: doc, text, row (counts blank lines too, over all documents)."""
    texts = documents.select("doc", restore_texts(documents).str.split("\n"))
    pieces = texts.explode("text").with_row_index("row")
    return pieces.filter(pl.col("text") != "")


def number_body(documents: pl.DataFrame, body: pl.DataFrame) -> pl.DataFrame:
    """`body` with `line` from body_lines; null in documents that list another number of lines."""
    counted = body.group_by("doc").len()
    listed = documents.select("doc", pl.col("body_lines").list.drop_nulls()).join(counted, on="doc", how="left")
    agree = listed.filter(pl.col("body_lines").list.len() == pl.col("len"))
    numbers = agree.sort("doc").select(line=pl.col("body_lines").explode()).to_series().drop_nulls()
    numbered = body.join(agree.select("doc"), on="doc", how="semi", maintain_order="left")
    others = body.join(agree.select("doc"), on="doc", how="anti", maintain_order="left")
    return pl.concat([numbered.with_columns(line=numbers), others.with_columns(line=pl.lit(None, pl.Int32))])


def join_union(body: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """All lines of every document in order: doc, line, text, row (null outside the body), removed, before (line above)."""
    rest = apart.filter(pl.col("doc").is_not_null()).select("doc", "line", "text", "removed")
    union = pl.concat([body, rest], how="diagonal").sort("doc", "line", "row", nulls_last=True, maintain_order=True)
    same = (pl.col("doc") == pl.col("doc").shift(1)).fill_null(False)
    return union.with_columns(before=pl.when(same).then(pl.col("line").shift(1)))


def describe_union(union: pl.DataFrame) -> pl.DataFrame:
    """Counts and sums over all lines of a document, in the body and outside."""
    chars, in_body = pl.col("text").str.len_chars().cast(pl.Int64), pl.col("row").is_not_null()
    same = pl.col("line") == pl.col("before")
    flagged = union.with_columns(chars=chars, in_body=in_body, same=same, above_in_body=in_body.shift(1))
    body, removed = pl.col("in_body"), pl.col("removed").fill_null(False)
    return flagged.group_by("doc").agg(
        body_lines_counted=body.sum(),
        body_chars=pl.col("chars").filter(body).sum(),
        apart_chars=pl.col("chars").filter(~body & ~removed).sum(),
        removed_line_chars=pl.col("chars").filter(removed).sum(),
        removed_rows=removed.sum(),
        lines_shared=(pl.col("same") & (body != pl.col("above_in_body"))).sum(),
        lines_repeated=(pl.col("same") & ~body & ~pl.col("above_in_body")).sum(),
    )


def describe_joints(union: pl.DataFrame) -> pl.DataFrame:
    """Places where a text has a blank line that the canonical text has not, or lacks one, and body lines out of order."""
    gap = (pl.col("line") - pl.col("before") > 1).fill_null(False)
    blocks = union.with_columns(block=gap.cast(pl.Int64).cum_sum())
    body = blocks.filter(pl.col("row").is_not_null(), pl.col("line").is_not_null()).sort("row")
    same = pl.col("doc") == pl.col("doc").shift(1)
    asked = pl.when(pl.col("block") != pl.col("block").shift(1)).then(2).otherwise(1)
    found = pl.col("row").cast(pl.Int64) - pl.col("row").shift(1)
    unordered = same & (pl.col("line") <= pl.col("line").shift(1))
    joints = body.select("doc", joints_wrong=same & (asked != found), body_lines_unordered=unordered)
    return joints.group_by("doc").agg(pl.all().sum())


def rebuild_hashes(union: pl.DataFrame, documents: pl.DataFrame) -> pl.Series:
    """SHA-256 (hex) of each canonical text, rebuilt from lines and numbers; null if a number is missing or beyond line_count."""
    ends = (pl.col("line") - pl.col("before").fill_null(0)).clip(0, MAX_BLANK_LINES)
    blanks = union.select(ends.fill_null(0)).to_series()
    lengths = blanks.unique().sort()
    breaks = pl.Series(["\n" * length for length in lengths], dtype=pl.String)
    texts = (
        union.with_columns(ends=breaks.gather(lengths.search_sorted(blanks)))
        .group_by("doc", maintain_order=True)
        .agg(
            text=(pl.col("ends") + pl.col("text")).str.join("").cast(pl.Binary),
            last=pl.when(pl.col("line").null_count() == 0, pl.col("line").first() >= 0).then(pl.col("line").last()),
        )
    )
    whole = documents.select("doc", "line_count").join(texts, on="doc", how="left", maintain_order="left")
    last = pl.when(pl.col("text").is_null()).then(0).otherwise("last")
    tails = whole.select("text", pl.col("line_count") - 1 - last)
    return pl.Series([hash_text(text, tail) for text, tail in tails.iter_rows()], dtype=pl.String)


def hash_text(text: bytes | None, tail: int | None) -> str | None:
    """SHA-256 (hex) of a text and `tail` line ends after it; None if `tail` is not plausible."""
    if tail is None or not 0 <= tail <= MAX_BLANK_LINES:
        return None
    return sha256((text or b"") + b"\n" * tail).hexdigest()


def describe_lines(apart: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Counts of faulty rows of `lines`, by document."""
    own = documents.select("doc", "source", "logical_date", "month", count="line_count")
    needed = [field.name for field in TABLES["lines"] if not field.nullable]
    same = [pl.col(name) == pl.col(f"{name}_own") for name in ("source", "logical_date", "month")]
    by_document = apart.join(own, on="doc", how="inner", suffix="_own").group_by("doc")
    return by_document.agg(
        lines_missing=pl.any_horizontal(pl.col(*needed, "month").is_null()).sum(),
        lines_blank=(pl.col("text").str.strip_chars() == "").sum(),
        lines_torn=pl.col("text").str.contains("\n", literal=True).sum(),
        lines_outside=((pl.col("line") < 0) | (pl.col("line") >= pl.col("count"))).sum(),
        lines_astray=(~pl.all_horizontal(same)).sum(),
        lines_unruled=(pl.col("removed") & (pl.col("rule").str.strip_chars() == "")).sum(),
        roles_unknown=(~pl.col("role").is_in(ROLES)).sum(),
    )


def describe_captions(documents: pl.DataFrame, body: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Captions repeated (with two credits they are two pictures), blank, uncounted, not among lines apart, or in the text."""
    captions = documents.select("doc", caption="captions").explode("caption").drop_nulls("caption").unnest("caption")
    kept = apart.filter(~pl.col("removed") & pl.col("doc").is_not_null())
    folded = pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars()
    homes = kept.select("doc", "line", found=pl.lit(True)).unique()
    placed = captions.join(homes, on=["doc", "line"], how="left").with_columns(folded=folded)
    alike = placed.group_by("doc", "folded").agg(
        captions_repeated=pl.len() - pl.max_horizontal(pl.col("credit").drop_nulls().n_unique(), 1),
        captions_blank=(pl.col("folded").fill_null("") == "").sum(),
        captions_uncounted=(pl.col("copies").fill_null(0) < 1).sum(),
        captions_homeless=pl.col("found").is_null().sum(),
        captions_merged=(pl.col("copies") - 1).sum(),
    )
    counted = alike.group_by("doc").agg(pl.exclude("folded").sum())
    shown = kept.filter(pl.col("role") == "caption").select("doc", "text")
    shown = pl.concat([shown, captions.select("doc", "text")]).unique()
    left = body.join(shown, on=["doc", "text"], how="semi").group_by("doc").agg(captions_in_text=pl.len())
    return counted.join(left, on="doc", how="full", coalesce=True)


def count_boilerplate(documents: pl.DataFrame, body: pl.DataFrame) -> pl.DataFrame:
    """Short lines of the text, and titles, that a rule for any zone of a page would remove."""
    titles = documents.select("doc", text="title")
    lines = pl.concat([body.select("text"), titles.select("text")])
    words = lines.filter(pl.col("text").str.len_chars() <= SHORT_CHARS).unique(maintain_order=True).to_series()
    rules = tuple(rule for rule in load_rules() if rule.action == "remove" and rule.zone == "any")
    taken = words.filter(match_rules(words, rules)["rule"].is_not_null()).to_frame("text")
    left = body.join(taken, on="text", how="semi").group_by("doc").agg(boilerplate_lines=pl.len())
    heads = titles.join(taken, on="text", how="semi").select("doc", boilerplate_titles=pl.lit(1))
    return left.join(heads, on="doc", how="full", coalesce=True)

"""Text that was broken at a fixed width: its lines are joined for reading, and stay lines in the lake.

A line is full when the first word of the next one would not have fitted. Where most lines are, and go on in the middle of a
sentence, the text is wrapped, and its full lines are joined with the next. `documents.joins` says where, so that the lines
can be rebuilt.
"""

import numpy as np
import polars as pl

from tasks.formats.record import restore_breaks
from tasks.lines import DENSE, SENTENCE_END, same_doc

LEAST_COLUMNS, MOST_COLUMNS = 24, 100
LOOSE = 3  # a line broken by hand may be a little longer than the others
WORD_CHARS = 24  # of a longer word, such as an address, no more counts
LEAST_FULL = 3  # full lines that a wrapped text has at least
FULL_SHARE = 0.5  # of the lines that have a next one
TEXT_SHARE = 0.35  # of the characters of a wrapped text, in full lines; a menu above long paragraphs has fewer
BLOCK_SHARE = 0.6  # of those in a block, for joining lines whose next one may start a sentence
LOWER_SHARE = 0.34  # of the next lines that begin with a letter; a list, a table or a verse has fewer in lower case
# Scripts without capitals: more full lines, and most without the end of a sentence.
UNCASED_FULL, UNCASED_SHARE, OPEN_SHARE = 3, 0.7, 0.6
# What begins a line of its own: signs of lists, white space, a byline, a label.
OWN_LINE = (
    r"^(?:\s|[-–—•*·▲■●>|©]|\(c\)|\d{1,3}[.)] |(?:By|BY|Von|VON|Par|PAR|Por|POR|Di|DI|Door|Av|Af) \p{Lu}"
    r"|\p{Lu}[\p{L} ]{1,20}: )"
)
PARTS = pl.List(pl.String)


def join_wrapped(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines with those of wrapped texts joined to paragraphs, and what was joined.

    `lines` as `split_lines` gives them. A paragraph has the number of its first line. Returns the lines and, for each
    paragraph, doc, line, parts (the texts of its lines).
    """
    none = pl.DataFrame(schema={"doc": pl.UInt32, "line": pl.Int32, "parts": PARTS})
    pairs = find_pairs(lines)
    if pairs.is_empty():
        return lines, none
    continued = pairs.filter(mark_joined(pairs))["at"]
    if continued.is_empty():
        return lines, none
    start = pl.repeat(True, lines.height, eager=True).scatter(continued, False)
    grouped = (
        lines.with_columns(_paragraph=start.cum_sum())
        .group_by("_paragraph", maintain_order=True)
        .agg(pl.exclude("text").first(), parts=pl.col("text"))
    )
    # Between two signs of a script without spaces there is none.
    text = (
        pl.col("parts").list.join("\n").str.replace_all(f"({DENSE})\n({DENSE})", "${1}${2}").str.replace_all("\n", " ")
    )
    joined = grouped.with_columns(text=text).select(lines.columns)
    return joined, grouped.filter(pl.col("parts").list.len() > 1).select("doc", "line", "parts")


def find_pairs(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that may be continued by the next one, of documents that have enough of them.

    Returns doc, at (row of the next line), block (number of the run of lines without a blank one), chars, word (characters
    of the next line's first word), whole (characters of the document), is_lower, is_cased,
    is_own (the next line begins a line of its own), is_open.
    """
    next_text = pl.col("text").shift(-1)
    adjacent = (~pl.col("gap").shift(-1) & same_doc(-1)).fill_null(False)
    chars = pl.col("text").str.len_chars().cast(pl.Int64)
    rows = lines.with_row_index("at").with_columns(chars=chars, block=pl.col("gap").cum_sum(), next_text=next_text)
    rows = rows.with_columns(whole=pl.col("chars").sum().over("doc"))
    rows = rows.filter(adjacent).filter(
        (pl.col("chars").is_between(LEAST_COLUMNS, MOST_COLUMNS)).sum().over("doc") >= LEAST_FULL
    )
    dense = pl.col("text").str.tail(1).str.contains(DENSE) & pl.col("next_text").str.head(1).str.contains(DENSE)
    word = pl.col("next_text").str.extract(r"^\s*(\S+)").str.len_chars().fill_null(1).clip(1, WORD_CHARS).cast(pl.Int64)
    first = pl.col("first")
    is_lower = first != first.str.to_uppercase()
    return (
        rows.with_columns(first=pl.col("next_text").str.extract(r"^[\"“‘'«„(]*(\p{L})"))
        .select(
            *("doc", "at", "block", "chars", "whole"),
            word=pl.when(dense).then(1).otherwise(word),
            is_lower=is_lower.fill_null(False),
            is_cased=(is_lower | (first != first.str.to_lowercase())).fill_null(False),
            is_own=pl.col("next_text").str.contains(OWN_LINE),
            is_open=~pl.col("text").str.tail(4).str.contains(SENTENCE_END),
        )
        .with_columns(pl.col("at") + 1)
    )


def mark_joined(pairs: pl.DataFrame) -> pl.Series:
    """Whether each pair, as `find_pairs` gives them, is of one paragraph."""
    columns = find_columns(pairs)
    is_near = (pl.col("chars") + 1 + pl.col("word") > pl.col("columns")) & (
        pl.col("chars") <= pl.col("columns") + LOOSE
    )
    judged = pairs.with_columns(columns=columns).with_columns(full=is_near & ~pl.col("is_own"))
    count, share = pl.col("full").sum(), pl.col("full").mean()
    lower, cased, open_ends = ((pl.col("full") & pl.col(name)).sum() for name in ("is_lower", "is_cased", "is_open"))
    is_most = (pl.col("full") * pl.col("chars")).sum() >= TEXT_SHARE * pl.col("whole").first()
    is_wrapped = is_most & (
        pl.when(2 * cased >= count)
        .then((count >= LEAST_FULL) & (share >= FULL_SHARE) & (lower >= LOWER_SHARE * cased))
        .otherwise((count >= UNCASED_FULL) & (share >= UNCASED_SHARE) & (open_ends >= OPEN_SHARE * count))
    )
    in_block = pl.col("full").mean().over("doc", "block") >= BLOCK_SHARE
    one = pl.col("full") & is_wrapped.over("doc") & (pl.col("is_lower") | in_block)
    return judged.select(one).to_series()


def find_columns(pairs: pl.DataFrame) -> pl.Series:
    """The width at which most lines of each pair's document are full; the larger of two."""
    most = MOST_COLUMNS + WORD_CHARS + 2
    doc = pairs["doc"].rank("dense").to_numpy().astype(np.int64) - 1
    chars = pairs["chars"].clip(0, most - 1).to_numpy()
    ends = np.minimum(chars + pairs["word"].to_numpy() + 1, most)
    full = np.zeros((int(doc[-1]) + 1, most + 1), np.int64)
    np.add.at(full, (doc, chars), 1)
    np.add.at(full, (doc, ends), -1)
    counts = full.cumsum(axis=1)[:, LEAST_COLUMNS : MOST_COLUMNS + 1]
    widest = MOST_COLUMNS - counts[:, ::-1].argmax(axis=1)
    return pl.Series(widest[doc])


def split_wrapped(lines: pl.DataFrame, wraps: pl.DataFrame) -> pl.DataFrame:
    """The lines as they were before `join_wrapped`, with what is known of their paragraphs; `joined`: not the first of one."""
    if wraps.is_empty():
        return lines.with_columns(joined=pl.lit(False))
    rows = lines.join(wraps, on=["doc", "line"], how="left", maintain_order="left")
    whole = pl.col("parts").is_null()
    text = pl.when(whole).then(pl.concat_list("text")).otherwise("parts")
    apart = (
        rows.with_columns(text=text, _at=pl.int_ranges(0, text.list.len(), dtype=pl.Int32))
        .explode("text", "_at")
        .with_columns(line=pl.col("line") + pl.col("_at"), joined=pl.col("_at") > 0)
    )
    later = pl.col("joined")
    return apart.with_columns(
        gap=pl.col("gap") & ~later, chars=pl.col("text").str.len_chars().cast(apart.schema["chars"])
    ).drop("parts", "_at")


def restore_texts(documents: pl.DataFrame) -> pl.Series:
    """`documents.text` with the line ends that `documents.joins` names, for texts whose lines are looked at one by one."""
    texts = documents["text"]
    at = (documents["joins"].list.len() > 0).fill_null(False).arg_true()
    if at.is_empty():
        return texts
    wrapped = documents[at].select("text", "joins").iter_rows()
    return texts.scatter(at, [restore_breaks(text, joins) for text, joins in wrapped])

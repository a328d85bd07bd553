"""Repeated photo captions merged into one, with its credit and the number of copies.

Copies are told by what they say, never by a likeness ratio: real captions of different pictures differ in one number or
one name. Two captions are copies when their words are the same once quotation marks, list signs and a final stop are off,
or when one is the other cut short, marked as cut or cut after a whole sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from tasks.lines import above

REPEAT_WIDTH = 40  # shorter lines repeat for good reasons
CAPTION_WIDTH = 220  # a longer line that stands twice in a row is a paragraph that does
CUT_MARK = re.compile(
    r"(?:\s*(?:…|\.\.\.)\s*(?:\(?(?:more|read more|mehr|plus|más|mais|meer|mer|więcej|ещё|more info)\)?)?)$",
    re.IGNORECASE,
)
# The way agencies date a picture: "Tuesday, Nov. 19, 2019".
FULL_DATE = r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4}\b"
SIGNS = " \t\"'“”‘’«»„*•·-–—>|"
CUT_CHARS = 25
WHOLE_SENTENCE_CHARS = 60
SENTENCE_IN_BODY_CHARS = 40


@dataclass
class Group:
    """Copies of one caption: positions in the document's list of captions; the fullest stands first."""

    key: str
    best: int
    members: list[int]


def merge_captions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Finds captions that stand more than once, keeps the fullest copy and takes the others out.

    `lines` as `clean` gives them. Returns the lines, with copies removed (role `repeat`), and one row for every document
    with captions: doc, captions (list of text, credit, copies, line).
    """
    lines = name_repeated(lines)
    named = lines.filter(pl.col("role").is_in(["caption", "credit"])).select(
        "doc", "line", "text", "role", "role_text", "role_value", "place"
    )
    if named.is_empty():
        return lines, pl.DataFrame(schema={"doc": pl.UInt32, "captions": CAPTIONS})
    in_body = captions_said_in_body(lines, named)
    dropped: list[tuple[int, int, str, str]] = []
    captions: list[tuple[int, list[dict[str, object]]]] = []
    for (doc,), rows in named.group_by("doc", maintain_order=True):
        merged, gone = merge_document(rows.to_dicts(), in_body.get(doc, {}))
        captions.append((doc, merged))
        dropped.extend((doc, line, rule, evidence) for line, rule, evidence in gone)
    gone_rows = pl.DataFrame(
        dropped, schema={"doc": pl.UInt32, "line": pl.Int32, "_rule": pl.String, "_evidence": pl.String}, orient="row"
    )
    is_gone = pl.col("_rule").is_not_null()
    lines = (
        lines.join(gone_rows, on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            removed=pl.col("removed") | is_gone,
            role=pl.when(is_gone).then(pl.lit("repeat")).otherwise("role"),
            by=pl.when(is_gone).then("_rule").otherwise("by"),
            evidence=pl.when(is_gone).then("_evidence").otherwise("evidence"),
        )
        .drop("_rule", "_evidence")
    )
    return lines, pl.DataFrame(captions, schema={"doc": pl.UInt32, "captions": CAPTIONS}, orient="row")


CAPTIONS = pl.List(pl.Struct({"text": pl.String, "credit": pl.String, "copies": pl.Int32, "line": pl.Int32}))


def name_repeated(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `caption` to lines that show themselves as captions by being repeated.

    That is: a line that stands twice in a row, a line that repeats an earlier one beside a credit, a line of the same words
    as a caption with its credit or of its first words and a mark that it is cut, and a line set alone with a credit right
    under it.
    """
    free = pl.col("role").is_null() & ~pl.col("removed") & pl.col("rule").is_null()
    repeatable = free & (pl.col("width") >= REPEAT_WIDTH) & ~pl.col("text").str.contains(r"[?!？！][\"”’»)]*$|[:：]$")
    key = pl.col("text").str.strip_chars(SIGNS + ".")
    beside_credit = (above("role", -1) == "credit").fill_null(False) | (above("role", 1) == "credit").fill_null(False)
    keyed = lines.with_columns(_key=key, _free=free, _repeatable=repeatable, _beside=beside_credit)
    twice = keyed["_repeatable"] & keyed.select(
        (above("_key", 1) == pl.col("_key")) | (above("_key", -1) == pl.col("_key"))
    ).to_series().fill_null(False)
    second = keyed.select((above("_key", 1) == pl.col("_key")).fill_null(False)).to_series() & twice
    copies = keyed.select("doc", "_key").is_duplicated() & keyed["_repeatable"]
    known = (
        keyed.filter(pl.col("role") == "caption")
        .select("doc", _key=pl.coalesce("role_text", "text").str.strip_chars(SIGNS + "."))
        .unique()
    )
    as_caption = (
        keyed.select("doc", "_key")
        .join(known.with_columns(_known=pl.lit(True)), on=["doc", "_key"], how="left", maintain_order="left")["_known"]
        .fill_null(False)
        & keyed["_repeatable"]
    )
    beside_copies = (
        keyed.select("doc", "_key", hit=pl.col("_beside") & copies).with_columns(
            pl.col("hit").any().over("doc", "_key")
        )["hit"]
        if copies.any()
        else copies
    )
    dated = keyed.select(pl.col("text").str.contains(FULL_DATE)).to_series() & copies
    alone = keyed.select(
        pl.col("_free")
        & ~pl.col("is_paragraph")
        & pl.col("gap")
        & (pl.col("width") >= 20)
        & (pl.col("width") <= CAPTION_WIDTH)
        & (above("role", -1) == "credit").fill_null(False)
        & ~above("gap", -1, True)
        & above("gap", -2, True)
    ).to_series()
    is_caption = (
        pl.when(twice & (pl.col("width") <= CAPTION_WIDTH))
        .then(pl.lit("caption.twice"))
        .when(copies & beside_copies & (pl.col("width") <= 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.beside-credit"))
        .when(dated & (pl.col("width") >= 60) & (pl.col("width") <= 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.dated-copies"))
        .when(as_caption)
        .then(pl.lit("caption.same-words"))
        .when(cut_copies(keyed, free))
        .then(pl.lit("caption.cut-short"))
        .when(alone)
        .then(pl.lit("caption.above-credit"))
    )
    long_twice = second & (keyed["width"] > CAPTION_WIDTH)
    return (
        keyed.with_columns(_caption=is_caption, _second=long_twice)
        .with_columns(
            role=pl.when(pl.col("_caption").is_not_null())
            .then(pl.lit("caption"))
            .when(pl.col("_second"))
            .then(pl.lit("repeat"))
            .otherwise("role"),
            by=pl.when(pl.col("_caption").is_not_null())
            .then("_caption")
            .when(pl.col("_second"))
            .then(pl.lit("repeat.paragraph"))
            .otherwise("by"),
            evidence=pl.when(pl.col("_second")).then(above("line", 1).cast(pl.String)).otherwise("evidence"),
            removed=pl.col("removed") | pl.col("_second"),
        )
        .drop("_key", "_free", "_repeatable", "_beside", "_caption", "_second")
    )


def cut_copies(lines: pl.DataFrame, free: pl.Expr) -> pl.Series:
    """Whether each line is a caption of its document, cut short and marked as cut."""
    marked = lines.with_row_index("at").filter(
        free & pl.col("text").str.tail(16).str.contains(r"(?:…|\.\.\.)[^.…]{0,12}$")
    )
    cut = marked.select(
        "at", "doc", start=pl.col("text").str.replace(r"\s*(?:…|\.\.\.)[^.…]{0,12}$", "").str.strip_chars(SIGNS)
    )
    captions = lines.filter(pl.col("role") == "caption").select("doc", full="text")
    hits = cut.filter(pl.col("start").str.len_chars() >= CUT_CHARS).join(captions, on="doc")
    at = hits.filter(pl.col("full").str.starts_with(pl.col("start")))["at"].unique()
    return pl.select(pl.int_range(lines.height, dtype=pl.UInt32).is_in(at.implode())).to_series()


def captions_said_in_body(lines: pl.DataFrame, named: pl.DataFrame) -> dict[int, dict[int, int]]:
    """For each document, the captions whose whole text stands inside a longer body line: caption line -> body line."""
    said = (
        named.filter(pl.col("role") == "caption")
        .select("doc", caption="line", say=pl.coalesce("role_text", "text").str.strip_chars(SIGNS + ". "))
        .filter(pl.col("say").str.len_chars() >= SENTENCE_IN_BODY_CHARS)
    )
    body = lines.filter(pl.col("role").is_null() & ~pl.col("removed")).select("doc", "line", "text")
    longer = pl.col("text").str.len_chars() > pl.col("say").str.len_chars() + len("“.”")
    found = (
        said.join(body, on="doc")
        .filter(longer & pl.col("text").str.contains(pl.col("say"), literal=True))
        .unique(["doc", "caption"], keep="first", maintain_order=True)
    )
    by_doc: dict[int, dict[int, int]] = {}
    for doc, caption, line in found.select("doc", "caption", "line").iter_rows():
        by_doc.setdefault(doc, {})[caption] = line
    return by_doc


def merge_document(
    rows: list[dict[str, object]], in_body: dict[int, int]
) -> tuple[list[dict[str, object]], list[tuple[int, str, str]]]:
    """The captions of one document, merged, and the lines to take out as (line, rule, evidence).

    `rows`: its caption and credit lines in order. `in_body`: captions that a body line says too.
    """
    captions: list[dict[str, object]] = []
    gone: list[tuple[int, str, str]] = []
    credits_seen: dict[str, int] = {}
    for row in rows:
        line, text = int(str(row["line"])), str(row["text"])
        if row["role"] == "credit":
            credit = str(row["role_value"] or text).strip("()[] .;")
            if captions and captions[-1]["credit"] is None and captions[-1]["next"] == row["place"]:
                captions[-1]["credit"] = credit
            if credit in credits_seen:
                gone.append((line, "repeat.credit", str(credits_seen[credit])))
            credits_seen.setdefault(credit, line)
            continue
        if line in in_body:
            gone.append((line, "repeat.caption-in-body", str(in_body[line])))
            continue
        said = str(row["role_text"] or text).strip()
        captions.append(
            {
                "line": line,
                "text": said,
                "credit": row["role_value"],
                "inline": row["role_value"] is not None,
                "next": int(str(row["place"])) + 1,
            }
        )
    groups: list[Group] = []
    for at, caption in enumerate(captions):
        key = caption_key(str(caption["text"]))
        for group in groups:
            if is_copy(key, group.key) and credits_agree(caption["credit"], captions[group.best]["credit"]):
                group.members.append(at)
                if fullness(caption) > fullness(captions[group.best]):
                    group.best, group.key = at, key
                break
        else:
            groups.append(Group(key, at, [at]))
    merged = []
    for group in groups:
        kept = captions[group.best]
        credit = kept["credit"] or next(
            (captions[at]["credit"] for at in group.members if captions[at]["credit"]), None
        )
        merged.append({"text": kept["text"], "credit": credit, "copies": len(group.members), "line": kept["line"]})
        gone.extend(
            (int(str(captions[at]["line"])), "repeat.caption", str(kept["line"]))
            for at in group.members
            if at != group.best
        )
    return merged, gone


def caption_key(text: str) -> str:
    """A caption's words as they are compared: lower case, white space folded, quotes, list signs and final stop off."""
    folded = " ".join(text.split()).casefold()
    return folded.replace("“", '"').replace("”", '"').replace("’", "'").strip(SIGNS)


def is_copy(one: str, other: str) -> bool:
    """Whether two caption keys say the same, or one is the other cut short."""
    if one.rstrip(".") == other.rstrip("."):
        return True
    short, long = sorted((one, other), key=len)
    uncut = CUT_MARK.sub("", short)
    if uncut != short:
        return len(uncut) >= CUT_CHARS and long.startswith(uncut)
    return len(short) >= WHOLE_SENTENCE_CHARS and short.endswith((".", "!", "?", "。")) and long.startswith(short + " ")


def credits_agree(one: object, other: object) -> bool:
    """Whether two credits may belong to one picture: one is missing, or one holds the other."""
    if not one or not other:
        return True
    first, second = caption_key(str(one)), caption_key(str(other))
    return first in second or second in first


def fullness(caption: dict[str, object]) -> tuple[bool, bool, int]:
    """What makes one copy of a caption fuller than another: its credit in the line, no cut, more words."""
    text = str(caption["text"])
    return bool(caption["inline"]), CUT_MARK.search(text) is None, len(text)

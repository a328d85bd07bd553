"""Repeated photo captions merged into one, with its credit and the number of copies.

Here captions are found among the lines, by columns; `copies.py` says which of a document's captions are copies.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import polars as pl

from tasks.cleaning.caption_duplicates import CUT_CHARS, SIGNS, Shown, merge_copies
from tasks.lines import above

REPEAT_WIDTH = 40  # shorter lines repeat for good reasons
CAPTION_WIDTH = 220  # a longer line that stands twice in a row is a paragraph that does
# The way agencies date a picture: "Tuesday, Nov. 19, 2019".
FULL_DATE = r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4}\b"
SENTENCE_IN_BODY_CHARS = 40
# What stands beside pictures and nowhere else: buttons that enlarge, numbers in a gallery.
PICTURE_MARK = (
    r"^(?i:사진 ?확대|이미지 (?:확대|크게 보기)|(?:写真|画像)を?拡大(?:する)?|放大图片"
    r"|enlarge(?: this)? image|(?:show|hide|toggle) caption"
    r"|less|more|(?:\.\.\.|…) ?more|(?:bild |foto |bilder )?vergrößern|agrandir l.image"
    r"|ampliar(?: (?:foto|imagen))?|ingrandisci(?: .?immagine)?"
    r"|forstørr(?: bildet)?|förstora(?: bilden)?|powiększ(?: zdjęcie)?|увеличить(?: фото)?|(?:view|open|close) gallery"
    r"|(?:image|photo|picture|slide|bild|foto|imagen|immagine|zdjęcie|photo) \d{1,3} (?:of|von|de|sur|di|av|af|z|/) ?\d{1,3})$"
)
CREDIT_CHARS = 80
# A photographer and a house, as credits name them.
SLASH_CREDIT = r"^\p{Lu}[\p{L}.'’\-]+(?: \p{Lu}[\p{L}.'’\-]+){1,3} ?/ ?\p{Lu}[\p{L}\p{N}.'’\- ]{1,30}$"


def merge_captions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Finds captions that stand more than once, keeps the fullest copy and takes the others out.

    `lines` as `clean` gives them. Returns the lines, with copies removed (role `repeat`), and one row for every document
    with captions: doc, captions (list of text, credit, copies, line).
    """
    lines = name_repeated(lines)
    named = lines.filter(pl.col("role").is_in(["caption", "credit"])).select(
        "doc", "line", "place", "role", pl.coalesce("role_text", "text").str.strip_chars(), "role_value"
    )
    if named.is_empty():
        return lines, pl.DataFrame(schema={"doc": pl.UInt32, "captions": CAPTIONS})
    in_body = captions_said_in_body(lines, named)
    dropped: list[tuple[int, int, str, str]] = []
    captions: list[tuple[int, list[dict[str, object]]]] = []
    for doc, shown in groupby(named.iter_rows(), key=itemgetter(0)):
        merged, gone = merge_copies([Shown(*row[1:]) for row in shown], in_body.get(doc, {}))
        captions.append((doc, [vars(caption) for caption in merged]))
        dropped.extend((doc, copy.line, copy.rule, str(copy.of)) for copy in gone)
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

    That is: a line that stands twice in a row, a line that repeats an earlier one beside a credit or a picture's button, a line
    of the same words as a caption with its credit or of its first words and a mark that it is cut, and a line set alone with a
    credit right under it. A repeated line of nothing but a name and a house is a credit.
    """
    lines = name_repeated_credits(lines)
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
    beside_copies = says_one_of(keyed, keyed.filter(copies & (keyed["_beside"] | beside_buttons(keyed, copies))))
    known = keyed.filter(pl.col("role") == "caption").select(
        "doc", _key=pl.coalesce("role_text", "text").str.strip_chars(SIGNS + ".")
    )
    as_caption = says_one_of(keyed, known) & keyed["_repeatable"]
    # Few lines are copies, so only they are looked at for dates.
    dated = copies.clone().scatter(copies.arg_true(), keyed["text"].filter(copies).str.contains(FULL_DATE))
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


def beside_buttons(lines: pl.DataFrame, copies: pl.Series) -> pl.Series:
    """Whether each of the `copies` has a picture's button right above or below it."""
    at = copies.arg_true().cast(pl.Int64)
    here = pl.Series(copies.name, [False], dtype=pl.Boolean).new_from_index(0, len(copies))
    for step in (-1, 1):
        beside = (at + step).clip(0, lines.height - 1)
        same = lines["doc"].gather(beside) == lines["doc"].gather(at)
        marked = same & lines["text"].gather(beside).str.contains(PICTURE_MARK)
        here = here.scatter(at.filter(marked), True)
    return here


def says_one_of(keyed: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Whether each line says what one of the `known` says, in the same document; both with doc and _key."""
    if known.is_empty():
        return pl.repeat(False, keyed.height, dtype=pl.Boolean, eager=True)
    told = known.select("doc", "_key", _known=pl.lit(True)).unique()
    return (
        keyed.select("doc", "_key")
        .join(told, on=["doc", "_key"], how="left", maintain_order="left")["_known"]
        .fill_null(False)
    )


def name_repeated_credits(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines such as "Ana Ruiz/Courier" that stand more than once in a document."""
    short = (pl.col("chars") <= CREDIT_CHARS) & pl.col("text").str.contains("/", literal=True)
    free = lines.select("doc", "line", "text", free=pl.col("role").is_null() & ~pl.col("removed") & short).filter(
        "free"
    )
    named = free.filter(pl.struct("doc", "text").is_duplicated() & pl.col("text").str.contains(SLASH_CREDIT))
    if named.is_empty():
        return lines
    marked = lines.join(named.select("doc", "line", _hit="free"), on=["doc", "line"], how="left", maintain_order="left")
    hit = pl.col("_hit").fill_null(False)
    return marked.with_columns(
        role=pl.when(hit).then(pl.lit("credit")).otherwise("role"),
        by=pl.when(hit).then(pl.lit("credit.repeated")).otherwise("by"),
    ).drop("_hit")


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
        .select("doc", caption="line", say=pl.col("role_text").str.strip_chars(SIGNS + ". "))
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

"""Repeated photo captions merged into one, with its credit and the number of copies.

Some captions and credits only their repetition shows, or what stands beside them. Which captions say the same is decided in
`caption_copies`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import polars as pl

from tasks.cleaning.caption_copies import CUT_CHARS, SIGNS, CaptionLine, merge_copies
from tasks.cleaning.clean import is_body
from tasks.lines import above, change_lines

SENTENCE_IN_BODY_CHARS = 40  # a shorter caption may stand in a sentence by chance
PAIRS_AT_ONCE = 10_000  # more captions times lines of a document are not compared one by one
CAPTIONS = pl.List(pl.Struct({"text": pl.String, "credit": pl.String, "copies": pl.Int32, "line": pl.Int32}))
REPEAT_WIDTH = 40  # shorter lines repeat for good reasons
CAPTION_WIDTH = 220  # a longer line that stands twice in a row is a paragraph
DATED_WIDTH = 60  # a shorter line with a date may be a heading
ALONE_WIDTH = 20  # a shorter line above a credit is no caption
# The way agencies date a picture: "Tuesday, Nov. 19, 2019".
FULL_DATE = r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4}\b"
# What stands beside pictures and nowhere else: buttons that enlarge, numbers in a gallery.
PICTURE_MARK = (
    r"^(?i:사진 ?확대|이미지 (?:확대|크게 보기)|(?:写真|画像)を?拡大(?:する)?|放大图片"
    r"|enlarge(?: this)? image|(?:show|hide|toggle) caption"
    r"|less|more|(?:\.\.\.|…) ?more|(?:bild |foto |bilder )?vergrößern|agrandir l.image"
    r"|ampliar(?: (?:foto|imagen))?|ingrandisci(?: .?immagine)?"
    r"|forstørr(?: bildet)?|förstora(?: bilden)?|powiększ(?: zdjęcie)?|увеличить(?: фото)?|(?:view|open|close) gallery"
    r"|(?:image|photo|picture|slide|bild|foto|imagen|immagine|zdjęcie|photo) \d{1,3} (?:of|von|de|sur|di|av|af|z|/) ?\d{1,3})$"
)
CUT_END = r"(?:…|\.\.\.)[^.…]{0,12}$"
CREDIT_CHARS = 80
# A photographer and a house, as credits name them.
SLASH_CREDIT = r"^\p{Lu}[\p{L}.'’\-]+(?: \p{Lu}[\p{L}.'’\-]+){1,3} ?/ ?\p{Lu}[\p{L}\p{N}.'’\- ]{1,30}$"


def merge_captions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Finds captions that stand more than once, keeps the fullest copy and removes the others.

    `lines` as `clean_lines` gives them. Returns the lines, with copies removed (role `repeat`), and one row per document
    with captions: doc, captions (list of text, credit, copies, line).
    """
    lines = name_repeated_captions(lines)
    found = lines.filter(pl.col("role").is_in(["caption", "credit"])).select(
        "doc", "line", "place", "role", pl.coalesce("role_text", "text").str.strip_chars(), "role_value"
    )
    found = found.join(find_captions_in_body(lines, found), on=["doc", "line"], how="left", maintain_order="left")
    repeats: list[tuple[int, int, str, str]] = []
    captions: list[tuple[int, list[dict[str, object]]]] = []
    for doc, rows in groupby(found.iter_rows(), key=itemgetter(0)):
        merged, repeated = merge_copies([CaptionLine(*row[1:]) for row in rows])
        captions.append((doc, merged))
        repeats.extend((doc, line, rule, str(of)) for line, rule, of in repeated)
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_rule": pl.String, "_of": pl.String}
    lines = lines.join(
        pl.DataFrame(repeats, schema=schema, orient="row"), on=["doc", "line"], how="left", maintain_order="left"
    )
    lines = change_lines(
        lines, pl.col("_rule").is_not_null(), removed=True, role="repeat", by=pl.col("_rule"), evidence=pl.col("_of")
    )
    table = pl.DataFrame(captions, schema={"doc": pl.UInt32, "captions": CAPTIONS}, orient="row")
    return lines.drop("_rule", "_of"), table


def find_captions_in_body(lines: pl.DataFrame, captions: pl.DataFrame) -> pl.DataFrame:
    """The captions whose whole text stands inside a longer body line: doc, line, body_line."""
    said = (
        captions.filter(pl.col("role") == "caption")
        .select("doc", "line", words=pl.col("role_text").str.strip_chars(SIGNS + ". "))
        .filter(pl.col("words").str.len_chars() >= SENTENCE_IN_BODY_CHARS)
    )
    body = lines.filter(is_body()).select("doc", "text", body_line="line")
    counts = said.group_by("doc").len("captions").join(body.group_by("doc").len("lines"), on="doc")
    heavy = counts.filter(pl.col("captions").cast(pl.UInt64) * pl.col("lines") > PAIRS_AT_ONCE)["doc"].to_list()
    is_longer = pl.col("text").str.len_chars() > pl.col("words").str.len_chars() + len("“.”")
    inside = is_longer & pl.col("text").str.contains(pl.col("words"), literal=True)
    pairs = said.filter(~pl.col("doc").is_in(heavy)).join(body, on="doc").filter(inside)
    found = [pairs.select("doc", "line", "body_line").unique(["doc", "line"], keep="first", maintain_order=True)]
    for doc in heavy:
        own = said.filter(pl.col("doc") == doc)
        # All captions at once (Aho and Corasick), so the cost follows the document's length.
        hits = pl.col("text").str.extract_many(own["words"].unique().to_list(), overlapping=True).list.unique()
        seen = body.filter(pl.col("doc") == doc).with_columns(words=hits).explode("words").drop_nulls("words")
        first = seen.filter(is_longer).group_by("words").agg(pl.col("body_line").min())
        found.append(own.join(first, on="words", maintain_order="left").select("doc", "line", "body_line"))
    return pl.concat(found)


def name_repeated_captions(lines: pl.DataFrame) -> pl.DataFrame:
    """Names what repetition shows: captions (`by`: one of `REASONS`), paragraphs (a removed `repeat`) and credits."""
    lines = name_repeated_credits(lines)
    is_free = is_body() & pl.col("rule").is_null()
    may_repeat = (
        is_free & (pl.col("width") >= REPEAT_WIDTH) & ~pl.col("text").str.contains(r"[?!？！][\"”’»)]*$|[:：]$")
    )
    by_credit = above("role", -1).eq_missing("credit") | above("role", 1).eq_missing("credit")
    keyed = lines.with_columns(_key=make_key("text"), _is_free=is_free, _may_repeat=may_repeat, _by_credit=by_credit)
    is_second = pl.col("_may_repeat") & (above("_key", 1) == pl.col("_key")).fill_null(False)
    is_first = pl.col("_may_repeat") & (above("_key", -1) == pl.col("_key")).fill_null(False)
    copies = keyed.select("doc", "_key").is_duplicated() & keyed["_may_repeat"]
    by_picture = keyed.filter(copies & (keyed["_by_credit"] | find_beside_buttons(keyed, copies)))
    captions = keyed.filter(pl.col("role") == "caption").select("doc", "text", "role_text")
    known = captions.select("doc", _key=pl.coalesce(make_key("role_text"), make_key("text")))
    # Few lines are copies, so only they are searched for dates.
    dated = copies.clone().scatter(copies.arg_true(), keyed["text"].filter(copies).str.contains(FULL_DATE))
    is_alone = (
        pl.col("_is_free")
        & ~pl.col("is_paragraph")
        & pl.col("gap")
        & pl.col("width").is_between(ALONE_WIDTH, CAPTION_WIDTH)
        & above("role", -1).eq_missing("credit")
        & ~above("gap", -1, True)
        & above("gap", -2, True)
    )
    keyed = keyed.with_columns(
        _is_second=is_second,
        _is_twice=is_first | is_second,
        _is_copy=copies,
        _is_pictured=has_key_of(keyed, by_picture),
        _is_dated=dated,
        _is_known=has_key_of(keyed, known),
        _is_cut=find_cut_captions(keyed, captions),
        _is_alone=is_alone,
    )
    width = pl.col("width")
    reason = (
        pl.when(pl.col("_is_twice") & (width <= CAPTION_WIDTH))
        .then(pl.lit("caption.twice"))
        .when(pl.col("_is_copy") & pl.col("_is_pictured") & (width <= 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.beside-credit"))
        .when(pl.col("_is_dated") & width.is_between(DATED_WIDTH, 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.dated-copies"))
        .when(pl.col("_is_known") & pl.col("_may_repeat"))
        .then(pl.lit("caption.same-words"))
        .when("_is_cut")
        .then(pl.lit("caption.cut-short"))
        .when("_is_alone")
        .then(pl.lit("caption.above-credit"))
    )
    keyed = keyed.with_columns(_reason=reason, _above=above("line", 1).cast(pl.String))
    repeated = {"role": "repeat", "by": "repeat.paragraph", "evidence": pl.col("_above"), "removed": True}
    keyed = change_lines(keyed, pl.col("_is_second") & (width > CAPTION_WIDTH), **repeated)
    keyed = change_lines(keyed, pl.col("_reason").is_not_null(), role="caption", by=pl.col("_reason"))
    return keyed.select(lines.columns)


def make_key(name: str) -> pl.Expr:
    """A column of texts as repeated lines are compared: without list signs, quotes and stops around them."""
    return pl.col(name).str.strip_chars(SIGNS + ".")


def has_key_of(keyed: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Whether each line has the key of one of the `known` lines of its document; both with doc and _key."""
    if known.is_empty():
        return pl.repeat(False, keyed.height, dtype=pl.Boolean, eager=True)
    keys = known.select("doc", "_key", _known=pl.lit(True)).unique()
    joined = keyed.select("doc", "_key").join(keys, on=["doc", "_key"], how="left", maintain_order="left")
    return joined["_known"].fill_null(False)


def find_beside_buttons(lines: pl.DataFrame, copies: pl.Series) -> pl.Series:
    """Whether each of the `copies` has a picture's button right above or below it."""
    at = copies.arg_true().cast(pl.Int64)
    found = pl.repeat(False, len(copies), dtype=pl.Boolean, eager=True)
    for step in (-1, 1):
        beside = (at + step).clip(0, lines.height - 1)
        same = lines["doc"].gather(beside) == lines["doc"].gather(at)
        found = found.scatter(at.filter(same & lines["text"].gather(beside).str.contains(PICTURE_MARK)), True)
    return found


def find_cut_captions(lines: pl.DataFrame, captions: pl.DataFrame) -> pl.Series:
    """Whether each line is one of the `captions` of its document (doc, text), cut short and marked as cut."""
    marked = lines.with_row_index("at").filter(pl.col("_is_free") & pl.col("text").str.tail(16).str.contains(CUT_END))
    cut = marked.select("at", "doc", start=pl.col("text").str.replace(r"\s*" + CUT_END, "").str.strip_chars(SIGNS))
    cut = cut.filter(pl.col("start").str.len_chars() >= CUT_CHARS)
    whole: dict[int, list[str]] = {}
    for doc, text in captions.join(cut, on="doc", how="semi").select("doc", "text").sort("doc", "text").iter_rows():
        whole.setdefault(doc, []).append(text)
    hits = [at for at, doc, start in cut.iter_rows() if has_prefix(whole.get(doc, []), start)]
    at = pl.Series(hits, dtype=pl.UInt32)
    return pl.select(pl.int_range(lines.height, dtype=pl.UInt32).is_in(at.implode())).to_series()


def has_prefix(texts: Sequence[str], start: str) -> bool:
    """Whether one of the sorted texts begins with `start`.

    >>> has_prefix(["a bridge", "a mayor"], "a may"), has_prefix(["a bridge"], "a may")
    (True, False)
    """
    at = bisect_left(texts, start)
    return at < len(texts) and texts[at].startswith(start)


def name_repeated_credits(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines such as "Ana Ruiz/Courier" that stand more than once in a document."""
    is_short = (pl.col("chars") <= CREDIT_CHARS) & pl.col("text").str.contains("/", literal=True)
    free = lines.filter(is_body() & is_short).select("doc", "line", "text", _is_credit=pl.lit(True))
    named = free.filter(pl.struct("doc", "text").is_duplicated() & pl.col("text").str.contains(SLASH_CREDIT))
    if named.is_empty():
        return lines
    joined = lines.join(named.drop("text"), on=["doc", "line"], how="left", maintain_order="left")
    return change_lines(joined, pl.col("_is_credit"), role="credit", by="credit.repeated").drop("_is_credit")

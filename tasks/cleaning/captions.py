"""Repeated photo captions merged into one, with its credit and the number of copies.

Some captions and credits only their repetition shows, or what stands beside them. Which captions say the same is decided in
`caption_copies`.
"""

from bisect import bisect_left
from collections.abc import Sequence, Set
from itertools import groupby
from operator import itemgetter

import polars as pl

from tasks.cleaning.caption_above_credit import name_captions_above_credits
from tasks.cleaning.caption_copies import CUT_CHARS, CaptionLine, merge_copies
from tasks.cleaning.caption_credits import name_lone_credits
from tasks.cleaning.caption_places import BREAK, name_placed_captions
from tasks.cleaning.caption_tails import name_tailed_captions
from tasks.cleaning.caption_words import CREDIT_CHARS, LABEL, LABELS, SIGNS, fold_words, read_credit, strip_label
from tasks.cleaning.clean import is_body
from tasks.lines import PARAGRAPH_WIDTH, above, change_lines, change_listed_lines, mark_rows, mark_where

CAPTION = {"text": pl.String, "credit": pl.String, "copies": pl.Int32, "line": pl.Int32}
REPEAT_WIDTH = 40  # shorter lines repeat for good reasons
CAPTION_WIDTH = 220  # a longer line beside a credit is a paragraph
DATED_WIDTH = 60  # a shorter line with a date may be a heading
ALONE_WIDTH = 20  # a shorter line beside a credit is no caption
WIDE_BELOW = 60  # a shorter line a blank line below a credit may be a sub-heading
STEM = r"^(?:[^\p{L}\p{N}]*[\p{L}\p{N}]){0,12}"  # with the letters and digits that a copy of a caption begins with
STEM_FROM = 60  # characters of a line in which these are looked for
# A label on a line of its own, as the BBC has it; and the number of a picture in a gallery.
LABEL_LINE = r"^(?i:(?:image|media|photo|video|picture) caption,?|open this photo in gallery:?)$"
ASKS = r"[?!？！][\"”’»)]*$|[:：]$"  # such lines repeat for good reasons
SEPARATORS = " \u3000|/–—-"  # between the words of a caption and its credit
COUNTER = r"^\d{1,3} ?(?:of|/|von|de|di|sur|av|af|z|из) ?\d{1,3}$|^Image$|^Slideshow ?\( ?\d{1,3} images? ?\)$"
SIGN_CHARS = 30  # a longer line is no label and no number
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


def merge_captions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Finds captions that stand more than once, keeps the fullest copy and removes the others.

    `lines` as `clean_lines` gives them. Returns the lines, with copies removed (role `repeat`), and one row per document
    with captions: doc, captions (list of text, credit, copies, line).
    """
    placed = name_captions_above_credits(name_placed_captions(name_tailed_captions(lines)))
    named = name_captions_again(name_repeated_captions(placed))
    lines = restore_cut_copies(named)
    words = pl.coalesce(pl.col("role_text").str.strip_chars_end(SEPARATORS), "text")
    found = lines.filter(pl.col("role").is_in(["caption", "credit"])).select(
        "doc", "line", "place", "role", words.str.strip_chars(), "role_value"
    )
    repeats: list[tuple[int, int, str, str]] = []
    captions: list[tuple[object, ...]] = []
    for doc, rows in groupby(found.iter_rows(), key=itemgetter(0)):
        merged, repeated = merge_copies([CaptionLine(*row[1:]) for row in rows])
        captions.extend((doc, *caption.values()) for caption in merged)
        repeats.extend((doc, line, rule, str(of)) for line, rule, of in repeated)
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_rule": pl.String, "_of": pl.String}
    copies = pl.DataFrame(repeats, schema=schema, orient="row")
    repeat = {"removed": True, "role": "repeat", "by": pl.col("_rule"), "evidence": pl.col("_of")}
    table = pl.DataFrame(captions, schema={"doc": pl.UInt32, **CAPTION}, orient="row")
    listed = table.group_by("doc", maintain_order=True).agg(captions=pl.struct(*CAPTION))
    return change_listed_lines(lines, copies, **repeat), listed


def restore_cut_copies(lines: pl.DataFrame) -> pl.DataFrame:
    """Makes lines that the page model cut captions where they are the same as a caption, so that they count as its copies."""
    captions = lines.filter(pl.col("role") == "caption").unique(["doc", "text"], keep="first", maintain_order=True)
    if captions.is_empty():
        return lines
    known = captions.select("doc", "text", _by="by", _value="role_value", _text="role_text")
    cut = lines.filter(pl.col("by").str.starts_with("page.")).select("doc", "line", "text")
    copies = cut.join(known, on=["doc", "text"]).drop("text")
    restored = {"role": "caption", "by": pl.col("_by"), "role_value": pl.col("_value"), "role_text": pl.col("_text")}
    return change_listed_lines(lines, copies, removed=False, evidence=None, **restored)


def name_repeated_captions(lines: pl.DataFrame) -> pl.DataFrame:
    """Names what repetition shows: captions (`by`: one of `REASONS`), paragraphs (a removed `repeat`) and credits."""
    lines = name_lone_credits(lines)
    width = pl.col("width")
    is_free = is_body() & pl.col("rule").is_null()
    by_credit = above("role", -1).eq_missing("credit") | above("role", 1).eq_missing("credit")
    keyed = lines.with_columns(
        _key=make_key("text"),
        _is_free=is_free,
        _by_credit=by_credit,
        _is_label=mark_where(lines, pl.col("chars") <= SIGN_CHARS, pl.col("text").str.contains(LABEL_LINE)),
        _is_counter=mark_where(lines, pl.col("chars") <= SIGN_CHARS, pl.col("text").str.contains(COUNTER)),
    )
    is_twice = keyed.select(is_free & (width >= REPEAT_WIDTH)).to_series() & keyed.select("doc", "_key").is_duplicated()
    copies = mark_where(keyed, is_twice, ~pl.col("text").str.contains(ASKS))
    is_second = copies & (above("_key", 1) == pl.col("_key")).fill_null(False)
    by_picture = keyed.filter(copies & (keyed["_by_credit"] | find_beside_buttons(keyed, copies)))
    captions = keyed.filter(pl.col("role") == "caption").select("doc", "text", "role_text")
    # A block of lines begins below a blank line, or below the number of a picture.
    is_counted = above("_is_counter", 1, False)
    is_block = pl.col("_is_free") & (pl.col("gap") | is_counted)
    is_short = is_block & width.is_between(ALONE_WIDTH, CAPTION_WIDTH) & ~pl.col("is_paragraph")
    next_is_credit = above("role", -1).eq_missing("credit") & above("gap", -2, True)
    next_is_credit |= above("by", -1).eq_missing("caption.sign") & above("role", -2).eq_missing("credit")
    last_is_credit = above("role", 1).eq_missing("credit") & above("gap", 1, True)
    # Between two paragraphs a block of one sentence and a credit is a picture's; so is a sentence below a counter.
    is_between = above("is_paragraph", 1, False) & above("is_paragraph", -2, False) & ~above("gap", -1, True)
    is_sentence = is_block & (width < PARAGRAPH_WIDTH) & pl.col("is_paragraph") & (is_between | is_counted)
    is_alone = (
        pl.col("_is_free") & ~pl.col("gap") & above("gap", -1, True) & width.is_between(ALONE_WIDTH, CAPTION_WIDTH)
    )
    # A sub-heading below a picture's credit is shorter than its next words.
    is_far_below = is_short & (width >= WIDE_BELOW) & ~pl.col("ends_sentence") & above("role", 1).eq_missing("credit")
    is_far_below &= above("is_paragraph", 2, False) & above("is_paragraph", -1, False)
    is_address = pl.col("text").str.contains("@", literal=True)  # the author's
    is_long = pl.col("is_paragraph") & pl.col("text").str.contains(BREAK)
    keyed = keyed.with_columns(
        _is_second=is_second,
        _is_copy=copies,
        _is_pictured=has_key_of(keyed, by_picture),
        _is_dated=mark_where(keyed, copies, pl.col("text").str.contains(FULL_DATE)),
        _is_cut=find_cut_captions(keyed, captions),
        _is_above=mark_where(keyed, (is_short | is_sentence) & next_is_credit, ~is_address & ~is_long),
        _is_below=(is_alone & last_is_credit) | mark_where(keyed, is_far_below, ~is_address),
        _is_labelled=pl.col("_is_free") & above("_is_label", 1, False) & (width <= 2 * CAPTION_WIDTH),
    )
    reason = (
        pl.when(pl.col("_is_copy") & pl.col("_is_pictured") & (width <= 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.beside-credit"))
        .when(pl.col("_is_dated") & width.is_between(DATED_WIDTH, 2 * CAPTION_WIDTH))
        .then(pl.lit("caption.dated-copies"))
        .when("_is_cut")
        .then(pl.lit("caption.cut-short"))
        .when("_is_above")
        .then(pl.lit("caption.above-credit"))
        .when("_is_below")
        .then(pl.lit("caption.below-credit"))
        .when("_is_labelled")
        .then(pl.lit("caption.below-label"))
    )
    keyed = keyed.with_columns(_reason=reason, _above=above("line", 1).cast(pl.String))
    repeated = {"role": "repeat", "by": "repeat.paragraph", "evidence": pl.col("_above"), "removed": True}
    keyed = change_lines(keyed, pl.col("_is_second") & pl.col("_reason").is_null(), **repeated)
    keyed = change_lines(keyed, pl.col("_reason").is_not_null(), role="caption", by=pl.col("_reason"))
    is_sign = is_body() & (
        (pl.col("_is_label") & above("_reason", -1).eq_missing("caption.below-label"))
        | (pl.col("_is_counter") & above("role", -1).eq_missing("caption"))
    )
    keyed = change_lines(keyed, is_sign, role="boilerplate", by="caption.sign", removed=True)
    return keyed.select(lines.columns)


def name_captions_again(lines: pl.DataFrame) -> pl.DataFrame:
    """Names the lines that say what a caption of their document says, with another label or credit or with none.

    Such a line gets the role `caption` and its own credit.
    """
    captions = lines.filter(pl.col("role") == "caption")
    if captions.is_empty():
        return lines
    captions = captions.select("doc", "role_value", words=pl.coalesce("role_text", "text"))
    stems = captions.select("doc", _stem=make_stem("words")).unique()
    is_standfirst = pl.col("role").eq_missing("standfirst")
    may_be = (is_body() | is_standfirst) & pl.col("rule").is_null() & (pl.col("width") <= 2 * CAPTION_WIDTH)
    shows_by_itself = (pl.col("width") >= REPEAT_WIDTH) & ~is_standfirst
    free = lines.select("doc", "line", "text", _by_itself=shows_by_itself, _may=may_be).filter("_may")
    free = free.join(stems.select("doc").unique(), on="doc", how="semi", maintain_order="left")
    near = free.with_columns(_stem=make_stem("text"))
    near = near.join(stems, on=["doc", "_stem"], how="semi", maintain_order="left")
    said: dict[int, set[str]] = {}
    for doc, words in captions.join(near, on="doc", how="semi").select("doc", "words").iter_rows():
        said.setdefault(doc, set()).add(fold_words(strip_label(words)).rstrip("."))
    sizes = {doc: sorted({len(words) for words in known}, reverse=True) for doc, known in said.items()}
    found = [
        (doc, line, *copy)
        for doc, line, text, is_wide in near.select("doc", "line", "text", "_by_itself").iter_rows()
        if (copy := read_copy(text, said[doc], sizes[doc], is_wide=is_wide))
    ]
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_words": pl.String, "_credit": pl.String}
    again = pl.DataFrame(found, schema, orient="row")
    copied = {"role_text": pl.col("_words"), "role_value": pl.col("_credit")}
    lines = change_listed_lines(lines, again, role="caption", by="caption.same-words", **copied)
    return name_known_credits(lines, captions)


def name_known_credits(lines: pl.DataFrame, captions: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines right below a caption that say a credit of their document in other letters.

    `captions`: doc and role_value (the credit) of the captions.
    """
    is_below = is_body() & above("role", 1).eq_missing("caption") & (pl.col("chars") <= CREDIT_CHARS)
    below = lines.select("doc", "line", "text", _is_below=is_below).filter("_is_below")
    below = below.select("doc", "line", key=squeeze("text"))
    credited = captions.filter(pl.col("role_value").str.len_chars() <= CREDIT_CHARS)
    known = credited.select("doc", key=squeeze("role_value"))
    named = below.join(known, on=["doc", "key"], how="semi").select("doc", "line")
    return change_listed_lines(lines, named, role="credit", by="credit.repeated")


def read_copy(text: str, said: Set[str], sizes: Sequence[int], *, is_wide: bool) -> tuple[str, str | None] | None:
    """The words and the credit of a line that says what one of the captions `said` says; None for another line.

    `sizes`: lengths of these, the greatest first. A line without a label or a credit must be wide.

    >>> read_copy("Above: The ferry sails. Courtesy of Ana Ruiz", {"the ferry sails"}, [15], is_wide=True)
    ('The ferry sails.', 'Ana Ruiz')
    """
    own = strip_label(text)
    folded = fold_words(own)
    for size in sizes:
        if folded[:size] in said:
            rest = folded[size:].lstrip(".")
            if not rest.strip():
                return (own, None) if is_wide or own != text.strip() else None
            tail = own.rstrip()[-len(rest) :]
            credit = read_credit(tail if fold_words(tail) == fold_words(rest) else rest)
            return (own.rstrip()[: -len(rest)].rstrip(" |–—-(["), credit) if credit else None
    return None


def make_stem(name: str) -> pl.Expr:
    """The first letters and digits of a column of texts without their labels, in lower case."""
    text = pl.col(name).str.strip_chars(SIGNS)
    for _ in range(LABELS - 1):
        text = text.str.replace(LABEL, "")
    return text.str.head(STEM_FROM).str.to_lowercase().str.extract(STEM, 0).str.replace_all(r"[^\p{L}\p{N}]", "")


def squeeze(name: str) -> pl.Expr:
    """The letters and digits of a column of texts, in lower case."""
    return pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


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
    free = lines.select("doc", "text", "_is_free").with_row_index("at").filter("_is_free")
    marked = free.filter(pl.col("text").str.contains(CUT_END))
    cut = marked.select("at", "doc", start=pl.col("text").str.replace(r"\s*" + CUT_END, "").str.strip_chars(SIGNS))
    cut = cut.filter(pl.col("start").str.len_chars() >= CUT_CHARS)
    whole: dict[int, list[str]] = {}
    for doc, text in captions.join(cut, on="doc", how="semi").select("doc", "text").sort("doc", "text").iter_rows():
        whole.setdefault(doc, []).append(text)
    hits = [at for at, doc, start in cut.iter_rows() if has_prefix(whole.get(doc, []), start)]
    return mark_rows(lines.height, pl.Series(hits, dtype=pl.UInt32))


def has_prefix(texts: Sequence[str], start: str) -> bool:
    """Whether one of the sorted texts begins with `start`.

    >>> has_prefix(["a bridge", "a mayor"], "a may"), has_prefix(["a bridge"], "a may")
    (True, False)
    """
    at = bisect_left(texts, start)
    return at < len(texts) and texts[at].startswith(start)

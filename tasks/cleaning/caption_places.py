"""Captions that say where in the picture a person stands, and lines beside them that have the shape of captions.

"(pictured)", "second left", "(v.l.)" point into a picture. A line that does so and does not end as a sentence is a caption. So is
a sentence that does so twice.
"""

import polars as pl

from tasks.cleaning.clean import is_body
from tasks.lines import above, change_lines, mark_rows, mark_where

WIDTHS = (30, 440)
SIDE = r"(?:left|right|cent(?:re|er)|middle)"
POINTS = (
    r"(?i)\((?:pictured|above|below|inset|bottom|top|front|back|file|stock (?:image|photo|picture)"
    rf"|{SIDE})(?:,? (?:{SIDE}|here|above|below|front|row|with [^()]{{2,30}}|in [^()]{{2,30}}))?\)"
    rf"|[,(] ?(?:second|third|fourth|fifth|far|2nd|3rd|4th) (?:from )?(?:the )?{SIDE}[,)]|[,(;] ?from {SIDE}(?: to {SIDE})?[,:]"
    rf"|^from {SIDE}(?: to {SIDE})?[,:]"
    rf"|, {SIDE}, (?:and|with|poses?|speaks?|shakes?|greets?|walks?|talks?|meets?|stands?|looks?|listens?) "
    r"|\(v\. ?l\.(?: ?n\. ?r\.)?\)|\bv\. ?l\. ?n\. ?r\.|\((?:links|rechts|mitte|l\.|r\.|m\.|vorn|hinten|im bild|à gauche"
    r"|à droite|au centre|izquierda|derecha|izq\.|dcha\.|a sinistra|a destra|à esquerda|à direita|t\.v\.|t\.h\.)\)"
    r"|[（(](?:左|右|中央|中|奥|手前|左端|右端|왼쪽|오른쪽|가운데|слева|справа|в центре|по центру|solda|sağda)[）)]"
)
# Any of these is in every line that points; a whole sentence that points twice has one of the first.
SIDES = r"[lL]eft|[rR]ight|cent(?:re|er)|v\. ?l\."
SIDES_OR_BRACKETS = rf"{SIDES}|[(（]"
UNBOUND_POINTS = POINTS.replace(r"\b", "")  # the engine is slow at the bounds of words
CERTAIN = r"\(v\. ?l\.(?: ?n\. ?r\.)?\)|\bv\. ?l\. ?n\. ?r\."  # no sentence of an article has it
BREAK = r"\p{Ll}{3}[.!?][\"”’»)]* \p{Lu}"
OPENED = r"[\p{L}\p{N}”’)] \($"  # a bracket that opens above the credit
CREDIT_LABEL = r"^(?i:image|photo|picture|pic|credit|foto|bild)s? ?:"
BESIDE_WIDTHS = (60, 300)
WHOLE = (
    r"^[\p{Lu}\p{N}\"“‘'].*[\p{Ll}\p{N})”]$"  # begins as a line does, and is not cut off before a list or a quotation
)
SMALL, LEAST_SMALL = r" \p{Ll}", 5  # words of a sentence; titles have capitals


def name_placed_captions(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `caption` to lines that point into a picture, that open a bracket above a credit, and beside these.

    `lines` as `clean_lines` gives them.
    """
    named = change_lines(lines, find_points(lines), role="caption", by="caption.points")
    if lines["text"].str.ends_with(" (").any():
        next_credits = above("role", -1).eq_missing("credit") | above("text", -1, "").str.contains(CREDIT_LABEL)
        opens = is_body() & pl.col("text").str.contains(OPENED) & next_credits
        bracket = {"role": "caption", "by": "caption.above-bracket", "role_text": pl.col("text").str.strip_suffix("(")}
        named = change_lines(named, opens, **bracket)
    shown = [above("role", step).eq_missing("caption") for step in (1, -1)]
    prose = [above("is_paragraph", step, False) for step in (1, -1)]
    beside = (shown[0] & (shown[1] | prose[1])) | (shown[1] & prose[0])
    may_be = is_body() & pl.col("rule").is_null() & ~pl.col("ends_sentence") & (pl.col("zone") == "body") & beside
    may_be &= pl.col("width").is_between(*BESIDE_WIDTHS)
    text = pl.col("text")
    is_whole = text.str.contains(WHOLE) & (text.str.count_matches(SMALL) >= LEAST_SMALL)
    return change_lines(named, mark_where(named, may_be, is_whole), role="caption", by="caption.beside-caption")


def find_points(lines: pl.DataFrame) -> pl.Series:
    """Whether each line points into a picture, and is no sentence or does so more than once."""
    may_be = is_body() & pl.col("rule").is_null() & pl.col("width").is_between(*WIDTHS)
    some = lines.select("text", "ends_sentence", "is_paragraph", _may=may_be).with_row_index("_at").filter("_may")
    some = pl.concat(
        some.filter(pl.col("ends_sentence") == ends).filter(pl.col("text").str.contains(words))
        for ends, words in ((True, SIDES), (False, SIDES_OR_BRACKETS))
    )
    counted = some.filter(pl.col("text").str.contains(UNBOUND_POINTS)).with_columns(
        _count=pl.col("text").str.count_matches(POINTS)
    )
    # A line as wide as a paragraph is one if it is more than one sentence.
    is_one = ~pl.col("ends_sentence") & (~pl.col("is_paragraph") | ~pl.col("text").str.contains(BREAK))
    is_placed = is_one | (pl.col("_count") > 1) | pl.col("text").str.contains(CERTAIN)
    return mark_rows(lines.height, counted.filter((pl.col("_count") > 0) & is_placed)["_at"])

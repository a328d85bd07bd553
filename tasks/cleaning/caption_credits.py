"""Credits of pictures on lines of their own that their words alone do not show: what repeats, or stands below a picture's words.

"Ana Ruiz/Courier" may be anything. Twice in an article, or in one block with a line between two paragraphs, it credits a picture.
"""

import polars as pl

from tasks.cleaning.caption_words import CREDIT_CHARS
from tasks.cleaning.clean import is_body
from tasks.lines import above, change_lines, mark_where

CAPTION_WIDTHS = (20, 220)  # a longer line above a credit is a paragraph
# A photographer and a house, as credits name them.
PERSON = r"\p{Lu}[\p{L}\p{M}.'’\-]+(?: \p{Lu}[\p{L}\p{M}.'’\-]+){1,3}"
SLASH_CREDIT = rf"^{PERSON} ?/ ?\p{{Lu}}[\p{{L}}\p{{N}}.'’\- ]{{1,30}}$"
SOURCE = r"(?i:quelle|source|fuente|fonte|bron|kilde|källa|źródło) ?[:：] ?"
# What credits a picture only where it stands below one's words.
LONE_CREDIT = (
    rf"^(?:[(\[]?{PERSON} ?[/|] ?\p{{Lu}}[\p{{L}}\p{{N}}.'’\- ]{{1,30}}[)\]]?|© ?[\p{{Lu}}\p{{Lo}}@][^.]{{2,60}}"
    rf"|{SOURCE}\p{{Lu}}[^.]{{2,60}})$"
)
MAY_BE_LONE = r"[/|©:：]"
# A label whose credit stands on the next line.
LABEL_LINE = (
    r"^(?i:(?:image|photo|picture|video|media) (?:source|credit|copyright)s?[,:]?|credits?:?|photo(?:graph)? by:?"
    r"|(?:crédit|foto|bild):)$"
)
LABELLED_CREDIT = rf"^(?:{PERSON}|\p{{Lu}}[\p{{L}}.'’\- ]{{1,30}})(?:(?: ?/ ?| for | via ).{{2,50}})?$"


def name_lone_credits(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines that stand twice, below a label or below a caption.

    `lines` as `clean_lines` gives them.
    """
    return name_credits_below_captions(name_credits_below_labels(name_repeated_credits(lines)))


def name_repeated_credits(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines such as "Ana Ruiz/Courier" that stand more than once in a document."""
    text = pl.col("text")
    is_short = is_body() & (pl.col("chars") <= CREDIT_CHARS)
    slashed = mark_where(lines, is_short, text.str.contains("/", literal=True))
    is_again = pl.struct("doc", "text").is_duplicated()
    named = mark_where(lines, slashed, is_again & text.str.contains(SLASH_CREDIT))
    return change_lines(lines, named, role="credit", by="credit.repeated")


def name_credits_below_labels(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to the lines below `Image source` and the like, and removes these."""
    is_short = is_body() & (pl.col("chars") <= 20) & (pl.col("zone") == "body")
    marked = lines.with_columns(_is_label=mark_where(lines, is_short, pl.col("text").str.contains(LABEL_LINE)))
    if not marked["_is_label"].any():
        return lines
    may_be = is_body() & (pl.col("chars") <= CREDIT_CHARS) & above("_is_label", 1, False)
    marked = marked.with_columns(_is_named=mark_where(marked, may_be, pl.col("text").str.contains(LABELLED_CREDIT)))
    is_sign = pl.col("_is_label") & (above("_is_named", -1, False) | above("role", -1).eq_missing("credit"))
    marked = change_lines(marked, is_sign, role="boilerplate", by="caption.sign", removed=True)
    named = change_lines(marked, pl.col("_is_named"), role="credit", by="credit.below-label")
    return named.select(lines.columns)


def name_credits_below_captions(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `credit` to lines between paragraphs that end a block of two, or stand below a line without a stop."""
    may_be = is_body() & (pl.col("chars") <= CREDIT_CHARS) & (pl.col("zone") == "body") & above("gap", -1, True)
    signed = mark_where(lines, may_be, pl.col("text").str.contains(MAY_BE_LONE))
    lone = mark_where(lines, signed, pl.col("text").str.contains(LONE_CREDIT))
    if not lone.any():
        return lines
    is_free = is_body() & pl.col("width").is_between(*CAPTION_WIDTHS)
    marked = lines.with_columns(
        _opens=is_free & pl.col("gap") & (~pl.col("ends_sentence") | above("is_paragraph", 1, False)),
        _is_open=is_free & pl.col("gap") & ~pl.col("ends_sentence") & above("is_paragraph", 1, False),
        _is_lone=lone,
    )
    is_block = ~pl.col("gap") & above("_opens", 1, False)
    is_apart = pl.col("gap") & above("_is_open", 1, False) & above("is_paragraph", -1, False)
    said = pl.col("text").str.replace(f"^{SOURCE}", "")
    is_credit = pl.col("_is_lone") & (is_block | is_apart)
    named = change_lines(marked, is_credit, role="credit", by="credit.below-words", role_value=said)
    return named.select(lines.columns)

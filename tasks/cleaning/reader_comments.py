"""What readers wrote below an article: everything under a header such as "9 comments", where readers can be heard."""

import polars as pl

from tasks.lines import change_lines, mark_where

HEADER_WIDTH = 40
WORDS = (
    "comments?|replies|responses|(?:reader|top rated|top|best) comments|kommentare?|leserkommentare"
    "|commentaires?|réactions|comentarios?|commenti"
    "|commento|comentários?|reacties|kommentarer|komentarze|комментари[ийяев]+|коментар[ііїв]+|yorumlar|komentar|تعليقات|टिप्पणियाँ"
    "|コメント|댓글|评论|評論|留言"
)
COUNT = r"[(\[]?\d[\d,.]*[)\]]?"
HEADER = rf"^(?i)[^\p{{L}}\p{{N}}]*(?:all |alle )?(?:{COUNT} ?)?(?:{WORDS})[ :]*(?:{COUNT})?[^\p{{L}}\p{{N}}]*$"
COUNTED = r"[1-9]"
# What readers write and reporters do not: greetings and thanks, shouts, times and names over a text, and words about themselves
# outside a quotation.
GREETS = (
    r"(?i)^(?:hi|hello|hey|dear|thanks|thank you|thx|lol|hallo|danke|liebe[rs]?|bonjour|salut|merci|hola|gracias"
    r"|olá|oi|obrigad[oa]|ciao|grazie|hej|tack|tak|takk|cześć|dzięki|привет|спасибо|здравствуйте|привіт|дякую|merhaba|teşekkür)(?:[^\p{L}]|$)"
)
SHOUTS = r"!!|\?\?|!$|^\p{Ll}|[:;]-?[)(D]|❤|👍|😂"
TIMES = r"(?i)\b\d{1,2}[:.]\d{2} ?(?:[ap]\.?m\b|uhr\b)|\b\d+ (?:minutes?|hours?|days?|weeks?|months?|years?) ago\b|\bsays:$|^@\S"
SELF = r"(?:^|[\s(*])(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Ii]ch|[Mm]eine?|[Jj]e|[Yy]o|[Ee]u|[Ii]k|[Jj]ag|[Jj]eg|[Яя])(?:[\s,.!?)*]|$)"
QUOTATION = r"[\"“”„«»「『]"
LEAST_SHARE = 0.2  # of the lines below the header show a reader,
LEAST_SIGNS = 2  # and so many of them, where the header counts no comments
REMOVED = {"cut": True, "role": "boilerplate", "by": "comments.any.readers"}


def cut_reader_comments(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the header of readers' comments and all lines below it, where a paragraph stands above and readers show below.

    `lines` with cut, by, evidence, role, family, is_paragraph.
    """
    is_header = mark_where(lines, pl.col("width") <= HEADER_WIDTH, pl.col("text").str.contains(HEADER))
    has_prose = (pl.col("is_paragraph") & ~pl.col("cut")).cum_sum().over("doc") > 0
    headers = lines.filter(is_header & has_prose).unique("doc", keep="first", maintain_order=True)
    if headers.is_empty():
        return lines
    counted = pl.col("text").str.contains(COUNTED)
    below = lines.join(headers.select("doc", _header="line", _counted=counted), on="doc", maintain_order="left")
    below = below.filter(pl.col("line") > pl.col("_header"))
    is_self = pl.col("text").str.contains(SELF) & ~pl.col("text").str.contains(QUOTATION)
    is_sign = pl.any_horizontal(pl.col("text").str.contains(sign) for sign in (GREETS, SHOUTS, TIMES)) | is_self
    is_sign |= pl.col("family").eq_missing("comments")
    shown = below.group_by("doc", "_header").agg(
        _share=is_sign.mean(), _signs=is_sign.sum(), _least=pl.when("_counted").then(1).otherwise(LEAST_SIGNS).first()
    )
    shown = shown.filter((pl.col("_share") >= LEAST_SHARE) & (pl.col("_signs") >= pl.col("_least")))
    if shown.is_empty():
        return lines
    marked = lines.join(shown.select("doc", "_header"), on="doc", how="left", maintain_order="left")
    is_comment = (pl.col("line") >= pl.col("_header")).fill_null(False) & ~pl.col("cut")
    evidence = pl.format("under line {}", "_header")
    return change_lines(marked, is_comment, **REMOVED, evidence=evidence).select(lines.columns)

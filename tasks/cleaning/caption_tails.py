"""Captions that end in a credit without a label, brackets or a slash: "The ferry at the quay. Ana Ruiz for The Courier".

A sentence with a few capitalised words behind it may be many things. That the same words stand behind other sentences of the
document, or are a credit elsewhere in it, shows that they credit pictures.
"""

import re
from collections import Counter

import polars as pl

from tasks.cleaning.caption_words import fold_words, read_credit
from tasks.cleaning.clean import is_body
from tasks.lines import above, change_listed_lines, mark_where

WIDTHS = (20, 440)
# A sentence, and what stands behind it; or a bracket of capitals, or one that opens above the label of the credit.
TAILED = re.compile(
    r"(?P<text>\W*[^\W\d_a-z].{12,}[^\W\d_A-Z]{2}[)’'”\"]?[.!][\"”»]?) +"
    r"(?P<credit>[^\W\d_a-z][^.!?|]{1,60}|\([^\W\d_a-z][^\W\d_a-z/&. ]{1,20}\))"
)
MAY_BE_TAILED = r"[.!][\"”»]? +\(?\p{Lu}[^.!?]*$"
GIVEN = r"Supplied|Handout|Submitted|Contributed|Courtesy|File|File photo|Photo supplied"
HOUSES = (
    r"AP|(?:The )?Associated Press|AFP|Reuters|REUTERS|EPA|EFE|ANSA|dpa|UPI|TASS|Xinhua|Kyodo|Yonhap|Anadolu|AAP|NTB|Ritzau|Lusa"
    r"|Getty Images|Getty|Shutterstock|iStock|Alamy|Bloomberg|The Canadian Press|Press Association"
)
HOUSE = re.compile(rf"(?:{GIVEN}|{HOUSES})")
FOR_HOUSE = re.compile(
    r"(?:[^\W\d_a-z][\w.’'-]+ ){1,3}(?:[^\W\d_a-z][\w.’'-]+) for (?:[^\W\d_a-z][\w.’'-]*|of|the)(?: .{1,40})?"
)
LEAST_LINES = 2  # with the same words behind a sentence


def name_tailed_captions(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `caption` to lines of which other lines show that they end in a credit.

    `lines` as `clean_lines` gives them. Sets by, role_text (the words) and role_value (the credit) as well.
    """
    is_free = is_body() & pl.col("rule").is_null() & ~pl.col("ends_sentence") & pl.col("width").is_between(*WIDTHS)
    tailed = mark_where(lines, is_free, pl.col("text").str.contains(MAY_BE_TAILED))
    free = lines.select("doc", "line", "text", _next=above("is_paragraph", -1, False)).filter(tailed)
    found = [
        (doc, line, tail["text"], credit, fold_words(credit), before)
        for doc, line, text, before in free.iter_rows()
        if (tail := TAILED.fullmatch(text.strip())) and (credit := read_credit(tail["credit"]))
    ]
    if not found:
        return lines
    documents = pl.Series([row[0] for row in found]).unique()
    inside = lines.filter(pl.col("doc").is_in(documents.implode()))
    known = {
        (doc, fold_words(credit))
        for doc, credit in inside.filter(pl.col("role").is_in(["caption", "credit"]))
        .select("doc", "role_value")
        .drop_nulls()
        .iter_rows()
    }
    bodies = dict(inside.filter("is_paragraph").group_by("doc").agg(pl.col("text").str.join("\n")).iter_rows())
    times = Counter((doc, key) for doc, _, _, _, key, _ in found)
    named = [
        (doc, line, words, credit)
        for doc, line, words, credit, key, before in found
        if (doc, key) in known
        or FOR_HOUSE.fullmatch(credit)
        or (before and HOUSE.fullmatch(credit))
        or (times[doc, key] >= LEAST_LINES and names_giver(credit, bodies.get(doc, "")))
    ]
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_words": pl.String, "_credit": pl.String}
    captions = pl.DataFrame(named, schema, orient="row")
    parts = {"role_text": pl.col("_words"), "role_value": pl.col("_credit")}
    return change_listed_lines(lines, captions, role="caption", by="caption.credit-behind", **parts)


def names_giver(credit: str, body: str) -> bool:
    """Whether words name a giver of pictures, and are no verdict: several words, a bracket's capitals, or a name in the article.

    >>> names_giver("Mara Quist", ""), names_giver("False", "That was wrong."), names_giver("Quist", "Here came Quist.")
    (True, False, True)
    """
    return " " in credit or credit.isupper() or re.search(rf"[a-zà-ÿ] {re.escape(credit)}\b", body) is not None

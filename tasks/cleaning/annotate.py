"""What every line is: the role and the rule that its words point to, and where in the article it stands.

This module only adds columns. `clean` decides, on these columns alone, which lines to remove.
"""

import polars as pl

from tasks.lines import above, change_lines, looks_like_prose, mark_where, mark_zones, measure_lines, same_doc
from tasks.roles.bios import name_bios
from tasks.roles.byline_detection import name_bylines
from tasks.roles.headlines import name_headlines, name_standfirsts
from tasks.roles.rows import IN_TEXT, match_roles
from tasks.rules import match_rules
from tasks.rules.match import match_learned

HEAD_ABOVE, HEAD_BELOW = 3, 12  # a byline stands at most this many lines above or below the headline
# What stands beside the dates of an article, and not beside those of an exhibition: a word for its changes, a clock time.
CHANGED = (
    r"(?i)updat|publi|pubbl|post|modif|creat|stand|aktual|veröff|erstellt|mis à jour|actual|atual|aggiorn|bijgew|uppdat|oppdat"
    r"|opdat|opubl|обнов|опубл|оновл|güncel|yayın|diperb|diterb|\d[:.h]\d\d\b"
)
STANDFIRST_WIDTH = 400  # a longer line under the first one opens the body
# The rule of a line that is nothing but a link to another page of the site, as the HTML says.
LINK_RULE = {
    "rule": "markup.link",
    "action": "remove",
    "takes": "line",
    "rule_zone": "any",
    "evidence": "a link to another page",
    "family": None,
}


def match_words(lines: pl.DataFrame, records: pl.DataFrame, learned: pl.DataFrame | None = None) -> pl.DataFrame:
    """What each line's own words and markup say, wherever it stands. This is the costly half of annotating.

    `lines` as `split_lines` gives them. `records`: one row per document in the order of `lines.doc`, with title and
    standfirst, and markup where the input has any. `learned`: template lines as `match_learned` takes them (`records` then
    has publisher too). Adds the columns of `measure_lines`, `match_roles` and `match_rules` (zone as rule_zone).
    """
    measured = measure_lines(lines)
    roles = match_roles(measured["text"], measured["chars"])
    rules = match_rules(measured["text"]).rename({"zone": "rule_zone"})
    matched = pl.concat([measured, roles, rules], how="horizontal")
    if "markup" in records.columns:
        matched = apply_markup(matched, records["markup"])
    if learned is not None:
        matched = match_learned(matched, records["publisher"], learned)
    return matched


def assign_roles(words: pl.DataFrame, records: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """What follows from where each line stands among the others of its document.

    `words` as `match_words` gives them. `known` (doc, line, role): headlines and standfirsts that are known already. Adds
    is_paragraph, zone (head, body or tail), place (position in the document), repeats (the headline that a line repeats),
    role and role_by (the row or reason that gave the role).
    """
    claimed = pl.col("rule").is_not_null() | pl.col("role_hit").is_in(["caption", "credit", "bio", "contributors"])
    # Prose that no rule and no row for captions, credits or authors matches.
    zoned = mark_article_zones(words.with_columns(is_paragraph=looks_like_prose() & ~claimed.fill_null(False)))
    roles = {"role": "role_hit", "role_by": "role_rule"}
    may_stand = zone_allows("role_zone") & pl.col("rule").is_null() & ~stays_in_text() & ~find_time_spans(zoned)
    given = zoned.with_columns(pl.when(may_stand).then(hit).alias(name) for name, hit in roles.items())
    paragraphs = pl.col("is_paragraph").cast(pl.UInt32)  # prose: how many stand above the line
    headed = name_headlines(given, records, known).with_columns(prose=paragraphs.cum_sum().over("doc") - paragraphs)
    # Lines may sign the article from the headline to the second paragraph, and below the last one.
    headline = pl.col("place").filter(pl.col("role") == "headline").min().over("doc").fill_null(0)
    near = (pl.col("place") + HEAD_ABOVE >= headline) & (pl.col("place") <= headline + HEAD_BELOW)
    in_tail = pl.col("zone") == "tail"
    side = pl.when(near & (pl.col("prose") <= 1) & ~in_tail).then(pl.lit("head")).when(in_tail).then(pl.lit("tail"))
    signed = name_bylines(headed.with_columns(side=side)).drop("side", "prose")
    return name_standfirsts(name_bios(signed), records, known)


def apply_markup(lines: pl.DataFrame, markup: pl.Series) -> pl.DataFrame:
    """Gives lines the role that their input's markup says, which overrides what rules and other roles match.

    `markup`: one list of line and role per document, in the order of `lines.doc`. A link is a teaser of another page, so a
    rule matches it. A line that its words show to be a credit stays one, and where words and markup agree on the role, the
    parts that the words give (credit, caption without credit) stay.
    """
    marks = (
        pl.DataFrame({"markup": markup})
        .with_row_index("doc")
        .explode("markup", empty_as_null=True)
        .unnest("markup")
        .drop_nulls()
        .select("doc", "line", _markup="role")
    )
    if marks.is_empty():
        return lines
    lines = lines.join(marks, on=["doc", "line"], how="left", maintain_order="left")
    is_link = (pl.col("_markup") == "link") & pl.col("rule").is_null() & pl.col("role_hit").is_null()
    lines = change_lines(lines, is_link, **LINK_RULE)
    is_picture = pl.col("_markup").is_in(["caption", "credit"])
    lines = change_lines(lines, is_picture, **dict.fromkeys(LINK_RULE), role_zone="any")
    is_new = is_picture & pl.col("role_hit").ne_missing("credit")
    is_other = is_new & pl.col("role_hit").ne_missing(pl.col("_markup"))
    lines = change_lines(lines, is_other, role_value=None, role_text=None)
    lines = change_lines(lines, is_new, role_hit=pl.col("_markup"), role_rule=pl.col("_markup") + ".figcaption")
    return lines.drop("_markup")


def mark_article_zones(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds zone as `mark_zones` does, but a standfirst (a second line above a byline, caption or date) opens no body."""
    is_second = above("doc", 1).is_not_null() & above("doc", 2).is_null()
    below = above("role_hit", -1)
    # A bio that ends as a sentence may be one of the article's.
    unended = mark_where(lines, pl.col("role_hit") == "bio", ~pl.col("text").str.contains(r"[.!?…]\W*$"))
    is_bio = same_doc(-1) & unended.shift(-1, fill_value=False)
    has_furniture_below = below.is_in(["byline", "timestamp", "caption", "credit"]) | is_bio
    is_standfirst = is_second & has_furniture_below.fill_null(False) & (pl.col("width") <= STANDFIRST_WIDTH)
    return mark_zones(lines, pl.col("is_paragraph") & ~is_standfirst)


def zone_allows(allowed: str) -> pl.Expr:
    """Whether a row whose zone stands in column `allowed` may fire where the line stands."""
    return (
        (pl.col(allowed) == "any")
        | (pl.col(allowed) == pl.col("zone"))
        | ((pl.col(allowed) == "edge") & (pl.col("zone") != "body"))
    ).fill_null(False)


def find_time_spans(lines: pl.DataFrame) -> pl.Series:
    """Whether a line of two dates below the article says how long something lasts, and not when the article was changed."""
    is_dated = (pl.col("role_hit") == "timestamp") & (pl.col("zone") == "tail")
    years = pl.col("text").str.count_matches(r"\b(?:19|20)\d\d\b")
    return mark_where(lines, is_dated, (years == 2) & ~pl.col("text").str.contains(CHANGED))


def stays_in_text() -> pl.Expr:
    """Whether the line is a correction or a quoted post: known for what it is, kept in the text, and safe from rules."""
    return pl.col("role_hit").is_in(IN_TEXT).fill_null(False)

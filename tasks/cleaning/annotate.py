"""What every line is: its size and ending, the role and the rule its words point to, and where in the article it stands.

Nothing is decided here. `clean` decides, on these columns alone.
"""

from __future__ import annotations

import polars as pl

from tasks.lines import above
from tasks.roles import IN_TEXT, match_roles
from tasks.roles.byline_detection import name_signatures
from tasks.roles.structure import name_headlines, name_standfirsts
from tasks.rules import match_rules
from tasks.rules.learned import match_learned

SENTENCE_END = r"[.!?。！？।؟։…][\"”’»)\]』」›'*]*$"
# Scripts without spaces say in one character what takes Latin script about two and a half.
DENSE_BYTES = 2.5
PARAGRAPH_WIDTH = 160  # a line this long is prose whatever it ends in
HEAD_ABOVE, HEAD_BELOW = 3, 12  # bylines stand this near the headline
SENTENCE_WIDTH = 60  # a line this long is prose when it ends as a sentence does


# A line that is nothing but a link to another page of the site: see the reading of HTML.
LINK_RULE = {
    "rule": "markup.link",
    "action": "remove",
    "takes": "line",
    "rule_zone": "any",
    "evidence": "a link to another page",
}


def annotate(
    lines: pl.DataFrame,
    records: pl.DataFrame,
    headlines: pl.DataFrame | None = None,
    learned: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """All that is known of each line before anything is taken out.

    `lines` as `split_lines` gives them; `records` with the columns title, standfirst and authors of each document, in
    the order that `lines.doc` counts; `headlines` (doc, line) where something better than place points one out;
    `learned`: the lines of publishers' templates, as `match_learned` takes them (`records` then has publisher too);
    `records.markup`, where it is there, as `take_markup` takes it. Adds chars, width, ends_sentence, is_paragraph, the columns
    of `match_roles` and `match_rules`, zone (head, body or tail), role and role_by (the row or the reason that gave it).
    """
    return place_lines(read_words(lines, records, learned), records, headlines)


def read_words(lines: pl.DataFrame, records: pl.DataFrame, learned: pl.DataFrame | None = None) -> pl.DataFrame:
    """What each line's own words (and its markup) say, whatever stands around it; arguments as `annotate` takes them.

    This is the costly half of annotating: lines that are annotated twice are read once.
    """
    measured = measure_lines(lines)
    hit = pl.concat(
        [
            measured,
            match_roles(measured["text"], measured["chars"]),
            match_rules(measured["text"]).rename({"zone": "rule_zone"}),
        ],
        how="horizontal",
    )
    if "markup" in records.columns:
        hit = take_markup(hit, records["markup"])
    if learned is not None:
        hit = match_learned(hit, records["publisher"], learned)
    return hit


def place_lines(words: pl.DataFrame, records: pl.DataFrame, headlines: pl.DataFrame | None = None) -> pl.DataFrame:
    """What follows from where each line stands among the others of its document, added to what `read_words` gives."""
    zoned = mark_zones(mark_paragraphs(words))
    shown = zoned.with_columns(
        pl.when(role_may_stand()).then(pl.col("role_hit")).alias("role"),
        pl.when(role_may_stand()).then(pl.col("role_rule")).alias("role_by"),
    )
    headed = name_headlines(shown, records, headlines)
    headed = name_headlines(shown, records, headlines).with_columns(prose=count_prose()).with_columns(side=find_side())
    return name_standfirsts(name_signatures(headed).drop("side", "prose"), records)


def count_prose() -> pl.Expr:
    """Paragraphs above each line in its document."""
    paragraphs = pl.col("is_paragraph").cast(pl.UInt32)
    return paragraphs.cum_sum().over("doc") - paragraphs


def find_side() -> pl.Expr:
    """Which lines may sign the article: `head` from the headline to the first or second paragraph, `tail` below the last."""
    headline = pl.col("place").filter(pl.col("role") == "headline").min().over("doc").fill_null(0)
    near = (pl.col("place") + HEAD_ABOVE >= headline) & (pl.col("place") <= headline + HEAD_BELOW)
    in_tail = pl.col("zone") == "tail"
    return pl.when(near & (pl.col("prose") <= 1) & ~in_tail).then(pl.lit("head")).when(in_tail).then(pl.lit("tail"))


def take_markup(lines: pl.DataFrame, markup: pl.Series) -> pl.DataFrame:
    """Gives lines the role that their input's markup says, over what rules and other roles read in their words.

    `markup`: one list of line and role a document, in the order that `lines.doc` counts. A link that is a teaser of another
    page is hit by a rule. A line that words show to be a credit stays one, and what the words say of a line with the same
    role (the credit, the caption without it) stands.
    """
    said = (
        pl.DataFrame({"markup": markup})
        .with_row_index("doc")
        .explode("markup", empty_as_null=True)
        .unnest("markup")
        .drop_nulls()
        .select("doc", "line", _said="role")
    )
    if said.is_empty():
        return lines
    marked = lines.join(said, on=["doc", "line"], how="left", maintain_order="left")
    is_link = ((pl.col("_said") == "link") & pl.col("rule").is_null() & pl.col("role_hit").is_null()).fill_null(False)
    is_said = pl.col("_said").is_in(["caption", "credit"]).fill_null(False)
    own_words = pl.col("role_hit").eq_missing(pl.col("_said"))
    credit = (pl.col("role_hit") == "credit").fill_null(False)
    new = is_said & ~credit
    return marked.with_columns(
        *(
            pl.when(is_link).then(pl.lit(value)).when(~is_said).then(name).alias(name)
            for name, value in {**LINK_RULE, "family": None}.items()
        ),
        *(pl.when(~is_said | own_words | credit).then(name) for name in ("role_value", "role_text")),
        role_rule=pl.when(new).then(pl.col("_said") + ".figcaption").otherwise("role_rule"),
        role_zone=pl.when(is_said).then(pl.lit("any")).otherwise("role_zone"),
        role_hit=pl.when(new).then("_said").otherwise("role_hit"),
    ).drop("_said")


def measure_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Size and ending of each line: chars (code points), width (in Latin characters), ends_sentence."""
    chars = pl.col("text").str.len_chars()
    dense = pl.col("text").str.len_bytes() > DENSE_BYTES * chars
    return lines.with_columns(
        chars=chars,
        width=pl.when(dense).then(chars * DENSE_BYTES).otherwise(chars).cast(pl.UInt32),
        ends_sentence=pl.col("text").str.tail(4).str.contains(SENTENCE_END),
    )


def mark_paragraphs(lines: pl.DataFrame) -> pl.DataFrame:
    """Which lines are prose of the article as far as their form says: long, or a sentence, and no rule's or role's."""
    prose = (pl.col("width") >= PARAGRAPH_WIDTH) | (pl.col("ends_sentence") & (pl.col("width") >= SENTENCE_WIDTH))
    claimed = pl.col("rule").is_not_null() | pl.col("role_hit").is_in(["caption", "credit", "bio", "contributors"])
    return lines.with_columns(is_paragraph=prose & ~claimed.fill_null(False))


def mark_zones(lines: pl.DataFrame) -> pl.DataFrame:
    """Where each line stands: `head` before the first paragraph, `tail` after the last, `body` between.

    A lone paragraph directly below a first line does not open the body when a byline, caption or date follows it: that
    is a standfirst. Documents without a paragraph are all head.
    """
    follows_headline = pl.col("is_paragraph") & (above("doc", 1).is_not_null()) & above("doc", 2).is_null()
    furniture_below = above("role_hit", -1).is_in(["byline", "bio", "timestamp", "caption", "credit"]).fill_null(False)
    standfirst_like = follows_headline & furniture_below & (pl.col("width") <= 400)
    opens = pl.col("line").filter(pl.col("is_paragraph") & ~pl.col("_standfirst"))
    return (
        lines.with_columns(_standfirst=standfirst_like)
        .with_columns(_first=opens.min().over("doc"), _last=opens.max().over("doc"))
        .with_columns(
            zone=pl.when(pl.col("_first").is_null() | (pl.col("line") < pl.col("_first")))
            .then(pl.lit("head"))
            .when(pl.col("line") > pl.col("_last"))
            .then(pl.lit("tail"))
            .otherwise(pl.lit("body"))
        )
        .drop("_first", "_last", "_standfirst")
    )


def zone_allows(allowed: str) -> pl.Expr:
    """Whether a row whose zone stands in column `allowed` may fire where the line stands."""
    return (
        (pl.col(allowed) == "any")
        | (pl.col(allowed) == pl.col("zone"))
        | ((pl.col(allowed) == "edge") & (pl.col("zone") != "body"))
    ).fill_null(False)


def role_may_stand() -> pl.Expr:
    """Whether the role that a line's words point to may be taken where the line stands."""
    return zone_allows("role_zone") & pl.col("rule").is_null() & ~stays_in_text()


def stays_in_text() -> pl.Expr:
    """Whether a line is known for what it is and stays in the text all the same: a correction, a post from elsewhere."""
    return pl.col("role_hit").is_in(IN_TEXT).fill_null(False)

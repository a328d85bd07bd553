"""Which lines are kept and which are removed, decided on the columns that `annotate` adds.

Every removal names its rule. In doubt the line stays.
"""

from functools import cache

import polars as pl

from tasks.cleaning.annotate import stays_in_text, zone_allows
from tasks.cleaning.reader_comments import cut_reader_comments
from tasks.cleaning.sentences import find_list_points, find_sentences
from tasks.lines import PARAGRAPH_WIDTH, above, change_lines, mark_rows, mark_where, same_doc
from tasks.roles.rows import load_role_rows
from tasks.rules import load_rules

LINK_WIDTH = 130  # the title of a link is at most this wide
SPEAKS = r"^(?:[A-Z]:|[QA]\.|\d{1,2}[:.]\d{2})"  # interview marks and clock times open lines of an article
ASKS = ("?", ":", "？", "：", "؟")  # so do questions, and lines that open something
# Why a line was decided on by what stands around it, not by a row of its own.
REASONS: dict[str, str] = {
    "headline.record-title": "The record brings a title, and this line says it.",
    "headline.on-top": "The first line that has no other role and is no sentence is the headline.",
    "headline.page": "On a whole page, the line above the article that is most like a headline.",
    "headline.printed": "The headline as readers see it, below the page's own title: the same words, or most of them.",
    "headline.page-title": "The page's own title, with the site's name or written for search engines; the headline stands below.",
    "byline.signature": "A name, its post or its label where bylines stand: below the headline, beside a date, on the last line.",
    "bio.below-article": "One of the last lines says what a person is of whom the article does not speak.",
    "timestamp.signature": "A date where bylines stand, with nothing beside it but a place or a reading time.",
    "standfirst.under-headline": "Right under the headline, without a final stop or above the byline, stands the standfirst.",
    "caption.beside-credit": "The line repeats an earlier one, and a copy stands beside a credit or a picture's button.",
    "credit.repeated": "A line with only a name and an agency occurs more than once, as credits do.",
    "caption.dated-copies": "The line repeats an earlier one and dates itself in full, as agencies date pictures.",
    "credit.below-label": "The line stands under `Image source` or the like.",
    "credit.below-words": "A name and a house below a line between paragraphs credit the picture that the line describes.",
    "caption.same-words": "The line says word for word what a caption says, perhaps with another label or credit.",
    "caption.cut-short": "The line is a caption cut short, and marked as cut.",
    "caption.credit-behind": "Behind the sentence are capitalised words that are a credit elsewhere, or the name of an agency.",
    "caption.points": "The line says where a person is in the picture, and is no sentence, or says it twice.",
    "caption.above-bracket": "The line ends in a bracket that opens above a credit.",
    "caption.beside-caption": "A line as wide as a caption, without a final stop, between a paragraph and a caption.",
    "caption.above-credit": "The line stands alone with a credit under it.",
    "caption.below-credit": "The line stands alone with a credit right above it.",
    "caption.below-label": "The line stands under `Image caption` or the like.",
    "caption.sign": "The label of a caption or the number of a picture, on a line of its own.",
    "repeat.headline": "The headline is said once more.",
    "repeat.caption": "Another copy of the same caption is fuller, or stands first.",
    "repeat.credit": "The same credit stands above already.",
    "repeat.paragraph": "The same line stands right above.",
    "correction": "A person decided about the line: corrections.toml.",
    "learned.line": "The line returns in many documents of its publisher, always in the same place: `copydesk learned`.",
    "navigation.any.menu": "A list of short items above the first paragraph, some of them known sections of a site, is its menu.",
    "comments.any.readers": "Under a header such as `9 comments` readers greet, thank and speak of themselves, to the end.",
    "related.any.timed": "Titles that stand between times such as `3 hours ago`, three in a row, are other stories.",
    "related.any.capitals": "The article asks for clicks in capitals; a line in capitals between paragraphs is a link too.",
    "related.any.labels": "Three lines or more between paragraphs name other stories, each behind a label in capitals.",
    "page.outside": "On a whole page, the line lies above or below the article that the page model found.",
    "page.line": "On a whole page, the page model finds the line foreign to the article around it.",
}
LIST_WHY = "The line is in the list below the header that this rule removed."
MENU_WIDTH = 40  # an item of a menu is at most this wide
MENU_LINES = 6  # a shorter list may open an article
MENU_SECTIONS = 2  # a menu has at least so many items that a navigation rule matches
ITEM = r"^[-–•*·▪] ?\S"
TITLE_WIDTH = 130
# Words of buttons, which may be sub-headings too, are cut inside a body where two stand together or one stands twice.
CAPITALS = r"^[^\p{Ll}]*\p{Lu}{2,}[^\p{Ll}]* [^\p{Ll}]*\p{Lu}{2,}[^\p{Ll}]* [^\p{Ll}]*\p{Lu}{2,}[^\p{Ll}]*$"
TABLE_ROW = r"\d[.,]\d|%"  # LOW LARKHAVEN INC. 113.40 -1.41%
LABELLED = r"^\p{Lu}[\p{Lu} '’&]{2,24}(?:: |- | \| )\P{Ll}.* .* .* .*\p{Ll}"  # OTTAWA: Council to vote on the bridge
LEAST_LABELS = 3
BUTTON_FAMILIES = ("share", "gift-save", "video-scroll", "comments", "app-prompt", "print-email")
BUTTON_WIDTH = 24
LEAST_TIMES = 3
UNCOUNTED_FAMILY = (
    "cookies-consent"  # its notices are long, and the same on every site: they may outweigh a short article
)


def clean_lines(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Decides which lines are removed.

    `lines` as `assign_roles` gives them. `removal_budget`: the share of a document's characters (0 to 1) that rules may
    remove; a document that would lose more keeps its lines and is flagged. Adds removed (bool), by (id of the rule, role row
    or reason that set the line apart; null for body lines), evidence, over_budget (bool, the same on all lines of a document).
    """
    cut = cut_capital_links(cut_labelled_titles(cut_timed_titles(cut_menus(cut_listed_titles(cut_by_rules(lines))))))
    kept = apply_budget(cut_reader_comments(cut), removal_budget)
    # A standfirst that has no body under it is all the text there is.
    is_alone = (pl.col("role") == "standfirst") & ~is_body().any().over("doc")
    kept = change_lines(kept, is_alone, role=None, by=None)
    # So is a headline: a flash of one line is a document. Under what rules cut it is what is left of a page.
    is_flash = (pl.col("role") == "headline") & ~is_body().any().over("doc") & ~pl.col("removed").any().over("doc")
    is_flash &= (pl.col("role") == "headline").sum().over("doc") == 1
    return change_lines(kept, is_flash, role=None, by=None)


def is_body() -> pl.Expr:
    """Whether a cleaned line is part of the text: it has no role and is not removed."""
    return pl.col("role").is_null() & ~pl.col("removed")


def cut_by_rules(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the lines that a rule matches where it may fire, and copies of the headline; adds cut, by and evidence."""
    found = {"_is_button": find_buttons, "_is_sentence": find_sentences, "_is_point": find_list_points}
    lines = lines.with_columns(**{name: find(lines) for name, find in found.items()})
    fires = (pl.col("action") == "remove").fill_null(False) & (zone_allows("rule_zone") | pl.col("_is_button"))
    # A line as long as a paragraph that stands among paragraphs is one, whatever a rule reads in it.
    is_among_prose = (pl.col("width") >= PARAGRAPH_WIDTH) & (pl.col("zone") == "body")
    is_protected = pl.col("role").is_not_null() | pl.col("is_paragraph") | stays_in_text() | pl.col("_is_point")
    is_spelled_out = (pl.col("takes") == "paragraph").fill_null(False)
    is_protected |= (is_among_prose | pl.col("_is_sentence")) & ~is_spelled_out
    is_copy = (pl.col("role") == "repeat").fill_null(False)
    lines = lines.with_columns(cut=fires & ~is_protected).with_columns(
        by=pl.when("cut").then("rule").otherwise("role_by"),
        evidence=pl.when("cut").then("evidence"),
        role=pl.when("cut").then(pl.lit("boilerplate")).otherwise("role"),
    )
    return change_lines(lines.drop(*found), is_copy, cut=True, evidence=pl.col("repeats").cast(pl.String))


def find_buttons(lines: pl.DataFrame) -> pl.Series:
    """Whether each line is the word of a button that stands beside another one, or twice in its document."""
    is_word = (
        (pl.col("action") == "remove").fill_null(False)
        & pl.col("family").is_in(BUTTON_FAMILIES).fill_null(False)
        & (pl.col("width") <= BUTTON_WIDTH)
    )
    marked = lines.select("doc", "text", is_word=is_word)
    words = marked.with_columns(beside=above("is_word", 1, False) | above("is_word", -1, False))
    words = words.with_row_index("at").filter("is_word")
    is_again = pl.struct("doc", pl.col("text").str.to_lowercase()).is_duplicated()
    return mark_rows(lines.height, words.filter(pl.col("beside") | is_again)["at"])


def cut_listed_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the titles of links listed under a header such as "Most Popular".

    The list is a series of short lines without a final stop. It ends at a sentence, a paragraph or a line with a role.
    Where the article goes on below the list, a blank line or a question ends it too, and the last line right above a
    paragraph stays: it may be a sub-heading.
    """
    in_tail = pl.col("zone") == "tail"
    asks = pl.col("text").str.tail(1).is_in(ASKS)
    is_short = pl.col("role").is_null() & ~pl.col("is_paragraph") & (pl.col("width") <= LINK_WIDTH)
    has_form = pl.when(asks).then(in_tail).otherwise(~pl.col("ends_sentence"))
    is_title = mark_where(lines, is_short, has_form & ~pl.col("text").str.head(5).str.contains(SPEAKS))
    is_header = pl.col("cut") & (pl.col("takes") == "list").fill_null(False)
    lines = lines.with_columns(_is_title=is_title, _is_header=is_header)
    # The list goes on over lines that other rules cut: "Most Popular / Advertisement / a / b".
    carries = pl.col("_is_title") | (pl.col("cut") & ~pl.col("_is_header"))
    new_block = pl.col("gap") & ~above("gap", 1, True) & ~in_tail
    starts = pl.col("_is_header") | ~carries | ~same_doc() | new_block
    header = pl.when("_is_header")
    lines = lines.with_columns(_starts=starts).with_columns(
        _header=pl.when("_starts").then(header.then("line").otherwise(-1)).forward_fill(),
        _rule=pl.when("_starts").then(header.then("by").otherwise(pl.lit(""))).forward_fill(),
    )
    is_block_end = above("gap", -1, False) & ~pl.col("gap")
    is_above_paragraph = above("is_paragraph", -1, False) & ~in_tail & ~is_block_end
    return change_lines(
        lines,
        pl.col("_is_title") & ~pl.col("cut") & (pl.col("_header") >= 0) & ~is_above_paragraph,
        cut=True,
        by=pl.col("_rule") + ".list",
        evidence=pl.format("under line {}", "_header"),
        role="boilerplate",
    ).drop("_is_title", "_is_header", "_starts", "_header", "_rule")


def apply_budget(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Restores what rules cut in documents that would lose more than the budget; turns cut into removed and over_budget.

    Copies of the headline, notices of cookies and readers' comments stay cut. A document of which nothing at all would be left
    stays cut: it is no article.
    """
    by_rule = pl.col("cut") & (pl.col("role") == "boilerplate")
    is_uncounted = (pl.col("family") == UNCOUNTED_FAMILY) | (pl.col("by") == "comments.any.readers")
    counted = by_rule & ~is_uncounted.fill_null(False)
    lost, total = pl.col("chars").filter(counted).sum().over("doc"), pl.col("chars").sum().over("doc")
    has_body = pl.col("role").is_null().any().over("doc")
    lines = lines.with_columns(over_budget=has_body & (lost > removal_budget * total), removed="cut")
    is_restored = pl.col("over_budget") & counted
    return change_lines(lines, is_restored, removed=False, by=None, evidence=None, role=None).drop("cut")


@cache
def load_whys() -> dict[str, str]:
    """The why of every rule, role row and reason, by id."""
    return REASONS | {rule.id: rule.why for rule in load_rules()} | {row.id: row.why for row in load_role_rows()}


def explain_rule(rule: str) -> str:
    """The why of a rule, role row or reason; "" for an id that is none of them."""
    return load_whys().get(rule) or (LIST_WHY if rule.endswith(".list") else "")


def cut_menus(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts menus: lists of short items above the first paragraph, of which navigation rules match at least two."""
    is_short = (
        (pl.col("zone") == "head")
        & (pl.col("zone") != "head").any().over("doc")  # without a paragraph the list may be all there is
        & (pl.col("width") <= MENU_WIDTH)
        & pl.col("role").ne_missing("headline")
    )
    is_item = mark_where(lines, is_short, pl.col("text").str.contains(ITEM))
    # No list reaches into the next document: a document with a body does not end in its head.
    numbered = lines.with_columns(_is_item=is_item).with_columns(_list=pl.col("_is_item").rle_id())
    is_section = pl.col("cut") & (pl.col("family") == "navigation").fill_null(False)
    is_menu = (pl.len() >= MENU_LINES) & (is_section.sum() >= MENU_SECTIONS)
    menus = numbered.filter("_is_item").group_by("_list").agg(_is_menu=is_menu).filter("_is_menu")
    if menus.is_empty():
        return lines
    in_menu = pl.col("_is_item") & pl.col("_list").is_in(menus["_list"].implode()) & ~pl.col("cut")
    menu = {"by": "navigation.any.menu", "evidence": "in a list of sections"}
    return change_lines(numbered, in_menu, cut=True, role="boilerplate", **menu).drop("_is_item", "_list")


def cut_timed_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the titles between times in a series of at least three: "title / 3 hours ago / title / ..."."""
    is_time = pl.col("cut") & (pl.col("family") == "updated-published").fill_null(False)
    is_text = pl.col("role").is_null() & ~pl.col("is_paragraph")
    is_title = is_text & ~pl.col("ends_sentence") & (pl.col("width") <= TITLE_WIDTH)
    marked = lines.with_columns(_is_time=is_time, _is_title=is_title)
    if marked["_is_time"].sum() < LEAST_TIMES:
        return lines
    is_between = pl.col("_is_title") & above("_is_time", 1, False) & above("_is_time", -1, False)
    marked = marked.with_columns(_is_between=is_between)
    # Two titles in a row that stand between times have three times around them.
    in_series = pl.col("_is_between") & (above("_is_between", 2, False) | above("_is_between", -2, False))
    timed = {"by": "related.any.timed", "evidence": "between two times"}
    return change_lines(marked, in_series, cut=True, role="boilerplate", **timed).select(lines.columns)


def cut_capital_links(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts lines in capitals between paragraphs, in documents that ask for clicks in capitals."""
    asks = pl.col("cut") & (pl.col("family") == "app-prompt").fill_null(False)
    documents = lines.filter(asks).filter(pl.col("text").str.contains(CAPITALS))["doc"].unique()
    if documents.is_empty():
        return lines
    is_link = (
        pl.col("doc").is_in(documents.implode())
        & pl.col("role").is_null()
        & ~pl.col("cut")
        & (pl.col("zone") == "body")
        & ~pl.col("ends_sentence")
        & (pl.col("width") <= TITLE_WIDTH)
        & pl.col("text").str.contains(CAPITALS)
        & ~pl.col("text").str.contains(TABLE_ROW)
    )
    return change_lines(lines, is_link, cut=True, role="boilerplate", by="related.any.capitals", evidence="in capitals")


def cut_labelled_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts titles behind labels in capitals, where a document has at least three of them, each with a paragraph beside it."""
    beside = above("is_paragraph", 1, False) | above("is_paragraph", -1, False)
    is_text = pl.col("role").is_null() & ~pl.col("cut") & (pl.col("zone") == "body") & ~pl.col("ends_sentence")
    may_be = is_text & (pl.col("width") <= TITLE_WIDTH) & beside
    marked = lines.with_columns(_is_label=mark_where(lines, may_be, pl.col("text").str.contains(LABELLED)))
    if marked["_is_label"].sum() < LEAST_LABELS:
        return lines
    is_title = pl.col("_is_label") & (pl.col("_is_label").sum().over("doc") >= LEAST_LABELS)
    labelled = {"by": "related.any.labels", "evidence": "behind a label in capitals"}
    return change_lines(marked, is_title, cut=True, role="boilerplate", **labelled).select(lines.columns)

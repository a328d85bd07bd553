"""Lines that a rule matches and that are the article's all the same: sentences, points of lists.

A pattern with room for any words can match a sentence that tells something. Boilerplate says little else than the words of the
rules themselves, so a line of other words is left alone: "You must be logged in to comment." is removed, and "You must be
logged in to comment, the clerk had written on the door." stays.
"""

import re
from functools import cache
from pathlib import Path

import polars as pl

from tasks.kept import keep_value
from tasks.lines import mark_rows
from tasks.rules import Rule, load_rules
from tasks.rules.load import ROWS

# What only a sentence that tells something has: who said it, or why. Whatever a rule reads in it, it is the article's.
NARRATES = (
    r"(?i)(?:^|[^\p{L}])(?:said|says|told|ruled|added|insisted|recalled|testified|according to|because|wrote|replied"
    r"|sagten?|sagt|erklärte|berichtete|teilte|laut|weil|schrieb|a (?:dit|déclaré|affirmé|expliqué|ajouté)"
    r"|selon|parce qu|dijo|dijeron|afirmó|señaló|según|porque"
    r"|ha (?:detto|dichiarato|spiegato|aggiunto)|secondo (?:il|la|lo|i|gli|le)|perché"
    r"|disse|afirmou|explicou|segundo (?:o|a)|zei|zeiden"
    r"|zegt|vertelde|volgens|omdat|sade|säger|berättade|enligt|eftersom|sagde|siger|ifølge|sier|fordi|powiedział[ao]?|według"
    r"|ponieważ|сказал[аи]?|заявил[аи]?|сообщил[аи]?|по словам|потому что|сказав|заявив|повідомив|за словами|тому що"
    r"|dedi|söyledi|göre|çünkü|kata|ujar|mengatakan|menurut|karena|قال|قالت|أضاف|بحسب|لأن|कहा|बताया|अनुसार|क्योंकि)(?:[^\p{L}]|$)"
    r"|表示|指出|告诉|告訴|因为|因為|と述べ|と話し|によると|말했다|밝혔다|따르면|때문"
)
LABEL = r"^[^\p{L}]*[\p{L}'’ ]{3,40}(?: ?[:|»>：] ?| [-–—] )"  # what stands before the title of another story
GOES_ON = r"^\p{Lu}[\p{L} ]{2,20}: \p{Ll}"  # a title behind a label begins with a capital
ONE_WORD = r"^[^\p{L}]*[\p{L}'’]+ ?[:：]"
NOTICE_FAMILIES = ("cookies-consent", "copyright", "disclaimer")  # below the article, they may have any words
FULL_STOP = r"[.।。][\"”’»]?$"
TITLE_FAMILIES = ("read-more", "related")
WORD = r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?"
ADDRESS = r"\S*[\p{L}\p{N}][.@/][\p{L}\p{N}]\S*"  # example.com, info@example.com
# The share of its words that a sentence among paragraphs, another line there and a sentence below the last paragraph must
# have in common with the rules to be removed.
SENTENCE_SHARE, LINE_SHARE, TAIL_SHARE = 0.87, 0.75, 0.5
OTHER_WORDS = 3  # so many other words make a sentence the article's, however long it is
PRONOUNS = frozenset(
    ["he", "she", "him", "her", "his", "they", "them", "their", "er", "ihm", "ihn"]
)  # boilerplate says you and us
LEAST_WORDS = 5  # a line of fewer words is no sentence, unless it ends as one
SIGNS = r"(?i)[©ⓒ@]|\(c\)|copyright|https?:|www\."  # an address or a sign, with which a line below may have any words
BARE_POINT, BARE_CHARS = r"^#?([1-9]) \p{Lu}", 60  # of numbered sub-headings without a point: 1, 2 and 3 are there
POINT = r"^#?(\d{1,2}[.)]|\([a-z]\)|[a-z]\)) \S"


def find_sentences(lines: pl.DataFrame) -> pl.Series:
    """Whether each annotated line belongs to the article, as its words say, although a rule that removes matches it."""
    matched = lines.lazy().with_row_index("_at").filter((pl.col("action") == "remove").fill_null(False)).collect()
    zone, ends_sentence, text = pl.col("zone"), pl.col("ends_sentence"), pl.col("text")
    goes_on = text.str.contains(GOES_ON)
    is_labelled = pl.col("family").is_in(TITLE_FAMILIES).fill_null(False) & text.str.contains(LABEL)
    is_title = is_labelled & ~text.str.contains(FULL_STOP) & ~(goes_on & text.str.contains(ONE_WORD))
    share, others = pl.col("_share"), (pl.col("_words") * (1 - pl.col("_share"))).round()
    is_notice = pl.col("family").is_in(NOTICE_FAMILIES).fill_null(False)
    has_other_words = (
        pl.when(zone == "tail")
        .then(ends_sentence & (share < TAIL_SHARE) & ~is_notice & ~text.str.contains(SIGNS))
        .when(ends_sentence)
        .then((share < SENTENCE_SHARE) | (others >= OTHER_WORDS))
        .otherwise((share < LINE_SHARE) & (pl.col("_words") >= LEAST_WORDS))
    )
    is_told = ends_sentence & (share.fill_null(0) < 1) & text.str.contains(NARRATES)
    is_point = is_labelled & goes_on & text.str.contains(ONE_WORD)  # "Related: why it matters" may be a sub-heading
    is_sentence = is_told | (ends_sentence & goes_on) | (is_point & (zone != "tail"))
    is_sentence |= (has_other_words & ~is_title).fill_null(False)
    found = measure_known(matched).filter(is_sentence)["_at"]
    return mark_rows(lines.height, found)


def measure_known(matched: pl.DataFrame) -> pl.DataFrame:
    """Adds _words, how many words of each line count, and _share, how many of them (0 to 1) its language's rules have.

    Names, which begin with a capital, do not count where a language has capitals for names alone. Both are null for lines that
    equal a line of a rule, or that a rule without a pattern matches.
    """
    languages, known = load_words()
    words = (
        matched.lazy()
        .select("_at", "rule", "text")
        .join(languages.lazy(), on="rule")
        .with_columns(word=pl.col("text").str.replace_all(ADDRESS, " ").str.extract_all(WORD))
        .explode("word", empty_as_null=True)
        .with_columns(is_small=pl.col("word").str.contains(r"^[^\p{Lu}]"))
        .with_columns(has_small=pl.col("is_small").any().over("_at"))
        .filter(pl.col("is_small") | ~pl.col("has_small") | (pl.col("language") == "de"))
        .with_columns(word=pl.col("word").str.to_lowercase().str.replace("’", "'"))
        .join(known.lazy(), on=["language", "word"], how="left")
        .group_by("_at")
        .agg(_words=pl.len(), _share=pl.col("is_known").fill_null(False).mean())
        .collect()
    )
    return matched.join(words, on="_at", how="left", maintain_order="left")


@cache
def load_words() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The language of each rule with a pattern (rule, language), and the words of each language (language, word, is_known)."""
    return keep_value("words", (Path(__file__), ROWS.parent), (pl.__version__,), find_known_words)


def find_known_words() -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `load_words` gives, found in the rules."""
    rules = [rule for rule in load_rules() if rule.takes != "paragraph"]  # whole notices have the words of sentences
    found = {
        (language, word) for rule in rules for word in find_rule_words(rule) - PRONOUNS for language in rule.languages
    }
    shared = {word for language, word in found if language == "any"}
    names = {language for rule in rules for language in rule.languages}
    found |= {(language, word) for language in names for word in shared}
    found |= {("any", word) for language, word in found if language == "en"}
    languages = [(rule.id, rule.languages[0]) for rule in rules if rule.pattern]
    known = pl.DataFrame(sorted(found), schema={"language": pl.String, "word": pl.String}, orient="row")
    rows = pl.DataFrame(languages, schema={"rule": pl.String, "language": pl.String}, orient="row")
    return rows, known.with_columns(is_known=pl.lit(True))


def find_rule_words(rule: Rule) -> set[str]:
    """The words of a rule's lines and pattern; of an optional last letter, with and without it."""
    pattern = re.sub(r"\(\?-u:\\b\)|\\.|\{[^}]*\}", " ", rule.pattern or "")
    pattern = re.sub(r"\[([^\W\d_])[^\]]*\]", r"\1", pattern)  # the first letter of a class stands for all
    pattern = re.sub(r"\[[^\]]*\]", " ", pattern)
    texts = [*rule.lines, pattern.replace("?", ""), re.sub(r"\w\?", "", pattern)]
    return set(pl.Series(texts).str.extract_all(WORD).explode().drop_nulls())


def find_list_points(lines: pl.DataFrame) -> pl.Series:
    """Whether each line is a point of a numbered or lettered list, or of a series of numbered sub-headings."""
    numbered = lines.select("doc", "text", "chars").with_row_index("at")
    numbered = numbered.filter(pl.col("text").str.contains(f"{POINT}|{BARE_POINT}"))
    marker = pl.col("text").str.extract(POINT)
    bare = pl.when(pl.col("chars") <= BARE_CHARS).then(pl.col("text").str.extract(BARE_POINT))
    is_series = pl.all_horizontal((bare == number).any().over("doc") for number in ("1", "2", "3"))
    is_list = marker.is_not_null() & (marker.drop_nulls().n_unique().over("doc") > 1)
    return mark_rows(lines.height, numbered.filter(is_list | (bare.is_not_null() & is_series))["at"])

"""Finds a publisher's template: the lines that return in many different stories, always in the same place.

Returning lines are counted, then each test drops lines that may be news all the same. In doubt nothing is learned: a template
line that is kept is a blemish, a paragraph that is removed is a loss.
"""

import polars as pl

from tasks.cleaning.clean import ASKS, SPEAKS
from tasks.lines import SENTENCE_WIDTH, looks_like_prose, measure_lines
from tasks.rules import line_key
from tasks.rules.match import LEARNED_RULE, LEARNED_WIDTH
from tasks.wrapped import restore_texts

LEAST_DOCUMENTS = 5
LEAST_SHARE = 0.1
# A sentence that returns may be a quotation, syndicated or background: it must return far more often.
SENTENCE_DOCUMENTS = 10
PARAGRAPH_DOCUMENTS = 20
SENTENCE_SHARE = 0.25
NAME_SHARE = 0.5  # a place or a name alone on its line may be a dateline, a signature, a team
DAYS = 3  # on which a line must have been seen, where the publisher has as many
OWN_WORDS = 0.5  # share of text; a document with less text of its own repeats another one's story
PLACED = 0.9  # share of documents in which the line stands above or below the body
HOUSE_SHARE = 0.5  # a paragraph in so many of the stories is the publisher's, whatever lines are around it
STEADY = 0.8  # share of documents in which the same line stands above it, or below it
INSIDE_DOCUMENTS = 10
INSIDE_BESIDE = 0.95  # share of documents in which a line inside the body is next to a line that a rule removes
ROLE_SHARE = 0.01  # a headline or a caption of more documents is not a template
CLOCK = r"\d{1,2}[:.]\d{2}"
NAME = r"^\p{Lu}[\p{L}'’.-]*(?:[ ,/&]+\p{Lu}[\p{L}'’.-]*){0,2}(?: ?\([^()]*\))?$"
LINE = ["publisher", "key"]


def learn_lines(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The template lines of each publisher, sorted by publisher and key.

    `documents`: doc_id, publisher, logical_date, published_at, title, text, joins, body_lines; `lines`: doc_id, line, role,
    removed, rule, text; both as the lake has them, in any order. Returns publisher, key, zone (edge or any), documents, of,
    share, months, doc_ids (two), text, veto and imported (null). Several documents that tell one story count as one.
    """
    placed = drop_retellings(place_lines(documents, lines))
    candidates = count_lines(placed).join(find_role_lines(documents, placed), on=LINE, how="anti")
    places = measure_places(placed, candidates)
    chosen = candidates.join(places, on=LINE).with_columns(zone=choose_zone()).filter(pl.col("zone").is_not_null())
    return chosen.select(
        *(*LINE, "zone", "documents", "of", "share", "months", "doc_ids", "text"),
        veto=pl.lit(None, pl.String),
        imported=pl.lit(None, pl.Boolean),
    ).sort(LINE)


def place_lines(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Every line of every document, in order: publisher, doc_id, day, line, text, kind, by, key, role and measures.

    kind: `text` (of the body, or removed because it was learned before), `apart` or `cut` (removed); by: the rule or role row
    of the latter two.
    """
    body = documents.select(
        "doc_id", line="body_lines", text=restore_texts(documents).str.split("\n").list.filter(pl.element() != "")
    ).explode("line", "text", empty_as_null=True)
    learned = pl.col("rule") == LEARNED_RULE
    kind = pl.when(learned).then(pl.lit("text")).when("removed").then(pl.lit("cut")).otherwise(pl.lit("apart"))
    others = lines.select("doc_id", "line", "text", kind=kind, by=pl.when(~learned).then("rule"), role="role")
    day = pl.coalesce(pl.col("published_at").dt.date(), "logical_date")
    return (
        pl.concat([body.with_columns(kind=pl.lit("text")), others], how="diagonal")
        .join(documents.select("doc_id", "publisher", day=day), on="doc_id")
        .pipe(measure_lines)
        .with_columns(key=line_key(pl.col("text")), is_prose=looks_like_prose())
        .sort("publisher", "doc_id", "line")
    )


def drop_retellings(placed: pl.DataFrame) -> pl.DataFrame:
    """One document of each story.

    A document most of whose text other documents have too is an update, a copy or a syndicated piece: the same story as the
    documents that share its longest returning line.
    """
    shared = placed.filter(pl.col("kind") == "text").with_columns(count=pl.col("doc_id").n_unique().over(LINE))
    returning = pl.col("count") > 1
    stories = (
        shared.sort("publisher", "doc_id", "width", "key", descending=[False, False, True, False])
        .group_by("publisher", "doc_id", maintain_order=True)
        .agg(
            own=pl.col("chars").filter(~returning).sum() / pl.col("chars").sum(),
            longest=pl.col("key").filter(returning).first(),
        )
        .with_columns(story=pl.when(pl.col("own") >= OWN_WORDS).then("doc_id").otherwise("longest"))
    )
    first = stories.group_by("publisher", "story").agg(pl.col("doc_id").min())
    return placed.join(first.select("doc_id"), on="doc_id", how="semi", maintain_order="left")


def count_lines(placed: pl.DataFrame) -> pl.DataFrame:
    """Lines that return often enough for their form: publisher, key, documents, of, share, months, doc_ids, text."""
    days = placed.group_by("publisher", "day").agg(size=pl.col("doc_id").n_unique())
    # Days with few documents do not count: most documents may have no date but that of their batch.
    busy = (pl.col("size") >= LEAST_DOCUMENTS).sum()
    whole = days.group_by("publisher").agg(of=pl.col("size").sum().cast(pl.Int64), _days=busy)
    ids = pl.col("doc_id").unique().sort()
    last = pl.col("text").str.strip_chars_end().str.tail(1)
    letters = pl.col("text").str.count_matches(r"\p{L}")
    news = last.is_in(ASKS) | pl.col("text").str.head(5).str.contains(SPEAKS) | pl.col("text").str.contains(CLOCK)
    counted = (
        placed.filter((pl.col("kind") == "text") & (pl.col("width") <= LEARNED_WIDTH) & (pl.col("key") != ""))
        .group_by(LINE)
        .agg(
            documents=ids.len().cast(pl.Int64),
            doc_ids=ids.head(2),
            months=pl.col("day").dt.strftime("%Y-%m").n_unique().cast(pl.Int64),
            days=pl.col("day").n_unique(),
            text=pl.col("text").sort_by("doc_id", "line").first(),
            is_prose=pl.col("is_prose").any(),
            is_sentence=pl.col("ends_sentence").any(),
            is_name=pl.col("text").str.contains(NAME).any(),
            is_news=(news | (letters < 3) | (letters * 2 < pl.col("chars"))).any(),
        )
        .join(whole, on="publisher")
        .with_columns(share=(pl.col("documents") / pl.col("of")).round(4))
    )
    documents = pl.when("is_prose").then(PARAGRAPH_DOCUMENTS).when("is_sentence").then(SENTENCE_DOCUMENTS)
    share = pl.when("is_name").then(NAME_SHARE).when(pl.col("is_prose") | pl.col("is_sentence")).then(SENTENCE_SHARE)
    return counted.filter(
        ~pl.col("is_news")
        & (pl.col("documents") >= documents.otherwise(LEAST_DOCUMENTS))
        & (pl.col("share") >= share.otherwise(LEAST_SHARE))
        & (pl.col("days") >= pl.min_horizontal(pl.lit(DAYS), "_days"))
    )


def find_role_lines(documents: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Lines that are the title, or have a role, in more than a few documents of the publisher: publisher, key."""
    titles = documents.select("publisher", "doc_id", key=line_key(pl.col("title"))).drop_nulls()
    apart = placed.filter(pl.col("kind") == "apart").select("publisher", "doc_id", "key")
    of = placed.group_by("publisher").agg(of=pl.col("doc_id").n_unique())
    named = pl.concat([titles, apart]).group_by(LINE).agg(times=pl.col("doc_id").n_unique())
    return named.join(of, on="publisher").filter(pl.col("times") > ROLE_SHARE * pl.col("of")).select(LINE)


def measure_places(placed: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Where candidates stand: publisher, key, at_edge, beside, steady, each a share of the documents that have the line.

    A line is at the edge where a paragraph follows it and none of the document's own lines precedes it, or where a paragraph
    precedes it and none of the document's own sentences follows. It is beside where it is next to a line that a rule removed.
    steady: the share of the most frequent neighbour, above or below.
    """
    marked = placed.join(
        candidates.select(*LINE, is_candidate=pl.lit(True)), on=LINE, how="left", maintain_order="left"
    )
    repeats = (pl.col("kind") == "text") & pl.col("is_candidate").fill_null(False)
    own = (pl.col("kind") == "text") & ~repeats
    closes = own & (pl.col("ends_sentence") | (pl.col("width") >= SENTENCE_WIDTH * 2))
    label = pl.when(pl.col("kind") != "text").then("by").when(own & pl.col("is_prose")).then(pl.lit("#prose"))
    cut = (pl.col("role") == "boilerplate").fill_null(False) & (pl.col("kind") == "cut")
    seen = (
        marked.with_columns(
            own=own, prose=own & pl.col("is_prose"), closes=closes, cut=cut, label=label.otherwise("key")
        )
        .with_columns(
            own_above=pl.col("own").cum_sum().over("doc_id"),
            prose_above=pl.col("prose").cum_sum().over("doc_id"),
            closes_below=(pl.col("closes").sum() - pl.col("closes").cum_sum()).over("doc_id"),
            opens=pl.when("own").then("prose").backward_fill().over("doc_id").fill_null(False),
            before=pl.col("label").shift(1, fill_value="#start").over("doc_id"),
            after=pl.col("label").shift(-1, fill_value="#end").over("doc_id"),
            beside=pl.col("cut").shift(1, fill_value=False).over("doc_id")
            | pl.col("cut").shift(-1, fill_value=False).over("doc_id"),
        )
        .filter(repeats)
    )
    is_head = (pl.col("own_above") == 0) & pl.col("opens")
    is_tail = (pl.col("prose_above") > 0) & (pl.col("closes_below") == 0)
    once = seen.group_by(*LINE, "doc_id", maintain_order=True).agg(
        at_edge=(is_head | is_tail).all(),
        beside=pl.col("beside").all(),
        before=pl.col("before").first(),
        after=pl.col("after").last(),
    )
    return once.group_by(LINE).agg(
        pl.col("at_edge", "beside").mean(),
        steady=pl.max_horizontal(
            *(pl.col(side).value_counts().struct.field("count").max() / pl.len() for side in ("before", "after"))
        ),
    )


def choose_zone() -> pl.Expr:
    """Where a candidate may be removed; null where it is not a template line."""
    inside = (
        ~(pl.col("is_prose") | pl.col("is_sentence") | pl.col("is_name"))
        & (pl.col("documents") >= INSIDE_DOCUMENTS)
        & (pl.col("beside") >= INSIDE_BESIDE)
    )
    everywhere = pl.col("is_prose") & (pl.col("share") >= HOUSE_SHARE) & (pl.col("at_edge") >= HOUSE_SHARE)
    return (
        pl.when(everywhere | ((pl.col("at_edge") >= PLACED) & (pl.col("steady") >= STEADY)))
        .then(pl.lit("edge"))
        .when(inside)
        .then(pl.lit("any"))
    )

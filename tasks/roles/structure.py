"""Roles that follow from a line's place: the headline on top, the standfirst under it."""

from __future__ import annotations

import polars as pl

from tasks.lines import above

HEADLINE_WIDTH = 220
SENTENCE_WIDTH = 100  # a first line this long that ends in a full stop is body
BEGINNING_WIDTH = 25  # a shorter line may begin a title by chance
STANDFIRST_WIDTH = 420
COPY_SLACK = 10  # a copy's length differs by quotation marks and a stop at most
COPY_WIDTH = 30  # a shorter headline may be said again in the body for good reasons
FIRST_LETTERS = 8  # of a line, enough to tell most others from a title
TOP_LINES = 12  # a record's own title is looked for among this many first lines
FOLDS = r"[\s\"'“”‘’«»„.,:;!?–—-]+"


def folded(text: pl.Expr) -> pl.Expr:
    """A text as it is compared: lower case, punctuation and white space folded into single blanks."""
    return text.str.to_lowercase().str.replace_all(FOLDS, " ").str.strip_chars(" ")


def name_headlines(lines: pl.DataFrame, records: pl.DataFrame, pointed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Gives the role `headline` to at most one line a document, and `repeat` to its copies (any above the body, longer ones
    anywhere).

    Adds place (position in the document) and repeats (the headline's line number, on its copies). `pointed`: see
    `choose_headlines`.
    """
    placed = lines.with_columns(place=pl.int_range(pl.len(), dtype=pl.UInt32).over("doc"))
    chosen = choose_headlines(placed, records, pointed)
    copies = (
        placed.filter((pl.col("width") <= HEADLINE_WIDTH + COPY_SLACK) & pl.col("role").is_null())
        .join(chosen, on="doc", maintain_order="left")
        .filter((pl.col("width").cast(pl.Int32) - pl.col("_width").cast(pl.Int32)).abs() <= COPY_SLACK)
        .filter((pl.col("line") > pl.col("_headline")) & ((pl.col("zone") == "head") | (pl.col("width") >= COPY_WIDTH)))
        .filter(folded(pl.col("text")) == pl.col("_key"))
        .select("doc", "line", repeats="_headline")
    )
    is_headline = (pl.col("line") == pl.col("_headline")).fill_null(False)
    is_copy = pl.col("repeats").is_not_null()
    role_by = pl.when(is_headline).then("_by").when(is_copy).then(pl.lit("repeat.headline")).otherwise("role_by")
    return (
        placed.join(chosen.select("doc", "_headline", "_by"), on="doc", how="left", maintain_order="left")
        .join(copies, on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            role=pl.when(is_headline).then(pl.lit("headline")).when(is_copy).then(pl.lit("repeat")).otherwise("role"),
            role_by=role_by,
        )
        .drop("_headline", "_by")
    )


def choose_headlines(placed: pl.DataFrame, records: pl.DataFrame, pointed: pl.DataFrame | None) -> pl.DataFrame:
    """At most one headline a document: doc, _headline (line), _key, _width, _by.

    Where the record brings a title, it is the line that equals it, or that it begins with (a site's name may follow). Where
    it brings none, the line that `pointed` (doc, line) names, else the first line that has no other role, if it is no
    sentence of the body.
    """
    top = placed.filter(pl.col("place") < TOP_LINES)
    titles = records.select(title=folded(pl.col("title"))).with_row_index("doc").filter(pl.col("title") != "")
    # Folding is dear, so the first letters come first: where the title does not begin with them, the line is not it.
    beginning = folded(pl.col("text").str.head(2 * FIRST_LETTERS)).str.head(FIRST_LETTERS)
    likely = top.join(titles, on="doc", maintain_order="left").filter(pl.col("title").str.starts_with(beginning))
    by_title = likely.with_columns(key=folded(pl.col("text")))
    begins = pl.col("title").str.starts_with(pl.col("key")) & (pl.col("width") >= BEGINNING_WIDTH)
    untitled = placed.join(titles, on="doc", how="anti", maintain_order="left")
    free = untitled.filter((pl.col("place") < TOP_LINES) & pl.col("role").is_null() & pl.col("rule").is_null())
    sentence = pl.col("text").str.tail(3).str.contains(r"[.。।][\"”’»)]*$") & (pl.col("width") >= SENTENCE_WIDTH)
    by_place = free.unique("doc", keep="first", maintain_order=True).filter(
        (pl.col("width") <= HEADLINE_WIDTH) & ~sentence
    )
    ways = [(by_title.filter((pl.col("key") == pl.col("title")) | begins), "headline.record-title")]
    if pointed is not None:
        ways.append((untitled.join(pointed, on=["doc", "line"], how="semi"), "headline.page"))
    ways.append((by_place, "headline.on-top"))
    found = [way.select("doc", "line", "text", "width", _by=pl.lit(name)) for way, name in ways]
    return (
        pl.concat(found)
        .unique("doc", keep="first", maintain_order=True)
        .select("doc", "_by", _headline="line", _key=folded(pl.col("text")), _width="width")
    )


def name_standfirsts(lines: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `standfirst` to at most one line a document: the one under the headline that sums it up.

    It is the record's own standfirst, or stands right below the headline and either lacks a final stop or has a byline, bio,
    date or caption between it and the body.
    """
    wanted = records.select(_key=folded(pl.col("standfirst"))).with_row_index("doc").filter(pl.col("_key") != "")
    top = lines.filter(pl.col("place") < TOP_LINES)
    candidates = top.filter(
        (above("role", 1) == "headline").fill_null(False) & pl.col("role").is_null() & pl.col("rule").is_null()
    )
    known = top.filter(pl.col("role").is_null()).join(wanted, on="doc").filter(folded(pl.col("text")) == pl.col("_key"))
    below = top.select(
        "doc", "line", _below=above("role_hit", -1), _below_width=above("width", -1), _below_text=above("text", -1)
    )
    furnished = pl.col("_below").is_in(["byline", "bio", "timestamp", "caption"]).fill_null(False)
    unstopped = ~pl.col("ends_sentence") & (pl.col("width") >= 60) & (pl.col("_below_width") >= 60)
    # A line that the next one says again with a credit is its copy.
    copied = pl.col("_below_text").str.starts_with(pl.col("text")).fill_null(False)
    guessed = candidates.join(below, on=["doc", "line"]).filter(
        (pl.col("width") <= STANDFIRST_WIDTH) & (pl.col("width") >= 40) & ~copied & (furnished | unstopped)
    )
    chosen = pl.concat([known.select("doc", "line"), guessed.select("doc", "line")]).unique(
        subset="doc", keep="first", maintain_order=True
    )
    is_standfirst = pl.col("_standfirst").fill_null(False)
    return (
        lines.join(chosen.with_columns(_standfirst=pl.lit(True)), on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            role=pl.when(is_standfirst).then(pl.lit("standfirst")).otherwise("role"),
            role_by=pl.when(is_standfirst).then(pl.lit("standfirst.under-headline")).otherwise("role_by"),
        )
        .drop("_standfirst")
    )

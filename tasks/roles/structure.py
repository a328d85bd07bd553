"""Roles that follow from a line's place: the headline on top, the standfirst under it."""

from __future__ import annotations

import polars as pl

from tasks.lines import above

HEADLINE_WIDTH = 220
# What stands behind a page's title: a sign and a few words.
SITE_NAME = r"^\s*(?:[|｜·•»—–_]|[-－]{1,2}|：| : ?| - ?)\s*\S+(?:\s+\S+){0,4}$"
BODY_SENTENCE_WIDTH = 100  # a first line this long that ends in a full stop is body
NAME_WIDTH = 6  # the shortest headline before a site's name
BEGINNING_WIDTH = 25  # a shorter line may begin a title by chance
STANDFIRST_WIDTH = 420
COPY_SLACK = 10  # a copy's length differs by quotation marks and a stop at most
COPY_WIDTH = 30  # a shorter headline may be said again in the body for good reasons
FIRST_LETTERS = 8  # of a line, enough to tell most others from a title
TOP_LINES = 12  # a record's own title is looked for among this many first lines
SAID_AGAIN_LINES = 3  # the headline as printed stands at most this far below the page's own title
SAID_AGAIN_WORDS = 3  # and shares at least so many words with it,
SAID_AGAIN_SHARE = 0.5  # which are so much of the longer one's
PAGE_TITLE = "headline.page-title"  # a page's own title, above the headline as printed
SIGNED = r"(?i)\bpublished \d+ \w+ ago$|^(?:by|von|par|por) \p{L}+ \p{L}+$"  # no headline reads so
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
    chosen = prefer_printed_headline(placed, choose_headlines(placed, records, pointed))
    copies = (
        placed.filter((pl.col("width") <= HEADLINE_WIDTH + COPY_SLACK) & pl.col("role").is_null())
        .join(chosen, on="doc", maintain_order="left")
        .filter((pl.col("width").cast(pl.Int32) - pl.col("_width").cast(pl.Int32)).abs() <= COPY_SLACK)
        .filter((pl.col("line") > pl.col("_headline")) & ((pl.col("zone") == "head") | (pl.col("width") >= COPY_WIDTH)))
        .filter(folded(pl.col("text")) == pl.col("_key"))
        .select("doc", "line", repeats="_headline")
    )
    is_headline = (pl.col("line") == pl.col("_headline")).fill_null(False)
    is_page_title = (pl.col("line") == pl.col("_page_title")).fill_null(False)
    is_copy = pl.col("repeats").is_not_null()
    role_by = pl.when(is_headline).then("_by").when(is_copy).then(pl.lit("repeat.headline")).otherwise("role_by")
    is_apart = is_headline | is_page_title
    return (
        placed.join(
            chosen.select("doc", "_headline", "_page_title", "_by"), on="doc", how="left", maintain_order="left"
        )
        .join(copies, on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            role=pl.when(is_apart).then(pl.lit("headline")).when(is_copy).then(pl.lit("repeat")).otherwise("role"),
            role_by=pl.when(is_page_title).then(pl.lit(PAGE_TITLE)).otherwise(role_by),
        )
        .drop("_headline", "_page_title", "_by")
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
    # A headline may begin as a flagged label does: "Opinion | ...", "Video: ...".
    fires = (pl.col("action") == "remove").fill_null(False)
    free = untitled.filter((pl.col("place") < TOP_LINES) & pl.col("role").is_null() & ~fires)
    free = free.filter(~pl.col("text").str.contains(SIGNED))
    sentence = pl.col("text").str.tail(3).str.contains(r"[.。।][\"”’»)]*$") & (pl.col("width") >= BODY_SENTENCE_WIDTH)
    by_place = free.unique("doc", keep="first", maintain_order=True).filter(
        (pl.col("width") <= HEADLINE_WIDTH) & ~sentence
    )
    ways = [(by_title.filter((pl.col("key") == pl.col("title")) | begins), "headline.record-title")]
    if pointed is not None:
        ways.append((untitled.join(pointed, on=["doc", "line"], how="semi"), "headline.page"))
    ways.append((by_place, "headline.on-top"))
    found = [way.select("doc", "line", "text", "width", "place", _by=pl.lit(name)) for way, name in ways]
    return (
        pl.concat(found)
        .unique("doc", keep="first", maintain_order=True)
        .select("doc", "_by", _headline="line", _key=folded(pl.col("text")), _width="width", _at="place", _text="text")
    )


def prefer_printed_headline(placed: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The headline as printed, where the line on top is the page's own title: `chosen` with _page_title (a line or null).

    Extractors put a page's title first, with the site's name behind it, cut off at a quotation mark or written anew for
    search engines, and the headline that readers see right below it. The second is told by its words: what stands before
    the site's name, the same and more, or most of the same words.
    """
    on_top = chosen.filter(pl.col("_by") == "headline.on-top")
    below = (
        placed.join(
            on_top.select("doc", "_headline", "_key", "_width", "_at", _top="_text"), on="doc", maintain_order="left"
        )
        .filter((pl.col("place") > pl.col("_at")) & (pl.col("place") <= pl.col("_at") + SAID_AGAIN_LINES))
        .filter(pl.col("role").is_null() & pl.col("rule").is_null() & ~pl.col("is_paragraph"))
        .filter(~pl.col("text").str.contains(r"(?:[.。！।][\"”’»)]*|[:：])$"))
        .with_columns(_again=folded(pl.col("text")))
        .filter(pl.col("_again") != pl.col("_key"))
    )
    behind = pl.col("_top").str.strip_prefix(pl.col("text"))
    is_named = (
        (pl.col("width") >= NAME_WIDTH)
        & pl.col("_top").str.starts_with(pl.col("text"))
        & behind.str.contains(SITE_NAME)
    )
    goes_on = pl.col("_again").str.starts_with(pl.col("_key")) & (pl.col("_width") >= BEGINNING_WIDTH)
    one, other = (pl.col(name).str.split(" ").list.unique() for name in ("_key", "_again"))
    shared = one.list.set_intersection(other).list.len()
    longest = pl.max_horizontal(one.list.len(), other.list.len())
    is_next = pl.col("place") == pl.col("_at") + 1
    alike = (
        is_next
        & (pl.col("width") >= BEGINNING_WIDTH)
        & (shared >= SAID_AGAIN_WORDS)
        & (shared >= SAID_AGAIN_SHARE * longest)
    )
    # A kicker set before the headline makes no other headline.
    alike &= ~pl.col("_again").str.ends_with(pl.col("_key"))
    printed = (
        below.filter(is_named | goes_on | alike)
        .unique("doc", keep="first", maintain_order=True)
        .select("doc", _line="line", _again="_again", _again_width="width")
    )
    joined = chosen.join(printed, on="doc", how="left", maintain_order="left")
    is_again = pl.col("_line").is_not_null()
    return joined.select(
        "doc",
        _page_title=pl.when(is_again).then("_headline"),
        _headline=pl.coalesce("_line", "_headline"),
        _by=pl.when(is_again).then(pl.lit("headline.printed")).otherwise("_by"),
        _key=pl.coalesce("_again", "_key"),
        _width=pl.coalesce("_again_width", "_width"),
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

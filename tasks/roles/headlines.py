"""The headline of each document: the line that the record names, or the first that may be one."""

import polars as pl

from tasks.facts.bylines import SIGNED_HEAD
from tasks.lines import DENSE_BYTES, above, change_lines, change_listed_lines

HEADLINE_WIDTH = 220  # of a headline that the record or the page names
TOP_WIDTH = 180  # of one that only its place names
LOUD_WIDTH = 100  # a wider line that ends in an exclamation or question mark is a sentence
QUOTE_WIDTH = 80  # a wider line that is one quotation is part of the article
TOP_LINES = 12  # a record's own title is looked for among this many first lines
BEGINNING_WIDTH = 25  # a shorter line may begin a title by chance
FIRST_LETTERS = 8  # of a line, enough to tell most others from a title
COPY_SLACK = 10  # the width of a copy differs at most so much, by quotation marks and a stop
COPY_WIDTH = 30  # a narrower headline may stand in the body again for good reasons
# What stands behind a page's title: a sign and a few words.
SITE_NAME = r"^\s*(?:[|｜·•»—–_]|[-－]{1,2}|：| : ?| - ?)\s*\S+(?:\s+\S+){0,4}$"
NAME_WIDTH = 6  # the shortest headline before a site's name
PRINTED_LINES = 3  # the headline as printed stands at most this far below the page's own title
SHARED_WORDS = 3  # and shares at least so many words with it,
SHARED_PART = 0.5  # which are at least this part of the longer one's
PAGE_TITLE = "headline.page-title"  # the reason for a page's own title above the headline as printed
# Lines at the top that are no headline, with the headline perhaps below them: bylines, dates, buttons, addresses, header fields.
LANGUAGES = (
    "English|Español|Spanish|Français|French|Deutsch|German|Italiano|Italian|Português|Portuguese|Русский"
    "|Russian|العربية|Arabic|中文|Chinese|简体中文|繁體中文|日本語|Japanese|한국어|Korean|Türkçe|Turkish|Polski|Polish"
    "|Nederlands|Dutch|Svenska|Swedish|Dansk|Danish|Norsk|Suomi|Finnish|Čeština|Slovenčina|Magyar|Română"
    "|Ελληνικά|Greek|עברית|Hebrew|हिन्दी|Hindi|বাংলা|Bengali|اردو|Urdu|فارسی|Persian|ไทย|Thai|Tiếng Việt"
    "|Vietnamese|Bahasa Indonesia|Bahasa Melayu|Українська|Ukrainian|Български|Hrvatski|Srpski|Српски"
    "|Bosanski|Shqip|Català|Galego|Euskara|Cymraeg|Gaeilge|Íslenska|Eesti|Latviešu|Lietuvių|Slovenščina"
    "|Kiswahili|Filipino|Tagalog|Afrikaans|தமிழ்|తెలుగు|मराठी|ਪੰਜਾਬੀ"
)
LANGUAGE_ROW = rf"^(?:(?:{LANGUAGES})(?: \(\p{{L}}+\))?[\s|,/·•]*){{3,}}$"
# In one pattern, those that may match anywhere would cost forty times as much.
SIGNED = (
    r"(?i)^(?:by|von|par|por) \p{L}+ \p{L}+$|^(?:by|posted|published|updated)\b.*\b\d{1,2},? \d{4}$"
    r"|^(?:(?:posted|published|written|filed)(?: (?:on|by|in|under))*|by|von|par|por|di|door|av|af)\W*$|^updated\b.*\d"
    r"|^(?:posted|filed) (?:on|by|in|under)\b|^(?:(?:read|available|also) (?:this )?(?:in|on)|from|to|cc|sent) ?: "
    r"|^vol(?:ume|\.)? ?\d|^\d{1,3} ?min(?:utes?|uten|uti)?\.?$"
    r"|^(?:photo|picture|image|video) ?gallery\W*\d*\W*$|^(?:#\S+\s*){2,}$"
    r"|^(?:subscribe (?:to|now|today)|sign up (?:for|to)|listen to (?:the|this)|follow us|skip to|share this|read more|advertis)"
    r"|^(?:headline|title|byline|dateline|date|author|section|source|category|tags?|url|slug|keywords|copyright) ?: ",
    r"(?i)\bpublished \d+ \w+ ago$",
    r"(?i)\bclick here\W*$",
    r"\| ?(?:19|20)\d\d ?\|",
    r"(?i)(?:^|\s)\S*(?:://|www\.)\S+$",
    r"^[^\p{Ll}]+ \d+\.\d\d$",
)
NAME_AND_PAPER = r"^\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+, (?:The )?\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?$"
# Above a list of what the article says, whose first point is no headline.
POINTS = (
    r"(?i)^(?:(?:story |article )?highlights|key (?:points|takeaways|facts)|at a glance|in brief|the (?:gist|essentials)"
    r"|what you need to know|das wichtigste(?: in kürze)?|auf einen blick|l.essentiel|les points clés|en bref|puntos clave|claves"
    r"|lo más importante|in sintesi|in breve|em resumo|resumo|in het kort|kort fortalt|kort sagt|sammanfattning|w skrócie|главное"
    r")\W*$"
)
# No headline ends so, but for an abbreviation.
STOPPED = r"(?:[.。।…][\"”’»)]*|[^:：][:：]|[;,–—-])$"
ABBREVIATED = r"(?:\b\p{L}\.){2,}$|\b(?:Inc|Jr|Sr|Co|Corp|Ltd|Bros|vs|etc)\.$|#?\d+;$"
LOUD = r"[!?？！؟][\"”’»)]*$"
# A sentence of the article: an interview's question, an aside in brackets, a speech and who speaks, a clause that goes on.
NARRATED = (
    r"^(?:Q|Q\.|[A-Z]\.) ?: |^Q: |^\((?:[^)]{20,}|[^)]*\)\W*$)|^[\"“„«][^\"”“»]{4,}[,?!.][\"”“»] (?:I|he|she|we|they)\b"
    r"|^(?:And|But|Or|Und|Aber|Et|Mais|Pero|Ma|Mas|Maar|Och|Og|Men|И|Но|А) (?:\S+ ){9,}"
)
# Who said it and when: a headline has no room for this.
REPORTED = (
    r"(?i)\b(?:said|told|announced|reported|sagte|erklärte|a annoncé|a déclaré|dijo|anunció|ha detto|disse) (?:.{1,40} )?"
    r"(?:on|am|le|el|na) ?(?:mon|tues|wednes|thurs|fri|satur|sun|montag|dienst|mitt|donner|frei|sams|sonn|lun|mar|mer|jeu|ven|mié"
    r"|jue|vie|sáb|dom)"
)
TAKEN_CHARS = 50  # a line that closes with so many characters of the paragraph below is quoted from it
QUOTED = r"^[\"“„«‘][^\"“”»]*[\"”“»’.,]$"
ENDED = r"(?:[.。！।][\"”’»)]*|[:：])$"
FOLDS = r"[\s\"'“”‘’«»„.,:;!?–—-]+"
STANDFIRST_WIDTH = (40, 420)
UNSTOPPED_WIDTH = 60  # without a byline below it, a standfirst and the line below it are at least this wide


def fold_text(text: pl.Expr) -> pl.Expr:
    """A text as it is compared: lower case, punctuation and white space folded into single blanks.

    >>> pl.select(fold_text(pl.lit("“Last ferry” leaves – at six!"))).item()
    'last ferry leaves at six'
    """
    return (
        text.str.replace_all("\xad", "", literal=True)
        .str.to_lowercase()
        .str.replace_all(FOLDS, " ")
        .str.strip_chars(" ")
    )


def name_headlines(lines: pl.DataFrame, records: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """Gives the role `headline` to one line per document, or to two: the page's own title and the headline as printed.

    Copies of the headline become `repeat`: any above the body, wider ones anywhere. Adds place (position in the document)
    and repeats (the headline's line number, on its copies). `records` and `known` as `choose_headlines` takes them.
    """
    placed = lines.with_columns(place=pl.int_range(pl.len(), dtype=pl.UInt32).over("doc"))
    chosen = prefer_printed_headline(placed, choose_headlines(placed, records, known))
    is_near = (pl.col("width").cast(pl.Int32) - pl.col("_width").cast(pl.Int32)).abs() <= COPY_SLACK
    is_below = (pl.col("line") > pl.col("_headline")) & ((pl.col("zone") == "head") | (pl.col("width") >= COPY_WIDTH))
    copies = (
        placed.filter((pl.col("width") <= HEADLINE_WIDTH + COPY_SLACK) & pl.col("role").is_null())
        .join(chosen, on="doc", maintain_order="left")
        .filter(is_near & is_below)
        .filter(fold_text(pl.col("text")) == pl.col("_key"))
        .select("doc", "line", repeats="_headline")
    )
    lines = placed.join(chosen.drop("_key", "_width"), on="doc", how="left", maintain_order="left")
    lines = lines.join(copies, on=["doc", "line"], how="left", maintain_order="left")
    lines = change_lines(lines, pl.col("repeats").is_not_null(), role="repeat", role_by="repeat.headline")
    lines = change_lines(lines, pl.col("line") == pl.col("_headline"), role="headline", role_by=pl.col("_by"))
    lines = change_lines(lines, pl.col("line") == pl.col("_page_title"), role="headline", role_by=PAGE_TITLE)
    return lines.drop("_headline", "_page_title", "_by")


def choose_headlines(placed: pl.DataFrame, records: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """At most one headline per document: doc, _headline (line), _by (the reason), _key, _width, _at (place), _text.

    Where the record has a title, it is the line that equals it, or with which it begins (a site's name may follow). Where
    it has none, the line that `known` (doc, line, role) names, else the first line that has no other role, unless it reads
    like a sentence of the body, or is a point of a list: in doubt there is no headline.
    """
    top = placed.filter(pl.col("place") < TOP_LINES)
    titles = records.select(title=fold_text(pl.col("title"))).with_row_index("doc").filter(pl.col("title") != "")
    # Folding is costly, so the first letters are compared first.
    beginning = fold_text(pl.col("text").str.head(2 * FIRST_LETTERS)).str.head(FIRST_LETTERS)
    likely = top.join(titles, on="doc", maintain_order="left").filter(pl.col("title").str.starts_with(beginning))
    keyed = likely.with_columns(key=fold_text(pl.col("text")))
    begins = pl.col("title").str.starts_with(pl.col("key")) & (pl.col("width") >= BEGINNING_WIDTH)
    by_title = keyed.filter((pl.col("key") == pl.col("title")) | begins)
    untitled = placed.join(titles, on="doc", how="anti", maintain_order="left")
    # A headline may begin as a flagged label does: "Opinion | ...", "Video: ...".
    is_free = pl.col("role").is_null() & ~(pl.col("action") == "remove").fill_null(False)
    is_furniture = pl.any_horizontal(
        pl.col("text").str.contains(row) for row in (*SIGNED, LANGUAGE_ROW, NAME_AND_PAPER, POINTS)
    )
    beside = {
        "_above": above("text", 1, ""),
        "_next": above("text", -1, ""),
        "_is_prose": above("is_paragraph", -1, False),
    }
    top = untitled.filter(pl.col("place") < TOP_LINES).with_columns(**beside)
    free = top.filter(is_free).filter(~is_furniture)
    first = free.unique("doc", keep="first", maintain_order=True)
    # Each step reads the texts that those before it left.
    short = first.filter(pl.col("width") <= TOP_WIDTH).filter(~reads_like_body())
    by_place = short.filter(~pl.col("_above").str.contains(POINTS), ~is_said_below())
    ways = [(by_title, "headline.record-title")]
    if known is not None:
        headlines = known.filter(pl.col("role") == "headline")
        ways.append((untitled.join(headlines, on=["doc", "line"], how="semi"), "headline.page"))
    ways.append((by_place, "headline.on-top"))
    found = pl.concat(way.select("doc", "line", "text", "width", "place", _by=pl.lit(name)) for way, name in ways)
    return found.unique("doc", keep="first", maintain_order=True).select(
        "doc", "_by", _headline="line", _key=fold_text(pl.col("text")), _width="width", _at="place", _text="text"
    )


def reads_like_body() -> pl.Expr:
    """Whether a line at the top of a text is one word, or ends as a sentence, a quotation or an opening does."""
    text, width = pl.col("text"), pl.col("width")
    is_dense = text.str.len_bytes() > DENSE_BYTES * text.str.len_chars()
    return (
        (text.str.contains(STOPPED) & ~text.str.contains(ABBREVIATED))
        | ((width >= LOUD_WIDTH) & text.str.contains(LOUD))
        | text.str.contains(NARRATED)
        | ((width >= QUOTE_WIDTH) & text.str.contains(REPORTED))
        | ((width >= QUOTE_WIDTH) & text.str.contains(QUOTED))
        | (~text.str.contains(r"\S\s+\S") & ~is_dense)
    )


def is_said_below() -> pl.Expr:
    """Whether a line at the top is one of several quotations, or closes with words that the paragraph below has further on."""
    text, below = fold_text(pl.col("text")), fold_text(pl.col("_next"))
    is_quoted = pl.col("text").str.contains(QUOTED) & pl.col("_next").str.contains(QUOTED) & (text != below)
    is_taken = below.str.contains(text.str.tail(TAKEN_CHARS), literal=True) & ~below.str.starts_with(text)
    return is_quoted | (pl.col("_is_prose") & (pl.col("width") >= QUOTE_WIDTH) & is_taken)


def prefer_printed_headline(placed: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The headline as printed, where the first line is the page's own title.

    Extractors put a page's title first, with the site's name behind it, cut off at a quotation mark or rewritten for search
    engines, and the headline that readers see right below it. Its words identify it: what stands before the site's name, the
    same and more, or most of the same words. Returns doc, _page_title (a line or null), _headline, _by, _key, _width.
    """
    on_top = chosen.filter(pl.col("_by") == "headline.on-top").select("doc", "_key", "_width", "_at", _top="_text")
    below = (
        placed.join(on_top, on="doc", maintain_order="left")
        .filter((pl.col("place") > pl.col("_at")) & (pl.col("place") <= pl.col("_at") + PRINTED_LINES))
        .filter(pl.col("role").is_null() & pl.col("rule").is_null() & ~pl.col("is_paragraph"))
        .filter(~pl.col("text").str.contains(ENDED))
        .with_columns(_new_key=fold_text(pl.col("text")))
        .filter(pl.col("_new_key") != pl.col("_key"))
    )
    is_named = (
        (pl.col("width") >= NAME_WIDTH)
        & pl.col("_top").str.starts_with(pl.col("text"))
        & pl.col("_top").str.strip_prefix(pl.col("text")).str.contains(SITE_NAME)
    )
    goes_on = pl.col("_new_key").str.starts_with(pl.col("_key")) & (pl.col("_width") >= BEGINNING_WIDTH)
    one, other = (pl.col(name).str.split(" ").list.unique() for name in ("_key", "_new_key"))
    shared = one.list.set_intersection(other).list.len()
    is_alike = (
        (pl.col("place") == pl.col("_at") + 1)
        & (pl.col("width") >= BEGINNING_WIDTH)
        & (shared >= SHARED_WORDS)
        & (shared >= SHARED_PART * pl.max_horizontal(one.list.len(), other.list.len()))
        & ~pl.col("_new_key").str.ends_with(pl.col("_key"))  # a kicker set before the headline makes no other headline
    )
    printed = (
        below.filter(is_named | goes_on | is_alike)
        .unique("doc", keep="first", maintain_order=True)
        .select("doc", "_new_key", _line="line", _new_width="width")
    )
    is_printed = pl.col("_line").is_not_null()
    return chosen.join(printed, on="doc", how="left", maintain_order="left").select(
        "doc",
        _page_title=pl.when(is_printed).then("_headline"),
        _headline=pl.coalesce("_line", "_headline"),
        _by=pl.when(is_printed).then(pl.lit("headline.printed")).otherwise("_by"),
        _key=pl.coalesce("_new_key", "_key"),
        _width=pl.coalesce("_new_width", "_width"),
    )


def name_standfirsts(lines: pl.DataFrame, records: pl.DataFrame, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """Gives the role `standfirst` to at most one line per document.

    It is the record's own standfirst, or stands right below the headline and either lacks a final stop, or has a byline, bio,
    date or caption between it and the body, or is named by `known` (doc, line, role).
    """
    wanted = records.select(_key=fold_text(pl.col("standfirst"))).with_row_index("doc").filter(pl.col("_key") != "")
    is_free = pl.col("role").is_null()
    top = lines.filter(pl.col("place") < TOP_LINES).with_columns(
        _above=above("role", 1),
        _below=above("role_hit", -1),
        _below_width=above("width", -1),
        _next=above("text", -1),
        _headline=above("text", 1, ""),
    )
    by_record = top.filter(is_free).join(wanted, on="doc").filter(fold_text(pl.col("text")) == pl.col("_key"))
    has_furniture_below = pl.col("_below").is_in(["byline", "bio", "timestamp", "caption"]).fill_null(False)
    is_unstopped = (
        ~pl.col("ends_sentence") & (pl.col("width") >= UNSTOPPED_WIDTH) & (pl.col("_below_width") >= UNSTOPPED_WIDTH)
    )
    # A line that the next one repeats with a credit is a caption, and no standfirst.
    is_copied = pl.col("_next").str.starts_with(pl.col("text")).fill_null(False)
    below = top.filter(
        is_free & (pl.col("_above") == "headline") & pl.col("rule").is_null(),
        pl.col("width").is_between(*STANDFIRST_WIDTH),
    )
    is_signed = pl.col("text").str.contains(SIGNED_HEAD)
    # Nor is the headline again, with a kicker before it.
    is_headline = fold_text(pl.col("text")).str.ends_with(fold_text(pl.col("_headline")))
    by_place = below.filter(~is_copied & ~is_headline & (has_furniture_below | is_unstopped | is_signed))
    # A line that stands again further below is a caption too.
    again = lines.filter(pl.col("width") >= STANDFIRST_WIDTH[0]).join(by_place, on=["doc", "text"], how="semi")
    again = again.filter(pl.struct("doc", "text").is_duplicated())
    by_place = by_place.join(again, on=["doc", "text"], how="anti")
    if known is not None:
        standfirsts = known.filter(pl.col("role") == "standfirst")
        by_place = lines.filter(is_free).join(standfirsts, on=["doc", "line"], how="semi")
    chosen = pl.concat([way.select("doc", "line") for way in (by_record, by_place)])
    chosen = chosen.unique("doc", keep="first", maintain_order=True)
    return change_listed_lines(lines, chosen, role="standfirst", role_by="standfirst.under-headline")

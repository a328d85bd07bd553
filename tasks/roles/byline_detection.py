"""Who signed the article, where no row of words says it: names that stand where bylines stand, beside what bylines stand beside.

A bare line "Mara Quist" may be an author, a sub-heading or a link. Under the headline, beside a date, an address or a post it
is an author, if the article itself does not speak of that person. So the surroundings decide, not the words alone.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

import polars as pl

from tasks.facts.bylines import LONGEST, MAIL, Signature, read_signature
from tasks.facts.bywords import POSTS
from tasks.facts.dates import cut_dates
from tasks.lines import above

# Lines worth reading: two words with a capital, a word behind "by", or how reporters are named in East Asia and in Arabic.
SHAPE = (
    r"^[\p{P}\s\d]*\p{Lu}\S* (?:\S+ ){0,2}\p{Lu}"
    r"|\p{Hangul}{2,4} ?(?:기자|특파원)|[记記]者|^【?\p{Han}{2,5}(?:$|[ 】\d])|^文[・/／：:]|بقلم|كتب"
)
LABEL = re.compile(
    r"(?:(?:written |story |words |text |report )?by|from|von|par|por|di|door|av|af|authors?(?: of the article)?"
    r"|autor(?:in|es)?|auteur|autore|(?:ein(?:e)? )?(?:kommentar|analyse|interview|bericht|reportage|kolumne|gastbeitrag)"
    r"(?: von)?|autorzy?|автор|yazar|penulis|reporter|journalist(?:er|en)?|記者|记者|작성자) ?:?",
    re.IGNORECASE,
)
NAMES_WIDTH = 70  # longer lines of names say "by" or bring a date
OPENS = (
    r"^(?i:(?:\p{L}+ )?(?:by|von|par|por|di|door|av|af|oleh|durch)|(?:text|autor\p{L}{0,4}|автор) ?:?)[ :]+\p{Lu}|^/ "
)
# Lines that may date the article.
DATED = r"\d{4}|\d[./]\d{1,2}[./]\d|(?i:\bago\b|\bvor \d)"
MOST_DATED = 3  # more dated lines than this make a list
REST_CHARS = 30  # what may stand beside a date: a place, a page
POST_CHARS = 70
PLACE_CHARS = 30  # a place may stand between the byline and the body
PICTURED = ("©", "(c)", "Copyright", "Photo", "Foto", "Image", "Bild")  # a credit of a picture begins so
DASHES = ("-", "–", "—")
NO_POST = re.compile(r"\d|\b(?:kommentar\w*|news|follow|service|interview|analyse|reportage)\b", re.IGNORECASE)
MOST_WORDS = 3  # a name alone on its line has no more, and says no more
HEADS = ("headline", "standfirst", "repeat", "byline", "timestamp", "caption", "credit", "bio")


def name_signatures(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `byline` to lines that sign the article and to the posts and labels that belong to them.

    `lines` with the columns of `name_headlines`, side (`head` above the body, `tail` below it, null elsewhere) and prose (number
    of paragraphs above). Lines that bring their role by their words keep it; their names are read anew. Changes role, role_by,
    role_hit, role_value (names parted by "; ").
    """
    around = look_around(lines)
    if around.is_empty():
        return lines
    said = (
        lines.filter(pl.col("is_paragraph") & pl.col("doc").is_in(around["doc"].unique().implode()))
        .group_by("doc")
        .agg(pl.col("text").str.join("\n"))
    )
    bodies = dict(said.iter_rows())
    found: list[tuple[int, int, str, str | None]] = []
    for doc, rows in groupby(around.iter_rows(named=True), key=itemgetter("doc")):
        found += [(doc, *row) for row in sign_document(list(rows), bodies.get(doc, ""))]
    if not found:
        return lines
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_role": pl.String, "_names": pl.String}
    signed = pl.DataFrame(found, schema=schema, orient="row").unique(["doc", "line"], keep="first", maintain_order=True)
    is_new = pl.col("_role").is_not_null()
    is_own = is_new & (pl.col("role").is_null() | (pl.col("role") != pl.col("_role")))
    return (
        lines.join(signed, on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            role_by=pl.when(is_own).then(pl.col("_role") + ".signature").otherwise("role_by"),
            role=pl.when(is_new).then("_role").otherwise("role"),
            role_hit=pl.when(is_new).then("_role").otherwise("role_hit"),
            role_value=pl.when(is_new).then("_names").otherwise("role_value"),
        )
        .drop("_names", "_role")
    )


def look_around(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines worth reading, a row each, with what stands above and below them: text1, text-1, text2, ..."""
    own = pl.col("role") == "byline"
    own |= (pl.col("role_by") == "credit.agency") & (pl.col("side") == "head")
    is_open = pl.col("role").is_null() & (pl.col("action") != "remove").fill_null(True)
    is_open &= (pl.col("width") <= LONGEST) & ~pl.col("is_paragraph") & pl.col("side").is_not_null()
    # At the tail a bare name stands right below the last paragraph; further down it must say "by".
    ends = (pl.col("side") == "head") | above("is_paragraph", 1, False)
    numbered = lines.with_columns(ends=ends).with_row_index("at")
    # Patterns are dear: only the few lines at the article's ends are read.
    some = numbered.filter((own | is_open).fill_null(False)).select(
        *("at", "doc", "line", "place", "side", "text", "width", "role", "prose", "ends"), own=own.fill_null(False)
    )
    shaped = pl.col("ends") & (pl.col("width") <= NAMES_WIDTH) & pl.col("text").str.contains(SHAPE)
    shaped |= pl.col("text").str.contains(OPENS)
    shaped |= (pl.col("side") == "head") & pl.col("text").str.contains(DATED)
    worth = some.filter(pl.col("own") | shaped).drop("own")
    if worth.is_empty():
        return worth
    docs = worth["doc"].unique().implode()
    whole = (
        lines.filter(pl.col("doc").is_in(docs))
        .group_by("doc")
        .agg(lines=pl.len(), headline=pl.col("place").filter(pl.col("role") == "headline").min())
    )
    beside = [column for steps in (2, 1, -1, -2) for column in find_beside(lines, worth, steps)]
    return (
        worth.with_columns(beside)
        .join(whole, on="doc", how="left", maintain_order="left")
        .with_columns(left=pl.col("lines") - 1 - pl.col("place"), is_page=pl.lit("page_headline" in lines.columns))
    )


def find_beside(lines: pl.DataFrame, worth: pl.DataFrame, steps: int) -> list[pl.Series]:
    """What stands `steps` lines above each line of `worth` (below, when negative); nulls where the document has no such line."""
    at = worth["at"].cast(pl.Int64) - steps
    inside = (at >= 0) & (at < lines.height)
    at = at.zip_with(inside, pl.Series([0]).new_from_index(0, len(at)))
    same = inside & (lines["doc"].gather(at) == worth["doc"])
    found = []
    for name in ("line", "text", "role", "role_hit", "rule", "is_paragraph"):
        values = lines[name].gather(at)
        found.append(
            values.zip_with(same, pl.Series([None], dtype=values.dtype).new_from_index(0, len(values))).alias(
                f"{name}{steps}"
            )
        )
    return found


def sign_document(rows: list[dict[str, object]], body: str) -> list[tuple[int, str, str | None]]:
    """The lines of one document that sign or date it: line, role, names ("; " between them)."""
    found: dict[int, tuple[str, str | None]] = {}
    dated: list[int] = []
    places: dict[int, tuple[bool, bool]] = {}
    for row in rows:
        line, text = int(str(row["line"])), str(row["text"])
        signature = read_signature(text)
        names = "; ".join(signature.names or signature.agencies) or None
        if row["role"] == "byline":
            if names:
                found[line] = "byline", names
        elif row["role"] == "credit":
            if not text.startswith(PICTURED) and is_agency_byline(row) and names and " " not in signature.rest:
                found[line] = "byline", "; ".join([*signature.agencies, *signature.names])
            continue
        elif signs(row, signature, row["line1"] in found, body):
            found[line] = "byline", names
        else:
            if row["side"] == "head" and signature.is_dated and not names and len(signature.rest) <= REST_CHARS:
                dated.append(line)
            continue
        if row["is_page"] is True and names and names in [said for at, (_, said) in found.items() if at < line]:
            del found[line]  # a teaser's, of the same author
            continue
        is_below = row["headline"] is None or int(str(row["place"])) > int(str(row["headline"]))
        places[line] = row["side"] == "tail", is_below
        if row["role1"] is None and LABEL.fullmatch(str(row["text1"] or "")):
            found.setdefault(int(str(row["line1"])), ("byline", None))
        if row["role-1"] is None and is_post(str(row["text-1"] or "")):
            found.setdefault(int(str(row["line-1"])), ("byline", None))
    # The byline under the headline is the article's; others are of teasers around it.
    is_under = any(not in_tail and is_below for in_tail, is_below in places.values())
    for line, (in_tail, is_below) in places.items():
        if is_under and (in_tail or not is_below) and found[line][1]:
            found = {at: sign for at, sign in found.items() if at != line}
    if len(dated) <= MOST_DATED:
        found |= {line: ("timestamp", None) for line in dated if line not in found}
    return [(line, *sign) for line, sign in found.items()]


def signs(row: dict[str, object], signature: Signature, follows: bool, body: str) -> bool:
    """Whether a line signs the article. `follows`: the line above does; `body`: the article's paragraphs."""
    text, above_it, below = str(row["text"]), str(row["text1"] or ""), str(row["text-1"] or "")
    opens_with_by = signature.is_by and signature.names and len(signature.rest) <= REST_CHARS and row["side"] == "head"
    if (signature.rest and not opens_with_by) or not (signature.names or (signature.is_by and signature.agencies)):
        return False
    if text[0] in DASHES and ("(@" in text or above_it[:1] in DASHES or below[:1] in DASHES):
        return False  # an item of a list, or a post
    if signature.is_by or LABEL.fullmatch(above_it):
        return True
    is_head = row["side"] == "head"
    if any(is_spoken_of(name, is_head, body) for name in signature.names):
        return False
    if signature.is_dated or signature.has_post or follows or MAIL.search(text) or MAIL.search(below):
        return True
    if any(is_caseless(name) or name.isupper() or len(name.split(" ")) > MOST_WORDS for name in signature.names):
        return False
    if not is_head:
        ends = row["left"] == 0 or row["role_hit-1"] is not None or row["rule-1"] is not None or row["is_page"] is True
        return ends and row["is_paragraph1"] is True
    near = [row["role_hit1"], row["role_hit2"], row["role_hit-1"], row["role_hit-2"]]
    if "timestamp" in near or row["role_hit-1"] == "bio" or is_date(above_it) or is_date(below) or is_post(below):
        return True
    if row["headline"] is not None and int(str(row["place"])) < int(str(row["headline"])):
        return False  # a kicker
    opens = row["is_paragraph-1"] is True or row["role_hit-1"] in HEADS
    opens = opens or (row["is_paragraph-2"] is True and len(below) <= PLACE_CHARS)
    return opens and (
        row["prose"] == 0 or row["role2"] == "headline" or (row["prose"] == 1 and len(signature.names) > 1)
    )


def is_spoken_of(name: str, is_head: bool, body: str) -> bool:
    """Whether the article speaks of that person, or of that thing; what begins with the name tells who the author is."""
    sought = name.split(" ")[-1] if is_head else name
    return any(sought in paragraph and not paragraph.startswith(name) for paragraph in body.split("\n"))


def is_agency_byline(row: dict[str, object]) -> bool:
    """Whether an agency's name signs the article and credits no picture: beside a date, or right above the body."""
    if "timestamp" in (row["role_hit1"], row["role_hit-1"]):
        return True
    return row["is_paragraph-1"] is True and row["role1"] not in ("caption", "credit", None)


def is_post(text: str) -> bool:
    """Whether a line says what somebody does at a paper, and nothing else."""
    if not 0 < len(text) <= POST_CHARS or text.endswith((".", "?", "!", ":")) or NO_POST.search(text):
        return False
    return POSTS.search(text) is not None


def is_caseless(name: str) -> bool:
    """Whether a name is in a script without capitals: a few of its signs may be anything."""
    return name[0].upper() == name[0].lower()


def is_date(text: object) -> bool:
    """Whether a short line holds a date and nothing that needs another reading."""
    words = str(text or "")
    return 0 < len(words) <= LONGEST and cut_dates(words)[1]

"""Who signed the article, where no row of words shows it: names that stand where bylines stand.

A bare line "Mara Quist" may be an author, a sub-heading or a link. Under the headline, beside a date, an address or a post it
is an author, unless the article itself speaks of that person. So the surroundings decide, not the words alone.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import polars as pl

from tasks.facts.bylines import LONGEST, MAIL, UPDATED, Signature, read_signature
from tasks.facts.dates import cut_dates, is_timestamp
from tasks.facts.names import POSTS
from tasks.lines import above, change_listed_lines

LABEL = re.compile(
    r"(?:(?:written |story |words |text |report )?by|from|von|par|por|di|door|av|af|authors?(?: of the article)?"
    r"|autor(?:in|es)?|auteur|autore|(?:ein(?:e)? )?(?:kommentar|analyse|interview|bericht|reportage|kolumne|gastbeitrag)"
    r"(?: von)?|autorzy?|автор|yazar|penulis|reporter|journalist(?:er|en)?|記者|记者|작성자) ?:?",
    re.IGNORECASE,
)
MOST_DATED = 3  # more dated lines than this are a list
REST_CHARS = 30  # what may stand beside a date or behind "by": a place, a page
POST_CHARS = 70
POST_BEFORE = 40  # characters before a name in which a paper's post for it stands
PLACE_CHARS = 30  # a place may stand between the byline and the body, or the date
PICTURED = ("©", "(c)", "Copyright", "Photo", "Foto", "Image", "Bild")  # the credit of a picture begins so
# Mara Quist in Larkhaven
PLACED = re.compile(
    r"((?!(?:Das|Der|Die|The|Le|La|Les|El|Los|Il)\b)\S+ \S+(?: \S+)?) (?:in|à|en|aus) [^\W\d_a-z]\S+(?: [^\W\d_a-z]\S+){0,2}"
)
CAPITALS = re.compile(r"(?!.*[a-zß-ÿ])[^\W\d_]{4,}(?: [^\W\d_]{2,}){0,2}")
STOPS = (".", "!", "?", "”", "»")
DASHES = ("-", "–", "—")
NO_POST = re.compile(r"\d|\b(?:kommentar\w*|news|follow|service|interview|analyse|reportage)\b", re.IGNORECASE)
MOST_WORDS = 3  # a bare name has no more words
HEADS = ("headline", "standfirst", "repeat", "byline", "timestamp", "caption", "credit", "bio")


# Lines worth reading: two words with a capital, a word behind "by", or how reporters are named in East Asia and in Arabic.
SHAPE = (
    r"^[\p{P}\s\d]*\p{Lu}\S* (?:\S+ ){0,2}\p{Lu}|^\p{Lu}\S{1,20}-Redaktion"
    r"|\p{Hangul}{2,4} ?(?:기자|특파원)|[记記]者|^【?\p{Han}{2,5}(?:$|[ 】\d])|^文[・/／：:]|بقلم|كتب"
)
OPENS = r"^(?i:(?:\p{L}+ )?(?:by|von|par|por|di|door|av|af|oleh|durch)|(?:text|autor[\p{L}/]{0,9}|автор) ?:?)[ :]+\p{Lu}|^/ "
DATED = r"\d{4}|\d[./]\d{1,2}[./]\d|(?i:\bago\b|\bvor \d)"
NAMES_WIDTH = 70  # a wider line of names says "by" or has a date


class Line(NamedTuple):
    """A line of a document, as far as bylines are concerned."""

    doc: int
    line: int
    place: int
    side: str | None  # head, tail, or None
    text: str
    role: str | None
    role_hit: str | None
    rule: str | None
    is_paragraph: bool
    prose: int  # paragraphs above it


OUTSIDE = Line(-1, -1, -1, None, "", None, None, None, False, 0)


class Candidate(NamedTuple):
    """A line that may sign or date the article, with its surroundings: OUTSIDE where the document has no such line."""

    own: Line
    above2: Line
    above: Line
    below: Line
    below2: Line
    headline: int | None  # place of the headline
    lines_left: int  # lines below it in the document
    is_page: bool


def name_bylines(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `byline` to lines that sign the article and to the posts and labels beside them, `timestamp` to dates.

    `lines` with the columns of `name_headlines`, side (`head` above the body, `tail` below it, null elsewhere) and prose (number
    of paragraphs above). Lines that have the role by their words keep it; their names are read again. Changes role, role_by,
    role_hit, role_value (names separated by "; ").
    """
    candidates = find_byline_candidates(lines)
    documents = list(dict.fromkeys(candidate.own.doc for candidate in candidates))
    paragraphs = lines.select("doc", "text", "is_paragraph").filter(
        pl.col("is_paragraph") & pl.col("doc").is_in(pl.Series(documents, dtype=pl.UInt32).implode())
    )
    bodies = dict(paragraphs.group_by("doc").agg(pl.col("text").str.join("\n")).iter_rows())
    signed = [
        (doc, *row)
        for doc, rows in groupby(candidates, key=lambda candidate: candidate.own.doc)
        for row in sign_document(list(rows), bodies.get(doc, ""))
    ]
    if not signed:
        return lines
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_role": pl.String, "_names": pl.String}
    found = pl.DataFrame(signed, schema=schema, orient="row")
    is_other = pl.col("role").ne_missing(pl.col("_role"))
    by = pl.when(is_other).then(pl.col("_role") + ".signature").otherwise("role_by")
    new = {"role": pl.col("_role"), "role_hit": pl.col("_role"), "role_value": pl.col("_names")}
    return change_listed_lines(lines, found, role_by=by, **new)


def find_byline_candidates(lines: pl.DataFrame) -> list[Candidate]:
    """The lines worth reading, in order; `lines` as `name_bylines` takes them."""
    own = pl.col("role") == "byline"
    own |= (pl.col("role_by") == "credit.agency") & (pl.col("side") == "head")
    is_free = pl.col("role").is_null() & (pl.col("action") != "remove").fill_null(True)
    is_free &= (pl.col("width") <= LONGEST) & ~pl.col("is_paragraph") & pl.col("side").is_not_null()
    # At the tail a bare name stands right below the last paragraph; further down it must say "by".
    may_be_bare = (pl.col("side") == "head") | above("is_paragraph", 1, False)
    narrow = lines.select("doc", "text", "width", "side", own=own, is_free=is_free, may_be_bare=may_be_bare)
    some = narrow.with_row_index("at").filter(pl.col("own") | pl.col("is_free"))
    # Patterns are costly: each is searched only in the few lines at the article's ends where it counts.
    searched = {
        SHAPE: pl.col("may_be_bare") & (pl.col("width") <= NAMES_WIDTH),
        OPENS: pl.lit(True),
        DATED: pl.col("side") == "head",
    }
    found = [some.filter(place).filter(pl.col("text").str.contains(pattern)) for pattern, place in searched.items()]
    worth = pl.concat([some.filter("own"), *found]).select("at", "doc").unique().sort("at")
    if worth.is_empty():
        return []
    headline = pl.col("place").filter(pl.col("role") == "headline").min()
    known = lines.select("doc", "place", "role").filter(pl.col("doc").is_in(worth["doc"].unique().implode()))
    documents = known.group_by("doc").agg(lines=pl.len(), headline=headline)
    sizes = {doc: (size, headline) for doc, size, headline in documents.iter_rows()}
    height = lines.height
    near = sorted({row for at in worth["at"] for row in range(max(at - 2, 0), min(at + 3, height))})
    rows = dict(zip(near, map(Line._make, lines.select(Line._fields)[near].iter_rows()), strict=True))
    is_page = "page_headline" in lines.columns
    candidates = []
    for at, doc in worth.iter_rows():
        around = [rows.get(at + step, OUTSIDE) for step in (-2, -1, 0, 1, 2)]
        above2, above1, line, below, below2 = (found if found.doc == doc else OUTSIDE for found in around)
        size, headline = sizes[doc]
        candidates.append(Candidate(line, above2, above1, below, below2, headline, size - 1 - line.place, is_page))
    return candidates


def sign_document(candidates: Sequence[Candidate], body: str) -> list[tuple[int, str, str | None]]:
    """The lines of one document that sign or date it: line, role, names ("; " between them). `body`: its paragraphs."""
    found: dict[int, tuple[str, str | None]] = {}
    dated: list[int] = []
    places: dict[int, tuple[bool, bool]] = {}
    for candidate in candidates:
        own, above, below = candidate.own, candidate.above, candidate.below
        # A place behind the name may be the next line again.
        is_place = 0 < len(below.text) <= PLACE_CHARS
        signature = read_signature(own.text.removesuffix(f" {below.text}") if is_place else own.text)
        placed = PLACED.fullmatch(own.text)
        if placed and candidate.headline is not None and own.place > candidate.headline and is_headed(candidate, 1):
            signature = read_signature(placed[1])
        names = "; ".join(signature.names or signature.agencies) or None
        if own.role == "credit":
            if names and " " not in signature.rest and is_agency_byline(candidate):
                found[own.line] = "byline", "; ".join([*signature.agencies, *signature.names])
            continue
        if own.role == "byline":
            if names:
                found[own.line] = "byline", names
        elif signs_article(candidate, signature, above.line in found, body):
            found[own.line] = "byline", names
        else:
            is_dated = own.side == "head" and signature.is_dated and not names
            if is_dated and is_timestamp(own.text, with_place=not own.prose):
                dated.append(own.line)
            continue
        if candidate.is_page and names and names in [said for at, (_, said) in found.items() if at < own.line]:
            del found[own.line]  # a teaser's, by the same author
            continue
        places[own.line] = own.side == "tail", candidate.headline is None or own.place > candidate.headline
        if above.role is None and LABEL.fullmatch(above.text):
            found.setdefault(above.line, ("byline", None))
        if below.role is None and is_post(below.text):
            found.setdefault(below.line, ("byline", None))
    # The byline under the headline is the article's; others belong to teasers around it.
    if any(not in_tail and is_below for in_tail, is_below in places.values()):
        for line, (in_tail, is_below) in places.items():
            if (in_tail or not is_below) and found.get(line, ("", None))[1]:
                del found[line]
    if len(dated) <= MOST_DATED:
        found |= {line: ("timestamp", None) for line in dated if line not in found}
    return [(line, *sign) for line, sign in found.items()]


def signs_article(candidate: Candidate, signature: Signature, follows: bool, body: str) -> bool:
    """Whether a line signs the article. `follows`: the line above does; `body`: the article's paragraphs."""
    text, text_above, text_below = candidate.own.text, candidate.above.text, candidate.below.text
    in_head = candidate.own.side == "head"
    opens_with_by = signature.is_by and signature.names and len(signature.rest) <= REST_CHARS and in_head
    is_agency = signature.agencies and (signature.is_by or LABEL.fullmatch(text_above) or UPDATED.search(text))
    if (signature.rest and not opens_with_by) or not (signature.names or is_agency):
        return False
    if text[0] in DASHES and ("(@" in text or text_above[:1] in DASHES or text_below[:1] in DASHES):
        return False  # an item of a list, or a post
    if signature.is_by or is_agency or LABEL.fullmatch(text_above):
        return True
    if any(is_spoken_of(name, in_head, body) for name in signature.names):
        return False
    if signature.is_dated or signature.has_post or follows or MAIL.search(text) or MAIL.search(text_below):
        return True
    # In a script without capitals a few characters may be anything.
    if any(
        name[0].upper() == name[0].lower() or name.isupper() or len(name.split(" ")) > MOST_WORDS
        for name in signature.names
    ):
        return False
    if in_head:
        return is_headed(candidate, len(signature.names))
    # Right below the last paragraph, with nothing of the article below it.
    is_end = candidate.lines_left == 0 or candidate.below.role_hit is not None or candidate.below.rule is not None
    return (is_end or candidate.is_page) and candidate.above.is_paragraph


def is_headed(candidate: Candidate, name_count: int) -> bool:
    """Whether a bare name at the head stands beside a date, bio or post, or between the headline and the body."""
    own, above, below = candidate.own, candidate.above, candidate.below
    near = (above.role_hit, candidate.above2.role_hit, below.role_hit, candidate.below2.role_hit)
    if "timestamp" in near or below.role_hit == "bio":
        return True
    if holds_date(above.text) or holds_date(below.text) or is_post(below.text) or UPDATED.fullmatch(below.text):
        return True
    # A place may stand between the name and the date.
    if len(below.text) <= PLACE_CHARS and holds_date(candidate.below2.text):
        return True
    if candidate.headline is not None and own.place < candidate.headline:
        return False  # a kicker
    # On a page the headline may stand below a name that stands below a sentence, or a place in capitals.
    if candidate.is_page and candidate.headline is not None:
        is_place = len(below.text) <= PLACE_CHARS and CAPITALS.fullmatch(below.text)
        if (is_place and len(above.text) > PLACE_CHARS) or (below.role == "copy" and above.text.endswith(STOPS)):
            return True
    opens = below.is_paragraph or below.role_hit in HEADS or below.role in HEADS
    if not opens and not (candidate.below2.is_paragraph and len(below.text) <= PLACE_CHARS):
        return False
    is_first = own.prose == 0 or candidate.above2.role == "headline"
    return is_first or (own.prose == 1 and name_count > 1 and "/" not in own.text)


def is_spoken_of(name: str, in_head: bool, body: str) -> bool:
    """Whether the article speaks of that person or thing. A paragraph that begins with the name describes the author.

    >>> is_spoken_of("Mara Quist", True, "The mayor praised Quist.")
    True
    >>> is_spoken_of("Mara Quist", False, "The mayor praised Quist.")
    False
    >>> is_spoken_of("Mara Quist", True, "Mara Quist is an editor.")
    False
    >>> is_spoken_of("Mara Quist", False, "Our correspondent in the harbour, Mara Quist, saw it.")
    False
    """
    sought = name.split(" ")[-1] if in_head else name
    return sought in body and any(
        speaks_of(paragraph, sought, in_head) and not paragraph.startswith(name) for paragraph in body.split("\n")
    )


def speaks_of(paragraph: str, name: str, in_head: bool) -> bool:
    """Whether a paragraph has the name; below the article, other than behind a post: "our correspondent Mara Quist"."""
    at = paragraph.find(name)
    return at >= 0 and (in_head or POSTS.search(paragraph[max(0, at - POST_BEFORE) : at]) is None)


def is_agency_byline(candidate: Candidate) -> bool:
    """Whether an agency's name signs the article and credits no picture: beside a date, or right above the body."""
    if candidate.own.text.startswith(PICTURED):
        return False
    is_dated = is_timestamp(candidate.above.text, with_place=True)
    if is_dated or "timestamp" in (candidate.above.role_hit, candidate.below.role_hit):
        return True
    return candidate.below.is_paragraph and candidate.above.role not in ("caption", "credit", None)


def is_post(text: str) -> bool:
    """Whether a line says what a person does at a paper, and nothing else.

    >>> is_post("Harbour correspondent"), is_post("Our harbour correspondent reports."), is_post("Interview: the editor")
    (True, False, False)
    """
    if not 0 < len(text) <= POST_CHARS or text.endswith((".", "?", "!", ":")) or NO_POST.search(text):
        return False
    return POSTS.search(text) is not None


def holds_date(text: str) -> bool:
    """Whether a short line holds a date.

    >>> holds_date("Larkhaven, 5 May 2026"), holds_date("Larkhaven"), holds_date("")
    (True, False, False)
    """
    return 0 < len(text) <= LONGEST and cut_dates(text)[1]

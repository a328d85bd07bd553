"""What a page shows beyond the score of each line: copies, threads of comments, lists and marks between paragraphs.

Each function changes the choice of lines that the model kept. The reasons are ones that anyone can check on the page.
"""

import numpy as np
import polars as pl

from tasks.pages.features import ROLE_NUMBERS, WIDTH_CAP, PageLines
from tasks.pages.spans import Bools, Ints, count_since, read_neighbour, sum_between

COPY_WIDTH = 60  # a narrower line may stand on a page again for good reasons
MOST_COPIES = 3  # prose that stands on a page more often is furniture: a notice in place of each video
ASKS = r"[?:？：؟][\"”’»)]*$"  # interviews put the same question to several people
# A comment is dated to the minute, or by its age.
CLOCK = r"\b(?:19|20)\d\d\b.{0,12}?\b\d{1,2}[:.h]\d\d|\d{1,2}[:.h]\d\d.{0,20}\b(?:19|20)\d\d\b"
AGE = (
    r"(?i)\b(?:\d+|an?) ?(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|[hdwmy]) ago\b"
    r"|\bvor \d+ (?:minuten?|stunden?|tag(?:en)?|wochen?|monaten?|jahren?)\b"
    r"|\bhace \d+ (?:minutos?|horas?|días?|semanas?|meses|años?)\b|\bhá \d+ (?:minutos?|horas?|dias?)\b"
    r"|\bil y a \d+ (?:minutes?|heures?|jours?|semaines?|mois|ans?)\b|\b\d+ (?:minuti|ore|giorni) fa\b"
    r"|\b\d+ (?:минут|час|дн)\S* назад|\d+ ?(?:분|시간|일) 전"
)
MENU_WORDS = 8  # a menu in one line has at least so many words, has no final stop,
MENU_CAPITALS = 60  # and at least this percentage of its words begin with a capital
HEADER_WIDTH = 90  # who commented, and when
HEADERS = 3  # so many dated lines, with sentences between them,
THREAD_LINES = 50  # within so many lines,
SIGN_LINES = 15  # and a rule on comments matches a line at most this far away
LEAST_ABOVE = 200  # below so much prose of the article, in Latin characters
# The form of a list's items: words, numbers and the first signs between them.
WORDS = r"[\p{L}\p{M}]+(?:['’.]\p{L}+)*(?: [\p{L}\p{M}'’.]+)*"
NUMBERS = r"\p{N}+(?:[.,]\p{N}+)*"
FORM_CHARS = 3  # of a form count: "a0–" for "June 9 – Larkhaven"
LEAST_ITEMS = 4
ITEM_STEP = 2  # a line of another form may stand between two items: an address, a price
MARK_WIDTH = 40  # what a site sets between the paragraphs of its articles is narrower than this,
MARKS = 3  # and stands at least so often between two kept ones
BETWEEN_WIDTH = 12  # a narrower line between two marks is a button or the like


def cut_copies(page: PageLines, score: Ints, kept: Bools) -> Bools:
    """The kept lines without copies: of prose that stands on its page again, the line most like the article's stays.

    Where it stands more than MOST_COPIES times, none stays. Copies beside a credit are a caption's, which are merged later.
    """
    features = page.features
    asks = page.lines["text"].str.contains(ASKS).to_numpy()
    may_be = kept & (features["copies"] > 1) & (features["width"] >= COPY_WIDTH) & ~asks
    is_credit = (features["role"] == ROLE_NUMBERS["credit"]).astype(np.int64)
    by_credit = (read_neighbour(is_credit, -1, page.bounds) > 0) | (read_neighbour(is_credit, 1, page.bounds) > 0)
    at = np.flatnonzero(may_be)
    copies = page.lines[at].select("doc", "text", score=score[at], by_credit=by_credit[at])
    rank, is_caption = copies.select(
        pl.col("score").rank("ordinal").over("doc", "text"), pl.col("by_credit").any().over("doc", "text")
    )
    left = kept.copy()
    left[at] = ((rank == 1).to_numpy() & (features["copies"][at] <= MOST_COPIES)) | is_caption.to_numpy()
    return left


def cut_menu_rows(page: PageLines, kept: Bools) -> Bools:
    """The kept lines without menus that became one line each: "Home World Business Sport ..."."""
    at = np.flatnonzero(kept & (page.features["prose"] > 0) & (page.features["stop"] == 0))
    text = page.lines["text"][at]
    words = text.str.count_matches(r"\S+").to_numpy()
    capitals = text.str.count_matches(r"(?:^|\s)[^\p{L}\s]*\p{Lu}").to_numpy()
    left = kept.copy()
    left[at] = (words < MENU_WORDS) | (100 * capitals < MENU_CAPITALS * words)
    return left


def cut_comments(page: PageLines, kept: Bools) -> Bools:
    """The kept lines above the first thread of readers' comments on their page."""
    features, bounds, text = page.features, page.bounds, page.lines["text"]
    prose = np.minimum(features["width"], WIDTH_CAP) * features["prose"] * kept
    is_below = sum_between(prose, bounds.begin, np.arange(len(kept))) >= LEAST_ABOVE
    # The patterns are costly: only short lines with a digit or "ago" are searched.
    may_be = np.flatnonzero(is_below & (features["width"] < HEADER_WIDTH))
    may_be = may_be[text[may_be].str.contains(r"\d| ago").to_numpy()]
    header = may_be[(text[may_be].str.contains(CLOCK) | text[may_be].str.contains(AGE)).to_numpy()]
    first, last = header[: 1 - HEADERS], header[HEADERS - 1 :]
    begin, end = bounds.begin[first], bounds.end[first]
    is_thread = (last < end) & (last - first <= THREAD_LINES) & (sum_between(features["stop"], first, last) > 0)
    near = np.maximum(begin, first - SIGN_LINES), np.minimum(end, last + SIGN_LINES + 1)
    is_thread &= sum_between(features["comment"], *near) > 0
    opens = np.zeros(len(kept), dtype=np.bool_)
    # The name of who commented may stand right above.
    opens[np.maximum(begin, first - 1)[is_thread]] = True
    return kept & (count_since(opens, bounds) < 0)


def keep_listed(page: PageLines, kept: Bools) -> Bools:
    """The kept lines and the lists right below them, perhaps with one line between, whose items have one form with a number."""
    has_rule, begins = page.features["rule"] > 0, page.lines["text"].str.head(60)
    # Of the others no form is asked for.
    may_be = begins.str.contains(r"\p{N}") & pl.Series(~kept & ~has_rule)
    form = (
        begins.set(~may_be, "")
        .str.replace_all(WORDS, "a")
        .str.replace_all(NUMBERS, "0")
        .str.replace_all(r"\s+", "")
        .str.head(FORM_CHARS)
    )
    forms = form.to_list()
    is_item = (form.str.contains("a") & form.str.contains("0")).to_numpy()
    opens = kept & (read_neighbour(kept.astype(np.int64), 1, page.bounds) == 0)
    listed = kept.copy()
    for above in np.flatnonzero(opens).tolist():
        end = int(page.bounds.end[above])
        last = find_list_end(forms, is_item, above + 1, end)
        if last is None and not has_rule[above + 1]:
            last = find_list_end(forms, is_item, above + 2, end)
        if last is not None:
            listed[above + 1 : last + 1] = True
    return listed


def keep_marked(page: PageLines, kept: Bools) -> Bools:
    """The kept lines and those that stand between two marks: lines that a site sets between the paragraphs of its articles."""
    features, bounds = page.features, page.bounds
    prose = (kept & (features["prose"] > 0)).astype(np.int64)
    is_between = (read_neighbour(prose, -1, bounds) > 0) & (read_neighbour(prose, 1, bounds) > 0)
    may_be = is_between & ~kept & (features["width"] < MARK_WIDTH)
    counted = page.lines.select("doc", "text", may_be=may_be).select(pl.col("may_be").sum().over("doc", "text"))
    marks = (counted.to_series().to_numpy() >= MARKS).astype(np.int64)
    is_free = page.lines["role_hit"].is_null().to_numpy() & (features["rule"] == 0)
    is_marked = (read_neighbour(marks, -1, bounds) > 0) & (read_neighbour(marks, 1, bounds) > 0)
    return np.asarray(kept | (is_marked & is_free & (features["width"] >= BETWEEN_WIDTH)))


def find_list_end(forms: list[str], is_item: Bools, first: int, end: int) -> int | None:
    """The last line of the list that begins at line `first`, `end` being behind the page's last line; None for no list."""
    if first >= end or not is_item[first]:
        return None
    last, count = first, 1
    for line in range(first + 1, end):
        if is_item[line] and forms[line] == forms[first]:
            last, count = line, count + 1
        elif line - last >= ITEM_STEP:
            break
    return last if count >= LEAST_ITEMS else None

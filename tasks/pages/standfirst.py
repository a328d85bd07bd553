"""The standfirst of a page: the line between headline and article that sums up what follows.

The first paragraph of an article looks just like it. So a score decides: how far the lines below say its words again, what stands
between, and whether it stands where standfirsts do.
"""

import re
from typing import NamedTuple

import numpy as np

from tasks.pages.features import ROLE_NUMBERS, PageLines
from tasks.pages.headline import pick_best
from tasks.pages.spans import Bools, Ints, read_neighbour
from tasks.pages.weights import UNIT, TreeEnsemble, add_scores

WIDTHS = (30, 450)
REACH = 25  # it stands at most so far below the headline as printed,
PARAGRAPHS = 3  # with fewer paragraphs of the article above it
NEXT_LINES = 15  # the next paragraph of the article is looked for so far below it,
OPENING = 25  # and of the article so many paragraphs count,
OPENING_LINES = 80  # within so many lines of the headline
LEAST_SCORE = UNIT // 10  # a line less likely than this is no standfirst
SIGNS = tuple(ROLE_NUMBERS[role] for role in ("byline", "timestamp", "bio"))
PICTURES = tuple(ROLE_NUMBERS[role] for role in ("caption", "credit"))
OWN = ("width", "stop")

# Where a standfirst stands: right below the headline, or cut off from the article.
PLACE_WIDTHS = (40, 420)
UNSTOPPED_WIDTH = 60  # a standfirst without a final stop is at least as wide
# A place in front of a standfirst: "Larkhafen. Die Fähre fährt wieder. Was das kostet."
PLACED = re.compile(
    r"[^\W\d_a-zß-ÿ][^\W\d_]{2,}(?:[ /-][^\W\d_a-zß-ÿ][^\W\d_]{2,})?\. (?=[^\W\d_a-zß-ÿ]).{40,240}[.?!]"
)
SENTENCES = re.compile(r"[^\W\d_A-Z]{2}[.?!](?= |$)")
STOPS = re.compile(r"[.!?。！？](?=\s|$|[\"”»])")
HEAD_LINES = 15  # it stands at most so far below the headline,
BREAK_LINES = 3  # and at most so many lines stand between it and the body: an advertisement, buttons
PRINTED_LINES = 6  # the headline as printed stands at most so far below the page's own title,
SHARED_WORDS = 3  # and shares at least so many words with it,
SHARED_PART = 0.5  # which are at least this part of the longer one's


class Head(NamedTuple):
    """The lines of one page in which its standfirst is looked for."""

    titles: list[int]  # the headline, and lines below it that say it again
    printed: int  # the last of these near the headline: the one that readers see
    opening: list[int]  # the first paragraphs of the article
    candidates: list[int]


def choose_standfirst(page: PageLines, headline: Bools, kept: Bools, ensemble: TreeEnsemble) -> Bools:
    """Whether each line is the standfirst of its page; at most one line per page. `kept`: see `keep_article`."""
    chosen, described = describe_standfirsts(page, headline, kept)
    if not chosen.any():
        return chosen
    return pick_best(add_scores(ensemble, described), chosen, page.bounds, LEAST_SCORE)


def describe_standfirsts(page: PageLines, headline: Bools, kept: Bools) -> tuple[Bools, dict[str, Ints]]:
    """Which lines may be the standfirst, and the features of these alone, in the order of the lines."""
    prose = kept & (page.features["prose"] > 0)
    is_free = (page.lines["role_hit"].is_null() & page.lines["rule"].is_null()).to_numpy()
    low, high = WIDTHS
    may_be = is_free & (page.features["width"] >= low) & (page.features["width"] <= high)
    role_down = read_neighbour(page.features["role"], 1, page.bounds)
    may_be &= role_down != ROLE_NUMBERS["credit"]  # a caption
    heads = [read_head(page, at, prose, may_be) for at in np.flatnonzero(headline).tolist()]
    chosen = np.zeros(len(kept), dtype=np.bool_)
    chosen[[at for head in heads for at in head.candidates]] = True
    by_place = find_by_place(page, headline, kept)
    said = list_long_words(
        page, sorted({at for head in heads for lines in head for at in np.atleast_1d(lines).tolist()})
    )
    rows = [describe_candidate(page, head, at, prose, said) for head in heads for at in head.candidates]
    around = {name: np.array([row[name] for row in rows], dtype=np.int64) for name in (rows[0] if rows else ())}
    own = {name: page.features[name] for name in OWN} | {"by_place": by_place}
    own["role_down"] = role_down
    return chosen, around | {name: values[chosen].astype(np.int64) for name, values in own.items()}


def read_head(page: PageLines, headline: int, prose: Bools, may_be: Bools) -> Head:
    """The lines around one headline. `prose`: paragraphs of the article; `may_be`: lines that may be a standfirst."""
    end = int(page.bounds.end[headline])
    titles = find_titles(page, headline, min(end, headline + REACH + 1))
    printed = max(line for line in titles if line <= headline + PRINTED_LINES)
    opening = np.flatnonzero(prose[headline + 1 : min(end, headline + OPENING_LINES)])[:OPENING] + headline + 1
    seen = np.cumsum(prose[printed + 1 : min(end, printed + REACH)])
    last = printed + 1 + int(np.searchsorted(seen, PARAGRAPHS))
    inside = np.flatnonzero(may_be[headline + 1 : min(end, printed + REACH, last + 1)]) + headline + 1
    return Head(titles, printed, opening.tolist(), [at for at in inside.tolist() if at not in titles])


def list_long_words(page: PageLines, lines: list[int]) -> dict[int, frozenset[str]]:
    """The longer words of some lines, by line."""
    return dict(zip(lines, map(frozenset, page.lines["words"][lines].to_list()), strict=True))


def describe_candidate(
    page: PageLines, head: Head, at: int, prose: Bools, said: dict[int, frozenset[str]]
) -> dict[str, int]:
    """How one line may be a standfirst: what stands above and below it, and whose words it shares (percentages of its own)."""
    features, words = page.features, said[at]
    title = max(line for line in head.titles if line < at)
    below = [line for line in head.opening if line > at]
    following = below[0] if below and below[0] < at + NEXT_LINES else None
    over = features["role"][title + 1 : at].tolist()
    under = features["role"][at + 1 : following].tolist() if following else []
    titled = said[head.titles[0]] | said[head.printed]
    rest = frozenset().union(*(said[line] for line in below))
    width = int(np.mean(features["width"][below])) if below else 1

    def share(others: frozenset[str]) -> int:
        return 100 * len(words & others) // max(1, len(words))

    return {
        "from_title": at - title,
        "sentences": len(STOPS.findall(page.lines["text"][at])),
        "until_next": following - at if following else NEXT_LINES,
        "signs_above": sum(role in SIGNS for role in over),
        "signs_below": sum(role in SIGNS for role in under),
        "pictures_above": sum(role in PICTURES for role in over),
        "prose_above": int(prose[title + 1 : at].sum()),
        "in_title": share(titled),
        "in_next": share(said[following]) if following else 0,
        "in_rest": share(rest),
        "relative_width": 100 * int(features["width"][at]) // max(1, width),
    }


def find_by_place(page: PageLines, headline: Bools, kept: Bools) -> Bools:
    """Lines that stand where standfirsts do, at most one per page, and of which no rule and no role matches a word.

    That is the line right below the headline as printed, or the first kept line below it where other lines cut it off from the
    article. A line above a credit, or above its own last words, is a caption.
    """
    features, lines = page.features, page.lines
    low, high = PLACE_WIDTHS
    width, is_stopped = features["width"], features["stop"] > 0
    is_title_like = (width >= UNSTOPPED_WIDTH) & (features["bars"] == 0) & (features["dated"] == 0)
    may_be = (width >= low) & (width <= high) & (is_stopped | is_title_like)
    may_be &= lines["role_hit"].is_null().to_numpy() & lines["rule"].is_null().to_numpy()
    role_below = read_neighbour(features["role"], 1, page.bounds)
    may_be &= role_below != ROLE_NUMBERS["credit"]
    found, texts = np.zeros(len(kept), dtype=np.bool_), lines["text"]
    for at in np.flatnonzero(headline).tolist():
        end = int(page.bounds.end[at])
        printed = find_titles(page, at, min(end, at + PRINTED_LINES + 1))[-1]
        if printed + 1 < end and may_be[printed + 1]:
            found[printed + 1] = printed + 2 >= end or not texts[printed + 1].endswith(texts[printed + 2])
            continue
        first = next((line for line in range(printed + 2, min(end, at + HEAD_LINES + 1)) if kept[line]), at)
        behind = next((line for line in range(first + 1, min(end, first + BREAK_LINES + 2)) if kept[line]), first)
        is_apart = behind > first + 1 and not kept[printed + 1] and role_below[first] != ROLE_NUMBERS["caption"]
        is_placed = behind == first + 1 and opens_with_place(texts[first]) and width[behind] > width[first]
        found[first] = (is_apart or is_placed) and may_be[first] and is_stopped[first]
    return found


def opens_with_place(text: str) -> bool:
    """Whether a line is a place and two or three short sentences, as papers in German print a standfirst.

    >>> opens_with_place("Larkhafen. Die Fähre fährt wieder. Was das den Hafen kostet."), opens_with_place("Die Fähre fährt. Ja.")
    (True, False)
    """
    return PLACED.fullmatch(text) is not None and len(SENTENCES.findall(text)) > 2


def find_titles(page: PageLines, headline: int, end: int) -> list[int]:
    """The headline and the lines below it, above `end`, that say it again with most of its words, perhaps some others.

    Above the headline as readers see it may stand the page's own title.
    """
    words, *others = (frozenset(re.findall(r"\w+", text.lower())) for text in page.lines["text"][headline:end])
    titles = [headline]
    for line, other in enumerate(others, headline + 1):
        shared = len(words & other)
        is_alike = shared >= SHARED_WORDS and shared >= SHARED_PART * max(len(words), len(other))
        if words == other or (is_alike and not page.features["prose"][line]):
            titles.append(line)
    return titles

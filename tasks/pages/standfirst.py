"""The standfirst of a page: the line between headline and article that sums up what follows.

The first paragraph of an article looks just like it. So a score decides: how far the lines below say its words again, what stands
between, and whether it stands where standfirsts do.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tasks.pages.features import ROLE_NUMBERS, PageLines
from tasks.pages.headline import pick_best
from tasks.pages.spans import Bools, Ints, read_neighbour, sum_between
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
WORDS = re.compile(r"\w+")
STOPS = re.compile(r"[.!?。！？](?=\s|$|[\"”»])")
HEAD_LINES = 15  # it stands at most so far below the headline,
BREAK_LINES = 3  # and at most so many lines stand between it and the body: an advertisement, buttons
PRINTED_LINES = 6  # the headline as printed stands at most so far below the page's own title,
SHARED_WORDS = 3  # and shares at least so many words with it,
SHARED_PART = 0.5  # which are at least this part of the longer one's


class Head(NamedTuple):
    """The lines of one page in which its standfirst is looked for."""

    titles: list[int]  # the headline, and lines below it that say it again; readers see the last
    opening: list[int]  # the first paragraphs of the article
    candidates: list[int]


class StandfirstCandidate(NamedTuple):
    """A line that may be the standfirst: the title above it, the next paragraph of the article or -1, shares of its words."""

    at: int
    title: int
    following: int
    in_title: int
    in_next: int
    in_rest: int


def choose_standfirst(page: PageLines, headline: Bools, kept: Bools, ensemble: TreeEnsemble) -> Bools:
    """Whether each line is the standfirst of its page; at most one line per page. `kept`: see `keep_article`."""
    chosen, described = describe_standfirsts(page, headline, kept)
    if not chosen.any():
        return chosen
    return pick_best(add_scores(ensemble, described), chosen, page.bounds, LEAST_SCORE)


def describe_standfirsts(page: PageLines, headline: Bools, kept: Bools) -> tuple[Bools, dict[str, Ints]]:
    """Which lines may be the standfirst, and the features of these alone, in the order of the lines."""
    prose = kept & (page.features["prose"] > 0)
    role_down = read_neighbour(page.features["role"], 1, page.bounds)
    may_be = find_free_lines(page, role_down, WIDTHS)
    titles = list_titles(page, headline)
    heads = [read_head(page, lines, prose, may_be) for lines in titles]
    used = {at for head in heads for at in (*head.titles, *head.opening, *head.candidates)}
    said = list_long_words(page, sorted(used))
    rows = [row for head in heads for row in compare_candidates(head, said)]
    chosen = np.zeros(len(kept), dtype=np.bool_)
    chosen[[row.at for row in rows]] = True
    opening = np.zeros(len(kept), dtype=np.int64)
    opening[[at for head in heads for at in head.opening]] = 1
    own = {name: page.features[name] for name in OWN} | {"role_down": role_down}
    own["by_place"] = find_by_place(page, titles, kept).astype(np.int64)
    described = {name: values[chosen] for name, values in own.items()}
    return chosen, described | describe_around(page, rows, prose, opening)


def find_free_lines(page: PageLines, role_down: Ints, widths: tuple[int, int]) -> Bools:
    """Lines of these widths that no rule and no role matches, and that are no caption above its credit."""
    low, high = widths
    width, is_free = page.features["width"], page.lines["role_hit"].is_null() & page.lines["rule"].is_null()
    return np.asarray(is_free.to_numpy() & (width >= low) & (width <= high) & (role_down != ROLE_NUMBERS["credit"]))


def read_head(page: PageLines, titles: list[int], prose: Bools, may_be: Bools) -> Head:
    """The lines around one headline. `prose`: paragraphs of the article; `may_be`: lines that may be a standfirst."""
    first, printed, end = titles[0] + 1, titles[-1], int(page.bounds.end[titles[0]])
    opening = np.flatnonzero(prose[first : min(end, first + OPENING_LINES)])[:OPENING] + first
    seen = np.cumsum(prose[printed + 1 : min(end, printed + REACH)])
    last = printed + 1 + int(np.searchsorted(seen, PARAGRAPHS))
    inside = np.flatnonzero(may_be[first : min(end, printed + REACH, last + 1)]) + first
    return Head(titles, opening.tolist(), [at for at in inside.tolist() if at not in titles])


def list_long_words(page: PageLines, lines: list[int]) -> dict[int, list[str]]:
    """The longer words of some lines, by line."""
    return dict(zip(lines, page.lines["words"][lines].to_list(), strict=True))


def compare_candidates(head: Head, said: dict[int, list[str]]) -> Iterator[StandfirstCandidate]:
    """The candidates of one page in order. `said`: the longer words of lines; shares are percentages of a candidate's own."""
    titled = [*said[head.titles[0]], *said[head.titles[-1]]]
    next_lines = [next((line for line in head.opening if line > at), -1) for at in head.candidates]
    from_here: dict[int, frozenset[str]] = {-1: frozenset()}
    below: set[str] = set()
    for line in reversed(head.opening):
        below.update(said[line])
        if line in next_lines:
            from_here[line] = frozenset(below)
    for at, line in zip(head.candidates, next_lines, strict=True):
        words, following = frozenset(said[at]), line if line < at + NEXT_LINES else -1
        others = (titled, said[following] if following >= 0 else (), from_here[line])
        shares = (100 * len(words.intersection(other)) // max(1, len(words)) for other in others)
        yield StandfirstCandidate(at, max(title for title in head.titles if title < at), following, *shares)


def describe_around(page: PageLines, rows: list[StandfirstCandidate], prose: Bools, opening: Ints) -> dict[str, Ints]:
    """What stands above and below each candidate, and the words it shares. `opening`: 1 for the first paragraphs of pages."""
    table = np.array(rows, dtype=np.int64).reshape(-1, len(StandfirstCandidate._fields))
    at, title, following, in_title, in_next, in_rest = table.T
    role, width = page.features["role"], page.features["width"]
    signs, pictures = (np.isin(role, roles).astype(np.int64) for roles in (SIGNS, PICTURES))
    below, texts = (at + 1, page.bounds.end[at]), page.lines["text"][at].to_list()
    mean = sum_between(width * opening, *below) // np.maximum(sum_between(opening, *below), 1)
    return {
        "from_title": at - title,
        "sentences": np.array([len(STOPS.findall(text)) for text in texts], dtype=np.int64),
        "until_next": np.where(following >= 0, following - at, NEXT_LINES),
        "signs_above": sum_between(signs, title + 1, at),
        "signs_below": sum_between(signs, at + 1, following),
        "pictures_above": sum_between(pictures, title + 1, at),
        "prose_above": sum_between(prose.astype(np.int64), title + 1, at),
        "in_title": in_title,
        "in_next": in_next,
        "in_rest": in_rest,
        "relative_width": 100 * width[at] // np.maximum(mean, 1),
    }


def find_by_place(page: PageLines, titles: list[list[int]], kept: Bools) -> Bools:
    """Lines that stand where standfirsts do, at most one per page, and of which no rule and no role matches a word.

    That is the line right below the headline as printed, or the first kept line below it where other lines cut it off from the
    article. A line above a credit, or above its own last words, is a caption. `titles`: see `list_titles`.
    """
    features, texts = page.features, page.lines["text"]
    width, is_stopped = features["width"], features["stop"] > 0
    is_title_like = (width >= UNSTOPPED_WIDTH) & (features["bars"] == 0) & (features["dated"] == 0)
    role_below = read_neighbour(features["role"], 1, page.bounds)
    may_be = find_free_lines(page, role_below, PLACE_WIDTHS) & (is_stopped | is_title_like)
    found = np.zeros(len(kept), dtype=np.bool_)
    for at, *others in titles:
        end, printed = int(page.bounds.end[at]), others[-1] if others else at
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


def list_titles(page: PageLines, headline: Bools) -> list[list[int]]:
    """For each headline its line, and the lines shortly below it that say it again with most of its words, perhaps some others.

    Above the headline as readers see it may stand the page's own title.
    """
    found, prose = [], page.features["prose"]
    for at in np.flatnonzero(headline).tolist():
        texts = page.lines["text"][at : min(int(page.bounds.end[at]), at + PRINTED_LINES + 1)].to_list()
        words, *others = (frozenset(WORDS.findall(text.lower())) for text in texts)
        found.append([at])
        for line, other in enumerate(others, at + 1):
            shared = len(words & other)
            is_alike = shared >= SHARED_WORDS and shared >= SHARED_PART * max(len(words), len(other))
            if words == other or (is_alike and not prose[line]):
                found[-1].append(line)
    return found

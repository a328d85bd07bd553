"""From links to stories: which documents belong together, which of them was first, and what each of the others is.

Everything follows from the set of links, in whatever order they were found. A document that holds most of several stories is a
round-up: it names them and joins none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tasks.stories.links import PART, QUOTE, REVISION, SAME

FIRST, EXCERPT = "first", "excerpt"
MOST = 0.67  # share of a text
NEAR = 0.9
MAIN = 0.75  # of the runs that it has of its main story
CUT_SHARE = 0.8  # of a text that is cut from another
SEVERAL = 3  # stories
HALF = 0.5


class StoryPlace(NamedTuple):
    """Where a document stands among others: documents are in order of publication."""

    at: int  # microseconds since 1970
    logical_date: date
    doc_id: str


@dataclass(frozen=True)
class Link:
    """Two documents that are related, and how much of each is in the other.

    `later_span`, `earlier_span`: where in each the longest passage in common begins and ends, in words.
    """

    later: StoryPlace
    earlier: StoryPlace
    link: str
    kind: str
    runs: int
    later_runs: int
    earlier_runs: int
    later_span: tuple[int, int]
    earlier_span: tuple[int, int]

    @property
    def share(self) -> float:
        """Share of the shorter text's runs that the other has."""
        return self.runs / min(self.later_runs, self.earlier_runs)

    @property
    def ids(self) -> tuple[str, str]:
        """The doc_ids of the two."""
        return self.later.doc_id, self.earlier.doc_id

    @property
    def is_copy(self) -> bool:
        """Whether the two are mostly the same, or the later one is cut from the other."""
        return self.link == SAME or (
            self.link == PART and self.share >= CUT_SHARE and self.later_runs <= self.earlier_runs
        )

    @property
    def is_mostly(self) -> bool:
        """Whether most of one of the two is in the other."""
        return self.share >= MOST

    def find_other(self, doc_id: str) -> StoryPlace:
        """The other of the two."""
        return self.earlier if self.later.doc_id == doc_id else self.later

    def share_of(self, doc_id: str) -> float:
        """Share of a document's runs that the other has."""
        return self.runs / (self.later_runs if self.later.doc_id == doc_id else self.earlier_runs)


class Groups:
    """Documents that are joined one by one."""

    def __init__(self) -> None:
        self.above: dict[str, str] = {}

    def find(self, doc_id: str) -> str:
        """The document that stands for a document's group."""
        root = doc_id
        while (above := self.above.get(root, root)) != root:
            root = above
        while doc_id != root:
            self.above[doc_id], doc_id = root, self.above[doc_id]
        return root

    def join(self, one: str, other: str) -> None:
        """Joins the groups of two documents."""
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self.above[high] = low


def make_story_rows(links: Sequence[Link], wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    """The rows of `stories` of those documents of `wanted` that have a link."""
    links = drop_standing(links)
    places = {place.doc_id: place for link in links for place in (link.later, link.earlier)}
    groups = group_documents(links)
    members: dict[str, list[StoryPlace]] = defaultdict(list)
    for doc_id, place in places.items():
        members[groups.find(doc_id)].append(place)
    own: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        own[link.later.doc_id].append(link)
        own[link.earlier.doc_id].append(link)
    sources: dict[str, set[str]] = defaultdict(set)
    for link in links:
        sources[link.later.doc_id].add(groups.find(link.earlier.doc_id))
    outdated = find_outdated(links)
    for root, story in members.items():
        first = min(story)
        for place in (place for place in story if place.doc_id in wanted):
            inside = [link for link in own[place.doc_id] if groups.find(link.find_other(place.doc_id).doc_id) == root]
            earlier = [link for link in own[place.doc_id] if link.later == place and link not in inside]
            # What quotes this story itself is not quoted by the story's later documents.
            quoting = [link for link in earlier if root not in sources[link.earlier.doc_id]]
            yield describe_document(place, first, inside, quoting) | {"is_latest": place.doc_id not in outdated}


def drop_standing(links: Sequence[Link]) -> list[Link]:
    """Links without quotations of a passage that three stories have: it is a standing paragraph, or all have heard it."""
    copies = join_copies(links)
    spans: dict[str, list[tuple[tuple[int, int], str, Link]]] = defaultdict(list)
    for link in links:
        if link.link == QUOTE:
            spans[link.later.doc_id].append((link.later_span, copies.find(link.earlier.doc_id), link))
            spans[link.earlier.doc_id].append((link.earlier_span, copies.find(link.later.doc_id), link))
    standing = set()
    for found in spans.values():
        for (start, end), story, link in found:
            for (other_start, other_end), other, _ in found:
                if other != story and min(end, other_end) - max(start, other_start) > HALF * (end - start):
                    standing.add(link)
    return [link for link in links if link not in standing]


def join_copies(links: Iterable[Link]) -> Groups:
    """Documents that are mostly the same, or cut from one."""
    groups = Groups()
    for link in links:
        if link.is_copy:
            groups.join(*link.ids)
    return groups


def group_documents(links: Sequence[Link]) -> Groups:
    """The stories: documents that are mostly the same, and with them those that hold most of one, or are most of a part of one.

    A round-up joins none.
    """
    mains = find_mains(links, join_copies(links))
    roundups = {doc_id for doc_id, own in mains.items() if len(own) >= SEVERAL and not own[0].is_mostly}
    groups = Groups()
    for link in links:
        if link.link == SAME and (link.is_mostly or roundups.isdisjoint(link.ids)):
            groups.join(*link.ids)
    for doc_id, own in mains.items():
        for link in own:
            # A cut text joins what it has most of; a longer one all that it holds.
            is_held = link.is_mostly and link.later_runs > link.earlier_runs
            is_main = link.runs >= MAIN * own[0].runs
            if link.link == PART and (is_held or is_main) and doc_id not in roundups:
                groups.join(doc_id, link.earlier.doc_id)
    return groups


def find_mains(links: Iterable[Link], copies: Groups) -> dict[str, list[Link]]:
    """By document, its link to each earlier story, the one that it has most of first.

    Of a story that is the link to the document that it has most of; of several with as much, to the longest, or
    to the first where all of it is in them.
    """
    own: dict[str, dict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        own[link.later.doc_id][copies.find(link.earlier.doc_id)].append(link)
    mains = {}
    for doc_id, stories in own.items():
        chosen = []
        for found in stories.values():
            least = NEAR * max(link.runs for link in found)
            near = [link for link in found if link.runs >= least]
            whole = [link for link in near if link.runs >= NEAR * link.later_runs]
            if whole:
                chosen.append(min(whole, key=lambda link: link.earlier))
            else:
                chosen.append(max(near, key=lambda link: (link.earlier_runs, link.earlier)))
        mains[doc_id] = sorted(chosen, key=lambda link: (-link.runs, link.earlier))
    return mains


def find_outdated(links: Iterable[Link]) -> set[str]:
    """The documents of which there is a later revision."""
    articles = Groups()
    places: dict[str, StoryPlace] = {}
    for link in links:
        if link.link == SAME and link.kind == REVISION:
            articles.join(*link.ids)
            places |= {link.later.doc_id: link.later, link.earlier.doc_id: link.earlier}
    latest: dict[str, StoryPlace] = {}
    for place in sorted(places.values()):
        latest[articles.find(place.doc_id)] = place
    return places.keys() - {place.doc_id for place in latest.values()}


def describe_document(
    place: StoryPlace, first: StoryPlace, inside: Sequence[Link], quoting: Sequence[Link]
) -> dict[str, Any]:
    """The row of a document. `inside`: its links in its story; `quoting`: those to what it quotes."""
    doc_id = place.doc_id
    quotes = sorted((-round_share(link.share_of(doc_id)), link.find_other(doc_id).doc_id) for link in quoting)
    row = {
        "doc_id": doc_id,
        "story_id": first.doc_id,
        "of_doc_id": None,
        "kind": FIRST,
        "share": None,
        "share_of_this": None,
        "share_of_other": None,
        "quotes": [{"doc_id": other, "share": -share} for share, other in quotes],
    }
    if place != first:
        link = choose_original(inside, place)
        return row | describe_link(link, doc_id, link.kind)
    if not inside and quoting:
        return row | describe_link(choose_original(quoting, place), doc_id, EXCERPT)
    return row


def choose_original(links: Sequence[Link], place: StoryPlace) -> Link:
    """The link to the revision before a document, else to the first of those that it has nearly as much of as of any."""
    earlier = [link for link in links if link.later == place]
    if revisions := [link for link in earlier if link.kind == REVISION]:
        return max(revisions, key=lambda link: link.earlier)
    found = earlier or links
    least = NEAR * max(link.runs for link in found)
    return min((link for link in found if link.runs >= least), key=lambda link: link.find_other(place.doc_id))


def describe_link(link: Link, doc_id: str, kind: str) -> dict[str, Any]:
    """The columns of a row that say what a document shares with another."""
    other = link.find_other(doc_id).doc_id
    return {
        "of_doc_id": other,
        "kind": kind,
        "share": round_share(link.share),
        "share_of_this": round_share(link.share_of(doc_id)),
        "share_of_other": round_share(link.share_of(other)),
    }


def round_share(share: float) -> float:
    """A share as it is published."""
    return round(share, 4)

"""The documents whose rows of `stories` depend on links that changed, and the links that these rows follow from.

A story grows by links of the same text or of parts. What a document quotes, and whether a passage of it stands in several
stories, depends on the documents at the other ends. So these are looked up, from document to document, and no others.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import polars as pl

from tasks.stories.groups import Link, StoryPlace
from tasks.stories.links import QUOTE

# The links of documents, given with their times.
ReadLinks = Callable[[Mapping[str, int]], pl.DataFrame]


class LinkGraph:
    """Links that are read when they are asked for. `times`: of every document that is known by now."""

    def __init__(self, read: ReadLinks) -> None:
        self.read = read
        self.times: dict[str, int] = {}
        self.links: dict[str, list[Link]] = {}

    def load(self, ids: Collection[str]) -> None:
        """Reads the links of documents, those that are not read yet."""
        missing = {doc_id: self.times[doc_id] for doc_id in ids if doc_id not in self.links}
        if not missing:
            return
        found: dict[str, list[Link]] = defaultdict(list)
        for row in self.read(missing).iter_rows(named=True):
            link = make_link(row)
            found[row["doc_id"]].append(link)
            self.times.setdefault(row["other_id"], row["other_at"])
        self.links |= {doc_id: found.get(doc_id, []) for doc_id in missing}

    def widen(self, ids: Collection[str], counts: Callable[[Link], bool] = bool) -> set[str]:
        """Documents and those that they are linked to, by links that count."""
        self.load(ids)
        return set(ids).union(*(link.ids for doc_id in ids for link in self.links[doc_id] if counts(link)))

    def close(self, ids: Collection[str], counts: Callable[[Link], bool]) -> set[str]:
        """Documents and all that can be reached from them by links that count."""
        found, fresh = set(ids), set(ids)
        while fresh:
            fresh = self.widen(fresh, counts) - found
            found |= fresh
        return found

    def list_links(self, ids: Iterable[str]) -> list[Link]:
        """The links of documents, each once, in order."""
        return sorted(
            {link for doc_id in ids for link in self.links[doc_id]}, key=lambda link: (link.later, link.earlier)
        )


def make_link(row: Mapping[str, Any]) -> Link:
    """A link, from its row in the table."""
    later, earlier = ("own", "other") if row["is_later"] else ("other", "own")
    ids = {"own": row["doc_id"], "other": row["other_id"]}

    def place(side: str) -> StoryPlace:
        return StoryPlace(row[f"{side}_at"], row[f"{side}_date"], ids[side])

    def span(side: str) -> tuple[int, int]:
        return row[f"{side}_start"], row[f"{side}_end"]

    return Link(
        place(later),
        place(earlier),
        row["link"],
        row["kind"],
        row["runs"],
        row[f"{later}_runs"],
        row[f"{earlier}_runs"],
        span(later),
        span(earlier),
    )


def find_dependents(graph: LinkGraph, changed: Collection[str]) -> tuple[set[str], list[Link]]:
    """The documents whose rows depend on the links of `changed`, and all links that decide about these rows."""
    copies = graph.close(changed, joins_copies)
    # A passage that a changed document has stops, or starts, to be a standing one of its neighbours' neighbours.
    near = graph.widen(graph.widen(copies))
    dependents = graph.close(near, lambda link: link.link != QUOTE)
    around = graph.close(graph.widen(dependents), joins_copies)
    graph.close(graph.widen(around), joins_copies)
    every = graph.list_links(graph.links)
    return dependents, [link for link in every if link.is_copy or not around.isdisjoint(link.ids)]


def joins_copies(link: Link) -> bool:
    """Whether one of two documents is a copy of the other."""
    return link.is_copy

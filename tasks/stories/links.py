"""What the texts and the records of two documents say about them: one story, a part, a quotation, or nothing.

A share of runs alone is not enough: reports from one template, notes of one company and round-ups share up to three quarters of
theirs. So two documents are linked by long passages, and two articles of one publisher by a common beginning as well.
"""

from dataclasses import dataclass
from typing import NamedTuple

from tasks.stories.compare import Overlap, Side

# Of two documents: most of both, or most of the shorter one, is in both; or passages only.
SAME, PART, QUOTE = "same", "part", "quote"
COPY, WIRE, REVISION = "copy", "wire", "revision"

LEAST_SHARE = 0.5  # of the shorter text's runs
LEAST_PASSAGES = 0.45  # of the words of one of the two texts
LEAST_HEAD = 20  # of the first HEAD runs: what is common to all articles of a publisher stands further down
QUOTED_WORDS = 40  # fewer are a quotation that several papers have heard, or a standing paragraph
# A passage at the end of both that is not longer is the end of a template.
STANDING_WORDS, STANDING_SHARE = 40, 0.6
OWN_WORDS, OWN_SHARE, LEAST_OWN = (
    30,
    0.08,
    12,
)  # a longer stretch of a text that the other has not is a cut or an addition
ALIKE = 0.8  # of both texts: the same article under another address


@dataclass(frozen=True)
class ArticleKeys:
    """What is known of a document beside its text."""

    publisher: str
    url: str | None
    record_id: str | None


class Relation(NamedTuple):
    """How two documents are related: `link` is SAME, PART or QUOTE; `kind`: what the later one is of the earlier."""

    link: str
    kind: str


def relate(overlap: Overlap, later: ArticleKeys, earlier: ArticleKeys) -> Relation | None:
    """The relation of two documents (left: the later one), None where they have none."""
    left, right = overlap.left, overlap.right
    is_same_publisher = later.publisher == earlier.publisher
    is_same_article = is_same_publisher and (
        (later.url is not None and later.url == earlier.url)
        or (later.record_id is not None and later.record_id == earlier.record_id)
    )
    is_alike = overlap.runs >= ALIKE * max(left.runs, right.runs)
    is_free = is_same_article or not is_same_publisher or is_alike or max(left.head, right.head) >= LEAST_HEAD
    standing = min(left.tail, right.tail)
    if standing > min(STANDING_WORDS, STANDING_SHARE * min(left.words, right.words)):
        standing = 0
    passages = max((side.passages - standing) / max(side.words, 1) for side in (left, right))
    if overlap.share >= LEAST_SHARE and passages >= LEAST_PASSAGES and is_free:
        is_whole = overlap.runs >= LEAST_SHARE * max(left.runs, right.runs)
        is_revision = is_same_article or (is_same_publisher and is_alike)
        kind = REVISION if is_revision else WIRE if is_cut(left) or is_cut(right) else COPY
        return Relation(SAME if is_whole or is_same_article else PART, kind)
    is_at_end = min(left.tail, right.tail) >= max(left.longest, right.longest)
    if min(left.longest, right.longest) >= QUOTED_WORDS and not is_at_end and not is_same_publisher:
        return Relation(QUOTE, WIRE)
    return None


def is_cut(side: Side) -> bool:
    """Whether a text has a stretch that the other has not."""
    return side.own > min(OWN_WORDS, max(LEAST_OWN, OWN_SHARE * side.words))

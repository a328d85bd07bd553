"""What two documents are to each other: the rules, each with a text on either side of it."""

from __future__ import annotations

import pytest
from builders.staged_shards import make_paragraph

from tasks.stories.compare import TextPairs
from tasks.stories.links import COPY, PART, QUOTE, REVISION, SAME, WIRE, ArticleKeys, relate
from tasks.stories.sketch_table import read_runs

STORY = tuple(range(1, 9))
HERE, THERE = ArticleKeys("here", "https://here/1", "h1"), ArticleKeys("there", "https://there/1", "t1")
OTHER_URL = ArticleKeys("there", "https://there/2", "t2")
NO_URL = ArticleKeys("there", None, "t1")

CASES = {
    "the whole text": (STORY, STORY, HERE, (SAME, COPY)),
    "cut from the end": (STORY[:5], STORY, HERE, (SAME, WIRE)),
    "cut to less than half": (STORY[:3], STORY, HERE, (PART, WIRE)),
    "with paragraphs of its own": ((*STORY[:2], 20, *STORY[2:]), STORY, HERE, (SAME, WIRE)),
    "the same address": ((*STORY[:2], 20, *STORY[2:]), STORY, THERE, (SAME, REVISION)),
    "the same record": ((*STORY[:2], 20, *STORY[2:]), STORY, NO_URL, (SAME, REVISION)),
    "the same address, grown": ((*STORY[:2], *range(20, 26)), STORY[:2], THERE, (SAME, REVISION)),
    "another address of the publisher": (STORY, STORY, OTHER_URL, (SAME, REVISION)),
    "another address, another beginning": ((20, 21, *STORY[2:]), (30, 31, *STORY[2:]), OTHER_URL, None),
    "two paragraphs": ((20, 21, 22, *STORY[2:4], 23), STORY, HERE, (QUOTE, WIRE)),
    "two paragraphs, of one publisher": ((20, 21, 22, *STORY[2:4], 23), STORY, OTHER_URL, None),
    "the last paragraph of both": ((20, 21, 22, 23, STORY[-1]), STORY, HERE, None),
    "nothing": ((20, 21), STORY, HERE, None),
}


@pytest.mark.parametrize(("later", "earlier", "keys", "expected"), CASES.values(), ids=CASES)
def test_relations(
    later: tuple[int, ...], earlier: tuple[int, ...], keys: ArticleKeys, expected: tuple[str, str] | None
) -> None:
    texts = ["\n".join(map(make_paragraph, numbers)) for numbers in (later, earlier)]
    (overlap,) = TextPairs(read_runs(texts)).measure([0], [1])
    assert relate(overlap, keys, THERE) == expected


def test_a_template_is_no_story() -> None:
    """Half of each text is the same, in the sentence at the end and in stretches too short for a passage."""
    end = make_paragraph(7, 35)
    texts = [
        f"{make_paragraph(number, 12)} {make_paragraph(6, 12)} {make_paragraph(number + 50, 6)} {end}"
        for number in (1, 2)
    ]
    (overlap,) = TextPairs(read_runs(texts)).measure([0], [1])
    assert overlap.share > 0.5
    assert relate(overlap, HERE, THERE) is None

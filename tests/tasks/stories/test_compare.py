"""What two texts have in common, counted from both sides."""

from __future__ import annotations

from builders.staged_shards import make_paragraph

from tasks.stories.compare import Overlap, TextPairs
from tasks.stories.sketch_table import read_runs


def measure(left: str, right: str) -> Overlap:
    _, found = TextPairs(read_runs([left, "something else", right])).measure([1, 0], [1, 2])
    return found


def join(*numbers: int) -> str:
    return "\n".join(map(make_paragraph, numbers))


def test_the_same_text() -> None:
    found = measure(join(1, 2, 3), join(1, 2, 3))
    assert (found.runs, found.share) == (116, 1)
    assert found.left == found.right
    assert (found.left.words, found.left.passages, found.left.longest, found.left.start) == (120, 120, 120, 0)
    assert (found.left.own, found.left.head, found.left.tail) == (0, 30, 120)


def test_a_paragraph_in_the_middle() -> None:
    found = measure(join(1, 2, 3), join(4, 5, 2))
    assert found.runs == 36
    assert (found.left.passages, found.left.start, found.left.own, found.left.head, found.left.tail) == (
        40,
        40,
        40,
        0,
        0,
    )
    assert (found.right.passages, found.right.start, found.right.own, found.right.tail) == (40, 80, 80, 40)


def test_an_addition() -> None:
    found = measure(join(1, 9, 2), join(1, 2))
    assert (found.left.own, found.right.own) == (40, 0)
    assert (found.left.passages, found.right.passages) == (80, 80)


def test_repeated_runs_count_once() -> None:
    found = measure(join(1, 1), join(1))
    assert (found.runs, found.right.runs, found.share) == (36, 36, 1)


def test_nothing_in_common() -> None:
    found = measure(join(1), join(2))
    assert (found.runs, found.share, found.left.own, found.left.passages) == (0, 0, 40, 0)


def test_texts_without_runs() -> None:
    found = measure("One two", "One two")
    assert (found.runs, found.share, found.left.words) == (0, 0, 2)

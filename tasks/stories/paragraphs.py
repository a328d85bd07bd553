"""What one text adds to another and drops of it, in whole paragraphs."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from tasks.stories.words import split_words


def diff_paragraphs(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The paragraphs of two texts that differ, in order: "-" and one of the old text, "+" and one of the new.

    Paragraphs with the same words are the same, whatever quotation marks, dashes and accents a desk writes.

    >>> list(diff_paragraphs("One.\\nTwo – 'three'.", "One!\\n\\nTwo — “three”.\\nFour."))
    [('+', 'Four.')]
    """
    before, after = ([line for line in text.split("\n") if line.strip()] for text in (old, new))
    matcher = SequenceMatcher(None, hash_paragraphs(before), hash_paragraphs(after), autojunk=False)
    for change, start, end, new_start, new_end in matcher.get_opcodes():
        if change != "equal":
            yield from (("-", line) for line in before[start:end])
            yield from (("+", line) for line in after[new_start:new_end])


def hash_paragraphs(lines: list[str]) -> list[bytes]:
    """The words of each paragraph as bytes that can be compared."""
    words = split_words(lines)
    return [words.hashes[at:end].tobytes() for at, end in zip(words.bounds, words.bounds[1:], strict=False)]

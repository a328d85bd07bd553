"""Runs of words and fingerprints: a passage in common gives a fingerprint in common."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tasks.stories.runs import PASSAGE, PRINT, RUN, SPACELESS_PASSAGE, digest_runs, hash_runs, take_prints
from tasks.stories.words import split_words


def make_words(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices("aeioulnrst", k=8)) for _ in range(count)]


def prints(*texts: str) -> list[set[int]]:
    return [set(np.frombuffer(found, PRINT).tolist()) for found in take_prints(hash_runs(split_words(texts)))]


@pytest.mark.parametrize("seed", range(40))
def test_a_passage_in_common_is_found(seed: int) -> None:
    rng = random.Random(seed)
    passage = make_words(2 * PASSAGE, seed)
    one, other = (make_words(rng.randrange(200), seed + side) for side in (1000, 2000))
    at = [rng.randint(0, len(words)) for words in (one, other)]
    texts = [" ".join([*words[:cut], *passage, *words[cut:]]) for words, cut in zip((one, other), at, strict=True)]
    found = prints(*texts)
    assert found[0] & found[1]


@pytest.mark.parametrize("seed", range(20))
def test_a_passage_of_letters_in_common_is_found(seed: int) -> None:
    rng = random.Random(seed)

    def make(count: int) -> str:
        return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(count))

    passage = make(2 * SPACELESS_PASSAGE)
    found = prints(make(100) + passage + make(50), make(30) + passage)
    assert found[0] & found[1]


def test_a_phrase_in_common_is_nothing() -> None:
    phrase = make_words(8, 1)
    found = prints(*(" ".join([*make_words(150, seed), *phrase, *make_words(150, seed + 9)]) for seed in (2, 3)))
    assert not found[0] & found[1]


def test_short_texts_have_few_fingerprints() -> None:
    words = make_words(PASSAGE - 1, 1)
    assert list(map(len, prints(" ".join(words), " ".join(words[:RUN]), " ".join(words[: RUN - 1]), ""))) == [
        1,
        1,
        0,
        0,
    ]
    cut, whole = prints(" ".join(words[:30]), " ".join([*words[:30], *make_words(10, 2)]))
    assert cut & whole


def test_a_part_of_all_runs_is_kept() -> None:
    (found,) = prints(" ".join(make_words(10_000, 3)))
    assert 900 < len(found) < 1_400


def test_other_texts_have_other_fingerprints() -> None:
    found = prints(*(" ".join(make_words(600, seed)) for seed in range(20)))
    assert sum(map(len, found)) == len(set().union(*found))


def test_the_digest_follows_every_word() -> None:
    words = make_words(50, 1)
    texts = [words, words, [*words[:20], "other", *words[21:]], [*words[25:], *words[:25]], words[:4], []]
    digests = digest_runs(hash_runs(split_words([" ".join(text) for text in texts]))).tolist()
    assert digests[0] == digests[1]
    assert len(set(digests[:4])) == 3
    assert digests[4:] == [0, 0]

"""Words that tell close relatives apart."""

import tomllib

import pytest

from tasks.language.relatives import WORDS, find_relatives, load_relatives, weigh_words

GROUPS = tomllib.loads(WORDS.read_text(encoding="utf-8"))["group"]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: "-".join(group["languages"]))
def test_each_word_stands_once_in_its_group(group: dict[str, list[dict[str, str]]]) -> None:
    words = [word for row in group["words"] for word in row["words"].split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Predsednik je posle sednice saopštio", "sr"),
        ("Predsjednik je tijekom tjedna priopćio", "hr"),
        ("Predsjednik je prije sedmicu saopćio", "bs"),
        ("Perusahaan itu mengatakan bahwa uang", "id"),
        ("Syarikat itu memberitahu bahawa wang", "ms"),
        ("Broen blev lukket efter en uge", "da"),
        ("Broa ble stengt etter en uke", "no"),
    ],
)
def test_words_decide(text: str, best: str) -> None:
    group = load_relatives()[best]
    weights = dict(zip(group.languages, weigh_words(text, group), strict=True))
    assert max(weights, key=weights.__getitem__) == best
    assert sorted(weights.values())[-1] > sorted(weights.values())[-2]


def test_a_text_without_such_words_is_in_the_commoner_language() -> None:
    group = load_relatives()["ms"]
    assert weigh_words("12 hari", group) == list(group.common)


def test_relatives_are_mutual() -> None:
    assert find_relatives("en") == {"en"}
    for language in ("hr", "sr", "zh-tw", "xh", "ms"):
        assert all(find_relatives(other) == find_relatives(language) for other in find_relatives(language))

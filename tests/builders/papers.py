"""Generated papers: records of one publisher whose sentences no other record has, with a template or without."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

Make = Callable[[int], list[str]]


PAPER = "The Larkhaven Courier"


DAY = date(2026, 9, 28)


NOUNS = [
    "harbour",
    "ferry",
    "council",
    "bridge",
    "school",
    "market",
    "river",
    "library",
    "tower",
    "baker",
    "tram",
    "museum",
    "garden",
    "theatre",
    "mill",
]


VERBS = ["opened", "closed", "repaired", "sold", "praised", "painted", "visited", "lost", "found", "moved", "counted"]


HEAD = ["Courier listening service for members"]


FOOT = ["Larkhaven Courier Evening Digest", "Stories of the quay, twice a week and free of charge"]


def sentence(chance: random.Random) -> str:
    """A sentence of news that no other one equals."""
    what, other = chance.sample(NOUNS, 2)
    return (
        f"The {what} at number {chance.randrange(10**6)} was {chance.choice(VERBS)} on the day when the {other} "
        f"near the {chance.choice(NOUNS)} was {chance.choice(VERBS)} for the {chance.randrange(10**6)}th time."
    )


def paragraphs(number: int, count: int = 4) -> list[str]:
    chance = random.Random(number)
    return [f"{sentence(chance)} {sentence(chance)}" for _ in range(count)]


def title_of(number: int) -> str:
    return f"Story {number} of the {NOUNS[number % len(NOUNS)]} and what came of it"


def paper(make: Make, count: int = 40, **record: object) -> list[dict[str, object]]:
    """Records of one publisher, five a day; `make(number)` gives the lines under the headline."""
    return [
        {
            "id": str(number),
            "title": title_of(number),
            "publisher": PAPER,
            "date": str(DAY + timedelta(days=number // 5)),
            "text": "\n".join([title_of(number), *make(number)]),
            **record,
        }
        for number in range(count)
    ]


def with_template(number: int) -> list[str]:
    """A house's lines above and below; every third article has none of them."""
    body = paragraphs(number)
    return body if number % 3 == 0 else [*HEAD, *body, *FOOT]


def write(root: Path, records: list[dict[str, object]], day: date = date(2026, 10, 9)) -> None:
    path = root / "in" / str(day) / "a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(record) for record in records))

"""What a reader may find, and what never: the rules of the game that the writers play.

Two batches of one source, days ONE and TWO, are published again and again. A generation is twelve documents, six in each of two
months, whose uris name it; it replaces the generation before. One more document is in every generation of TWO and in each odd
one of ONE: it must be there exactly once at any time, and belongs to ONE whenever ONE has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime

from builders.staged_shards import Doc

ONE, TWO = date(2026, 11, 2), date(2026, 11, 3)
OCTOBER, NOVEMBER = datetime(2026, 10, 4, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)
HALF = 6
SHARED = Doc(0, "shared", OCTOBER)

Row = tuple[date, str, str]  # logical_date, uri, month


def make_generation(day: date, number: int) -> list[Doc]:
    """The documents of a generation."""
    own = [
        Doc(
            1 + (2 * number + (day == TWO)) * 2 * HALF + at,
            f"g{number:08d}-{at:02d}",
            OCTOBER if at < HALF else NOVEMBER,
        )
        for at in range(2 * HALF)
    ]
    return [*own, SHARED] if day == TWO or number % 2 else own


def judge(rows: Iterable[Row]) -> str:
    """`right`; `mixed`: the months of a day are of different generations, each of them whole; or `wrong`: rows lost or doubled."""
    found: dict[tuple[date, str], list[str]] = defaultdict(list)
    shared: list[date] = []
    for day, uri, month in rows:
        if uri == SHARED.uri:
            shared.append(day)
        else:
            found[day, month].append(uri)
    generations: dict[date, set[str]] = defaultdict(set)
    for (day, month), uris in found.items():
        numbers = {uri.partition("-")[0] for uri in uris}
        first = 0 if month == "2026-10" else HALF
        if len(numbers) != 1 or sorted(uri.partition("-")[2] for uri in uris) != [
            f"{at:02d}" for at in range(first, first + HALF)
        ]:
            return "wrong"
        generations[day] |= numbers
    if len(found) != 4 or len(shared) != 1:
        return "wrong"
    if any(len(numbers) > 1 for numbers in generations.values()):
        return "mixed"
    (number,) = generations[ONE]
    return "right" if shared == [ONE if int(number[1:]) % 2 else TWO] else "wrong"

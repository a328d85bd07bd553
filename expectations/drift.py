"""What an ordinary day is: not far from the days before it. One row a publisher, and one for all when there are several.

Every column is a distance from the usual, in units of the usual spread (`tasks/auditing/drift.py`). A missing value means that
there is too little history to judge by. Whether a failure blocks the batch or is only told is a setting of the run.
"""

from __future__ import annotations

from expectations.row import Expectation

FEWER, MORE, FAR = -4.0, 8.0, 5.0


def unusual(reason: str, column: str, limits: tuple[object, ...], why: str, breaks: str) -> Expectation:
    """A row about one measure."""
    return Expectation(reason, "critical", "between", column, limits, why, breaks, may_be_missing=True)


EXPECTATIONS: tuple[Expectation, ...] = (
    unusual(
        "volume_low",
        "volume",
        (FEWER, None),
        "So few documents mean a delivery that broke off, or a template that is no longer understood.",
        "45 documents where 100 are usual",
    ),
    unusual(
        "volume_high",
        "volume",
        (None, MORE),
        "So many documents mean that old files came again, or that pages are cut into pieces.",
        "250 documents where 100 are usual",
    ),
    unusual(
        "removed_shifted",
        "removed",
        (-FAR, FAR),
        "When the share taken out jumps, the template has changed, or a rule cuts where it should not.",
        "30 % taken out where 10 % is usual; nothing where 10 % is",
    ),
    unusual(
        "length_shifted",
        "length",
        (-FAR, FAR),
        "When the usual length jumps, texts arrive cut off, or bring their page along.",
        "texts of 900 characters where 2,500 are usual",
    ),
    unusual(
        "languages_shifted",
        "languages",
        (None, FAR),
        "A publisher does not change its languages overnight; its texts are misread or are not its own.",
        "40 % German from a publisher that is all English",
    ),
    unusual(
        "captions_shifted",
        "captions",
        (-FAR, FAR),
        "When captions appear or vanish from one day to the next, their pattern has changed.",
        "captions in 20 % of documents where 80 % is usual",
    ),
    unusual(
        "unknown_lines_shifted",
        "unknown",
        (None, FAR),
        "Many short lines that no rule and no role knows are boilerplate of a new template.",
        "27 % of lines unknown where 6 % is usual",
    ),
    unusual(
        "quarantined_shifted",
        "quarantined",
        (None, FAR),
        "When far more records than usual are stopped, the source or the reading of it has broken.",
        "30 of 130 records in quarantine where 1 of 101 is usual",
    ),
)

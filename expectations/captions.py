"""What good captions are: each said once, with its copies counted, and not left in the text.

Looked at in the documents' narrow frame (`tasks/staging/measure.py`), as counts of bad captions in each document.
"""

from __future__ import annotations

from expectations.row import NONE, Expectation, broken, doubtful, faulty

EXPECTATIONS: tuple[Expectation, ...] = (
    broken(
        "captions_homeless",
        "between",
        "captions_homeless",
        NONE,
        "A caption names the line that it was taken from, and that line is among those kept apart.",
        "a caption whose line is in the text",
    ),
    broken(
        "captions_uncounted",
        "between",
        "captions_uncounted",
        NONE,
        "A caption was found at least once.",
        "a caption found 0 times",
    ),
    faulty(
        "captions_repeated",
        "between",
        "captions_repeated",
        NONE,
        "The same words under the same credit twice mean that copies of a caption were not merged.",
        "one caption twice, with and without its credit",
    ),
    faulty(
        "captions_blank",
        "between",
        "captions_blank",
        NONE,
        "A caption without words tells readers nothing and shows that a line was misread.",
        "a caption of one space",
    ),
    doubtful(
        "captions_in_text",
        "between",
        "captions_in_text",
        NONE,
        "A line of the text that is also a caption was overlooked when captions were set apart.",
        "a caption that stands in the text as well",
    ),
)

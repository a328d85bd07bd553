"""Articles in a few lines, annotated and cleaned."""

from __future__ import annotations

import polars as pl

from tasks.cleaning.annotate import annotate
from tasks.cleaning.clean import clean_lines
from tasks.lines import split_lines

P1 = "The harbour master said on Monday that the last ferry would leave at six, an hour later than planned, and not return."


P2 = "Nobody in the town hall wanted to say who had decided it, or when, but the timetable had been printed in the spring."


P3 = "By evening the quay was empty but for a dog, two gulls and a crate of lemons that somebody had forgotten to put aboard."


def take_apart(text: str, budget: float = 0.5) -> pl.DataFrame:
    records = pl.DataFrame(
        {"title": [None], "standfirst": [None]}, schema={"title": pl.String, "standfirst": pl.String}
    )
    return clean_lines(annotate(split_lines(pl.Series([text])), records), budget)

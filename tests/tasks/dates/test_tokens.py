"""Lines cut into tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.dates.tokens import ASCII_TOKEN, TOKEN


@given(st.text(alphabet="129 .':,-_\t\x1capmAPMTZ", max_size=20))
def test_the_small_pattern_cuts_ascii_as_the_large_one_does(line: str) -> None:
    small, large = (
        [(hit.lastgroup, *hit.span()) for hit in pattern.finditer(line)] for pattern in (ASCII_TOKEN, TOKEN)
    )
    assert small == large

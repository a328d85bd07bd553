"""Text of articles is text on a page, whatever it has."""

from __future__ import annotations

import re

from builders.report_pages import look
from hypothesis import given
from hypothesis import strategies as st

from tasks.report.wording import escape_text, flatten_text

# Not an alphabet of `text`, which would draw the few that matter as rarely as any other character.
LETTERS = st.one_of(st.characters(codec="utf-8"), st.sampled_from("<>&\"'\u202a\u202e\u2066\u2069\u2028\x00\x1b\x7f"))


@given(st.lists(LETTERS, max_size=40).map("".join))
def test_shown_text_is_text(words: str) -> None:
    seen = look(f"<p>{escape_text(words)}</p>")
    assert set(seen.tags) <= {"p", "span"}
    assert seen.problems == []
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", str(escape_text(words)))
    assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069\u2028]", flatten_text(words))

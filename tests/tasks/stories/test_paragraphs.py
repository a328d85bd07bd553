"""Which paragraphs a text adds and drops."""

from __future__ import annotations

import pytest

from tasks.stories.paragraphs import diff_paragraphs

OLD = "The ferry stops.\n\nCrews want a second boat.\nThe council meets on Saturday."
CASES = {
    "the same": (OLD, []),
    "house style": ("The ferry stops …\n“Crews want a second boat”\n\nThe Council meets on Saturday.", []),
    "an addition": (f"{OLD}\nIt rains.", ["+It rains."]),
    "a cut": ("The ferry stops.\nCrews want a second boat.", ["-The council meets on Saturday."]),
    "a change": (OLD.replace("second", "third"), ["-Crews want a second boat.", "+Crews want a third boat."]),
    "nothing": ("", ["-The ferry stops.", "-Crews want a second boat.", "-The council meets on Saturday."]),
}


@pytest.mark.parametrize(("new", "changes"), CASES.values(), ids=CASES)
def test_changes(new: str, changes: list[str]) -> None:
    assert [mark + line for mark, line in diff_paragraphs(OLD, new)] == changes

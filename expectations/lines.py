"""What good lines are: each line of the input is in the text or has one row, and the row says why.

Looked at in the documents' narrow frame (`tasks/staging/measure.py`), as counts of bad lines in each document.
"""

from __future__ import annotations

from expectations.row import NONE, Expectation, broken, doubtful

EXPECTATIONS: tuple[Expectation, ...] = (
    broken(
        "lines_shared",
        "between",
        "lines_shared",
        NONE,
        "A line is either in the text or in the table of lines, never in both.",
        "a line of the text that has a row of its own too",
    ),
    broken(
        "lines_repeated",
        "between",
        "lines_repeated",
        NONE,
        "A line of the input has at most one row, or it would be counted twice.",
        "two rows for one line",
    ),
    broken(
        "lines_outside",
        "between",
        "lines_outside",
        NONE,
        "A line number must lie within the document, or the line belongs somewhere else.",
        "line 16 of a document of 16 lines, counted from 0",
    ),
    broken(
        "lines_astray",
        "between",
        "lines_astray",
        NONE,
        "Lines carry the source, logical date and month of their document, or a commit would part them from it.",
        "a line with another source than its document",
    ),
    broken(
        "lines_blank",
        "between",
        "lines_blank",
        NONE,
        "Blank lines follow from the line numbers; a row for one would come back as a line that never was.",
        "a row for a blank line",
    ),
    broken(
        "lines_torn",
        "between",
        "lines_torn",
        NONE,
        "A row holds one line; a line end inside it would shift the numbers of all that follow.",
        "a row that holds two lines",
    ),
    broken(
        "lines_unruled",
        "between",
        "lines_unruled",
        NONE,
        "A line that was taken out without a rule cannot be explained to anyone.",
        "a line taken out by the rule ` `",
    ),
    broken(
        "line_values_missing",
        "between",
        "lines_missing",
        NONE,
        "Columns of lines that are declared as never missing must not be.",
        "a line without a rule",
    ),
    broken(
        "removed_lines_differ",
        "equal",
        "removed_lines",
        ("removed_rows",),
        "Every line taken out has its row in the table of lines: that is the receipt.",
        "a removed_lines that is one too high",
    ),
    broken(
        "removed_chars_differ",
        "equal",
        "removed_chars",
        ("removed_line_chars",),
        "The characters said to be taken out must be those of the rows that show them.",
        "a removed_chars that is one too high",
    ),
    doubtful(
        "roles_unknown",
        "between",
        "roles_unknown",
        NONE,
        "Readers choose lines by role; a role that the data dictionary does not name will be overlooked.",
        "the role `haiku`",
    ),
)

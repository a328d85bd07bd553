"""What a good document is. Looked at in the narrow frame of `tasks/measure.py`, one row a document.

Three ways to fail. A fault of our own (a text that cannot be rebuilt, sums that do not close, a broken id) stops the
batch at the first row, since nothing else of that batch can be trusted either. A fault of the document stops that
document, and the batch only when more of it fail than `FAULTY` allows: then it is the source or the reading that is
broken. A warning is published and counted.
"""

from __future__ import annotations

from expectations.languages import LANGUAGES
from expectations.row import Expectation

NONE = (0, 0)
TRUE = (True,)
FALSE = (False,)
OURS = 1.0
FAULTY = 0.8

FIRST_NEWSPAPER_YEAR = 1605
LAST_YEAR = 9999
SHORT_CHARS = 100
LONG_TITLE_CHARS = 300
UNREAD_SHARE = 0.01
REMOVED_SHARE = 0.8


def broken(reason: str, kind: str, column: str, limits: tuple[object, ...], why: str) -> Expectation:
    """A row whose failure is our own fault: it stops the batch."""
    return Expectation(reason, "critical", kind, column, limits, why, mostly=OURS)


def faulty(
    reason: str, kind: str, column: str, limits: tuple[object, ...], why: str, *, may_be_missing: bool = False
) -> Expectation:
    """A row whose failure is the document's fault: the document goes to quarantine, the others are published."""
    return Expectation(reason, "critical", kind, column, limits, why, FAULTY, may_be_missing)


def doubtful(reason: str, kind: str, column: str, limits: tuple[object, ...], why: str) -> Expectation:
    """A row whose failure is published and counted."""
    return Expectation(reason, "warning", kind, column, limits, why)


EXPECTATIONS: tuple[Expectation, ...] = (
    broken("not_rebuilt", "in_set", "is_rebuilt", TRUE,
           "Text and lines put together again must give the canonical text by hash, or something was lost for good."),
    broken("chars_not_summed", "equal", "raw_chars", ("chars_summed",),
           "The characters of all lines and line ends must add up to those of the canonical text."),
    broken("text_chars_differ", "equal", "text_chars", ("text_chars_counted",),
           "Readers filter by text_chars, so it must be the length of the text beside it."),
    broken("body_lines_differ", "equal", "body_lines_listed", ("body_lines_counted",),
           "Every line of the text needs its line number, or it cannot be found in the input."),
    broken("body_lines_unordered", "between", "body_lines_unordered", NONE,
           "The lines of a text stand in the order of the input, each once."),
    broken("joints_differ", "between", "joints_wrong", NONE,
           "A blank line stands in the text exactly where one stood between the same two lines of the input."),
    broken("removed_lines_differ", "equal", "removed_lines", ("removed_rows",),
           "Every line taken out has its row in the table of lines: that is the receipt."),
    broken("removed_chars_differ", "equal", "removed_chars", ("removed_line_chars",),
           "The characters said to be taken out must be those of the rows that show them."),
    broken("lines_shared", "between", "lines_shared", NONE,
           "A line is either in the text or in the table of lines, never in both."),
    broken("lines_repeated", "between", "lines_repeated", NONE,
           "A line of the input has at most one row, or it would be counted twice."),
    broken("lines_outside", "between", "lines_outside", NONE,
           "A line number must lie within the document, or the line belongs somewhere else."),
    broken("lines_astray", "between", "lines_astray", NONE,
           "Lines carry the source, logical date and month of their document, or a commit would part them from it."),
    broken("lines_blank", "between", "lines_blank", NONE,
           "Blank lines follow from the line numbers; a row for one would come back as a line that never was."),
    broken("lines_torn", "between", "lines_torn", NONE,
           "A row holds one line; a line end inside it would shift the numbers of all that follow."),
    broken("lines_unruled", "between", "lines_unruled", NONE,
           "A line that was taken out without a rule cannot be explained to anyone."),
    broken("line_values_missing", "between", "lines_missing", NONE,
           "Columns of lines that are declared as never missing must not be."),
    broken("document_rows", "between", "document_rows", (1, 1),
           "A document has one row: none means that its lines are orphans, two that readers would count it twice."),
    broken("values_missing", "between", "missing_values", NONE,
           "Columns that are declared as never missing must not be: readers rely on it."),
    broken("values_blank", "between", "blank_values", NONE,
           "Source, publisher, uri and encoding say where a document came from; a blank says nothing."),
    broken("doc_id_malformed", "in_set", "is_doc_id", TRUE,
           "Documents are found and replaced by their id, 32 hex digits."),
    broken("sha256_malformed", "in_set", "is_sha256", TRUE,
           "Hashes are compared as 64 small hex digits, here and by readers."),
    broken("rules_version_malformed", "in_set", "is_rules_version", TRUE,
           "The version of the rules, 12 hex digits, says how a document was cleaned."),
    broken("month_differs", "in_set", "is_month", TRUE,
           "A document lies in the month of its publication, else of its logical date, or queries by month miss it."),
    broken("language_unknown", "in_set", "language", LANGUAGES,
           "Readers filter by ISO 639-1 codes and und; any other word would hide the document from them."),
    broken("language_score_outside", "between", "language_score", (0.0, 1.0),
           "A confidence lies between 0 and 1; anything else is an error of the model."),
    broken("language_unsure", "in_set", "is_language_sure", TRUE,
           "A document without a language has score 0, and one with a language has not."),
    broken("captions_homeless", "between", "captions_homeless", NONE,
           "A caption names the line that it was taken from, and that line is among those kept apart."),
    broken("captions_uncounted", "between", "captions_uncounted", NONE,
           "A caption was found at least once."),
    faulty("captions_repeated", "between", "captions_repeated", NONE,
           "The same words under the same credit twice mean that copies of a caption were not merged."),
    faulty("captions_blank", "between", "captions_blank", NONE,
           "A caption without words tells readers nothing and shows that a line was misread."),
    faulty("text_empty", "between", "text_chars", (1, None),
           "A document without text is no document."),
    faulty("no_letters", "in_set", "is_lettered", TRUE,
           "A text without a single letter is a table, a placeholder or binary that was taken for text."),
    faulty("nul_inside", "in_set", "is_nul_inside", FALSE,
           "A NUL character cuts strings short in many readers and shows that bytes were misread."),
    faulty("text_unreadable", "between", "replacement_share", (0.0, UNREAD_SHARE),
           "More than one replacement character in a hundred shows that the encoding was not understood."),
    faulty("published_in_future", "between", "days_ahead", (None, 1),
           "An article cannot be newer than the day its batch stands for, one day allowed for time zones.",
           may_be_missing=True),
    faulty("published_absurdly", "between", "published_year", (FIRST_NEWSPAPER_YEAR, LAST_YEAR),
           "No newspaper is older than 1605: such a date was misread, and would make a partition of its own.",
           may_be_missing=True),
    doubtful("replacement_chars", "between", "replacement_chars", NONE,
             "Some characters were lost before the text came here."),
    doubtful("control_inside", "in_set", "is_control_inside", FALSE,
             "Control characters upset terminals and CSV readers."),
    doubtful("text_short", "between", "text_chars", (SHORT_CHARS, None),
             "A very short text is often a teaser or a page that was not read whole."),
    doubtful("title_missing", "between", "title_chars", (1, None),
             "An article without a headline is rare; many of them mean that a source's headlines are not found."),
    doubtful("title_long", "between", "title_chars", (0, LONG_TITLE_CHARS),
             "A headline this long is a paragraph that was taken for one."),
    doubtful("title_broken", "in_set", "is_title_broken", FALSE,
             "A headline is one line; a line end inside it upsets tables."),
    doubtful("title_boilerplate", "between", "boilerplate_titles", NONE,
             "A headline such as 'Most Popular' is the page's, not the article's."),
    doubtful("boilerplate_left", "between", "boilerplate_lines", NONE,
             "A line of the text that a rule would take out anywhere was protected, or was overlooked."),
    doubtful("captions_in_text", "between", "captions_in_text", NONE,
             "A line of the text that is also a caption was overlooked when captions were set apart."),
    doubtful("roles_unknown", "between", "roles_unknown", NONE,
             "Readers choose lines by role; a role that the data dictionary does not name will be overlooked."),
    doubtful("removed_mostly", "between", "removed_share", (0.0, REMOVED_SHARE),
             "Where nearly everything was taken out, the article may have gone with it."),
    doubtful("over_budget", "in_set", "is_over_budget", FALSE,
             "The rules asked for more than a document's budget, so it was hardly cleaned."),
)  # fmt: skip

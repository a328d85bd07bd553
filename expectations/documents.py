"""What a good document is. Looked at in the narrow frame of `tasks/staging/measure.py`, one row a document.

Three ways to fail. A fault of our own (a text that cannot be rebuilt, sums that do not close, a broken id) stops the
batch at the first row, since nothing else of that batch can be trusted either. A fault of the document stops that
document, and the batch only when more of it fail than `FAULTY` allows: then it is the source or the reading that is
broken. A warning is published and counted. The suite takes in those of lines and captions, which share the frame.
"""

from __future__ import annotations

import polars as pl

from expectations import captions, lines
from expectations.languages import LANGUAGES
from expectations.row import FALSE, NONE, TRUE, Expectation, broken, doubtful, faulty
from tasks.formats.values import FIRST_NEWSPAPER_YEAR

LAST_YEAR = 9999
SHORT_CHARS = 100
LONG_TITLE_CHARS = 300
UNREAD_SHARE = 0.01
REMOVED_SHARE = 0.8
UNDETERMINED_CHARS = 400
RARE_SHARE = 0.03
MANY_DOCUMENTS = 50  # of a publisher in a batch, for its languages to be known
NEEDS = ("publisher", "language", "text_chars")

OWN: tuple[Expectation, ...] = (
    broken(
        "not_rebuilt",
        "in_set",
        "is_rebuilt",
        TRUE,
        "Text and lines put together again must give the canonical text by hash, or something was lost for good.",
        "a body line changed after cleaning",
    ),
    broken(
        "chars_not_summed",
        "equal",
        "raw_chars",
        ("chars_summed",),
        "The characters of all lines and line ends must add up to those of the canonical text.",
        "a raw_chars that is one too high",
    ),
    broken(
        "text_chars_differ",
        "equal",
        "text_chars",
        ("text_chars_counted",),
        "Readers filter by text_chars, so it must be the length of the text beside it.",
        "a text_chars that is one too high",
    ),
    broken(
        "body_lines_differ",
        "equal",
        "body_lines_listed",
        ("body_lines_counted",),
        "Every line of the text needs its line number, or it cannot be found in the input.",
        "a body_lines that names one line fewer than the text has",
    ),
    broken(
        "body_lines_unordered",
        "between",
        "body_lines_unordered",
        NONE,
        "The lines of a text stand in the order of the input, each once.",
        "two line numbers of the body swapped",
    ),
    broken(
        "joints_differ",
        "between",
        "joints_wrong",
        NONE,
        "A blank line stands in the text exactly where one stood between the same two lines of the input.",
        "a text whose blank line stands between other lines than in the input",
    ),
    broken(
        "document_rows",
        "between",
        "document_rows",
        (1, 1),
        "A document has one row: none means that its lines are orphans, two that readers would count it twice.",
        "a line whose document was not staged; a document staged twice",
    ),
    broken(
        "values_missing",
        "between",
        "missing_values",
        NONE,
        "Columns that are declared as never missing must not be: readers rely on it.",
        "a document without a uri",
    ),
    broken(
        "values_blank",
        "between",
        "blank_values",
        NONE,
        "Source, publisher, uri and encoding say where a document came from; a blank says nothing.",
        "a publisher that is one space",
    ),
    broken(
        "doc_id_malformed",
        "in_set",
        "is_doc_id",
        TRUE,
        "Documents are found and replaced by their id, 32 hex digits.",
        "an id with a line end behind it",
    ),
    broken(
        "sha256_malformed",
        "in_set",
        "is_sha256",
        TRUE,
        "Hashes are compared as 64 small hex digits, here and by readers.",
        "a hash in capitals",
    ),
    broken(
        "rules_version_malformed",
        "in_set",
        "is_rules_version",
        TRUE,
        "The version of the rules, 12 hex digits, says how a document was cleaned.",
        "the version `7`",
    ),
    broken(
        "month_differs",
        "in_set",
        "is_month",
        TRUE,
        "A document lies in the month of its publication, else of its logical date, or queries by month miss it.",
        "an article of October in September's partition",
    ),
    broken(
        "language_unknown",
        "in_set",
        "language",
        LANGUAGES,
        "Readers filter by ISO 639-1 codes and und; any other word would hide the document from them.",
        "the language `english`",
    ),
    broken(
        "language_score_outside",
        "between",
        "language_score",
        (0.0, 1.0),
        "A confidence lies between 0 and 1; anything else is an error of the model.",
        "a confidence of 1.5",
    ),
    broken(
        "language_unsure",
        "in_set",
        "is_language_sure",
        TRUE,
        "A document without a language has score 0, and one with a language has not.",
        "`und` with a confidence of 0.98",
    ),
    faulty(
        "text_empty",
        "between",
        "text_chars",
        (1, None),
        "A document without text is no document.",
        "a headline with nothing but a share button under it",
    ),
    faulty(
        "no_letters",
        "in_set",
        "is_lettered",
        TRUE,
        "A text without a single letter is a table, a placeholder or binary that was taken for text.",
        "a tide table: figures only",
    ),
    faulty(
        "nul_inside",
        "in_set",
        "is_nul_inside",
        FALSE,
        "A NUL character cuts strings short in many readers and shows that bytes were misread.",
        "a text with a NUL character in it",
    ),
    faulty(
        "text_unreadable",
        "between",
        "replacement_share",
        (0.0, UNREAD_SHARE),
        "More than one replacement character in a hundred shows that the encoding was not understood.",
        "nine replacement characters in a hundred",
    ),
    faulty(
        "published_in_future",
        "between",
        "days_ahead",
        (None, 1),
        "An article cannot be newer than the day its batch stands for, one day allowed for time zones.",
        "an article dated two days after its batch",
        may_be_missing=True,
    ),
    faulty(
        "published_absurdly",
        "between",
        "published_year",
        (FIRST_NEWSPAPER_YEAR, LAST_YEAR),
        "No newspaper is older than 1605: such a date was misread, and would make a partition of its own.",
        "an article of 1066",
        may_be_missing=True,
    ),
    doubtful(
        "language_undetermined",
        "between",
        "undetermined_chars",
        (0, UNDETERMINED_CHARS),
        "A text this long shows its language; undetermined, it is damaged or in one that nobody here reads.",
        "a long text in a language that has no profile",
    ),
    doubtful(
        "language_unlikely",
        "between",
        "language_share",
        (RARE_SHARE, 1.0),
        "A language that hardly any other text of its publisher has was misread, or the text is not its own.",
        "one Danish text among fifty English ones of a publisher",
        may_be_missing=True,
    ),
    doubtful(
        "replacement_chars",
        "between",
        "replacement_chars",
        NONE,
        "Some characters were lost before the text came here.",
        "one replacement character",
    ),
    doubtful(
        "control_inside",
        "in_set",
        "is_control_inside",
        FALSE,
        "Control characters upset terminals and CSV readers.",
        "a bell character",
    ),
    doubtful(
        "text_short",
        "between",
        "text_chars",
        (SHORT_CHARS, None),
        "A very short text is often a teaser or a page that was not read whole.",
        "a body of three words",
    ),
    doubtful(
        "title_missing",
        "between",
        "title_chars",
        (1, None),
        "An article without a headline is rare; many of them mean that a source's headlines are not found.",
        "a document without a title",
    ),
    doubtful(
        "title_long",
        "between",
        "title_chars",
        (0, LONG_TITLE_CHARS),
        "A headline this long is a paragraph that was taken for one.",
        "a title of 360 characters",
    ),
    doubtful(
        "title_broken",
        "in_set",
        "is_title_broken",
        FALSE,
        "A headline is one line; a line end inside it upsets tables.",
        "a title of two lines",
    ),
    doubtful(
        "title_boilerplate",
        "between",
        "boilerplate_titles",
        NONE,
        "A headline such as 'Most Popular' is the page's, not the article's.",
        "the title `Advertisement`",
    ),
    doubtful(
        "boilerplate_left",
        "between",
        "boilerplate_lines",
        NONE,
        "A line of the text that a rule would take out anywhere was protected, or was overlooked.",
        "`Advertisement` as a line of the text",
    ),
    doubtful(
        "removed_mostly",
        "between",
        "removed_share",
        (0.0, REMOVED_SHARE),
        "Where nearly everything was taken out, the article may have gone with it.",
        "an article of which nine tenths were taken out",
    ),
    doubtful(
        "over_budget",
        "in_set",
        "is_over_budget",
        FALSE,
        "The rules asked for more than a document's budget, so it was hardly cleaned.",
        "a text for which rules asked for more than half",
    ),
)
EXPECTATIONS: tuple[Expectation, ...] = (*OWN, *lines.EXPECTATIONS, *captions.EXPECTATIONS)


def project_documents(narrow: pl.DataFrame, mix: pl.DataFrame) -> pl.DataFrame:
    """The narrow frame with what follows from it and from all documents of the batch.

    `mix`: publisher, language, and the share of the publisher's documents in it (`mix_languages`). Adds undetermined_chars
    and language_share, missing where the publisher has few documents.
    """
    if not set(NEEDS) <= set(narrow.columns):
        return narrow  # the audit will say what is missing
    share = narrow.select("publisher", "language").join(
        mix, on=["publisher", "language"], how="left", maintain_order="left"
    )
    undetermined = pl.when(pl.col("language") == "und").then("text_chars").otherwise(0)
    return narrow.with_columns(
        pl.when(pl.col("language").is_not_null()).then(undetermined).alias("undetermined_chars"),
        share["language_share"],
    )


def mix_languages(counts: pl.DataFrame) -> pl.DataFrame:
    """The share of each language in a publisher's documents: publisher, language, language_share.

    `counts`: publisher, language, count, in any number of rows. Publishers with few documents, and `und`, have none.
    """
    counted = counts.group_by("publisher", "language").agg(pl.col("count").sum())
    total = pl.col("count").sum().over("publisher")
    known = counted.filter((total >= MANY_DOCUMENTS) & (pl.col("language") != "und"))
    whole = counted.group_by("publisher").agg(total=pl.col("count").sum())
    return known.join(whole, on="publisher").select(
        "publisher", "language", language_share=pl.col("count") / pl.col("total")
    )

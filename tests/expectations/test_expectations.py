"""Every expectation is seen to fail, by something broken that trips it and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders.staged_documents import (
    ARTICLE,
    GOOD_SUMS,
    Line,
    Parts,
    Row,
    make_document,
    make_line,
    make_stopped,
    write_shard,
)

from expectations import projections, suites
from expectations.evaluate import Evaluation, evaluate
from expectations.suites import Expectation, load_suite
from flows.reference.tables import describe_failure, write_expectations
from tasks.auditing.audit import count_document_languages, make_finding
from tasks.auditing.drift import MEASURES
from tasks.errors import find_exit_code
from tasks.staging.measure import measure_shard
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import empty_frame
from tasks.toml_rows import RowError, read_toml

SUITES = ("documents", "batch", "quarantine")
EVERY_ROW = [row for name in (*SUITES, "drift") for row in load_suite(name)]
TEXT: str = make_document()[0]["text"]
CAPTION: Row = make_document()[0]["captions"][0]
LONG = "The ferry made its last trip on Monday and the crew was given flowers by the children of the island school."
Maker = Callable[[int], list[Parts]]


def columns(**values: Any) -> Maker:
    """A document with other values in its columns."""
    return lambda number: [make_document(number, **values)]


def shifted(name: str, step: int) -> Maker:
    """A document with a number in it that is wrong by `step`."""
    return columns(**{name: make_document()[0][name] + step})


def article(*lines: Line, **values: Any) -> Maker:
    """A document of other lines."""
    return lambda number: [make_document(number, lines, **values)]


def line(at: int, **values: Any) -> Maker:
    """A document with other values in the row of `lines` at position `at`."""

    def make(number: int) -> list[Parts]:
        document, lines = make_document(number)
        return [(document, [row | values if place == at else row for place, row in enumerate(lines)])]

    return make


def stranger(number: int) -> list[Parts]:
    """One text in another language than the fifty others of its publisher in the batch."""
    others = [make_document(1_000 * number + at, publisher="pier.example") for at in range(1, 51)]
    return [make_document(number, publisher="pier.example", language="da"), *others]


def more(at: int, text: str) -> Maker:
    """A document with one more row of `lines`."""

    def make(number: int) -> list[Parts]:
        document, lines = make_document(number)
        return [(document, [*lines, make_line(document["doc_id"], at, "byline", text)])]

    return make


def throughout(**values: Any) -> Maker:
    """A document with other values in its columns and in those of its lines alike."""

    def make(number: int) -> list[Parts]:
        document, lines = make_document(number)
        named = {name: value for name, value in values.items() if name in lines[0]}
        return [(document | values, [row | named for row in lines])]

    return make


def torn(number: int) -> list[Parts]:
    """Headline and byline in one row."""
    document, lines = make_document(number)
    first = lines[0] | {"text": lines[0]["text"] + "\n" + lines[1]["text"]}
    return [(document, [first, *lines[2:]])]


def twice(number: int) -> list[Parts]:
    """Two rows with one id."""
    parts = make_document(number, [("body", LONG)], title="Ferry")
    return [parts, parts]


def captioned(**values: Any) -> Maker:
    """A document whose caption is another."""
    return columns(captions=[CAPTION | values])


BROKEN: list[tuple[str, Maker, set[str]]] = [
    ("not_rebuilt", columns(text=TEXT.replace("ferry", "train")), set()),
    ("not_rebuilt", columns(line_count=15, raw_chars=make_document()[0]["raw_chars"] - 1), set()),  # a blank line lost
    ("chars_not_summed", shifted("raw_chars", 1), set()),
    ("text_chars_differ", shifted("text_chars", -1), set()),
    ("body_lines_differ", columns(body_lines=[6, 7, 11]), {"not_rebuilt"}),
    ("body_lines_unordered", columns(body_lines=[7, 6, 11, 13]), {"not_rebuilt"}),
    ("joints_differ", columns(text=TEXT.replace("\n", "\n\n", 1), text_chars=len(TEXT) + 1), set()),
    ("joints_differ", columns(text=TEXT.replace("\n\n", "\n"), text_chars=len(TEXT) - 1), set()),
    ("removed_lines_differ", shifted("removed_lines", 1), set()),
    ("removed_chars_differ", shifted("removed_chars", 1), set()),
    ("lines_shared", line(1, line=6), {"not_rebuilt"}),
    ("lines_repeated", line(1, line=1), {"not_rebuilt"}),
    ("lines_outside", line(0, line=16), {"not_rebuilt"}),
    ("lines_outside", line(0, line=-1), {"not_rebuilt"}),
    ("lines_astray", line(0, source="pier"), set()),
    ("lines_astray", line(0, month="2026-09"), set()),
    ("lines_blank", more(3, ""), set()),
    ("lines_torn", torn, {"not_rebuilt", "chars_not_summed"}),
    ("lines_unruled", line(3, rule=" "), set()),
    ("line_values_missing", line(0, rule=None), set()),
    ("document_rows", twice, set()),
    ("values_missing", columns(uri=None), set()),
    ("values_blank", columns(publisher=" "), set()),
    ("doc_id_malformed", throughout(doc_id="0123456789abcdef0123456789abcdef\n"), set()),
    ("sha256_malformed", columns(raw_sha256="A" * 64), set()),
    ("rules_version_malformed", columns(rules_version="7"), set()),
    ("month_differs", throughout(month="2026-09"), set()),
    ("language_unknown", columns(language="english"), {"language_unlikely"}),
    ("language_score_outside", columns(language_score=1.5), set()),
    ("language_score_outside", columns(language_score=float("nan")), set()),
    ("language_unsure", columns(language="und"), set()),
    ("language_unsure", columns(language_score=0.0), set()),
    ("captions_homeless", captioned(line=9), set()),
    ("captions_uncounted", captioned(copies=0), set()),
    ("captions_repeated", columns(captions=[CAPTION, CAPTION | {"text": CAPTION["text"].replace(" ", "  ")}]), set()),
    ("captions_repeated", columns(captions=[CAPTION | {"credit": "AP"}, CAPTION]), set()),
    ("captions_blank", captioned(text=" "), set()),
    ("text_empty", article(("headline", "Ferry"), ("-boilerplate", "Share")), {"no_letters", "text_short"}),
    ("no_letters", article(("headline", "Tide table"), ("body", "0:13 1.2 6:27 4.5 " * 9 + "12:40")), set()),
    ("nul_inside", article(("headline", "Ferry"), ("body", LONG + "\x00.")), {"control_inside"}),
    ("text_unreadable", article(("headline", "Ferry"), ("body", LONG + "\ufffd" * 9)), {"replacement_chars"}),
    ("text_misread", article(("headline", "Ferry"), ("body", LONG + "\ue001" * 9)), set()),
    ("text_coded", article(("headline", "Ferry"), ("body", "0A9F" * 60)), set()),
    ("text_wordless", article(("headline", "Ferry"), ("body", "aB{c#dE'fG$hI" * 40)), set()),
    ("text_utf7", article(("headline", "Ferry"), ("body", LONG + " +AOk- +AOk- +AOk-")), set()),
    (
        "text_markup",
        article(("headline", "Ferry"), ("body", LONG + "<p>A quay.</p><b>Boats</b> &amp;" * 4)),
        {"text_table"},
    ),
    (
        "text_table",
        article(("headline", "Ferry"), *(("body", f"{at};Ferry {at};{LONG};gone") for at in range(9))),
        set(),
    ),
    (
        "text_headers",
        article(("headline", "Ferry"), ("body", "Message-ID: <7@pier>"), ("body", "X-Mailer: quay"), ("body", LONG)),
        set(),
    ),
    ("several_articles", columns(flags=["several_articles"]), set()),
    ("published_in_future", columns(published_at=datetime(2026, 10, 7, tzinfo=UTC)), set()),
    ("published_absurdly", throughout(published_at=datetime(1066, 10, 14, tzinfo=UTC), month="1066-10"), set()),
    (
        "language_undetermined",
        article(("headline", "Ferry"), ("body", LONG * 5), language="und", language_score=0.0),
        set(),
    ),
    ("language_unlikely", stranger, set()),
    ("replacement_chars", article(("headline", "Ferry"), ("body", LONG + "\ufffd.")), set()),
    ("control_inside", article(("headline", "Ferry"), ("body", LONG + "\x07.")), set()),
    ("text_short", article(("headline", "Ferry"), ("body", "It has gone.")), set()),
    ("title_missing", columns(title=None), set()),
    ("title_long", columns(title="Ferry " * 60), set()),
    ("title_broken", columns(title="Ferry\ngone"), set()),
    ("title_boilerplate", columns(title="Advertisement"), set()),
    ("boilerplate_left", article(("headline", "Ferry"), ("body", LONG), ("body", "Advertisement")), set()),
    ("captions_in_text", article(*ARTICLE, ("body", CAPTION["text"])), set()),
    ("roles_unknown", line(0, role="haiku"), set()),
    ("removed_mostly", article(("headline", "Ferry"), ("-boilerplate", LONG * 9), ("body", LONG)), set()),
    ("over_budget", columns(flags=["over_budget"]), set()),
]

PUBLISHED = ("published", "document_rows", "language_documents", "profile_documents")
BROKEN_SUMS: list[tuple[str, dict[str, int], set[str]]] = [
    ("records_not_summed", {"duplicates": 1}, set()),
    ("records_differ", {"input_records": 21}, set()),
    ("inputs_unaccounted", {"inputs_accounted": 2}, set()),
    ("documents_differ", {"document_rows": 16}, set()),
    ("quarantine_differs", {"quarantine_rows": 0}, set()),
    ("batch_chars_not_summed", {"line_ends": 41}, set()),
    ("batch_removed_differs", {"removed_rows": 8}, set()),
    ("languages_differ", {"language_documents": 16}, set()),
    ("profile_differs", {"profile_documents": 16}, set()),
    ("batch_empty", dict.fromkeys(GOOD_SUMS, 0), {"nothing_published"}),
    ("counts_negative", {"duplicates": -1} | dict.fromkeys(PUBLISHED, 20), {"duplicates_much"}),
    ("nothing_published", {"duplicates": 19} | dict.fromkeys(PUBLISHED, 0), {"duplicates_much"}),
    ("quarantined_much", {"quarantined": 3, "quarantine_rows": 3, "duplicates": 0}, set()),
    ("duplicates_much", {"duplicates": 11} | dict.fromkeys(PUBLISHED, 8), set()),
    ("removed_much", {"removed_chars": 560, "body_chars": 300}, set()),
]

BROKEN_STOPS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("quarantine_stage_unknown", {"stage": "somewhere"}, set()),
    ("quarantine_unexplained", {"reasons": []}, set()),
    ("quarantine_reasons_malformed", {"reasons": ["It was bad"]}, set()),
    ("quarantine_reasons_repeated", {"reasons": ["empty", "empty"]}, set()),
    ("quarantine_values_missing", {"uri": None}, set()),
    ("quarantine_values_missing", {"reasons": None}, {"quarantine_unexplained"}),
    ("quarantine_month_differs", {"month": "2026-09"}, set()),
    ("quarantine_undetailed", {"detail": None}, set()),
]


def find_reasons(rows: Sequence[Expectation], frame: pl.DataFrame) -> list[set[str]]:
    """The reasons of every row of a frame."""
    found: list[set[str]] = [set() for _ in range(frame.height)]
    for outcome in evaluate(rows, frame):
        assert not outcome.fault
        for place in outcome.places:
            found[place].add(outcome.reason)
    return found


@pytest.fixture(scope="module")
def broken_documents(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """The reasons found for each row of BROKEN, then for a line without a document; one shard holds them all."""
    made = [maker(number) for number, (_, maker, _) in enumerate(BROKEN)]
    document, lines = make_document(len(BROKEN))
    orphan = make_line("f" * 32, 0, "byline", "By nobody")
    shard = [*(parts for several in made for parts in several), (document, [*lines, orphan])]
    path = measure_shard(write_shard(tmp_path_factory.mktemp("broken"), shard))
    shares = projections.share_languages(count_document_languages([StagedFolder(path.parent)]))
    narrow = projections.project_documents(pl.read_parquet(path), shares)
    found = dict(zip(narrow["doc_id"], find_reasons(load_suite("documents"), narrow), strict=True))
    assert found[document["doc_id"]] == set()
    return [*(found[several[0][0]["doc_id"]] for several in made), found[orphan["doc_id"]]]


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=[reason for reason, _, _ in BROKEN])
def test_an_expectation_of_documents_fails_alone(number: int, broken_documents: list[set[str]]) -> None:
    reason, _, also = BROKEN[number]
    assert broken_documents[number] == {reason} | also


def test_line_without_its_document_is_found(broken_documents: list[set[str]]) -> None:
    assert broken_documents[-1] == {"document_rows"}


@pytest.fixture(scope="module")
def broken_batches() -> list[set[str]]:
    sums = [GOOD_SUMS | change for _, change, _ in BROKEN_SUMS]
    return find_reasons(
        load_suite("batch"), pl.DataFrame([projections.project_sums(each) for each in [*sums, GOOD_SUMS]])
    )


@pytest.mark.parametrize("number", range(len(BROKEN_SUMS)), ids=[reason for reason, _, _ in BROKEN_SUMS])
def test_an_expectation_of_batches_fails_alone(number: int, broken_batches: list[set[str]]) -> None:
    reason, _, also = BROKEN_SUMS[number]
    assert broken_batches[number] == {reason} | also


def test_good_batch_fails_nothing(broken_batches: list[set[str]]) -> None:
    assert broken_batches[-1] == set()


@pytest.fixture(scope="module")
def broken_stops(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    rows = [make_stopped(number, **change) for number, (_, change, _) in enumerate(BROKEN_STOPS)]
    folder = write_shard(tmp_path_factory.mktemp("stops"), [], [*rows, make_stopped(len(rows))])
    frame = projections.project_quarantine(pl.read_parquet(folder / "quarantine.parquet"))
    return find_reasons(load_suite("quarantine"), frame)


@pytest.mark.parametrize("number", range(len(BROKEN_STOPS)), ids=[reason for reason, _, _ in BROKEN_STOPS])
def test_an_expectation_of_quarantine_fails_alone(number: int, broken_stops: list[set[str]]) -> None:
    reason, _, also = BROKEN_STOPS[number]
    assert broken_stops[number] == {reason} | also


def test_good_quarantine_row_fails_nothing(broken_stops: list[set[str]]) -> None:
    assert broken_stops[-1] == set()


@pytest.mark.parametrize(
    ("name", "broken"), [("documents", BROKEN), ("batch", BROKEN_SUMS), ("quarantine", BROKEN_STOPS)]
)
def test_every_expectation_has_an_input_that_breaks_it(name: str, broken: list[tuple[str, Any, set[str]]]) -> None:
    assert {row.reason for row in load_suite(name)} == {reason for reason, _, _ in broken}


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row.reason)
def test_row_is_well_formed(row: Expectation) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row.reason)
    assert [other.reason for other in EVERY_ROW].count(row.reason) == 1
    assert re.fullmatch(r"[A-Z].{25,110}\.", row.why)
    assert 8 <= len(row.breaks) <= 90
    assert not row.breaks.endswith(".")


FAILURES = {
    "quarantined": "quarantine; more than 20 % of the batch, and more than 5, block it",
    "blocks": "the batch is blocked: readers keep what they had",
    "warned": "published, and counted in the receipt's `warnings`",
}


@pytest.mark.parametrize("row", load_suite("documents"), ids=lambda row: row.reason)
def test_the_page_says_what_a_failure_leads_to(row: Expectation) -> None:
    """One bad row of thirty, as the audit judges it."""
    finding = make_finding(row, [Evaluation(row.reason, places=[0])], 30, "documents")
    word = "warned" if finding.severity == "warning" else "quarantined" if finding.passed else "blocks"
    assert describe_failure(row, "documents") == FAILURES[word]


def test_the_page_has_every_row_once() -> None:
    page = write_expectations()
    for row in EVERY_ROW:
        assert page.count(f"| `{row.reason}` |") == 1


@pytest.mark.parametrize("good", [{}, {"low": 1, "equals": "other"}, {"high": 1, "one_of": (True,)}])
def test_good_values_are_given_exactly_once(good: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="give the good values once"):
        Expectation("odd", "text", "warn", "It cannot be built.", **good)


def test_a_finding_can_only_name_counts_and_its_columns() -> None:
    with pytest.raises(ValueError, match=r"finding: no \{days\}; there are days_ahead, rows, total"):
        Expectation("odd", "days_ahead", "warn", "It cannot be built.", high=1, finding=("{rows} have {days}",))


def test_the_error_for_a_wrong_row_is_one_line_with_file_row_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '[[expectation]]\nreason = "odd"\ncolumn = "text"\non_failure = "wran"\nwhy = "It is odd."\nlow = 1\n'
    (tmp_path / "odd.toml").write_text(row)
    monkeypatch.setattr(suites, "ROWS", tmp_path)
    with pytest.raises(
        RowError, match=r"odd\.toml, row 1 \(odd\): on_failure: unknown value 'wran'; did you mean 'warn'"
    ):
        load_suite("odd")


@pytest.mark.parametrize(
    ("judged", "told"),
    [
        ('column = "volum"\nhigh = 1', "column: unknown column 'volum'; did you mean 'volume'?"),
        ('column = "volume"\nequals = "lenght"', "equals: unknown column 'lenght'; did you mean 'length'?"),
    ],
)
def test_a_column_that_is_not_measured_is_the_error_of_a_row(
    judged: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, before any batch is judged."""
    good = '[[expectation]]\nreason = "good"\ncolumn = "length"\nlow = 1\non_failure = "warn"\nwhy = "It is good."\n'
    odd = f'[[expectation]]\nreason = "odd"\n{judged}\non_failure = "warn"\nwhy = "It is odd."\n'
    (tmp_path / "drift.toml").write_text(good + odd)
    monkeypatch.setattr(suites, "ROWS", tmp_path)
    with pytest.raises(RowError, match=rf"drift\.toml, row 2 \(odd\): {re.escape(told)}$") as caught:
        suites.load_suite.__wrapped__("drift")
    assert find_exit_code(caught.value) == 2


def test_the_list_of_columns_is_what_is_measured(tmp_path: Path) -> None:
    narrow = pl.read_parquet(measure_shard(write_shard(tmp_path, [make_document()])))
    shares = projections.share_languages(count_document_languages([StagedFolder(tmp_path)]))
    measured = {
        "documents": projections.project_documents(narrow, shares).columns,
        "quarantine": projections.project_quarantine(empty_frame("quarantine")).columns,
        "batch": projections.project_sums(GOOD_SUMS),
        "drift": MEASURES,
    }
    listed = {name: sorted(columns) for name, columns in read_toml(suites.COLUMNS).items()}
    assert listed == {name: sorted(set(columns) - {"doc_id"}) for name, columns in measured.items()}

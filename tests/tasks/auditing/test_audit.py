"""The audit: what blocks a batch, goes to quarantine or is only counted; and that nothing passes without evaluation."""

from __future__ import annotations

import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders.staged_documents import GOOD_SUMS, make_document, make_line, make_stopped, write_shard

from expectations.suites import Expectation, load_suite
from tasks.auditing import audit
from tasks.auditing.audit import audit_batch, audit_documents, audit_frames, audit_quarantine
from tasks.batch import Release
from tasks.staging.measure import measure_shard
from tasks.staging.receipt import StagedFolder

WHY = "It is only an example."
STRICT = Expectation("broken", "broken", "block", WHY, low=0, high=0)
LENIENT = Expectation("faulty", "faulty", "quarantine", WHY, one_of=(False,))
MILD = Expectation("doubtful", "left", "warn", WHY, equals="right")
SUITE = (MILD, STRICT, LENIENT)


def make_frame(rows: int, *, broken: int = 0, faulty: int = 0, doubtful: int = 0) -> pl.DataFrame:
    """`rows` rows, of which the first ones fail as often as is said."""
    place = pl.int_range(rows, eager=True)
    return pl.DataFrame(
        {
            "doc_id": [f"d{number:06}" for number in range(rows)],
            "broken": (place < broken).cast(pl.Int64),
            "faulty": place < faulty,
            "left": [7] * rows,
            "right": 7 + (place < doubtful).cast(pl.Int64),
        }
    )


def shard(folder: Path, *made: Any) -> StagedFolder:
    """A measured shard."""
    return StagedFolder(measure_shard(write_shard(folder, made)).parent)


@pytest.mark.parametrize(
    ("bad", "passed"),
    [
        ({"rows": 12}, True),
        ({"rows": 12, "broken": 1}, False),
        ({"rows": 1, "faulty": 1}, True),
        ({"rows": 5, "faulty": 5}, True),
        ({"rows": 6, "faulty": 6}, False),
        ({"rows": 100, "faulty": 20}, True),
        ({"rows": 100, "faulty": 21}, False),
        ({"rows": 12, "doubtful": 12}, True),
    ],
    ids=str,
)
def test_severity_and_share_decide(bad: dict[str, int], passed: bool) -> None:
    verdict = audit_frames("suite", SUITE, [make_frame(**bad)])
    assert verdict.passed is passed
    assert bool(verdict.blocked_by) is not passed
    assert len(verdict.failing) == bad.get("faulty", 0) + bad.get("broken", 0)
    assert verdict.warned == ({"doubtful": bad["doubtful"]} if "doubtful" in bad else {})


def test_every_reason_and_every_row_is_listed() -> None:
    verdict = audit_frames("suite", SUITE, [make_frame(3_000, broken=400, faulty=1_000, doubtful=2_000)])
    assert list(verdict.failing) == [f"d{number:06}" for number in range(1_000)]
    assert verdict.failing["d000000"] == ("broken", "faulty")
    assert verdict.failing["d000999"] == ("faulty",)
    assert [found.failed for found in verdict.findings] == [2_000, 400, 1_000]
    assert verdict.findings[2].observed == "1,000 of 3,000 rows have faulty True"
    assert verdict.findings[0].observed == "2,000 of 3,000 rows have left 7, right 8"
    assert verdict.blocked_by == ("broken", "faulty")


@pytest.mark.parametrize("rows", [7, 50])
def test_dividing_the_rows_changes_nothing(rows: int) -> None:
    frame = make_frame(60, faulty=11, doubtful=33)
    whole = audit_frames("suite", SUITE, [frame])
    assert audit_frames("suite", SUITE, frame.iter_slices(rows)) == whole


@pytest.mark.slow
def test_chunks_cross_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = [
        shard(tmp_path / str(at), *(make_document(3 * at + n, flags=["over_budget"]) for n in range(3)))
        for at in range(3)
    ]
    whole = audit_documents(shards)
    monkeypatch.setattr(audit, "CHUNK_ROWS", 4)
    assert [chunk.height for chunk in audit.read_chunks(shards, ["doc_id"])] == [4, 4, 1]
    assert audit_documents(shards) == whole
    assert whole.warned == {"over_budget": 9}


def test_a_second_audit_without_the_failing_documents_finds_no_failure(tmp_path: Path) -> None:
    untitled = [make_document(number, title=None) for number in range(3)]
    captions = make_document()[0]["captions"] * 2
    repeated = [make_document(number, captions=captions, published_at=None) for number in range(3, 5)]
    narrow = shard(tmp_path, *untitled, *repeated)
    first = audit_documents([narrow])
    assert first.passed
    assert first.failing == {document["doc_id"]: ("captions_repeated",) for document, _ in repeated}
    assert list(first.failing) == sorted(first.failing)
    again = audit_documents([replace(narrow, excluded_ids=frozenset(first.failing))])
    assert again.passed
    assert again.failing == {}
    assert again.warned == first.warned == {"title_missing": 3}


def test_one_text_that_cannot_be_rebuilt_blocks_the_batch(tmp_path: Path) -> None:
    narrow = shard(tmp_path, make_document(0), make_document(1, canonical_sha256="0" * 64))
    verdict = audit_documents([narrow])
    assert not verdict.passed
    assert verdict.blocked_by == ("not_rebuilt",)
    assert verdict.failing == {make_document(1)[0]["doc_id"]: ("not_rebuilt",)}


def test_a_document_in_two_files_is_judged_once(tmp_path: Path) -> None:
    made = make_document(0, title=None)
    both = shard(tmp_path / "b", made, make_document(1, title=None))
    verdict = audit_documents([shard(tmp_path / "a", made), replace(both, excluded_ids=frozenset([made[0]["doc_id"]]))])
    assert verdict.warned == {"title_missing": 2}


def test_a_release_covers_only_the_reasons_it_names(tmp_path: Path) -> None:
    ahead = {"published_at": datetime(2026, 12, 1, tzinfo=UTC), "month": "2026-12"}
    captions = make_document()[0]["captions"] * 2
    parts = [make_document(0, **ahead), make_document(1, captions=captions, **ahead)]
    lined = [(document, [line | {"month": "2026-12"} for line in lines]) for document, lines in parts]
    one, two = (document["doc_id"] for document, _ in lined)
    releases = [
        Release(doc_id, f"{doc_id}.txt", ("published_in_future",), "It is a calendar.") for doc_id in (one, two)
    ]
    verdict = audit_documents([shard(tmp_path, *lined)], releases=releases)
    assert verdict.passed
    assert verdict.failing == {two: ("captions_repeated",)}
    again = audit_documents([replace(shard(tmp_path, *lined), excluded_ids=frozenset({two}))], releases)
    assert again.warned == {"released": 1}
    assert again.findings[-1].observed == f"1 of 1 documents: {one}.txt: It is a calendar."


# Ways in which Great Expectations passes what it did not evaluate.


def test_empty_suite_blocks() -> None:
    verdict = audit_frames("suite", (), [make_frame(3)])
    assert verdict.blocked_by == ("not_evaluated",)


def test_no_files_block() -> None:
    assert audit_documents([]).blocked_by == ("not_evaluated",)


def test_one_reason_for_two_rows_blocks() -> None:
    assert audit_frames("suite", (STRICT, STRICT), [make_frame(3)]).blocked_by == ("not_evaluated",)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_missing_column_blocks_whatever_the_severity(rows: int) -> None:
    verdict = audit_frames("suite", SUITE, [make_frame(rows).drop("right")])
    assert verdict.blocked_by == ("doubtful",)
    assert (verdict.findings[0].severity, verdict.findings[0].observed) == ("critical", "no column right")


def test_an_exception_blocks_whatever_the_severity() -> None:
    odd = Expectation("odd", "doc_id", "warn", WHY, low=0, high=1)
    verdict = audit_frames("suite", (odd, STRICT), [make_frame(3)])
    assert verdict.blocked_by == ("odd",)
    assert verdict.findings[0].observed.startswith("it raised: ")
    assert verdict.findings[1].passed


def test_a_missing_result_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.evaluate.run_suite", lambda rows, frame: {})
    assert audit_frames("suite", SUITE, [make_frame(3)]).blocked_by == ("doubtful", "broken", "faulty")


def test_missing_values_fail_unless_they_may_be_missing() -> None:
    frame = make_frame(20).with_columns(broken=pl.when(pl.col("doc_id") <= "d000017").then("broken"))
    verdict = audit_frames("suite", SUITE, [frame])
    assert verdict.blocked_by == ("broken",)
    assert verdict.findings[1].observed == "2 of 20 rows have no value"
    lax = Expectation("broken", "broken", "block", WHY, low=0, high=0, may_be_missing=True)
    assert audit_frames("suite", (lax,), [frame]).passed


def test_a_batch_without_documents_passes_unless_its_sums_do_not_close(tmp_path: Path) -> None:
    verdict = audit_documents([shard(tmp_path)])
    assert verdict.passed
    assert len(verdict.findings) == len(load_suite("documents"))
    assert {found.observed for found in verdict.findings} == {"no documents"}
    none = dict.fromkeys(("published", "document_rows", "language_documents", "profile_documents"), 0)
    sums = GOOD_SUMS | none | {"duplicates": 19}
    assert audit_batch(sums).warned.keys() == {"nothing_published", "duplicates_much"}
    assert audit_batch(sums).passed


def test_orphaned_lines_block(tmp_path: Path) -> None:
    document, lines = make_document()
    narrow = shard(tmp_path, (document, [*lines, make_line("f" * 32, 0, "byline", "By nobody")]))
    verdict = audit_documents([narrow])
    assert verdict.failing == {"f" * 32: ("document_rows",)}
    assert verdict.blocked_by == ("document_rows",)


def test_findings_make_placeholder_the_order_of_the_suite(tmp_path: Path) -> None:
    found = audit_documents([shard(tmp_path, make_document())]).findings
    assert [finding.reason for finding in found] == [row.reason for row in load_suite("documents")]


@pytest.mark.parametrize("name", ["records", "duplicates", "inputs_accounted", "line_ends", "removed_rows"])
def test_missing_count_blocks(name: str) -> None:
    verdict = audit_batch({key: value for key, value in GOOD_SUMS.items() if key != name})
    assert not verdict.passed


def test_a_good_batch_passes_with_other_counts() -> None:
    verdict = audit_batch({**GOOD_SUMS, "source": "harbour", "captions_merged": 4})
    assert (verdict.passed, verdict.warned, verdict.failing) == (True, {}, {})


def test_quarantine_is_audited(tmp_path: Path) -> None:
    rows = [make_stopped(0), make_stopped(1, reasons=[])]
    verdict = audit_quarantine(
        pl.read_parquet(write_shard(tmp_path, [], rows) / "quarantine.parquet", hive_partitioning=False)
    )
    assert verdict.failing == {"harbour.jsonl#1": ("quarantine_unexplained",)}
    assert not verdict.passed


OBSERVED = [
    ("published_in_future", "days_ahead", [21], "1 article is dated 21 days after the batch"),
    ("published_in_future", "days_ahead", [28, 0, 21], "2 articles are dated 21 to 28 days after the batch"),
    (
        "text_unreadable",
        "replacement_share",
        [0.09, 0.0],
        "9.0% of the characters of 1 document are replacement characters",
    ),
    ("removed_mostly", "removed_share", [0.9, 0.951], "2 of 2 documents have removed_share 90.0% to 95.1%"),
    ("removed_mostly", "removed_share", [0.9, 0.1, 0.1], "1 of 3 documents has removed_share 90.0%"),
    ("text_short", "text_chars", [None, 12], "2 of 2 documents have text_chars 12 or no value (1)"),
    ("text_short", "text_chars", [500], "0 of 1 documents"),
]


@pytest.mark.parametrize(("reason", "column", "values", "observed"), OBSERVED, ids=[row[3] for row in OBSERVED])
def test_a_finding_is_a_sentence(reason: str, column: str, values: list[float | None], observed: str) -> None:
    rows = tuple(row for row in load_suite("documents") if row.reason == reason)
    frame = pl.DataFrame({"doc_id": [str(at) for at in range(len(values))], column: values})
    assert audit_frames("documents", rows, [frame]).findings[0].observed == observed


def test_a_finding_on_a_batch_needs_no_count() -> None:
    found = {finding.reason: finding.observed for finding in audit_batch(GOOD_SUMS | {"quarantined": 0}).findings}
    assert (
        found["records_not_summed"] == "20 records were read, but 19 are published, duplicates, quarantined or erased"
    )
    assert found["quarantine_differs"] == "quarantined 0, quarantine_rows 1"
    assert found["records_differ"] == "as expected"


def test_threads_do_not_mix_up_their_counts() -> None:
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(lambda bad: audit_frames("suite", SUITE, [make_frame(20, doubtful=bad)]), range(8)))
    assert [verdict.findings[0].failed for verdict in verdicts] == list(range(8))


def test_the_audit_logs_nothing_and_opens_no_connection(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    odd = Expectation("odd", "doc_id", "warn", WHY, low=0, high=1)
    audit_frames("suite", (odd, *SUITE), [make_frame(9, faulty=2)])
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert logging.getLogger("great_expectations").propagate
    assert logging.getLogger("great_expectations").handlers == []

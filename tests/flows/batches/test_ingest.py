"""A batch from files to lake, in process."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from threading import Event, current_thread, main_thread

import pytest
from builders.lakes import DAY, ask, hash_lake, make_lake

from flows.batches.ingest import in_background
from tasks.batch import Limits
from tasks.lakes.lake import find_documents, open_lake, restore_text
from tasks.reading.plan import PlanError

pytestmark = pytest.mark.slow

SMALL = Limits(shard_files=4)


@pytest.fixture(scope="module")
def seeds_lake(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("seeds") / "lake"
    assert make_lake(project, "seeds", lake, name="seeds", limits=SMALL).state == "published"
    return lake


def test_the_same_input_gives_the_same_bytes(project: Path, seeds_lake: Path, tmp_path: Path) -> None:
    before = hash_lake(seeds_lake)
    assert len(before) >= 4
    make_lake(project, "seeds", tmp_path / "two" / "lake", name="seeds", limits=SMALL, workers=2)
    assert hash_lake(tmp_path / "two" / "lake") == before


def test_a_forced_run_gives_the_same_bytes_and_no_new_version(project: Path, seeds_lake: Path) -> None:
    before = hash_lake(seeds_lake)
    outcome = make_lake(project, "seeds", seeds_lake, name="seeds", limits=SMALL, is_forced=True)
    assert (outcome.state, outcome.version) == ("published", 1)
    assert hash_lake(seeds_lake) == before


def test_an_unchanged_batch_is_left_alone(project: Path, seeds_lake: Path) -> None:
    outcome = make_lake(project, "seeds", seeds_lake, name="seeds", limits=SMALL)
    assert (outcome.state, outcome.version) == ("unchanged", 1)


def test_the_cut_into_shards_changes_nothing_but_the_settings(project: Path, seeds_lake: Path, tmp_path: Path) -> None:
    make_lake(project, "seeds", tmp_path / "lake", name="seeds")
    tables = ("documents", "lines", "quarantine")

    def rows(lake: Path) -> dict[str, str]:
        return {name: digest for name, digest in hash_lake(lake).items() if name.split("/")[0] in tables}

    assert rows(tmp_path / "lake") == rows(seeds_lake)


def test_staging_is_empty_after_a_run(seeds_lake: Path) -> None:
    staging = seeds_lake.with_name(".lake-store") / "staging"
    assert [path.name for path in staging.iterdir() if path.is_dir()] == []


def test_every_document_can_be_rebuilt(seeds_lake: Path) -> None:
    lake = open_lake(seeds_lake)
    for (doc_id,) in ask(seeds_lake, "SELECT doc_id FROM 'LAKE/documents/**/*.parquet'"):
        (document,) = find_documents(lake, doc_id)
        text = restore_text(lake, document)
        assert hashlib.sha256(text.encode()).hexdigest() == document["canonical_sha256"]


def write_records(path: Path, count: int, **fields: object) -> None:
    lines = []
    for number in range(count):
        body = "\n\n".join(
            f"Sentence {n} of story {number} tells how the last ferry left the harbour of Larkhaven at six."
            for n in range(4)
        )
        lines.append(
            json.dumps({"id": str(number), "title": f"Story number {number} of the day", "text": body, **fields})
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))


def test_a_blocked_batch_is_not_published(tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "a.jsonl", 20)
    assert make_lake(tmp_path, "in", tmp_path / "lake").state == "published"
    before = hash_lake(tmp_path / "lake")
    write_records(tmp_path / "in" / "a.jsonl", 20, published_at="2031-01-01")
    outcome = make_lake(tmp_path, "in", tmp_path / "lake")
    assert outcome.state == "blocked"
    assert outcome.blocked_by == ("published_in_future",)
    assert hash_lake(tmp_path / "lake") == before


def test_a_few_bad_documents_go_to_quarantine_with_their_reasons(tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "a.jsonl", 20)
    write_records(tmp_path / "in" / "b.jsonl", 1, published_at="2031-01-01", title="Story of the day after tomorrow")
    # Another text, so that it is no duplicate.
    (tmp_path / "in" / "b.jsonl").write_text((tmp_path / "in" / "b.jsonl").read_text().replace("ferry", "tram"))
    assert make_lake(tmp_path, "in", tmp_path / "lake").state == "published"
    found = ask(tmp_path / "lake", "SELECT uri, stage, reasons, title FROM 'LAKE/quarantine/**/*.parquet'")
    assert found == [("in/b.jsonl#0", "audit", ["published_in_future"], "Story of the day after tomorrow")]
    ((records, published, quarantined),) = ask(
        tmp_path / "lake", "SELECT records, published, quarantined FROM 'LAKE/receipts/**/*.parquet'"
    )
    assert (records, published, quarantined) == (21, 20, 1)


def test_a_drop_folder_gives_each_batch_its_new_files(tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "a.jsonl", 3)
    make_lake(tmp_path, "in", tmp_path / "lake", day=DAY)
    write_records(tmp_path / "in" / "b.jsonl", 5, publisher="other")
    (tmp_path / "in" / "b.jsonl").write_text((tmp_path / "in" / "b.jsonl").read_text().replace("ferry", "tram"))
    outcome = make_lake(tmp_path, "in", tmp_path / "lake", day=DAY + timedelta(days=1))
    assert [seen["uri"] for seen in outcome.receipt["inputs"]] == ["in/b.jsonl"]
    assert ask(tmp_path / "lake", "SELECT count(*) FROM 'LAKE/documents/**/*.parquet'") == [(8,)]
    with pytest.raises(PlanError, match="no new files"):
        make_lake(tmp_path, "in", tmp_path / "lake", day=DAY + timedelta(days=2))
    # The first batch again: its own file, not the second's.
    again = make_lake(tmp_path, "in", tmp_path / "lake", day=DAY)
    assert again.state == "unchanged"


def test_rows_removed_from_the_input_are_removed_from_the_lake(tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "a.jsonl", 5)
    make_lake(tmp_path, "in", tmp_path / "lake")
    write_records(tmp_path / "in" / "a.jsonl", 2)
    assert make_lake(tmp_path, "in", tmp_path / "lake").state == "published"
    assert ask(tmp_path / "lake", "SELECT count(*) FROM 'LAKE/documents/**/*.parquet'") == [(2,)]


def test_a_document_that_another_batch_has_is_published_once(tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "2026-10-01" / "a.jsonl", 3)
    write_records(tmp_path / "in" / "2026-10-02" / "b.jsonl", 5)
    first, second = date(2026, 10, 1), date(2026, 10, 2)
    make_lake(tmp_path, "in/{date}/*.jsonl", tmp_path / "lake", day=first)
    make_lake(tmp_path, "in/{date}/*.jsonl", tmp_path / "lake", day=second)
    assert ask(tmp_path / "lake", "SELECT count(*), count(DISTINCT doc_id) FROM 'LAKE/documents/**/*.parquet'") == [
        (5, 5)
    ]
    rows = ask(
        tmp_path / "lake", "SELECT logical_date, published, duplicates FROM 'LAKE/receipts/**/*.parquet' ORDER BY 1"
    )
    assert rows == [(first, 3, 0), (second, 2, 3)]
    repeats = ask(
        tmp_path / "lake",
        """SELECT d.logical_date, d.uri, d.reason, o.uri FROM 'LAKE/duplicates/**/*.parquet' d
        JOIN 'LAKE/documents/**/*.parquet' o USING (source, doc_id) ORDER BY d.uri""",
    )
    assert repeats == [
        (second, f"in/2026-10-02/b.jsonl#{n}", "earlier_batch", f"in/2026-10-01/a.jsonl#{n}") for n in range(3)
    ]


def test_a_killed_run_leaves_readers_alone_and_is_cleaned_up(project: Path, tmp_path: Path) -> None:
    write_records(tmp_path / "in" / "a.jsonl", 5)
    make_lake(tmp_path, "in", tmp_path / "lake")
    before = hash_lake(tmp_path / "lake")
    write_records(tmp_path / "in" / "a.jsonl", 4_000)
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from builders.lakes import make_lake;"
        "import flows.batches.ingest as ingest; ingest.publish = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL);"
        "make_lake(Path(sys.argv[1]), 'in', Path(sys.argv[1]) / 'lake')"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(project / "tests")], cwd=project, check=False
    )
    assert killed.returncode == -9
    assert hash_lake(tmp_path / "lake") == before
    staging = tmp_path / ".lake-store" / "staging"
    assert [path.name for path in staging.iterdir() if path.is_dir()] == [f"s@{DAY}"]
    write_records(tmp_path / "in" / "a.jsonl", 7)
    assert make_lake(tmp_path, "in", tmp_path / "lake").state == "published"
    assert [path for path in staging.iterdir() if path.is_dir()] == []
    assert ask(tmp_path / "lake", "SELECT count(*) FROM 'LAKE/documents/**/*.parquet'") == [(7,)]


def test_two_runs_of_one_batch_wait_for_each_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from flows.batches.staging import claim_staging
    from flows.errors import BatchBusy

    write_records(tmp_path / "in" / "a.jsonl", 5)
    with claim_staging(open_lake(tmp_path / "lake"), "s", DAY), ThreadPoolExecutor(1) as pool:
        refused = pool.submit(make_lake, tmp_path, "in", tmp_path / "lake", wait_seconds=0.1)
        with pytest.raises(BatchBusy, match="another process has held batch"):
            refused.result()
    assert make_lake(tmp_path, "in", tmp_path / "lake").state == "published"


def test_a_run_that_had_to_wait_finds_the_batch_done(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    write_records(tmp_path / "in" / "a.jsonl", 50)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(make_lake, tmp_path, "in", tmp_path / "lake") for _ in range(2)]
        states = sorted(run.result().state for run in runs)
    assert states == ["published", "unchanged"]


def test_the_task_runs_in_another_thread_while_the_block_runs() -> None:
    ran, seen = Event(), []

    def task() -> None:
        seen.append(current_thread())
        ran.set()

    with in_background(task):
        assert ran.wait(30)
    assert seen != [main_thread()]


def test_the_block_ends_after_the_task() -> None:
    go, seen = Event(), []

    def task() -> None:
        go.wait(30)
        seen.append("done")

    with in_background(task):
        go.set()
    assert seen == ["done"]


def test_an_error_of_the_task_is_ignored() -> None:
    with in_background(lambda: [][1]):
        pass


def test_an_error_of_the_block_is_raised() -> None:
    with pytest.raises(KeyError), in_background(lambda: None):
        raise KeyError("own")

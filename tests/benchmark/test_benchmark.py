"""The benchmark runs, and its corpus is what it says. No figure is tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.corpus import make_records, read_seeds, write_corpus
from benchmark.measure import Cost, JobFailedError, measure, take_median
from benchmark.report import Report, Row, compare_workers, cost_each


def test_the_corpus_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = (write_corpus(tmp_path / name, 60) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_files_hold_a_thousand_records_and_a_longer_corpus_begins_like_a_shorter_one(tmp_path: Path) -> None:
    files = write_corpus(tmp_path / "long", 1_010)
    records = [path.read_text(encoding="utf-8").splitlines() for path in files]
    assert [len(lines) for lines in records] == [1_000, 10]
    short = write_corpus(tmp_path / "short", 60)[0].read_text(encoding="utf-8").splitlines()
    assert records[0][:60] == short


def test_articles_are_distinct_and_look_like_articles(project: Path) -> None:
    records = list(make_records(read_seeds(project / "seeds"), range(2_000)))
    texts = [record["text"] for record in records]
    assert len({record["id"] for record in records}) == len(records)
    # The headline has the article's number in it; what stands below is distinct without its help.
    assert len({text.split("\n", 1)[1] for text in texts}) == len(records)
    lines = sum(len([line for line in text.split("\n") if line]) for text in texts) / len(texts)
    size = sum(len(text.encode()) for text in texts) / len(texts)
    assert 20 <= lines <= 30
    assert 3_000 <= size <= 4_000


@pytest.mark.slow
def test_it_runs_on_a_few_documents_and_writes_its_page(tmp_path: Path, project: Path) -> None:
    page = tmp_path / "benchmark.md"
    options = ["--documents", "60", "--rounds", "1", "--write", str(page)]
    command = [sys.executable, "-m", "benchmark.run", *options]
    done = subprocess.run(command, cwd=project / "tests", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    names = [row.split("|")[1].strip() for row in rows]
    assert {"copydesk", "copydesk, 2 workers", "copydesk --help", "floor"} <= set(names)


def test_start_up_is_taken_off() -> None:
    rows = (Row("copydesk, 20 documents", 20, Cost(3.0, 3, 1)), Row("copydesk", 1_020, Cost(4.0, 4, 1)))
    report = Report(rows, 20, 1, ())
    assert [cost_each(report, row) for row in rows] == [None, pytest.approx(1.0)]


def test_a_second_worker_is_judged_only_where_the_first_had_its_core() -> None:
    assert "1.80 times" in compare_workers(Cost(9.0, 9.0, 1), Cost(9.5, 5.0, 1))
    assert "cannot be said" in compare_workers(Cost(9.0, 18.0, 1), Cost(9.5, 17.0, 1))


def test_the_median_is_taken_figure_by_figure() -> None:
    assert take_median([Cost(1, 9, 5), Cost(2, 7, 6), Cost(3, 8, 4)]) == Cost(2, 8, 5)


def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobFailedError, match="no such corpus"):
        measure([sys.executable, "-c", "raise SystemExit('no such corpus')"], 1, tmp_path / "log")


def test_cost_counts_processor_time_and_memory(tmp_path: Path) -> None:
    cost = measure([sys.executable, "-c", "bytes(200_000_000); sum(range(3_000_000))"], 1, tmp_path / "log")
    assert cost.cpu > 0
    assert cost.wall > 0


def test_records_can_be_read_back(tmp_path: Path) -> None:
    line = write_corpus(tmp_path, 1)[0].read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(line)["text"].startswith(json.loads(line)["title"].rsplit(" (", 1)[0][:20])


@pytest.mark.slow
def test_a_run_of_many_shards_is_looked_at_while_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmark.shards import hash_tables
    from benchmark.shards import main as measure_shards

    assert measure_shards(["--shards", "2", "--runner", "plain"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["shards"] == 2
    # Not the hash of a folder where nothing is.
    assert found["lake"] != hash_tables(tmp_path)
    assert found["driver MB over time"][-1] == max(found["driver MB over time"])
    assert min(found["below ms"], found["driver ms"]) > 0

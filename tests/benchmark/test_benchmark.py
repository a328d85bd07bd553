"""The benchmark runs, and its corpus is what it says. No figure is tested."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from benchmark.corpus import copy_texts, make_records, read_seeds, write_corpus
from benchmark.measure import Cost, JobFailedError, measure, take_median
from benchmark.report import Report, Row, compare_workers, cost_each, rate


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
    lines = [line for text in texts for line in text.split("\n") if line]
    sizes = sorted(len(text.encode()) for text in texts)
    assert 20 <= len(lines) / len(texts) <= 35
    assert 4_000 <= sum(sizes) / len(sizes) <= 5_500
    assert sizes[len(sizes) // 2] < 4_000 < 10_000 < sizes[len(sizes) * 19 // 20]
    long = [line for line in lines if len(line) > 100]
    # What returns is the frames' standfirsts and notices.
    assert len(set(long)) / len(long) > 0.9
    assert sum(sizes) / len(zlib.compress("\n".join(texts).encode())) < 3


def test_texts_of_ones_own_are_taken_in_their_order(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(f'{{"text": "Article {number}."}}\n' for number in range(1_500)), encoding="utf-8")
    assert copy_texts(own, tmp_path / "few", 1_200) == 1_200
    assert [len(path.read_text().splitlines()) for path in sorted((tmp_path / "few").iterdir())] == [1_000, 200]
    assert copy_texts(own, tmp_path / "all", 9_000) == 1_500


@pytest.mark.slow
def test_it_runs_on_a_few_documents_and_writes_its_page(tmp_path: Path, project: Path) -> None:
    page = tmp_path / "benchmark.md"
    options = ["--documents", "60", "--rounds", "1", "--write", str(page)]
    command = [sys.executable, "-m", "benchmark.run", *options]
    done = subprocess.run(command, cwd=project / "tests", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    names = [row.split("|")[1].strip() for row in rows]
    assert {"copydesk", "copydesk, 2 workers", "copydesk --help", "floor", "langdetect"} <= set(names)
    assert "copydesk costs" in page.read_text(encoding="utf-8")


def test_start_up_is_taken_off() -> None:
    rows = (Row("copydesk, 20 documents", 20, (Cost(3.0, 3, 1),)), Row("copydesk", 1_020, (Cost(4.0, 4, 1),)))
    report = Report(rows, 20, "", 1, ())
    assert [cost_each(report, row) for row in rows] == [None, pytest.approx(1.0)]


def test_ratios_are_taken_within_each_round_and_have_an_interval() -> None:
    def make_row(name: str, documents: int, *seconds: float) -> Row:
        return Row(name, documents, tuple(Cost(each, each, 1) for each in seconds))

    # The machine was half as fast in the second round, for all.
    rows = (
        make_row("copydesk, 20 documents", 20, 2, 4, 2),
        make_row("copydesk", 1_020, 10, 20, 10),
        make_row("floor, 20 documents", 20, 1, 2, 1),
        make_row("floor", 1_020, 2, 4, 2),
        make_row("langdetect, 20 documents", 20, 0, 0, 0),
        make_row("langdetect", 1_020, 8, 32, 8),
    )
    report = Report(rows, 20, "", 1, ())
    assert rate(report, "copydesk", "floor") == pytest.approx((8, 8, 8))
    value, low, high = rate(report, "langdetect", "copydesk") or (0, 0, 0)
    assert low < 1 < value < 2 < high
    assert rate(report, "datatrove C4", "copydesk") is None


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
    assert json.loads(line)["text"].startswith(json.loads(line)["title"])


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

"""Measures copydesk, the floor and the peers that are installed, in turns, and prints what each costs a document.

    python -m benchmark.run [--documents N] [--rounds N] [--peers PYTHON] [--write docs/benchmark.md]

Run from the folder `tests`, or with it on the path. `--peers` names an interpreter that has the peers, which are no
dependencies of copydesk.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmark.corpus import write_corpus
from benchmark.measure import Cost, JobFailedError, measure, take_median
from benchmark.report import Report, Row, make_table, write_page

HERE = Path(__file__).resolve().parent
COPYDESK = "from flows.cli import main; main()"
SMALL = 20


@dataclass(frozen=True)
class Job:
    """What is measured: a command on a corpus of so many documents. OUT in it stands for a new folder."""

    name: str
    command: tuple[str, ...]
    documents: int
    cores: int = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the corpora, measures every job in turns and reports."""
    asked = parse(arguments)
    # Wide enough for the table where the output is no terminal.
    console = Console(width=None if sys.stdout.isatty() else 100)
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as scratch:
        jobs, notes = plan_jobs(Path(scratch), asked.documents, asked.peers)
        costs = run_in_turns(jobs, asked.rounds, Path(scratch), console)
    rows = [Row(job.name, job.documents, take_median(costs[job.name])) for job in jobs]
    report = Report(tuple(rows), SMALL, asked.rounds, tuple(notes))
    console.print(make_table(report))
    for note in notes:
        console.print(note)
    if asked.write:
        write_page(report, asked.write)
        console.print(f"wrote {asked.write}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, checked."""
    parser = argparse.ArgumentParser(description="What copydesk costs, next to the floor and its peers.")
    parser.add_argument(
        "--documents", type=int, default=36_000, help="articles in the corpus (36,000 make four even shards)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    parser.add_argument("--peers", default=sys.executable, help="Python interpreter that has the peers")
    parser.add_argument("--write", type=Path, help="page to write, as docs/benchmark.md")
    asked = parser.parse_args(arguments)
    if asked.documents < 30 or asked.rounds < 1:
        parser.error("--documents has to be 30 or more, --rounds 1 or more")
    return asked


def plan_jobs(scratch: Path, documents: int, peers: str) -> tuple[list[Job], list[str]]:
    """Every job whose program is there, and a line on each that is not."""
    corpora = {size: str(scratch / f"corpus-{size}") for size in (SMALL, documents // 10, documents)}
    for size, folder in corpora.items():
        write_corpus(Path(folder), size)
    jobs = [
        Job("copydesk --help", (sys.executable, "-c", COPYDESK, "--help"), 0),
        Job("copydesk, 20 documents", ingest(corpora[SMALL], 1), SMALL),
        Job("copydesk, a tenth", ingest(corpora[documents // 10], 1), documents // 10),
        Job("copydesk", ingest(corpora[documents], 1), documents),
        Job("copydesk, 2 workers", ingest(corpora[documents], 2), documents, 2),
        Job("floor, 20 documents", (sys.executable, str(HERE / "floor.py"), corpora[SMALL], "OUT"), SMALL),
        Job("floor", (sys.executable, str(HERE / "floor.py"), corpora[documents], "OUT"), documents),
    ]
    script = (peers, str(HERE / "datatrove_c4.py"))
    language, note = find_datatrove(script, corpora[SMALL], scratch)
    if language is not None:
        jobs += [
            Job("datatrove, 20 documents", (*script, corpora[SMALL], "OUT", *language), SMALL),
            Job("datatrove", (*script, corpora[documents // 10], "OUT", *language), documents // 10),
        ]
    return jobs, [note] if note else []


def ingest(corpus: str, workers: int) -> tuple[str, ...]:
    """The command that ingests a corpus in process."""
    options = ("--lake", "OUT/lake", "--date", "2026-10-01", "--workers", str(workers))
    return (sys.executable, "-c", COPYDESK, "ingest", corpus, *options)


def find_datatrove(script: tuple[str, str], corpus: str, scratch: Path) -> tuple[tuple[str, ...] | None, str]:
    """The options with which datatrove works here (None: not at all), and a note on what is left out."""
    if subprocess.run([script[0], "-c", "import datatrove"], capture_output=True, check=False).returncode:
        return None, "datatrove is not installed: no peer measured."
    for language in (("--language",), ()):
        try:
            measure((*script, corpus, str(scratch / f"try{len(language)}"), *language), 1, scratch / "log")
        except JobFailedError as error:
            last = str(error).strip().splitlines()[-1]
        else:
            return language, "" if language else "datatrove without its language step, whose model is not here."
    return None, f"datatrove does not run here, no peer measured: {last}"


def run_in_turns(jobs: Sequence[Job], rounds: int, scratch: Path, console: Console) -> dict[str, list[Cost]]:
    """Costs of each job by name. In turns, so that a slow hour of the machine is everyone's."""
    costs: dict[str, list[Cost]] = {job.name: [] for job in jobs}
    for turn in range(rounds):
        for job in jobs:
            out = scratch / "out"
            out.mkdir()
            command = [
                part.replace("OUT", str(out / "new"), 1) if part.startswith("OUT") else part for part in job.command
            ]
            cost = measure(command, job.cores, scratch / "log")
            costs[job.name].append(cost)
            shutil.rmtree(out)
            console.print(
                f"round {turn + 1}  {job.name:<24} {cost.cpu:7.2f} s CPU {cost.wall:7.2f} s {cost.memory:6.0f} MB"
            )
    return costs


if __name__ == "__main__":
    main()

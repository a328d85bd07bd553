"""Measures copydesk, the floor and the peers that are installed, in turns, and prints what each costs a document.

    python -m benchmark.run [--documents N] [--rounds N] [--texts FILE] [--peers PYTHON] [--write docs/benchmark.md]

Run from the folder `tests`, or with it on the path. `--texts` names a JSON Lines file of your own texts; without it articles are
made from the seeds. `--peers` names an interpreter that has datatrove, which is no dependency of copydesk.
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

from benchmark.corpus import copy_texts, write_corpus
from benchmark.measure import Cost, JobFailedError, measure
from benchmark.report import Report, Row, describe_ratios, make_table, write_page

HERE = Path(__file__).resolve().parent
COPYDESK = "from flows.cli import main; main()"
SMALL = 20
MOST_SLOW = 2_000  # documents for peers that take milliseconds each: their cost grows in a straight line


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
        corpora = write_corpora(Path(scratch), asked.documents, asked.texts)
        jobs, notes = plan_jobs(Path(scratch), corpora, asked.peers)
        costs = run_in_turns(jobs, asked.rounds, Path(scratch), console)
        size = sum(path.stat().st_size for path in corpora[max(corpora)].iterdir()) / max(corpora)
    rows = [Row(job.name, job.documents, tuple(costs[job.name])) for job in jobs]
    report = Report(tuple(rows), SMALL, str(asked.texts or ""), size, tuple(notes))
    console.print(make_table(report))
    for line in describe_ratios(report):
        console.print(line)
    for note in notes:
        console.print(note)
    if asked.write:
        write_page(report, asked.write)
        console.print(f"wrote {asked.write}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, checked."""
    parser = argparse.ArgumentParser(description="What copydesk costs, next to the floor and its peers.")
    parser.add_argument(
        "--documents", type=int, default=20_000, help="articles in the corpus (20,000 make four shards)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    parser.add_argument("--texts", type=Path, help="JSON Lines file with texts of your own, instead of made ones")
    parser.add_argument("--peers", default=sys.executable, help="Python interpreter that has the peers")
    parser.add_argument("--write", type=Path, help="page to write, as docs/benchmark.md")
    asked = parser.parse_args(arguments)
    if asked.documents < 30 or asked.rounds < 1:
        parser.error("--documents has to be 30 or more, --rounds 1 or more")
    return asked


def write_corpora(scratch: Path, documents: int, texts: Path | None) -> dict[int, Path]:
    """Folders of JSON Lines files by how many documents they have: few, as many as slow peers get, a tenth, and all."""
    if texts:
        documents = copy_texts(texts, scratch / "texts", documents)
        shutil.rmtree(scratch / "texts")
    corpora = {}
    for size in sorted({SMALL, min(MOST_SLOW, documents // 10), documents // 10, documents}):
        corpora[size] = scratch / f"corpus-{size}"
        if texts:
            copy_texts(texts, corpora[size], size)
        else:
            write_corpus(corpora[size], size)
    return corpora


def plan_jobs(scratch: Path, corpora: dict[int, Path], peers: str) -> tuple[list[Job], list[str]]:
    """Every job whose program is there, and a line on each that is not."""
    documents = max(corpora)
    tenth, few = documents // 10, min(MOST_SLOW, documents // 10)
    jobs = [
        Job("import great_expectations", (sys.executable, "-c", "import great_expectations"), 0),
        Job("copydesk --help", (sys.executable, "-c", COPYDESK, "--help"), 0),
        Job(f"copydesk, {SMALL} documents", ingest(corpora[SMALL], 1), SMALL),
        Job("copydesk, a tenth", ingest(corpora[tenth], 1), tenth),
        Job("copydesk", ingest(corpora[documents], 1), documents),
        Job("copydesk, 2 workers", ingest(corpora[documents], 2), documents, 2),
    ]
    peer_jobs, notes = find_datatrove(peers, corpora[SMALL], scratch)
    floor = (sys.executable, str(HERE / "floor.py"))
    langdetect = (sys.executable, str(HERE / "langdetect_peer.py"))
    programs = {"floor": (floor, (), documents), "langdetect": (langdetect, (), few)}
    programs |= {name: (program, options, few) for name, (program, options) in peer_jobs.items()}
    for name, (program, options, size) in programs.items():
        for count, title in ((SMALL, f"{name}, {SMALL} documents"), (size, name)):
            jobs.append(Job(title, (*program, str(corpora[count]), "OUT", *options), count))
    return jobs, notes


def ingest(corpus: Path, workers: int) -> tuple[str, ...]:
    """The command that ingests a corpus in process."""
    options = ("--lake", "OUT/lake", "--date", "2026-10-01", "--workers", str(workers))
    return (sys.executable, "-c", COPYDESK, "ingest", str(corpus), *options)


def find_datatrove(
    peers: str, corpus: Path, scratch: Path
) -> tuple[dict[str, tuple[tuple[str, ...], tuple[str, ...]]], list[str]]:
    """Program and options of each datatrove job that works here, by name, and a note on each that does not."""
    program = (peers, str(HERE / "datatrove_c4.py"))
    if subprocess.run([peers, "-c", "import datatrove"], capture_output=True, check=False).returncode:
        return {}, ["datatrove is not installed: not measured."]
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    notes = []
    for name, options in {"datatrove C4": (), "datatrove C4 and language": ("--language",)}.items():
        try:
            measure((*program, str(corpus), str(scratch / f"try{len(found)}"), *options), 1, scratch / "log")
            found[name] = (program, options)
        except JobFailedError as error:
            notes.append(f"{name} does not run here: {str(error).strip().splitlines()[-1]}")
    return found, notes


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

"""An export of a tag is the same bytes on every machine: other paths, numbers of processes, zones, languages and stores."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders.lakes import DAY, make_lake, make_test_run

from tasks.lakes.export import Choice, cite_version, export_rows
from tasks.lakes.lake import Lake
from tasks.stores.tags import add_tag

pytestmark = pytest.mark.slow

STORY = (
    "The harbour board of Larkhaven voted on Tuesday to rebuild the pier of İzmir that the storm of last winter tore away.\n\n"
    "Work is to begin in April and to cost about four million euros, most of it from a fund for coastal towns."
)
GERMAN = (
    "Der Rat von Larkhaven hat am Dienstag beschlossen, die Seebrücke wieder aufzubauen, die der Sturm im Winter zerstörte.\n\n"
    "Die Arbeiten sollen im April beginnen und vier Millionen Euro kosten, das meiste davon aus einem Fonds für Küstenorte."
)

SUFFIXES = (".csv", ".jsonl", ".parquet")
# Exports the tag in every format, in a process whose settings are those of another machine.
EXPORT = """
import sys
from flows.cli import main
lake, target = sys.argv[1:]
for suffix in (".csv", ".jsonl", ".parquet"):
    for more in ((), ("--lines",), ("--language", "en", "--columns", "published_at, text, language_score, captions")):
        name = "-".join(["a", *more]).replace(" ", "").replace(",", "-")
        sys.argv = ["copydesk", "export", f"{target}/{name}{suffix}", "--tag", "paper", "--lake", lake, *more]
        try:
            main()
        except SystemExit as end:
            assert not end.code
"""
MACHINES = {
    "here": {},
    "one thread, Tokyo": {"POLARS_MAX_THREADS": "1", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
    "seven threads, St. John's": {
        "POLARS_MAX_THREADS": "7",
        "TZ": "America/St_Johns",
        "PYTHONHASHSEED": "2",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
    },
}


def write_inputs(folder: Path) -> None:
    """Records of three publishers in two languages, with times in several zones, captions and boilerplate."""
    folder.mkdir(parents=True)
    for file in range(3):
        rows = []
        for number in range(file, 90, 3):
            text = (
                f"Vote {number} of the harbour board of Larkhaven was held at noon, and the pier of İzmir was rebuilt."
            )
            german = f"Abstimmung {number} des Hafenrats von Larkhaven war am Mittag, und die Seebrücke wurde gebaut."
            rows.append(
                {
                    "id": str(number),
                    "publisher": f"p{number % 3}.example",
                    "title": f"Vote {number}",
                    "published_at": f"2026-09-0{1 + number % 8}T23:30:00+0{number % 3}:00",
                    "text": "\n\n".join(
                        [german if number % 4 == 0 else text, "Photo: the pier", "Read more: Who paid"]
                    ),
                }
            )
        (folder / f"{file}.jsonl").write_text("\n".join(map(json.dumps, rows)))


def make_tagged(root: Path, place: Path | str, **settings: object) -> Lake:
    """A lake whose second version has the tag; a third one follows, and no other is kept."""
    write_inputs(root / "in" / "1")
    for day in (1, 2, 3):
        if day > 1:
            shutil.copytree(root / "in" / "1", root / "in" / str(day))
            for path in (root / "in" / str(day)).iterdir():
                path.write_text(path.read_text().replace("at noon", f"at noon of day {day}"))
        made = make_lake(root, f"in/{day}", place, day=DAY.replace(day=day), keep_versions=1, **settings)
        assert made.state == "published", made.why
        lake = make_test_run(place, **settings).lake
        if day == 2:
            add_tag(lake.store, "paper", 2)
    return lake


def hash_exports(folder: Path) -> dict[str, str]:
    """SHA-256 of every file by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_a_tag_is_exported_as_the_same_bytes_everywhere(tmp_path: Path) -> None:
    lakes = [
        make_tagged(tmp_path / "one", tmp_path / "one" / "lake"),
        make_tagged(tmp_path / "elsewhere" / "two", tmp_path / "elsewhere" / "two" / "lake", workers=2, shard_files=1),
    ]
    copy = tmp_path / "ein Ordner" / "lake"
    copy.parent.mkdir()
    for name in ("lake", ".lake-store"):
        shutil.copytree(tmp_path / "one" / name, copy.parent / name, symlinks=True)
    found = []
    places = [lakes[0].name, lakes[1].name, str(copy)]
    for number, (place, (_, machine)) in enumerate(zip(places, MACHINES.items(), strict=True)):
        target = tmp_path / f"out-{number}"
        target.mkdir()
        command = [sys.executable, "-c", EXPORT, place, str(target)]
        subprocess.run(command, check=True, cwd=Path(place).parent, env=os.environ | machine, timeout=120)
        found.append(hash_exports(target))
    assert len(found[0]) == 9
    assert found[0] == found[1] == found[2]
    assert cite_version(lakes[0], "paper", lakes[0].manifest(2)) == cite_version(
        lakes[1], "paper", lakes[1].manifest(2)
    )


def test_a_bucket_and_a_lake_by_day_export_what_a_disk_exports(tmp_path: Path, object_store: str) -> None:
    lakes = [
        make_tagged(tmp_path / "one", tmp_path / "one" / "lake"),
        make_tagged(tmp_path / "two", tmp_path / "two" / "lake", partition="day"),
        make_tagged(tmp_path / "three", f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work"),
    ]
    found = []
    for number, lake in enumerate(lakes):
        target = tmp_path / f"out-{number}"
        for suffix in SUFFIXES:
            for table in ("documents", "lines"):
                assert export_rows(lake, lake.manifest(2), Choice(table), target / f"{table}{suffix}")
        found.append(hash_exports(target))
    assert found[0] == found[1] == found[2]

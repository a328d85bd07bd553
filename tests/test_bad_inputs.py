"""Every kind of damaged input in one run: each record ends in one place, nothing crashes, memory stays flat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders.bad_inputs import GOOD_RECORDS, write_bad_inputs
from builders.lakes import ask

DAY = "2026-10-05"
MOST_KILOBYTES = 1_500_000
# Runs a command and writes the most memory that one of its processes had.
CODE = """
import resource
from pathlib import Path
from flows.cli import main
from flows.workers.builder import end_builders
try:
    main()
finally:
    end_builders()
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    Path("memory").write_text(str(most))
"""


@pytest.fixture(scope="module")
def bad_lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a lake made from all bad inputs, and what the command printed."""
    place = tmp_path_factory.mktemp("bad")
    write_bad_inputs(place / "in")
    command = [sys.executable, "-c", CODE, "ingest", "in", "--date", DAY, "--lake", "lake"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COPYDESK_WORK": str(place / "work")}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=900, check=False)
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, printed
    return place, printed


@pytest.mark.slow
def test_every_record_is_a_document_a_duplicate_or_in_quarantine(bad_lake: tuple[Path, str]) -> None:
    lake = bad_lake[0] / "lake"
    ((records,),) = ask(lake, "SELECT sum(records) FROM 'LAKE/receipts/**/*.parquet'")
    documents, duplicates, quarantine = (
        ask(lake, f"SELECT count(*) FROM 'LAKE/{table}/**/*.parquet'")[0][0]
        for table in ("documents", "duplicates", "quarantine")
    )
    assert records == documents + duplicates + quarantine
    assert duplicates > 100
    assert documents > GOOD_RECORDS
    assert quarantine > 200


@pytest.mark.slow
def test_every_file_is_in_the_receipt(bad_lake: tuple[Path, str]) -> None:
    place, _ = bad_lake
    ((seen,),) = ask(
        place / "lake", "SELECT list(uri) FROM (SELECT unnest(inputs).uri AS uri FROM 'LAKE/receipts/**/*.parquet')"
    )
    known = {name.rpartition("/")[2] for name in seen}
    for kind in place.joinpath("in").iterdir():
        if kind.is_dir() and kind.name != "entries":
            names = {os.fsencode(path.name) for path in kind.iterdir()}
            missing = {name for name in names if name.isascii() and name.decode() not in known}
            assert missing == set()
            assert len(names) == sum(f"/{kind.name}/" in name for name in seen)


@pytest.mark.slow
def test_no_input_meets_an_error_of_the_code(bad_lake: tuple[Path, str]) -> None:
    place, printed = bad_lake
    assert "Traceback" not in printed
    assert "\x1b" not in printed
    assert not (place / "work" / "errors").exists()
    found = ask(
        place / "lake",
        "SELECT uri, detail FROM 'LAKE/quarantine/**/*.parquet' WHERE list_contains(reasons, 'read_error')",
    )
    assert found == []


@pytest.mark.slow
def test_memory_stays_flat(bad_lake: tuple[Path, str]) -> None:
    assert int((bad_lake[0] / "memory").read_text()) < MOST_KILOBYTES


ENTRIES = {
    "broken link": ("entries/nowhere.lnk", "unreadable"),
    "link to itself": ("entries/circle.lnk", "unreadable"),
    "link outside": ("entries/secret.lnk", "link_outside"),
    "folder outside": ("entries/outside.lnk", "link_outside"),
    "pipe": ("entries/pipe", "special_file"),
    "socket": ("entries/socket", "special_file"),
    "two encodings": ("make_encodings/mixed-1.txt", "mixed_encodings"),
    "base64": ("make_garbage/base64.txt", "text_coded"),
    "random signs": ("make_garbage/signs.txt", "text_wordless"),
    "random bytes": ("make_garbage/random-100000.txt", "binary"),
    "UTF-7": ("make_encodings/in-utf-7.txt", "text_utf7"),
    "EBCDIC": ("make_encodings/in-cp037.txt", "undecodable"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reason"), ENTRIES.values(), ids=list(ENTRIES))
def test_reasons(bad_lake: tuple[Path, str], name: str, reason: str) -> None:
    query = f"SELECT reasons FROM 'LAKE/quarantine/**/*.parquet' WHERE uri = 'in/{name}'"
    ((reasons,),) = ask(bad_lake[0] / "lake", query)
    assert reason in reasons


@pytest.mark.slow
def test_tables_and_good_records_are_published(bad_lake: tuple[Path, str]) -> None:
    names = ask(bad_lake[0] / "lake", "SELECT uri FROM 'LAKE/documents/**/*.parquet'")
    published = {uri for (uri,) in names}
    assert {f"in/good.jsonl#{number}" for number in range(GOOD_RECORDS)} <= published
    assert {f"in/make_texts/table-{name}.txt" for name in ("league", "shares", "votes")} <= published
    assert "in/make_names/feed [v2].txt" in published

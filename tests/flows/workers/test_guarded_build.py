"""A file or record that exceeds its budget goes to quarantine, and all others are published as they would be without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.lakes import ask, make_lake

from flows.workers.builder import end_builders
from flows.workers.local_map import build_here
from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.reading.spans import divide_file, read_span

# Every record with this word takes for ever, in C code.
COSTLY = """
import re
from tasks.reading import read, spans
from tasks.formats.record import make_canonical
def make_costly(found):
    if "forever" in (found.text or ""):
        re.match(r"(a+)+$", "a" * 60 + "b")
    return make_canonical(found)
read.make_canonical = spans.make_canonical = make_costly
"""
LIMITS = Limits(cpu_seconds=5, cpu_seconds_per_mb=0)


@pytest.fixture
def costly(tmp_path: Path) -> Iterator[None]:
    """Builders to which one word is too costly."""
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(COSTLY)
    end_builders()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path / "patch")
        yield
    end_builders()


def write_story(number: int, word: str = "slowly") -> str:
    return "\n\n".join(
        f"Sentence {n} of story {number} tells how {word} the ferry left the old harbour." for n in range(5)
    )


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_too_costly_is_quarantined_and_the_rest_is_published(
    tmp_path: Path, costly: None, workers: int
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    records = [{"id": f"r{n}", "text": write_story(n, "forever" if n == 13 else "slowly")} for n in range(20)]
    (folder / "many.jsonl").write_text("\n".join(map(json.dumps, records)))
    (folder / "bad.txt").write_text(f"Headline\n\n{write_story(30, 'forever')}")
    for number in range(40, 43):
        (folder / f"good-{number}.txt").write_text(f"Headline {number}\n\n{write_story(number)}")
    result = make_lake(tmp_path, "in", tmp_path / "lake", limits=LIMITS, map_shards=build_here, workers=workers)
    assert result.counts == {"records": 24, "published": 22, "duplicates": 0, "quarantined": 2}
    stopped = ask(tmp_path / "lake", "SELECT uri, reasons, detail FROM 'LAKE/quarantine/**/*.parquet' ORDER BY uri")
    detail = "needs more than 5 s of CPU time"
    assert stopped == [("in/bad.txt", ["too_costly"], detail), ("in/many.jsonl#13", ["too_costly"], detail)]
    sound = [record for record in records if "forever" not in record["text"]]
    uris = ask(tmp_path / "lake", "SELECT uri, record_id FROM 'LAKE/documents/**/*.parquet' WHERE record_id NOT NULL")
    assert sorted(uris) == sorted((f"in/many.jsonl#{record['id'][1:]}", record["id"]) for record in sound)


@pytest.mark.parametrize("ending", ["", "\n", "\n\n\n"])
def test_a_file_of_lines_is_divided_until_a_span_has_one_record(tmp_path: Path, ending: str) -> None:
    lines = [json.dumps({"id": n, "text": "x" * n}) for n in range(30)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n".join(lines) + ending)
    source, pieces, whole = Source("s", "in"), [], [InputFile(str(path), "a.jsonl", path.stat().st_size)]
    while whole:
        file = whole.pop(0)
        parts = divide_file(file, source, Limits(), 8)
        if len(parts) == 1:
            pieces.append(parts[0])
        else:
            assert len(parts) <= 9
            whole[:0] = parts
    found = [item for piece in pieces if piece.span for item in read_span(piece, piece.span, source, Limits())]
    records = [item for item in found if not isinstance(item, InputSeen)]
    assert [(item.uri, item.record_id) for item in records] == [(f"a.jsonl#{n}", str(n)) for n in range(30)]
    assert max(item.records for item in found if isinstance(item, InputSeen)) == 1


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.json"])
def test_a_file_that_is_no_file_of_lines_is_not_divided(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[{"text": "one"},\n{"text": "two"}]\n')
    file = InputFile(str(tmp_path / name), name, (tmp_path / name).stat().st_size)
    assert divide_file(file, Source("s", "in"), Limits(), 8) == (file,)

"""Exports: rows by filter in three formats, cells that no spreadsheet runs, the same bytes again."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.lakes import make_lake, make_test_run

from tasks.errors import RequestError
from tasks.lakes.export import Choice, export_rows
from tasks.lakes.lake import Lake

STORY = (
    "The harbour board of Larkhaven voted on Tuesday to rebuild the pier that the storm of last winter tore away.\n\n"
    "Work is to begin in April and to cost about four million euros, most of it from a fund for coastal towns."
)
GERMAN = (
    "Der Rat von Larkhaven hat am Dienstag beschlossen, die Seebrücke wieder aufzubauen, die der Sturm im Winter zerstörte.\n\n"
    "Die Arbeiten sollen im April beginnen und vier Millionen Euro kosten, das meiste davon aus einem Fonds für Küstenorte."
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three documents of two publishers in two languages; the text of one begins with a formula, one has a removed line."""
    folder = tmp_path_factory.mktemp("export")
    rows = [
        {
            "id": "1",
            "publisher": "a.example",
            "title": "One",
            "published_at": "2026-10-01T08:00:00Z",
            "authors": ["Ana Ruiz", "Bo Day"],
        },
        {"id": "2", "publisher": "b.example", "title": "Zwei", "published_at": "2026-10-05"},
        {"id": "3", "publisher": "a.example", "title": "Three", "url": "https://a.example/3"},
    ]
    texts = [
        f"=1+1 is two, the board said.\n\n{STORY}",
        GERMAN,
        f"{STORY}\n\nRead more: Who paid for the pier\n\nIt opened in 1931.",
    ]
    (folder / "in").mkdir()
    lines = [json.dumps(row | {"text": text}) for row, text in zip(rows, texts, strict=True)]
    (folder / "in" / "a.jsonl").write_text("\n".join(lines))
    assert make_lake(folder, "in", folder / "lake").state == "published"
    return make_test_run(folder / "lake").lake


def write(lake: Lake, target: Path, **choice: object) -> Path:
    """Exports the published version."""
    export_rows(lake, lake.manifest(), Choice(**choice), target)
    return target


def test_csv_is_read_by_spreadsheets_and_runs_nothing(lake: Lake, tmp_path: Path) -> None:
    content = write(lake, tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["One", "Three", "Zwei"]
    assert rows[0]["text"].startswith("'=1+1 is two")
    assert (rows[0]["authors"], rows[0]["published_at"]) == ("Ana Ruiz; Bo Day", "2026-10-01T08:00:00Z")
    assert json.loads(rows[0]["captions"]) == []
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_every_format_has_the_same_values(lake: Lake, tmp_path: Path) -> None:
    parquet = pl.read_parquet(write(lake, tmp_path / "a.parquet"))
    rows = [json.loads(line) for line in write(lake, tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == parquet["text"].to_list()
    assert [row["doc_id"] for row in rows] == parquet["doc_id"].to_list()
    assert rows[0]["authors"] == ["Ana Ruiz", "Bo Day"]
    assert rows[0]["published_at"] == "2026-10-01T08:00:00Z"


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ({"languages": ("de",)}, ["Zwei"]),
        ({"publishers": ("a.example",)}, ["One", "Three"]),
        ({"sources": ("other",)}, []),
        ({"start": date(2026, 10, 2), "end": date(2026, 10, 6)}, ["Zwei"]),
        # The third has no date of its own: the day of its batch counts.
        ({"start": date(2026, 10, 9)}, ["Three"]),
        ({"flags": ("released",)}, []),
        ({"without_flags": ("released",)}, ["One", "Three", "Zwei"]),
    ],
)
def test_rows_are_chosen(lake: Lake, tmp_path: Path, choice: dict[str, object], titles: list[str]) -> None:
    assert pl.read_parquet(write(lake, tmp_path / "a.parquet", **choice))["title"].to_list() == titles


def test_lines_say_what_their_document_is(lake: Lake, tmp_path: Path) -> None:
    found = pl.read_csv(write(lake, tmp_path / "a.csv", table="lines", columns=("publisher", "title", "rule", "text")))
    removed = found.filter(pl.col("text").str.starts_with("Read more")).row(0)
    assert removed == ("a.example", "Three", "read-more.en.title", "Read more: Who paid for the pier")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_an_export_again_has_the_same_bytes(lake: Lake, tmp_path: Path, suffix: str) -> None:
    assert write(lake, tmp_path / f"a{suffix}").read_bytes() == write(lake, tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("name", "choice", "fault"),
    [
        ("a.xlsx", {}, "must end in .csv, .jsonl or .parquet"),
        ("a.csv", {"columns": ("tilte",)}, "unknown column 'tilte'; did you mean 'title'"),
        ("in/a.csv", {}, "cannot be written"),
    ],
)
def test_a_wrong_choice_is_one_line_and_writes_nothing(
    lake: Lake, tmp_path: Path, name: str, choice: dict[str, object], fault: str
) -> None:
    (tmp_path / "in").write_text("a file")
    with pytest.raises(RequestError, match=fault):
        write(lake, tmp_path / name, **choice)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]

"""Deliveries whose records are erased in tests, and a scan of all bytes of a lake that uses nothing of the project."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

WORDS = 12
DAYS = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2))
PUBLISHERS = ("courier.example", "herald.example", "post.example")


@dataclass(frozen=True)
class Article:
    """A record of a delivery. `number`: its text and headline follow from it."""

    number: int
    publisher: str = PUBLISHERS[0]
    extra: int = 0  # another paragraph at its end
    has_template: bool = False  # the line of its publisher at its end
    published: str = ""
    is_broken: bool = False  # no JSON, but the text is in it

    @property
    def text(self) -> str:
        """Five paragraphs that no other number has."""
        parts = [write_paragraph(self.number * 100 + at) for at in range(5)]
        parts += [write_paragraph(self.extra)] if self.extra else []
        return "\n\n".join([*parts, *([write_template(self.publisher)] if self.has_template else [])])

    def write(self, at: int) -> str:
        """The line of a file."""
        row = {
            "id": f"{self.publisher}-{self.number}-{at}",
            "url": f"https://{self.publisher}/{self.number}.html",
            "title": f"Council of {write_name(self.number)} argues about the quay",
            "publisher": self.publisher,
            "text": self.text,
        } | ({"published_at": self.published} if self.published else {})
        line = json.dumps(row, ensure_ascii=self.number % 2 == 0)
        return line[:-1] if self.is_broken else line


def write_template(publisher: str) -> str:
    """A line of fourteen words that every article of a publisher may have at its end."""
    return " ".join(write_name(hash_name(publisher) + at) for at in range(14))


def hash_name(name: str) -> int:
    """A number for a name."""
    return sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**6


def write_name(number: int) -> str:
    """A name of a town that no other number has."""
    rng = Random(f"name {number}")
    return "".join(rng.choices("aeiourlnst", k=9)).capitalize()


def write_paragraph(number: int) -> str:
    """Forty made-up words in two sentences."""
    rng = Random(number)
    words = ["".join(rng.choices("aeioulnrstmkä", k=rng.randint(3, 8))) for _ in range(40)]
    return " ".join(words[:18]).capitalize() + ". " + " ".join(words[18:]).capitalize() + "."


def deliver(folder: Path, source: str, day: date, articles: Iterable[Article]) -> Path:
    """Writes the file of a batch."""
    path = folder / "in" / source / f"{day}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(article.write(at) + "\n" for at, article in enumerate(articles)), encoding="utf-8")
    return path


def cut_runs(text: str) -> set[str]:
    """Every run of twelve words."""
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}


def find_texts(folder: Path, texts: Iterable[str]) -> dict[str, str]:
    """The files below a folder that hold a run of twelve words of any text, with one such run."""
    return find_runs(list_disk_files(folder), set().union(*map(cut_runs, texts)))


def list_disk_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        yield str(path.relative_to(folder)), path.read_bytes()


def find_runs(files: Iterable[tuple[str, bytes]], wanted: set[str]) -> dict[str, str]:
    """The files that have any of some runs, with one of them."""
    found = {}
    for name, content in files:
        for piece in unpack(name, content):
            if hits := cut_runs(piece) & wanted:
                found[name] = min(hits)
    return found


def unpack(name: str, content: bytes) -> Iterator[str]:
    """All text in a file: its bytes, the cells of tables, JSON without escapes, pages without marks."""
    plain = content.decode("utf-8", "ignore")
    yield plain
    if content[:4] == b"PAR1":
        yield from read_cells(pq.read_table(io.BytesIO(content)))
    elif content[:2] == b"\x1f\x8b":
        yield from unpack(name, gzip.decompress(content))
    elif content[:6] == b"SQLite":
        base = sqlite3.connect(":memory:")
        base.deserialize(content)
        for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from (str(cell) for row in base.execute(f'SELECT * FROM "{table}"') for cell in row)
    if name.endswith(".json"):
        yield json.dumps(json.loads(content or b"{}"), ensure_ascii=False).replace("\\n", " ")
    if name.endswith(".html"):
        yield html.unescape(re.sub(r"<[^>]*>", " ", plain))


def read_cells(table: pa.Table) -> Iterator[str]:
    """Every string of a table, at any depth."""
    for column in table.columns:
        waiting = list(column.to_pylist())
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                yield value
            elif isinstance(value, list):
                waiting += value
            elif isinstance(value, dict):
                waiting += value.values()

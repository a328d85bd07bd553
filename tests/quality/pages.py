"""Labelled pages and dumps, and what a lake made of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from builders.lakes import ask, make_lake
from training.labelled import KEEP, find_data, has_gold, read_json_lines

from tasks.batch import Limits

DAY = date(2026, 11, 23)  # a page that is newer than its batch is quarantined; no labelled one is newer than this
RENDERINGS = {
    "naive": "whole page as text",
    "trafilatura_recall": "trafilatura in recall mode",
    "readability": "readability",
    "newspaper4k": "newspaper4k",
}
DOCUMENT = "doc_id, title, standfirst, authors, published_at, captions, text, body_lines"


@dataclass(frozen=True)
class Line:
    """A line of a text, what it is by its label, and whether it belongs to the article."""

    text: str
    label: str
    is_good: bool
    repeats: bool = False


@dataclass(frozen=True)
class LabelledText:
    """One rendering of a page, or a dump. `gold`: what is known of the article (body_text, title, authors, ...)."""

    id: str
    lines: tuple[Line, ...]
    gold: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Cleaned:
    """What was published of a text: its document (None if it was quarantined), and its lines that are not in `text`."""

    document: dict[str, Any] | None
    lines: dict[int, dict[str, Any]]

    @property
    def kept(self) -> set[int]:
        """The lines that a reader gets as standfirst or text."""
        if self.document is None:
            return set()
        shown = {at for at, line in self.lines.items() if line["role"] == "standfirst" and not line["removed"]}
        return shown | set(self.document["body_lines"] or ())

    @property
    def text(self) -> str:
        """Standfirst and text."""
        document = self.document or {}
        return "\n".join(part for part in (document.get("standfirst"), document.get("text")) if part)


def read_pages(folder: Path, rendering: str, sources: Iterable[str]) -> list[LabelledText]:
    """The pages of some sources in one rendering. `folder`: see `training.labelled.read_labelled`."""
    folder = find_data(folder)
    gold = {
        page["id"]: page | {"folder": str(folder)}
        for path in sorted((folder / "pages").glob("*.jsonl.gz"))
        for page in read_json_lines(path)
        if page["source"] in set(sources)
    }
    texts = read_json_lines(folder / "texts" / f"{rendering}.jsonl.gz")
    return [
        LabelledText(text["id"], tuple(map(read_line, text["lines"])), gold[text["id"]])
        for text in texts
        if text["lines"] and has_gold(text, gold)
    ]


def read_line(row: dict[str, Any]) -> Line:
    """A labelled line from its row."""
    is_good = row["label"] in KEEP or bool(row.get("in_body"))
    return Line(row["t"], row["label"], is_good, row.get("rep") is not None)


def clean_texts(
    texts: list[LabelledText], folder: Path, patched: Callable[[], AbstractContextManager[object]] = nullcontext
) -> dict[str, Cleaned]:
    """Ingests texts as JSON Lines into a new lake in `folder`; what came out, by id. `patched` is entered meanwhile."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    with (raw / "texts.jsonl").open("w", encoding="utf-8") as out:
        for text in texts:
            row = {"id": text.id, "url": text.gold.get("url"), "text": text.text}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    with patched():
        make_lake(folder, "raw", folder / "lake", day=DAY, limits=Limits(record_bytes=2**26))
    return read_cleaned(folder / "lake", [text.id for text in texts])


def clean_html(texts: list[LabelledText], folder: Path) -> dict[str, Cleaned]:
    """Ingests the HTML of pages, one file per page, into a new lake in `folder`; what came out, by id."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    for text in texts:
        (raw / f"{text.id}.html").write_bytes(read_html(text))
    make_lake(folder, "raw", folder / "lake", day=DAY, limits=Limits(record_bytes=2**26))
    return read_cleaned(folder / "lake", [text.id for text in texts])


def read_html(text: LabelledText) -> bytes:
    """The page as it was fetched."""
    return gzip.decompress((Path(text.gold["folder"]) / text.gold["html"]).read_bytes())


def read_cleaned(lake: Path, ids: list[str]) -> dict[str, Cleaned]:
    """What a lake holds of texts, by record id or name of file; a duplicate has the document that it repeats."""
    rows = ask(lake, f"SELECT uri, record_id, {DOCUMENT} FROM 'LAKE/documents/**/*.parquet'")
    documents = {row[2]: dict(zip(DOCUMENT.split(", "), row[2:], strict=True)) for row in rows}
    named = {row[1] or PurePosixPath(row[0]).name.removesuffix(".html"): row[2] for row in rows}
    if (lake / "duplicates").is_dir():
        repeated = ask(lake, "SELECT uri, record_id, doc_id FROM 'LAKE/duplicates/**/*.parquet'")
        named |= {row[1] or PurePosixPath(row[0]).name.removesuffix(".html"): row[2] for row in repeated}
    lines: dict[str, dict[int, dict[str, Any]]] = {}
    for doc_id, line, role, removed, rule in ask(
        lake, "SELECT doc_id, line, role, removed, rule FROM 'LAKE/lines/**/*.parquet'"
    ):
        lines.setdefault(doc_id, {})[line] = {"role": role, "removed": removed, "rule": rule}
    nothing = Cleaned(None, {})
    return {
        name: Cleaned(documents[named[name]], lines.get(named[name], {})) if name in named else nothing for name in ids
    }

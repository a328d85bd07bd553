"""Reads pages with labelled lines from a folder: the page model is trained and measured on them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from builders.articles import annotate_texts

KEEP = ("body", "standfirst", "subhead")
UNSCORED = ("mixed", "unknown", "title", "symbol")
UNTRAINED = (*UNSCORED, "caption", "credit")  # uncertain labels, and lines that roles decide on
GOLD_SHARE = 0.5  # a page with a smaller share of its gold body is left out


def read_labelled(folder: Path, rendering: str, *, gold_only: bool = True) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One rendering of a labelled folder: its pages, and its annotated lines with their labels.

    `folder` holds `texts/<rendering>.jsonl.gz` (id, lines of {t, label, in_body}) and `pages/*.jsonl.gz` (id, source,
    domain, split_key, lang, body_text), or a folder `data` that holds both. Pages: doc, id, source, publisher, lang, gold
    (body_text). Lines gain label, is_good (bool: part of the article) and source. Raises FileNotFoundError where the rendering
    is missing.
    """
    folder = find_data(folder)
    path = folder / "texts" / f"{rendering}.jsonl.gz"
    if not path.is_file():
        raise FileNotFoundError(f"no labelled texts at {path}: give a folder that holds texts/ and pages/")
    gold = {
        page["id"]: page for part in sorted((folder / "pages").glob("*.jsonl.gz")) for page in read_json_lines(part)
    }
    texts = [text for text in read_json_lines(path) if text["lines"] and (has_gold(text, gold) or not gold_only)]
    pages = pl.DataFrame([describe_page(text, gold.get(text["id"], {})) for text in texts]).with_row_index("doc")
    labels = pl.DataFrame(
        [
            (doc, line, row["label"], row["label"] in KEEP or bool(row.get("in_body")))
            for doc, text in enumerate(texts)
            for line, row in enumerate(text["lines"])
        ],
        schema={"doc": pl.UInt32, "line": pl.Int32, "label": pl.String, "is_good": pl.Boolean},
        orient="row",
    )
    canonical = ["\n".join(row["t"].rstrip() for row in text["lines"]) for text in texts]
    lines = annotate_texts(canonical)
    lines = lines.join(labels, on=["doc", "line"], how="left", maintain_order="left")
    return pages, lines.join(pages.select("doc", "source"), on="doc", how="left", maintain_order="left")


def find_data(folder: Path) -> Path:
    """The folder itself, or its folder `data` where there is one."""
    return folder / "data" if (folder / "data").is_dir() else folder


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            yield json.loads(row)


def has_gold(text: dict[str, Any], gold: dict[str, dict[str, Any]]) -> bool:
    """Whether the page of a text has a gold body that the text holds enough of."""
    return bool(text.get("has_gold_body")) and text["id"] in gold and text.get("gold_cov", 1) >= GOLD_SHARE


def describe_page(text: dict[str, Any], page: dict[str, Any]) -> dict[str, str]:
    """One row of pages; the publisher is the folder's own grouping where there is one, else the domain."""
    return {
        "id": text["id"],
        "source": page.get("source") or "",
        "publisher": page.get("split_key") or page.get("domain") or text["id"],
        "lang": page.get("lang") or "",
        "gold": page.get("body_text") or "",
    }

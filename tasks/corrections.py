"""Corrections: what people decided about single lines, as rows of corrections.toml that every run obeys.

A correction is an input of the batches that it touches, like their files: it is part of their settings, so they are stale until
they are run with it. It decides last, after rules, roles, the page model and learned lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import Correction
from tasks.lines import change_lines
from tasks.rules.load import find_keys
from tasks.toml_rows import append_row, quote_text, read_toml_rows, write_value

FILE = "corrections.toml"  # beside sources.toml
RULE = "correction"
# A proposed row of a rule, before a person has looked at it.
RULE_ROW: dict[str, str | list[str]] = {
    "id": "related.any.proposed",
    "family": "related",
    "languages": ["any"],
    "action": "remove",
    "zone": "edge",
    "takes": "line",
}


ASKED = pl.Schema(
    {
        "number": pl.Int64,
        "key": pl.String,
        "publisher": pl.String,
        "uri": pl.String,
        "_keep": pl.Boolean,
        "_why": pl.String,
    }
)


def find_corrections_file(sources: Path) -> Path:
    """Where the corrections are. `sources`: the path of sources.toml."""
    return sources.absolute().with_name(FILE)


def load_corrections(path: Path) -> tuple[Correction, ...]:
    """The rows of a file, none where there is no file. Raises RowError."""
    return read_toml_rows(path, "correction", Correction, unique=False) if path.exists() else ()


def choose_corrections(rows: Iterable[Correction], source: str, day: date) -> tuple[Correction, ...]:
    """The rows that may touch a batch: its own, and those of publishers."""
    return tuple(row for row in rows if row.publisher or (row.source, row.logical_date) == (source, day))


def apply_corrections(
    lines: pl.DataFrame, records: pl.DataFrame, rows: Sequence[Correction]
) -> tuple[pl.DataFrame, frozenset[int]]:
    """Decides about the lines of corrections, which are compared whole, without white space around them.

    `lines` as `clean_documents` gives them, `records` in the order of their documents. A kept line becomes part of the body, a
    removed one has the rule `correction`. A later row counts, and one of a document before one of its publisher. Also returns
    the numbers of the rows (from 0) whose line was found.
    """
    if not rows:
        return lines, frozenset()
    said = {row.line.strip() for row in rows}
    found = lines.filter(pl.col("text").str.strip_chars().is_in(list(said)))
    if found.is_empty():
        return lines, frozenset()
    places = records.select("uri", "publisher").with_row_index("doc").with_columns(pl.col("doc").cast(pl.UInt32))
    placed = found.select("doc", "line", key=pl.col("text").str.strip_chars()).join(places, on="doc")
    asked = pl.DataFrame(
        [(n, row.line.strip(), row.publisher, row.uri, row.action == "keep", row.why) for n, row in enumerate(rows)],
        schema=ASKED,
        orient="row",
    )
    own = placed.drop("publisher").join(asked.drop("publisher"), on=["key", "uri"]).with_columns(whole=pl.lit(False))
    wide = placed.drop("uri").join(asked.drop("uri"), on=["key", "publisher"]).with_columns(whole=pl.lit(True))
    columns = ["doc", "line", "number", "whole", "_keep", "_why"]
    hits = pl.concat([own.select(columns), wide.select(columns)])
    decided = hits.sort("whole", "number", descending=[False, True]).unique(["doc", "line"], keep="first")
    joined = lines.join(decided.drop("number", "whole"), on=["doc", "line"], how="left", maintain_order="left")
    # The name of the rule says to later steps that the line is not theirs to decide.
    kept = {"removed": False, "role": None, "by": None, "evidence": None, "rule": RULE}
    joined = change_lines(joined, pl.col("_keep"), **kept)
    cut = {"removed": True, "role": "boilerplate", "by": RULE, "evidence": pl.col("_why"), "rule": RULE}
    return change_lines(joined, ~pl.col("_keep"), **cut).drop("_keep", "_why"), frozenset(hits["number"])


def write_correction(row: Correction) -> str:
    """A row as TOML.

    >>> print(write_correction(Correction("Sign up", "remove", "a form", publisher="courier.example")), end="")
    [[correction]]
    publisher = "courier.example"
    line = "Sign up"
    action = "remove"
    why = "a form"
    """
    names = ("publisher", "source", "logical_date", "uri", "line", "action", "why", "by")
    values = [(name, getattr(row, name)) for name in names if getattr(row, name)]
    written = [f"{name} = {value if isinstance(value, date) else quote_text(value)}" for name, value in values]
    return "\n".join(["[[correction]]", *written]) + "\n"


def add_correction(path: Path, row: Correction) -> None:
    """Appends a row to a file that may not exist. Raises RowError where it holds wrong rows, RequestError if it cannot."""
    load_corrections(path)
    append_row(path, "correction", write_correction(row))


def list_said(document: Mapping[str, Any], lines: Iterable[str]) -> set[str]:
    """The lines of a document that a correction can name: as they arrived, and the paragraphs that were joined of them."""
    return {line.strip() for line in (*lines, *document["text"].split("\n"))} - {""}


def propose_rules(rows: Sequence[Correction]) -> Iterator[str]:
    """Rows of rules, as TOML, for removals, the most asked for first; then what was kept, for the `keeps` of what cut it."""
    removed: dict[str, list[Correction]] = {}
    for row in rows:
        if row.action == "remove":
            removed.setdefault(row.line.strip(), []).append(row)
    for line, found in sorted(removed.items(), key=lambda pair: -len(pair[1])):
        places = ", ".join(dict.fromkeys(row.place for row in found))
        why = f"A person said: {'; '.join(dict.fromkeys(row.why.rstrip('.') for row in found))}."
        examples: dict[str, str | list[str]] = {"why": why, "hits": [line], "keeps": [f"{line}, the mayor said."]}
        written = RULE_ROW | {"lines": sorted(find_keys([line]).values())} | examples
        yield f"# Asked for in {places}. Choose id, family, languages and zone, and lines that it must keep."
        yield "\n".join(["[[rule]]", *(f"{name} = {write_value(value)}" for name, value in written.items()), ""])
    if kept := dict.fromkeys(row.line.strip() for row in rows if row.action == "keep"):
        yield "# Kept by hand; `keeps` of the rules that removed them."
        yield f"keeps = {write_value(list(kept))}"

"""Counts how often each rule is right, on pages with labelled lines.

    make precision FOLDER=... NAME=... [OUT=precision.json] [CORRECTIONS=corrections.toml]

Every rendering in the folder is cleaned like a batch, and so are the articles alone, where every cut is a mistake. Equal lines
of one page count once, and are good if one of them is good. The output holds ids, languages and counts, and no text. Each rule
acts as its row is written: the precision floor of earlier counts does not apply. A line that a person has corrected is one
more label for the rule that matches it, in the language "unknown".
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from builders.articles import annotate, annotate_texts, make_records

from tasks.batch import Correction
from tasks.cleaning.clean import clean_lines
from tasks.corrections import load_corrections
from tasks.pages.cuts import list_heads, mark_page_cuts
from tasks.rules import match_rules
from tasks.rules.load import ROWS, read_rules
from tasks.rules.precision import PRECISION, PrecisionCounts
from tasks.toml_rows import RowError
from training.labelled import UNSCORED, find_data, read_json_lines, read_labelled

BUDGET = 0.5  # the share of a document that rules may remove, as in a batch
KEPT_ROLES = ("headline", "standfirst")  # published in columns of their own
LINE = ("doc", "line", "text", "gap")


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the folder, measures and writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="holds texts/<rendering>.jsonl.gz and pages/<source>.jsonl.gz")
    options.add_argument("--name", required=True, help="name of the set of pages in docs/rules.md")
    options.add_argument("--out", type=Path, default=PRECISION)
    options.add_argument("--sources", default="fundus,shub", help="sources of pages with whole articles")
    options.add_argument("--corrections", type=Path, help="a file of corrections, which count as labels too")
    chosen = options.parse_args(arguments)
    try:
        corrections = load_corrections(chosen.corrections) if chosen.corrections else ()
        measured = measure_folder(chosen.folder, chosen.name, tuple(chosen.sources.split(",")), corrections)
    except (FileNotFoundError, RowError) as error:
        options.error(str(error))
    write_precision(chosen.out, measured)
    print(f"wrote {chosen.out}: {measured.pages} pages, {len(measured.counts)} rows with counts")


def measure_folder(
    folder: Path, name: str, sources: tuple[str, ...], corrections: Sequence[Correction] = ()
) -> PrecisionCounts:
    """The counts of a whole labelled folder, and of corrections. Raises FileNotFoundError where it holds no texts."""
    cuts = find_cuts(folder, sources)
    counts = count_cuts(pl.concat([cuts, match_corrections(corrections)]))
    return PrecisionCounts(name=name, pages=cuts["id"].n_unique(), counts=counts)


def match_corrections(rows: Sequence[Correction]) -> pl.DataFrame:
    """The lines that people have decided about, as `find_cuts` gives lines, each with the rule that matches it on its own."""
    lines = pl.Series("text", [row.line.strip() for row in rows], dtype=pl.String)
    return pl.DataFrame(
        {
            "id": pl.Series([row.place for row in rows], dtype=pl.String),
            "lang": pl.repeat("", len(rows), dtype=pl.String, eager=True),
            "text": lines,
            "by": match_rules(lines, read_rules(ROWS))["rule"],
            "is_good": pl.Series([row.action == "keep" for row in rows], dtype=pl.Boolean),
        }
    )


def find_cuts(folder: Path, sources: tuple[str, ...]) -> pl.DataFrame:
    """Every line of every page and rendering: id and lang of the page, text, by (null for lines that stay), is_good."""
    folder = find_data(folder)
    renderings = [path.name.removesuffix(".jsonl.gz") for path in sorted((folder / "texts").glob("*.jsonl.gz"))]
    if not renderings:
        raise FileNotFoundError(f"no labelled texts in {folder / 'texts'}: give a folder that holds texts/ and pages/")
    found: list[pl.DataFrame] = []
    for rendering in renderings:
        pages, lines = read_labelled(folder, rendering)
        pages = pages.filter(pl.col("source").is_in(sources))
        lines = lines.filter(pl.col("doc").is_in(pages["doc"].implode()))
        scored = clean_labelled(lines).filter(~pl.col("label").is_in(UNSCORED))
        found.append(
            scored.join(pages.select("doc", "id", "lang"), on="doc").select("id", "lang", "text", "by", "is_good")
        )
    seen = pl.concat(found)["id"].unique().to_list()
    articles = [page for path in sorted((folder / "pages").glob("*.jsonl.gz")) for page in read_json_lines(path)]
    return pl.concat([*found, cut_articles([page for page in articles if page["id"] in set(seen)])])


def cut_articles(pages: list[dict[str, str]]) -> pl.DataFrame:
    """The lines of the articles alone: the columns of `find_cuts`, all lines good."""
    texts = [
        "\n\n".join([page.get("title") or "", *filter(str.strip, page["body_text"].split("\n"))]) for page in pages
    ]
    named = pl.DataFrame({"id": [page["id"] for page in pages], "lang": [page.get("lang") or "" for page in pages]})
    lines = clean_labelled(annotate_texts([text.strip() for text in texts]))
    titles = lines.group_by("doc").agg(pl.col("line").min())  # titles are not measured
    body = lines.join(titles, on=["doc", "line"], how="anti", maintain_order="left")
    return body.join(named.with_row_index("doc"), on="doc").select("id", "lang", "text", "by", is_good=pl.lit(True))


def clean_labelled(lines: pl.DataFrame) -> pl.DataFrame:
    """Annotated lines cleaned as in a batch, with every row's own action, without the lines that the page model cuts."""
    judged = mark_page_cuts(apply_own_actions(lines))
    article = judged.filter(~pl.col("page_cut"))
    # Documents are numbered from 0 without gaps, as in a batch.
    number = article.select("doc").unique(maintain_order=True).with_row_index("new")
    texts = article.select(*LINE).join(number, on="doc", maintain_order="left").drop("doc").rename({"new": "doc"})
    known = list_heads(judged).join(number, on="doc").select("line", "role", doc="new")
    again = apply_own_actions(annotate(texts.select(*LINE), make_records(len(number)), known))
    cleaned = clean_lines(again, BUDGET).filter(~pl.col("role").is_in(KEPT_ROLES).fill_null(False))
    taken = cleaned.select(new="doc", line="line", by="by").join(number, on="new").drop("new")
    return article.join(taken, on=["doc", "line"], how="left", maintain_order="left")


def apply_own_actions(lines: pl.DataFrame) -> pl.DataFrame:
    """Annotated lines with the action that each rule's row asks for."""
    own = {rule.id: rule.action for rule in read_rules(ROWS)}
    return lines.with_columns(
        action=pl.col("rule").replace_strict(own, default=pl.col("action"), return_dtype=pl.String)
    )


def count_cuts(cuts: pl.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """For each row and language of the page, the lines it removed from the body and how many of them were good."""
    distinct = cuts.filter(pl.col("by").is_not_null()).group_by("by", "lang", "id", "text").agg(pl.col("is_good").any())
    table = distinct.group_by("by", "lang").agg(lines=pl.len(), good=pl.col("is_good").sum()).sort("by", "lang")
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for by, lang, lines, good in table.iter_rows():
        counts.setdefault(by, {})[lang or "unknown"] = (lines, good)
    return counts


def write_precision(path: Path, precision: PrecisionCounts) -> None:
    """Writes the counts, one line per row, sorted by id."""
    rows = [
        f"    {json.dumps(name)}: {json.dumps(dict(sorted(by.items())))}"
        for name, by in sorted(precision.counts.items())
    ]
    head = f'{{\n  "name": {json.dumps(precision.name)},\n  "pages": {precision.pages},\n  "counts": {{\n'
    path.write_text(head + ",\n".join(rows) + "\n  }\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Measures how often each row is right, on pages whose lines people have labelled.

    python -m tasks.training.measure FOLDER --name NAME [--out precision.json] [--sources fundus,shub]

Every rendering in the folder goes through the same steps as a batch, and so do the articles alone, where every cut is a
mistake. A line of a page counts once, however often it stands there, and is good if it is good anywhere. What comes out
holds ids, languages and counts, and no text. Rows count as they are written: a floor that was found before changes nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

from tasks.cleaning.annotate import annotate
from tasks.cleaning.clean import clean_lines
from tasks.pages import judge_pages
from tasks.rules.load import ROWS, read_rules
from tasks.rules.precision import PRECISION, Precision, write_precision
from tasks.training.labelled import UNSCORED, annotate_texts, read_labelled, read_rows

BUDGET = 0.5  # the share of a document that rules may take out, as a batch has it
KEPT_ROLES = ("headline", "standfirst")  # they stay in the document, under names of their own
LINE = ("doc", "line", "text", "gap")


def main() -> None:
    """Reads the folder, measures and writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="holds texts/<rendering>.jsonl.gz and pages/<source>.jsonl.gz")
    options.add_argument("--name", required=True, help="what the set is called in the published page")
    options.add_argument("--out", type=Path, default=PRECISION)
    options.add_argument("--sources", default="fundus,shub", help="sources of pages with whole articles")
    chosen = options.parse_args()
    measured = measure_folder(chosen.folder, chosen.name, tuple(chosen.sources.split(",")))
    write_precision(chosen.out, measured)
    print(f"{chosen.out}: {len(measured.counts)} rows took lines out of {measured.pages} pages")


def measure_folder(folder: Path, name: str, sources: tuple[str, ...]) -> Precision:
    """The counts of a whole labelled folder. Raises FileNotFoundError where it holds no texts."""
    cuts = find_cuts(folder, sources)
    pages = cuts["id"].n_unique()
    return Precision(name=name, pages=pages, counts=count_cuts(cuts))


def find_cuts(folder: Path, sources: tuple[str, ...]) -> pl.DataFrame:
    """Every line of every page and rendering: id and lang of the page, text, by (null for lines that stay), is_good."""
    folder = folder / "data" if (folder / "data").is_dir() else folder
    renderings = [path.name.removesuffix(".jsonl.gz") for path in sorted((folder / "texts").glob("*.jsonl.gz"))]
    if not renderings:
        raise FileNotFoundError(f"no labelled texts in {folder / 'texts'}: give a folder that holds texts/ and pages/")
    found: list[pl.DataFrame] = []
    for rendering in renderings:
        pages, lines = read_labelled(folder, rendering)
        pages = pages.filter(pl.col("source").is_in(sources))
        lines = lines.filter(pl.col("doc").is_in(pages["doc"].implode()))
        scored = treat_labelled(lines).filter(~pl.col("label").is_in(UNSCORED))
        found.append(
            scored.join(pages.select("doc", "id", "lang"), on="doc").select("id", "lang", "text", "by", "is_good")
        )
    seen = pl.concat(found)["id"].unique().to_list()
    articles = [page for path in sorted((folder / "pages").glob("*.jsonl.gz")) for page in read_rows(path)]
    return pl.concat([*found, cut_articles([page for page in articles if page["id"] in set(seen)])])


def cut_articles(pages: list[dict[str, str]]) -> pl.DataFrame:
    """What is taken out of the articles alone: the columns of `find_cuts`, all lines good."""
    texts = [
        "\n\n".join([page.get("title") or "", *filter(str.strip, page["body_text"].split("\n"))]) for page in pages
    ]
    named = pl.DataFrame({"id": [page["id"] for page in pages], "lang": [page.get("lang") or "" for page in pages]})
    lines = treat_labelled(annotate_texts(pl.Series([text.strip() for text in texts])))
    titles = lines.group_by("doc").agg(pl.col("line").min())  # a title is no part of what is measured
    body = lines.join(titles, on=["doc", "line"], how="anti", maintain_order="left")
    return body.join(named.with_row_index("doc"), on="doc").select("id", "lang", "text", "by", is_good=pl.lit(True))


def treat_labelled(lines: pl.DataFrame) -> pl.DataFrame:
    """Annotated lines treated as a run treats them, with every row's own action; lines that pages lose are left out."""
    judged = judge_pages(with_own_actions(lines))
    article = judged.filter(~pl.col("page_cut"))
    headlines = judged.filter(pl.col("page_headline")).select("doc", "line")
    # Documents are counted from 0 without holes, as a batch counts them.
    number = article.select("doc").unique(maintain_order=True).with_row_index("new")
    texts = article.select(*LINE).join(number, on="doc", maintain_order="left").drop("doc").rename({"new": "doc"})
    pointed = headlines.join(number, on="doc").select(doc="new", line="line")
    records = pl.DataFrame(
        {"title": [None] * len(number), "standfirst": [None] * len(number), "authors": [[]] * len(number)},
        schema={"title": pl.String, "standfirst": pl.String, "authors": pl.List(pl.String)},
    )
    again = with_own_actions(annotate(texts.select(*LINE), records, pointed))
    cleaned = clean_lines(again, BUDGET).filter(~pl.col("role").is_in(KEPT_ROLES).fill_null(False))
    taken = cleaned.select(new="doc", line="line", by="by").join(number, on="new").drop("new")
    return article.join(taken, on=["doc", "line"], how="left", maintain_order="left")


def with_own_actions(lines: pl.DataFrame) -> pl.DataFrame:
    """Annotated lines with the action that each rule's row asks for."""
    own = {rule.id: rule.action for rule in read_rules(ROWS)}
    return lines.with_columns(
        action=pl.col("rule").replace_strict(own, default=pl.col("action"), return_dtype=pl.String)
    )


def count_cuts(cuts: pl.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """For each row and language of the page, the lines it took out of the body and how many of them were good."""
    distinct = cuts.filter(pl.col("by").is_not_null()).group_by("by", "lang", "id", "text").agg(pl.col("is_good").any())
    table = distinct.group_by("by", "lang").agg(lines=pl.len(), good=pl.col("is_good").sum()).sort("by", "lang")
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for by, lang, lines, good in table.iter_rows():
        counts.setdefault(by, {})[lang or "unknown"] = (lines, good)
    return counts


if __name__ == "__main__":
    main()

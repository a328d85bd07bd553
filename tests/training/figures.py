"""Figures of how well pages are read: word F1 against the article's text, line F1 against labelled lines."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from training.labelled import UNSCORED

WORD = re.compile(r"\w+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
OTHER_ROLES = ("caption", "credit", "byline", "timestamp", "bio", "contributors")


def measure_pages(pages: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Figures of each page: id, source, lang, word_f1, line_f1, cut, headline_right (null where no line is labelled a title).

    `lines` come from `mark_page_cuts`, with label and is_good. A line is kept if neither the page model nor a rule removes it
    and it has none of OTHER_ROLES. Lines labelled title count for neither F1.
    """
    by_rule = (pl.col("action") == "remove").fill_null(False) & ~pl.col("is_paragraph")
    other = pl.col("role").is_in(OTHER_ROLES).fill_null(False)
    kept = ~pl.col("page_cut") & ~by_rule & ~other & ~pl.col("page_headline")
    marked = lines.select(
        "doc", "text", "page_headline", "page_cut", "label", "is_good", kept=kept & (pl.col("label") != "title")
    )
    rows = []
    for (doc,), part in marked.group_by("doc", maintain_order=True):
        page = pages.row(int(str(doc)), named=True)
        scored = part.filter(~pl.col("label").is_in(UNSCORED))
        titles = part.filter(pl.col("label") == "title")
        rows.append(
            {
                "id": page["id"],
                "source": page["source"],
                "lang": page["lang"],
                "word_f1": compute_word_f1("\n".join(part.filter("kept")["text"]), page["gold"]),
                "line_f1": compute_line_f1(scored["kept"], scored["is_good"]),
                "cut": int(part["page_cut"].sum()),
                "headline_right": bool(titles["page_headline"].any()) if titles.height else None,
            }
        )
    return pl.DataFrame(rows)


def table_figures(figures: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Mean figures over all pages, by source, and for English and other languages."""
    groups = {"all": pl.lit(True), "english": pl.col("lang") == "en", "other languages": pl.col("lang") != "en"}
    groups |= {source: pl.col("source") == source for source in sorted(figures["source"].unique())}
    columns = pl.col("word_f1", "line_f1", "headline_right").cast(pl.Float64)
    table = {}
    for name, rows in groups.items():
        part = figures.filter(rows)
        means = part.select(columns.mean().round(3)).row(0, named=True)
        table[name] = {"pages": part.height, **{key: mean for key, mean in means.items() if mean is not None}}
    return table


def count_words(text: str) -> Counter[str]:
    """The words of a text; in scripts without spaces, its characters."""
    return Counter(WORD.findall(DENSE.sub(lambda found: f" {found[0]} ", text.lower())))


def compute_word_f1(text: str, gold: str) -> float:
    """F1 of two bags of words."""
    found, expected = count_words(text), count_words(gold)
    return compute_f1((found & expected).total(), found.total(), expected.total())


def compute_line_f1(kept: pl.Series, good: pl.Series) -> float | None:
    """F1 of the kept lines; None where no line belongs to the article."""
    return compute_f1(int((kept & good).sum()), int(kept.sum()), int(good.sum())) if good.any() else None


def compute_f1(both: int, found: int, expected: int) -> float:
    """F1 from counts."""
    return 2 * both / (found + expected) if both else 0.0

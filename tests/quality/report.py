"""The page of docs/quality.md from what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from quality.dumps import LineCounts
from quality.examples import Example
from quality.fields import FieldCounts
from quality.lines import LOW, Figures, compute_gain
from quality.pages import RENDERINGS

MOST = 8  # kinds of mistakes that are listed


@dataclass(frozen=True)
class MeasuredSet:
    """One rendering: figures by way to choose lines, counts by field, lines that stay and lines that are cut wrongly."""

    figures: dict[str, Figures]
    fields: dict[str, FieldCounts]
    mistakes: tuple[Counter[str], Counter[str]]


@dataclass(frozen=True)
class Report:
    """Everything that was measured. `html`: pages and word F1; `lost`: words and all; `false_titles`: dumps and all."""

    sets: dict[str, MeasuredSet]
    html: dict[str, tuple[int, float]]
    lost: tuple[int, int]
    hand: dict[str, LineCounts]
    false_titles: tuple[int, int]
    examples: list[Example]


def write_report(report: Report) -> str:
    """The page, as Markdown."""
    return "\n".join(line for part in write_parts(report) for line in (*part, "")).rstrip() + "\n"


def write_parts(report: Report) -> Iterator[Iterable[str]]:
    """The page's parts, each a few lines."""
    yield ["# How well it cleans, and what it gets wrong"]
    yield [
        f"Written by `make quality FOLDER=... WRITE=1`; trafilatura {version('trafilatura')}, jusText {version('justext')}."
    ]
    yield [
        "The labelled pages are not part of this project: their text belongs to their publishers. They are news pages in 25 languages whose",
        "articles other people extracted by hand or by parsers written for the site (Fundus, and Scrapinghub's article extraction",
        "benchmark), each line of each rendering labelled by comparing it with the article. All figures of a table are over the same",
        "pages: of each rendering, those that hold half of the article or more.",
    ]
    yield ["## From text"]
    yield [
        "Word F1 compares the words of standfirst and text with those of the article; line F1 compares the lines that are kept with the",
        f"labels. Means over pages; the gain is over doing nothing, with its standard error. Low: pages with a word F1 below {LOW}. Titles",
        "count on no side. Whole pages are read by models that have seen no page of the publisher.",
    ]
    yield table_sets(report.sets)
    if report.html:
        yield ["## From HTML"]
        yield table(
            "extractor | pages | word F1", ([name, pages, f"{f1:.3f}"] for name, (pages, f1) in report.html.items())
        )
    yield ["## Articles that need no cleaning"]
    lost, words = report.lost
    yield [f"Of {words:,} words of the articles alone, {lost:,} are lost: {lost / max(words, 1):.3%}."]
    if report.hand:
        yield ["## Dumps whose every line a person labelled"]
        yield table(
            "way | line F1 | wrongly kept | wrongly cut",
            ([name, f"{c.f1:.3f}", c.wrongly_kept, c.wrongly_cut] for name, c in report.hand.items()),
        )
    yield ["## Fields"]
    yield [
        "Of the values that were given, how many are right; of the values that stand in the text, how many were found. Only pages whose",
        "article is known with every field count; captions only where the article has some.",
    ]
    for name, measured in report.sets.items():
        yield [f"{RENDERINGS[name].capitalize()}:"]
        yield table("field | right of given | found of those in the text", table_fields(measured.fields))
    if report.false_titles[1]:
        titled, dumps = report.false_titles
        yield [
            f"Of {dumps} dumps in which no line says their title, {titled} got a title all the same: {titled / dumps:.1%}."
        ]
    yield ["## What it gets wrong"]
    yield [
        "Lines of all pages that a reader gets and should not, by their label, and lines of the articles that are missing, by what took",
        "them out.",
    ]
    yield table("input | stay | are cut", table_mistakes(report.sets))
    yield ["Examples, made for this page; a test proves that each is still read wrongly:"]
    for example in report.examples:
        verb = "stays in the text" if example.fault == "stays" else "is cut"
        yield [f"- **{example.name}**: {verb}. {example.why}", f"  > {example.line}"]


def table_sets(sets: dict[str, MeasuredSet]) -> list[str]:
    """Figures by rendering."""
    rows = []
    for name, measured in sets.items():
        nothing = measured.figures["nothing done"]
        for way, figures in measured.figures.items():
            gains = (compute_gain(figures.words, nothing.words), compute_gain(*pair_lines(figures, nothing)))
            gain = " / ".join(f"{mean:+.3f} ({error:.3f})" for mean, error in gains) if way == "copydesk" else ""
            figure = f"{figures.word_f1:.3f} / {figures.line_f1:.3f}"
            rows.append([RENDERINGS[name], len(figures.words), way, figure, f"{figures.low:.0%}", gain])
    return table("input | pages | way | word F1 / line F1 | low | gain", rows)


def pair_lines(figures: Figures, others: Figures) -> tuple[list[float], list[float]]:
    """Line F1 of the pages that have it."""
    pairs = [(a, b) for a, b in zip(figures.lines, others.lines, strict=True) if a is not None and b is not None]
    return [a for a, _ in pairs], [b for _, b in pairs]


def table_fields(fields: dict[str, FieldCounts]) -> Iterator[list[object]]:
    """Shares and counts by field."""
    for name, counts in fields.items():
        yield [name, write_share(counts.right, counts.given), write_share(counts.found, counts.there)]


def table_mistakes(sets: dict[str, MeasuredSet]) -> Iterator[list[object]]:
    """The most common mistakes by rendering."""
    for name, measured in sets.items():
        yield [
            RENDERINGS[name],
            *(", ".join(f"{kind} {n}" for kind, n in rank(counts)) for counts in measured.mistakes),
        ]


def rank(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most common kinds, by number, then name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]


def write_share(part: int, whole: int) -> str:
    """A share with its counts."""
    return f"{part / whole:.2f} ({part} of {whole})" if whole else ""


def table(head: str, rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table; columns of figures are aligned by their content."""
    columns = head.split(" | ")
    return [
        f"| {head} |",
        f"| {' | '.join(['---'] * len(columns))} |",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
    ]

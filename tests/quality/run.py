"""Measures how well copydesk cleans, on labelled pages that are not part of the project, and writes docs/quality.md.

    make quality FOLDER=... [WRITE=1]

Every set is ingested like a batch, into lakes in a temporary folder. Whole pages are read by models that have seen no page of
their publisher, in five folds. The page holds figures, labels and made-up examples, and no text of the labelled pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from training.labelled import find_data, read_labelled
from training.train import FOLDS, choose_fold, train_model

from quality.dumps import count_lines, find_untitled, read_dumps, read_labelled_dumps
from quality.examples import find_outdated, read_examples
from quality.fields import count_fields
from quality.lines import CHOICES, count_lost, score_choice, score_cleaned, score_extractors, score_words
from quality.mistakes import count_mistakes
from quality.pages import RENDERINGS, Cleaned, LabelledText, Line, clean_html, clean_texts, read_pages
from quality.report import MeasuredSet, Report, write_report
from tasks.pages import cuts
from tasks.pages.weights import PageModel

LEARNED = "naive"  # the rendering that the page model is trained on


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, and writes the page or prints it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="holds texts/ and pages/, and where there are some dumps/ and hand/")
    options.add_argument("--sources", default="fundus,shub", help="sources of pages with whole articles")
    options.add_argument("--fields", default="fundus", help="sources of pages whose gold has every field")
    options.add_argument("--write", type=Path, help="the page to write; without it, it is printed")
    chosen = options.parse_args(arguments)
    if not (find_data(chosen.folder) / "texts").is_dir():
        options.error(f"no labelled texts in {chosen.folder}: give a folder that holds texts/ and pages/")
    with TemporaryDirectory() as work:
        page = write_report(measure(chosen.folder, chosen.sources.split(","), chosen.fields.split(","), Path(work)))
    if chosen.write:
        chosen.write.write_text(page, encoding="utf-8")
        print(f"wrote {chosen.write}")
    else:
        sys.stdout.write(page)


def measure(folder: Path, sources: list[str], full: list[str], work: Path) -> Report:
    """All figures of a labelled folder. `full`: the sources whose gold has every field; `work`: an empty folder."""
    examples = read_examples()
    if outdated := find_outdated(examples, work / "examples"):
        raise SystemExit(f"tests/quality/examples.toml: these come out right, remove them: {', '.join(outdated)}")
    sets = {}
    for name in RENDERINGS:
        if (find_data(folder) / "texts" / f"{name}.jsonl.gz").is_file():
            texts = read_pages(folder, name, sources)
            cleaned = clean_learned(folder, texts, work) if name == LEARNED else clean_texts(texts, work / name)
            sets[name] = measure_set(texts, cleaned, full)
    texts = read_pages(folder, next(iter(sets)), sources)
    articles = [write_article(text) for text in texts]
    dumps = read_dumps(folder)
    labelled = read_labelled_dumps(folder)
    return Report(
        sets=sets,
        html=measure_html([text for text in texts if text.gold.get("html")], work / "html"),
        lost=count_lost(articles, clean_texts(articles, work / "articles")),
        hand=count_lines(labelled, clean_texts(labelled, work / "hand")) if labelled else {},
        false_titles=count_false_titles(dumps, work / "dumps") if dumps else (0, 0),
        examples=examples,
    )


def measure_set(texts: list[LabelledText], cleaned: dict[str, Cleaned], full: list[str]) -> MeasuredSet:
    """The figures of one rendering."""
    figures = {"copydesk": score_cleaned(texts, cleaned)}
    figures |= {name: score_choice(texts, choose) for name, choose in CHOICES.items()}
    with_fields = [text for text in texts if text.gold["source"] in full]
    return MeasuredSet(figures, count_fields(with_fields, cleaned), count_mistakes(texts, cleaned))


def clean_learned(folder: Path, texts: list[LabelledText], work: Path) -> dict[str, Cleaned]:
    """Whole pages, each read by a model that was trained on other publishers' pages."""
    pages, lines = read_labelled(folder, LEARNED)
    folds = pages.select("id", "doc", fold=pl.col("publisher").map_elements(choose_fold, return_dtype=pl.Int64))
    line_fold = folds["fold"].gather(lines["doc"])
    cleaned = {}
    for number in range(FOLDS):
        names = set(folds.filter(pl.col("fold") == number)["id"])
        if part := [text for text in texts if text.id in names]:
            with use_model(train_model(lines.filter(line_fold != number))):
                cleaned |= clean_texts(part, work / f"{LEARNED}-{number}")
    return cleaned


@contextmanager
def use_model(model: PageModel) -> Iterator[None]:
    """Reads whole pages with another model, in this process."""
    own = cuts.load_model
    cuts.load_model = lambda: model
    try:
        yield
    finally:
        cuts.load_model = own


def measure_html(texts: list[LabelledText], folder: Path) -> dict[str, tuple[int, float]]:
    """Pages and word F1 of copydesk and of extractors, on the HTML of pages; {} without any."""
    if not texts:
        return {}
    cleaned = clean_html(texts, folder)
    return {"copydesk": (len(texts), score_words(texts, cleaned)), **score_extractors(texts)}


def write_article(text: LabelledText) -> LabelledText:
    """The gold title and article alone, of which nothing should be cut."""
    parts = [text.gold.get("title") or "", *text.gold["body_text"].split("\n")]
    joined = "\n\n".join(part for part in parts if part.strip())
    return LabelledText(text.id, tuple(Line(line, "body", True) for line in joined.split("\n")), text.gold)


def count_false_titles(dumps: list[LabelledText], folder: Path) -> tuple[int, int]:
    """Of the dumps without a line of their title, those that got one, and their number."""
    untitled = find_untitled(dumps)
    cleaned = clean_texts(dumps, folder)
    titled = sum(bool((cleaned[dump.id].document or {}).get("title")) for dump in untitled)
    return titled, len([dump for dump in untitled if cleaned[dump.id].document])


if __name__ == "__main__":
    main()

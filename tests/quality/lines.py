"""How much of the article is kept, and of nothing else: words and lines, beside other ways to choose lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, stdev

import justext
import trafilatura
from training.figures import DENSE, compute_f1, compute_word_f1, count_words
from training.labelled import UNSCORED

from quality.pages import Cleaned, LabelledText, Line, read_html

ENDS = (".", "?", "!", '"', "\u201d", "\u3002", "\uff1f", "\uff01", "\u300d")
BARRED = re.compile(
    r"javascript|lorem ipsum|terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies|\{", re.I
)
LOW = 0.8  # a page below this word F1 was read wrongly


@dataclass(frozen=True)
class Figures:
    """Word F1 and line F1 of each page, in the order of the pages; line F1 is None where no line belongs to the article."""

    words: list[float]
    lines: list[float | None]

    @property
    def word_f1(self) -> float:
        """The mean over pages."""
        return mean(self.words)

    @property
    def line_f1(self) -> float:
        """The mean over pages whose lines are scored."""
        return mean(figure for figure in self.lines if figure is not None)

    @property
    def low(self) -> float:
        """The share of pages whose word F1 is below LOW."""
        return mean(figure < LOW for figure in self.words)


def passes_c4(line: str) -> bool:
    """Whether the line rules of C4 keep a line, roughly: three words, a closing stop, none of the words it bars.

    Source: Raffel et al. 2020, section 2.2; in scripts without spaces no three words are asked for.
    """
    text = line.strip()
    is_sentence = text.endswith(ENDS) and not text.endswith("...")
    return is_sentence and (len(text.split()) >= 3 or bool(DENSE.search(text))) and not BARRED.search(text)


CHOICES: dict[str, Callable[[Line], bool]] = {
    "nothing done": lambda line: True,
    "line rules like C4's": lambda line: passes_c4(line.text),
    "best choice of lines": lambda line: line.is_good,
}


def score_choice(texts: list[LabelledText], choose: Callable[[Line], bool]) -> Figures:
    """The figures of a way to choose lines. Lines labelled title count for neither figure."""
    words, lines = [], []
    for text in texts:
        kept = {at for at, line in enumerate(text.lines) if choose(line)}
        said = "\n".join(line.text for at, line in enumerate(text.lines) if at in kept and line.label != "title")
        words.append(compute_word_f1(said, text.gold["body_text"]))
        lines.append(score_lines(text, kept))
    return Figures(words, lines)


def score_cleaned(texts: list[LabelledText], cleaned: dict[str, Cleaned]) -> Figures:
    """The figures of what was published. A title line that stayed in a text is not counted against it."""
    words, lines = [], []
    for text in texts:
        found = cleaned[text.id]
        titles = "\n".join(text.lines[at].text for at in found.kept if text.lines[at].label == "title")
        words.append(compare_words(count_words(found.text) - count_words(titles), text.gold["body_text"]))
        lines.append(score_lines(text, found.kept))
    return Figures(words, lines)


def compare_words(found: Counter[str], gold: str) -> float:
    """Word F1 of counted words."""
    expected = count_words(gold)
    return compute_f1((found & expected).total(), found.total(), expected.total())


def score_lines(text: LabelledText, kept: set[int]) -> float | None:
    """F1 of the kept lines against the labels."""
    scored = [(line.is_good, at in kept) for at, line in enumerate(text.lines) if line.label not in UNSCORED]
    good, found = sum(is_good for is_good, _ in scored), sum(is_kept for _, is_kept in scored)
    return compute_f1(sum(is_good and is_kept for is_good, is_kept in scored), found, good) if good else None


def compute_gain(ours: list[float], others: list[float]) -> tuple[float, float]:
    """The mean difference of two figures over the same pages, and its standard error."""
    gains = [our - other for our, other in zip(ours, others, strict=True)]
    return mean(gains), stdev(gains) / len(gains) ** 0.5 if len(gains) > 1 else 0.0


def score_words(texts: list[LabelledText], cleaned: dict[str, Cleaned]) -> float:
    """The mean word F1 of what was published."""
    return mean(compute_word_f1(cleaned[text.id].text, text.gold["body_text"]) for text in texts)


def count_lost(articles: list[LabelledText], cleaned: dict[str, Cleaned]) -> tuple[int, int]:
    """Of the words of articles, those that are in neither title nor text afterwards, and all."""
    lost = total = 0
    for article in articles:
        found, gold = cleaned[article.id], count_words(article.gold["body_text"])
        title = (found.document or {}).get("title") or ""
        lost += (gold - count_words(f"{title}\n{found.text}")).total()
        total += gold.total()
    return lost, total


def score_extractors(texts: list[LabelledText]) -> dict[str, tuple[int, float]]:
    """Pages and word F1 of HTML extractors on the pages' HTML."""
    pages = [(read_html(text), text.gold["body_text"]) for text in texts]
    return {
        name: (len(pages), mean(compute_word_f1(extract(html), gold) for html, gold in pages))
        for name, extract in EXTRACTORS.items()
    }


def extract_justext(html: bytes) -> str:
    """The paragraphs that jusText keeps without a list of a language's words."""
    paragraphs = justext.justext(html, frozenset(), **{"stopwords_low": 0, "stopwords_high": 0})
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


EXTRACTORS: dict[str, Callable[[bytes], str]] = {
    "trafilatura": lambda html: trafilatura.extract(html, include_comments=False) or "",
    "trafilatura in precision mode": lambda html: (
        trafilatura.extract(html, include_comments=False, favor_precision=True) or ""
    ),
    "jusText": extract_justext,
}

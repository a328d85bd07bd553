"""Any number of distinct articles out of the project's own seeds, the same on every machine.

A seed lends its frame: opening lines, captions and whatever stands below the text. Headline, paragraphs and the short lines
between and below them are sentences that no other article has (`sentences`). Lengths are spread as those of articles are: half have
more than 3.4 kB, one in twenty more than 12 kB, and two lines of five are short. The article's number decides everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from benchmark.sentences import Sentences, learn_sentences

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FILE_RECORDS = 1_000
BODY_CHARS, SPREAD = 7.8, 0.9  # logarithm of the median, and how far others are from it
DENSE_LANGUAGES = ("ja", "ar", "ru")  # more bytes per character
SHORT_SHARE = 0.15  # of the lines of a body: sub-headings, points, titles of other stories
PARAGRAPH_WIDTH = 110
SENTENCE = re.compile(r"(?<=[.!?]”) |(?<=[.!?]) |(?<=。)")
STOP = re.compile(r"[.!?。][”»\"']?\s*$")
CREDIT = re.compile(
    r"\(.{0,40}(?:AP|AFP|Reuters|Courier|Photo).{0,20}\)$|(?:Photograph|Foto\w*|Fot|Crédit photo|写真|تصوير)\s*[:.：]"
)
DAYS = 90


@dataclass(frozen=True)
class Seed:
    """The lines of a sample article by where they stand."""

    name: str
    language: str
    head: tuple[str, ...]
    captions: tuple[str, ...]
    paragraphs: tuple[str, ...]
    tail: tuple[str, ...]


def write_corpus(folder: Path, documents: int, seeds: Path = SEEDS) -> list[Path]:
    """Writes JSON Lines files of 1,000 records each into `folder` (what stood there before is left) and returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = read_seeds(seeds)
    files = []
    for start in range(0, documents, FILE_RECORDS):
        path = folder / f"articles-{start // FILE_RECORDS:05d}.jsonl"
        records = make_records(frames, range(start, min(start + FILE_RECORDS, documents)))
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in records), encoding="utf-8")
        files.append(path)
    return files


def read_seeds(folder: Path) -> tuple[Seed, ...]:
    """The plain-text seeds, and the texts of the JSON Lines ones, that have the parts of an article."""
    texts = [(path.name, path.name.split(".")[-2], path.read_bytes()) for path in sorted(folder.glob("*.??.txt"))]
    found = [cut_seed(name, language, decode(data)) for name, language, data in texts]
    for path in sorted(folder.glob("daily/*/*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found += [cut_seed(row["id"], "en", row["text"]) for row in rows if row.get("language", "en") == "en"]
    return tuple(seed for seed in found if seed.paragraphs)


def decode(data: bytes) -> str:
    """A seed's bytes as text; two of them are not UTF-8 on purpose."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def cut_seed(name: str, language: str, text: str) -> Seed:
    """A seed's lines by place: above its first paragraph, below its last, captions, and paragraphs."""
    lines = [line for line in text.split("\n") if line.strip() and "\ufffd" not in line]
    captions = [line.rstrip("\r") for line in lines if CREDIT.search(line)]
    lines = [line.rstrip("\r") for line in lines if not CREDIT.search(line)]
    width = PARAGRAPH_WIDTH if language != "ja" else PARAGRAPH_WIDTH // 2
    long = [number for number, line in enumerate(lines) if number and len(line) >= width and STOP.search(line)]
    if not long:
        return Seed(name, language, (), (), (), ())
    paragraphs = [lines[number] for number in long]
    return Seed(
        name, language, tuple(lines[1 : long[0]]), tuple(captions), tuple(paragraphs), tuple(lines[long[-1] + 1 :])
    )


def make_records(seeds: Sequence[Seed], numbers: range) -> Iterator[dict[str, str]]:
    """The records of the articles with these numbers."""
    sentences = learn_languages(tuple(seeds))
    for number in numbers:
        random = Random(number)
        seed = random.choice(seeds)
        day = date(2026, 7, 1) + timedelta(random.randrange(DAYS))
        headline, text = make_article(seed, sentences[seed.language], random, day)
        yield {
            "id": f"bench-{number}",
            "url": f"https://courier.example/{day:%Y/%m/%d}/{number}",
            "title": headline,
            "published_at": f"{day}T{number % 24:02d}:00:00Z",
            "publisher": f"The Courier of {seed.name.split('.')[0]}",
            "text": text,
        }


@cache
def learn_languages(seeds: tuple[Seed, ...]) -> dict[str, Sentences]:
    """The sentences of each language of the seeds."""
    found: dict[str, list[str]] = {}
    for seed in seeds:
        found.setdefault(seed.language, []).extend(
            sentence for paragraph in seed.paragraphs for sentence in SENTENCE.split(paragraph) if len(sentence) > 15
        )
    return {language: learn_sentences(sentences) for language, sentences in found.items()}


def make_article(seed: Seed, sentences: Sentences, random: Random, day: date) -> tuple[str, str]:
    """Headline and text of one article. Its caption names its day and stands twice, as scraped ones do."""
    headline = sentences.make_title(random)
    blocks = [headline, *seed.head]
    if seed.captions:
        blocks += [f"{day:%d.%m.%Y}: {sentences.make(random)} {seed.captions[0]}"] * 2
    left = random.lognormvariate(BODY_CHARS, SPREAD) / (2 if seed.language in DENSE_LANGUAGES else 1)
    while left > 0:
        if random.random() < SHORT_SHARE:
            blocks.append(sentences.make_title(random))
        else:
            blocks.append(" ".join(sentences.make(random) for _ in range(random.choice((1, 2, 2, 3, 3, 4, 6)))))
        left -= len(blocks[-1])
    others = [sentences.make_title(random) for _ in range(random.randrange(4))]
    return headline, "\n\n".join([*blocks, "\n".join([*seed.tail, *others])]).strip()


def copy_texts(texts: Path, folder: Path, documents: int) -> int:
    """Writes the first so many lines of a JSON Lines file as `write_corpus` does; returns how many there were."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with texts.open(encoding="utf-8") as lines:
        while part := list(islice(lines, min(FILE_RECORDS, documents - count))):
            (folder / f"articles-{count // FILE_RECORDS:05d}.jsonl").write_text("".join(part), encoding="utf-8")
            count += len(part)
    return count

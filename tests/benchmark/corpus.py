"""Any number of distinct articles out of the project's own seeds, the same on every machine.

A seed lends its frame: opening lines, captions and whatever stands below the text. Headline and paragraphs are sentences
of all seeds of its language, combined again; a hash of the article's number decides the choice at each place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FILE_RECORDS = 1_000
BODY_CHARS = 2_600  # with its frame an article has about 3,500 bytes
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
    sentences: dict[str, list[str]] = {}
    for seed in seeds:
        sentences.setdefault(seed.language, []).extend(
            sentence for paragraph in seed.paragraphs for sentence in SENTENCE.split(paragraph) if len(sentence) > 15
        )
    for number in numbers:
        seed = seeds[draw(number, 0) % len(seeds)]
        day = date(2026, 7, 1) + timedelta(draw(number, 1) % DAYS)
        headline, text = make_article(seed, sentences[seed.language], number, day)
        yield {
            "id": f"bench-{number}",
            "url": f"https://courier.example/{day:%Y/%m/%d}/{number}",
            "title": headline,
            "published_at": f"{day}T{number % 24:02d}:00:00Z",
            "publisher": f"The Courier of {seed.name.split('.')[0]}",
            "text": text,
        }


def make_article(seed: Seed, sentences: Sequence[str], number: int, day: date) -> tuple[str, str]:
    """Headline and text of one article. Its caption names its day and stands twice, as scraped ones do."""
    headline = f"{sentences[draw(number, 2) % len(sentences)][:90].rstrip(' .。')} ({number})"
    blocks = [headline, *seed.head]
    captions = [f"{day:%d.%m.%Y}: {caption}" for caption in seed.captions[:1]]
    blocks += captions * 2
    size, place = 0, 3
    while size < (BODY_CHARS if seed.language not in ("ja", "ar", "ru") else BODY_CHARS // 2):
        count = 2 + draw(number, place) % 2
        paragraph = " ".join(sentences[draw(number, place + 1 + at) % len(sentences)] for at in range(count))
        blocks.append(paragraph)
        size, place = size + len(paragraph), place + 5
    return headline, "\n\n".join([*blocks, "\n".join(seed.tail)]).strip()


def draw(number: int, place: int) -> int:
    """A number that depends on article and place alone."""
    return int.from_bytes(blake2b(f"{number}/{place}".encode(), digest_size=6).digest(), "big")

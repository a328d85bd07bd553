"""Labelled folders for tests: pages of menus, a headline, paragraphs and links, made from a few words and a seed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

from training.labelled import KEEP

WORDS = """the a of and to in was on that for with council harbour bridge storm pier town vote money ferry school winter
budget engineer market museum river station summer residents repair decision wooden lower annual local former"""
LINKS = """Home|News|World|Business|Sport|Culture|Weather|Podcasts|Newsletters|Sign in|Subscribe|Search|Menu|My account|Jobs
Privacy Policy|Cookie Policy|Terms of Use|Contact us|About us|Advertise with us|Careers|Most Popular|Follow us|Help"""


def make_page(seed: int) -> list[tuple[str, str]]:
    """The lines of a page with their labels."""
    draw = Random(seed)

    def write_sentence(least: int, most: int) -> str:
        return " ".join(draw.choices(WORDS.split(), k=draw.randint(least, most))).capitalize()

    links = LINKS.replace("\n", "|").split("|")
    paragraphs = [
        f"{write_sentence(12, 25)}, {write_sentence(8, 15).lower()}. {write_sentence(8, 20)}."
        for _ in range(draw.randint(5, 9))
    ]
    return [
        *[(link, "other") for link in draw.sample(links, draw.randint(12, 18))],
        *[(write_sentence(5, 8), "other") for _ in range(draw.randint(0, 4))],
        (" ".join(paragraphs[0].split()[:8]), "title"),
        *[(paragraph, "body") for paragraph in paragraphs],
        *[(write_sentence(5, 8), "other") for _ in range(draw.randint(3, 9))],
        *[(link, "other") for link in draw.sample(links, draw.randint(8, 15))],
    ]


def write_labelled(folder: Path, rendering: str, pages: list[list[tuple[str, str]]]) -> Path:
    """Writes pages, given as lines with labels, as a labelled folder of the source `made`, one publisher per page."""
    texts, articles = [], []
    for number, lines in enumerate(pages):
        name = f"made__{number}"
        body = [text for text, label in lines if label in KEEP]
        labels = [{"t": text, "label": label, "in_body": label in KEEP} for text, label in lines]
        texts.append({"id": name, "has_gold_body": True, "gold_cov": 1.0, "lines": labels})
        title = next(text for text, label in lines if label == "title")
        article = {"id": name, "source": "made", "lang": "en", "title": title, "split_key": name}
        articles.append(article | {"body_text": "\n".join(body)})
    for path, rows in {f"texts/{rendering}": texts, "pages/made": articles}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(folder / f"{path}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return folder

"""Examples of what copydesk gets wrong: texts made for the purpose, each proved by reading it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from quality.pages import LabelledText, Line, clean_texts

EXAMPLES = Path(__file__).with_name("examples.toml")


@dataclass(frozen=True)
class Example:
    """A line that is decided wrongly. `fault`: stays, or cut."""

    name: str
    why: str
    fault: str
    line: str
    text: str


def read_examples() -> list[Example]:
    """The examples of examples.toml."""
    rows = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["example"]
    return [Example(**row | {"text": row["text"].strip()}) for row in rows]


def find_outdated(examples: list[Example], folder: Path) -> list[str]:
    """The names of examples that come out right. `folder`: a new one, for the lake."""
    texts = [
        LabelledText(example.name, tuple(Line(line, "unknown", False) for line in example.text.split("\n")))
        for example in examples
    ]
    cleaned = clean_texts(texts, folder)
    return [
        example.name
        for example in examples
        if (example.line in cleaned[example.name].text.split("\n")) != (example.fault == "stays")
    ]

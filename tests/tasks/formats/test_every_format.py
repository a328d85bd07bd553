"""The same articles, written in every format that is read, come back the same: texts, titles, authors, dates, addresses, captions.

COPYDESK_STORIES is how many articles are written: 13 (one per language) unless it is set; 1000 take minutes.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.stories import Story, make_stories
from builders.written_formats import WRITTEN, WrittenFormat, cut_files

from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.formats.record import Record, Reject
from tasks.formats.registry import BY_NAME
from tasks.reading.read import read_file

STORIES = make_stories(int(os.environ.get("COPYDESK_STORIES", "13")))


def read_written(folder: Path, row: WrittenFormat) -> list[Record]:
    """The records of the files that a row writes; every one is a record."""
    found: list[Record] = []
    for name, stories in cut_files(row.file, STORIES):
        path = folder / name
        path.write_bytes(row.write(stories))
        for item in read_file(
            InputFile(str(path), name, path.stat().st_size), Source("venn", "in/*", format=row.declared), Limits()
        ):
            assert not isinstance(item, Reject), item
            if isinstance(item, Record):
                found.append(item)
            else:
                assert isinstance(item, InputSeen)
    return found


def expect(story: Story, loses: frozenset[str]) -> dict[str, object]:
    """What a format that loses these parts gives back."""
    moment: datetime | None = story.published_at.astimezone(UTC)
    if "clock" in loses:
        moment = datetime(story.published_at.year, story.published_at.month, story.published_at.day, tzinfo=UTC)
    if (
        "order of day and month" in loses
        and story.published_at.day <= 12
        and story.published_at.day != story.published_at.month
    ):
        moment = None  # the language or the publisher says it, after reading
    pictures = (
        []
        if "picture" in loses or not story.picture
        else [("caption", story.picture.caption), ("credit", story.picture.credit)]
    )
    return {
        "title": None if "title" in loses else story.title,
        "authors": () if "authors" in loses else story.authors[:1] if "second author" in loses else story.authors,
        "published_at": None if "date" in loses else moment,
        "url": None if "url" in loses else story.url,
        "paragraphs": list(story.paragraphs),
        "picture": pictures[:1] if "credit" in loses else pictures,
    }


def describe(record: Record) -> dict[str, object]:
    """The same of a record."""
    roles = dict(record.markup)
    # The text of a page begins with its headline, which cleaning recognises.
    lines = [(number, line) for number, line in enumerate(record.text.split("\n")) if number or line != record.title]
    return {
        "title": record.title,
        "authors": record.authors,
        "published_at": record.published_at,
        "url": record.url,
        "paragraphs": [line for number, line in lines if line and number not in roles],
        "picture": [(roles[number], line) for number, line in lines if number in roles],
    }


@pytest.mark.parametrize("row", WRITTEN.values(), ids=WRITTEN.keys())
def test_articles_come_back(tmp_path: Path, row: WrittenFormat) -> None:
    found = read_written(tmp_path, row)
    assert len(found) == len(STORIES)
    for story, record in zip(STORIES, found, strict=True):
        assert describe(record) == expect(story, row.loses), (story.number, story.language)


def test_every_format_is_written() -> None:
    missing = set(BY_NAME) - {row.form for row in WRITTEN.values()}
    assert not missing, f"add a row to WRITTEN in tests/builders/written_formats.py for {', '.join(sorted(missing))}"


def test_no_sentence_is_in_two_articles() -> None:
    sentences = [sentence for story in STORIES for paragraph in story.paragraphs for sentence in paragraph.split(". ")]
    assert len(sentences) == len(set(sentences))

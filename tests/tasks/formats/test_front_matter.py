"""Heads of text files that name fields, and prose that only looks so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all

from tasks.formats.front_matter import find_head
from tasks.formats.record import Found, Record, Reject
from tasks.formats.registry import TEXT


def read_text_file(text: str) -> Found:
    (found,) = read_all(TEXT.read, text)
    return found


BODY = "The pier of Venn opened on Monday.\n\nIt is free."
HEADS = {
    "YAML": "---\ntitle: Old pier opens\nauthor: Nell Ashgrove\ndate: 2024-03-05\nurl: https://venn.example/1\ntags: [pier]\n---\n\n",
    "YAML with quotation marks": (
        '---\ntitle: "Old pier opens"\nauthors:\n  - Nell Ashgrove\ndate: 2024-03-05T00:00:00Z\nlink: https://venn.example/1\n...\n'
    ),
    "lines that are no YAML": (
        "---\ntitle: Old pier opens\nauthor: Nell Ashgrove\ndate: 2024-03-05\nurl: https://venn.example/1\nx: y: z: [\n---\n"
    ),
    "TOML": (
        '+++\ntitle = "Old pier opens"\nauthor = "Nell Ashgrove"\ndate = 2024-03-05\nurl = "https://venn.example/1"\n+++\n'
    ),
    "pairs": (
        "Title: Old pier opens\nAuthor: Nell Ashgrove\nDate: 2024-03-05\nURL: https://venn.example/1\nSource: The Venn Courier\n"
        "Language: en\n\n"
    ),
    "pairs with blank lines": (
        "Headline: Old pier opens\n\nByline: By Nell Ashgrove\n\nPublished: March 5, 2024\n\nURL: https://venn.example/1\n\n"
    ),
    "pairs and a label for the text": (
        "TITLE: Old pier opens\nAUTHOR: Nell Ashgrove\nDATE: 5 March 2024\nURL: https://venn.example/1\nSection: Local\nTEXT: "
    ),
    "Windows": "Title: Old pier opens\r\nAuthor: Nell Ashgrove\r\nDate: 2024-03-05\r\nURL: https://venn.example/1\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_head_becomes_columns(head: str) -> None:
    found = read_text_file(head + BODY)
    assert isinstance(found, Record)
    assert (found.title, found.authors) == ("Old pier opens", ("Nell Ashgrove",))
    assert (found.url, found.published_at) == ("https://venn.example/1", datetime(2024, 3, 5, tzinfo=UTC))
    assert found.text == BODY


def test_a_headline_alone_is_a_head_above_a_blank_line() -> None:
    found = read_text_file(f"Headline: Old pier opens\n\n{BODY}")
    assert isinstance(found, Record)
    assert (found.title, found.text) == ("Old pier opens", BODY)


PROSE = {
    "a headline with a colon": f"Remember: the boat is no toy\n\n{BODY}",
    "a key and prose": f"Source: the harbour master, who counts the planks.\nHe has a list.\n\n{BODY}",
    "one key": f"Note: the pier is closed\n\n{BODY}",
    "questions": f"Author: the man of the hour\n\n{BODY}",
    "a rule": f"---\n\n{BODY}\n\n---\n\nMore.",
    "a rule that is not closed": f"---\ntitle: Old pier\n{BODY}",
    "pairs without known keys": f"Venn: 2\nLarkhaven: 1\nOsterholm: 3\n\n{BODY}",
    "an interview": "Q: Why a pier?\nA: Why not.\n\nQ: Is it free?\nA: It is.",
    "a web address": f"https://venn.example/1\n\n{BODY}",
    "a byline": f"By\nNell Ashgrove\n\n{BODY}",
    "plain": BODY,
    "nothing": "",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE.keys())
def test_prose_is_prose(text: str) -> None:
    assert find_head(text) is None


def test_a_head_without_a_text_is_empty() -> None:
    found = read_text_file("---\ntitle: Old pier opens\n---\n")
    assert isinstance(found, Reject)
    assert (found.reason, found.title) == ("empty", "Old pier opens")


def test_highlights_are_the_standfirst() -> None:
    found = read_text_file(f"{BODY}\n\n@highlight\n\nVenn has a pier\n\n@highlight\n\nIt is free.\n")
    assert isinstance(found, Record)
    assert (found.text, found.standfirst) == (BODY, "Venn has a pier. It is free.")


def test_the_head_of_a_story_becomes_columns() -> None:
    head = "By\n.\nNell Ashgrove\nand Bo Day\n.\nPUBLISHED:\n.\n12:00 EST, 5 March 2014\n.\n|\n.\nUPDATED:\n.\n13:11 EST, 6 March 2014\n.\n\n"
    found = read_text_file(f"{head}{BODY}\n\n@highlight\n\nVenn has a pier\n")
    assert isinstance(found, Record)
    assert found.authors == ("Nell Ashgrove", "Bo Day")
    assert found.published_at == datetime(2014, 3, 5, 17, tzinfo=UTC)
    assert (found.text, found.standfirst) == (BODY, "Venn has a pier.")


@pytest.mark.parametrize(
    "text", ["---\n" * 20_000, "a: b\n" * 20_000, "---\na: &a [*a]\n---\n", "@highlight\n" * 20_000, "title: " * 20_000]
)
def test_odd_heads_cost_little(text: str) -> None:
    assert read_text_file(text).uri == "a"

"""Several articles in one text file: cut at what the source declares and at certain marks, noted where it only looks so."""

import pytest

from tasks.batch import Fields, Limits
from tasks.formats.record import Found, ReadContext, Record, Reject
from tasks.formats.several import looks_like_several, split_articles
from tasks.formats.text import read_text

FERRY = "Ferry to Osterholm sails again\n\nBy Ann Lee\n4 May 2024\n\nThe ferry sails on Monday, the county said.\n"
BRIDGE = "Swing bridge opens at night\n\nVon Bo Day\n\nThe bridge opens at ten, the harbour board said.\n"


@pytest.mark.parametrize(
    ("separator", "between"),
    [
        ("----------", "\n----------\n"),
        ("<|endoftext|>", "\n<|endoftext|>\n"),
        ("***", "\n  *** \n"),
        ("=== ARTICLE ===", "\r\n=== ARTICLE ===\r\n"),
        ("\f", "\f"),
        ("\f", "\f\n"),
    ],
)
def test_a_declared_separator_parts_articles(separator: str, between: str) -> None:
    assert [part.strip() for part in split_articles(f"{FERRY}{between}{BRIDGE}{between}", separator)] == [
        FERRY.strip(),
        BRIDGE.strip(),
    ]


def test_a_separator_on_lines_of_its_own_is_no_other_place() -> None:
    text = f"{FERRY}The fare is 3---4 crowns.\n---\n{BRIDGE}"
    assert len(split_articles(text, "---")) == 2


def test_a_mark_parts_wherever_it_stands() -> None:
    text = f"{FERRY}<|endoftext|>{BRIDGE}<|endoftext|>"
    assert split_articles(text, "<|endoftext|>") == [FERRY, BRIDGE]


@pytest.mark.parametrize("text", ["", "\n", FERRY, "---\n---\n"])
def test_without_a_separator_in_it_a_text_is_whole(text: str) -> None:
    assert split_articles(text, "----") == [text]


@pytest.mark.parametrize("mark", ["\f", "<|endoftext|>", "<|endoftext|>\n"])
def test_certain_marks_part_articles(mark: str) -> None:
    assert split_articles(f"{FERRY}{mark}{BRIDGE}", None) == [FERRY, mark.removeprefix(mark.strip("\n")) + BRIDGE]


@pytest.mark.parametrize(
    "rest", ["and the road beside it is closed.\n", "The board meets in March.\n\nMore rain is due."]
)
def test_a_page_break_inside_an_article_parts_nothing(rest: str) -> None:
    assert split_articles(f"{FERRY}\f{rest}", None) == [f"{FERRY}\f{rest}"]


@pytest.mark.parametrize("rule", ["-----", "==========", "* * * * *", "_" * 40, "~~~~~~~"])
def test_a_rule_between_two_heads_looks_like_several(rule: str) -> None:
    assert looks_like_several(f"{FERRY}\n{rule}\n{BRIDGE}")


@pytest.mark.parametrize(
    "text",
    [
        FERRY + "\n-----\nMost Popular\nSwing bridge opens\nWhy the herring came back",
        FERRY + "\n-----\nThe board meets in March, when divers report. It may rain.\n",
        FERRY + "\n--\n" + BRIDGE,
        FERRY + "\n\n" + BRIDGE,
    ],
    ids=["a list", "a note", "no rule", "no line between"],
)
def test_other_texts_do_not(text: str) -> None:
    assert not looks_like_several(text)


def read_file_of(text: str, separator: str | None = None) -> list[Found]:
    context = ReadContext("a.txt", Fields(), Limits(), separator=separator)
    return list(read_text(iter([text.encode()]), context))


def test_each_part_is_a_record_with_its_own_head() -> None:
    first, second = read_file_of(f"Title: Ferry sails\nAuthor: Ann Lee\n\n{FERRY}\n---\n{BRIDGE}", "---")
    assert (first.uri, second.uri) == ("a.txt#0", "a.txt#1")
    assert first.title == "Ferry sails"
    assert "Swing bridge" not in str(first.text)
    assert first.raw_sha256 != second.raw_sha256


def test_a_file_that_looks_like_several_is_noted() -> None:
    (found,) = read_file_of(f"{FERRY}\n------\n{BRIDGE}")
    assert isinstance(found, Record)
    assert (found.uri, found.flags) == ("a.txt", ("several_articles",))
    (plain,) = read_file_of(FERRY)
    assert isinstance(plain, Record)
    assert plain.flags == ()


def test_a_part_that_is_too_large_costs_itself() -> None:
    context = ReadContext("a.txt", Fields(), Limits(record_bytes=300), separator="---")
    found = list(read_text(iter([f"{FERRY}\n---\n{BRIDGE * 9}\n---\n{BRIDGE}".encode()]), context))
    assert [item.reason if isinstance(item, Reject) else "read" for item in found] == [
        "read",
        "record_too_large",
        "read",
    ]

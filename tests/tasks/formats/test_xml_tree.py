"""XML that breaks, attacks or is cut: a tree with what is there, or a fault by name."""

from __future__ import annotations

import pytest

from tasks.formats.record import BrokenInputError, Reject
from tasks.formats.xml_tree import XmlTree, join_words, parse_xml, read_tree_element, repair_references

TREES = {
    "plain": ("<a>one</a>", "one"),
    "declaration and DTD": ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY % n SYSTEM 'x.dtd'> %n; ]><a>one</a>", "one"),
    "an entity of its own is not resolved": ("<!DOCTYPE a [<!ENTITY b 'two'>]><a>one &b;</a>", "one &b;"),
    "entities of HTML": ("<a>caf&eacute;&nbsp;bar &lt;b&gt;</a>", "café bar <b>"),
    "bare ampersands": ("<a>fish & chips, a?b=1&c=2, R&D</a>", "fish & chips, a?b=1&c=2, R&D"),
    "CDATA": ("<a><![CDATA[fish & <b>chips</b>]]></a>", "fish & <b>chips</b>"),
    "control characters": ("<a>one\x02 two&#3; three</a>", "one two three"),
    "prefix without a namespace": ("<a><dc:creator>one</dc:creator></a>", "one"),
    "a tag that is not closed": ("<a><b>one<br></b> two</a>", "one two"),
    "comments": ("<a>one<!-- two --></a><!-- three -->", "one"),
}


@pytest.mark.parametrize(("text", "words"), TREES.values(), ids=TREES.keys())
def test_the_tree_has_the_words(text: str, words: str) -> None:
    root, fault = parse_xml(text)
    assert join_words(root) == words
    assert fault is None


FAULTS = {"cut": ("<a><b>one</b><b>tw", "truncated"), "two roots": ("<a><b>one</b></a><a>two</a>", "bad_xml")}


@pytest.mark.parametrize(("text", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_not_all_of_the_file_says_so(text: str, reason: str) -> None:
    root, fault = parse_xml(text)
    assert join_words(root[0]) == "one"
    assert fault is not None
    assert fault.reason == reason


BOMB = "<!DOCTYPE a [" + "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(20)) + "]><a>&e20;</a>"
REFUSED = {
    "no XML": "words only",
    "empty": "",
    "too deep": "<a>" * 5_000 + "</a>" * 5_000,
    "a value without end": "<a b='" + "x" * 11_000_000 + "'/>",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_a_tree_is_refused(text: str) -> None:
    with pytest.raises(BrokenInputError) as caught:
        parse_xml(text)
    assert caught.value.reason == "bad_xml"


def test_an_entity_bomb_is_a_word() -> None:
    root, _ = parse_xml(BOMB)
    assert join_words(root) == "&e20;"


def test_references_are_repaired_in_time_that_grows_with_the_text() -> None:
    assert len(repair_references("&" * 300_000)) == 5 * 300_000
    assert repair_references("<![CDATA[" * 50_000).startswith("<![CDATA[")


def test_a_fault_in_an_element_costs_its_record() -> None:
    root, _ = parse_xml("<a><b>one</b></a>")

    def read(element: object, uri: str, encoding: str, digest: str) -> Reject:
        raise KeyError(encoding)

    found = read_tree_element(root[0], 3, XmlTree(root, "a.xml", "utf-8", ""), read)
    assert isinstance(found, Reject)
    assert (found.uri, found.reason, found.detail) == ("a.xml#3", "read_error", "KeyError: 'utf-8'")

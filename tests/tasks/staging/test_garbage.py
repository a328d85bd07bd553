"""Texts that are no texts are found, and those of nineteen languages and of tables are not."""

from __future__ import annotations

import base64
import quopri
import random
from urllib.parse import quote

import polars as pl
import pytest
from builders.languages import ARTICLES, TABLES

from expectations.suites import load_suite
from tasks.staging.garbage import describe_garbage

LIMITS = {row.column: (row.reason, row.high) for row in load_suite("documents")}
BYTES = random.Random(1).randbytes(100_000)
RUSSIAN = (ARTICLES["ru"] + "\n\n") * 10
PRINTABLE = "".join(map(chr, range(32, 127)))
GARBAGE = {
    "base64": ("text_coded", base64.encodebytes(BYTES).decode()),
    "base64 on one line": ("text_coded", base64.b64encode(BYTES).decode()),
    "base64 on short lines": (
        "text_wordless",
        "\n".join(base64.b64encode(BYTES[:3000]).decode()[at : at + 39] for at in range(0, 4000, 39)),
    ),
    "base64 after an article": ("text_coded", ARTICLES["en"] + "\n" + base64.encodebytes(BYTES[:3000]).decode()),
    "base32": ("text_coded", base64.b32encode(BYTES).decode()),
    "base85": ("text_wordless", base64.b85encode(BYTES).decode()),
    "hexadecimal": ("text_coded", BYTES.hex()),
    "quoted-printable": ("text_coded", quopri.encodestring(RUSSIAN.encode()).decode()),
    "percent-encoded": ("text_coded", quote(RUSSIAN)),
    "escapes": ("text_coded", RUSSIAN.encode("unicode-escape").decode().replace("\\n", "\n")),
    "random signs": ("text_wordless", "".join(random.Random(2).choices(PRINTABLE, k=100_000))),
    "random bytes as Latin-1": ("text_misread", BYTES.decode("latin-1")),
    "random bytes as UTF-16": ("text_misread", BYTES.decode("utf-16-le", "ignore")),
    "a page": ("text_markup", f"<html><body><p>{ARTICLES['en']}</p><p class='x'>More</p></body></html>" * 3),
    "XML": ("text_markup", "<?xml version='1.0'?>\n<items>" + "<item><id>7</id><body>A ferry.</body></item>" * 30),
    "entities": ("text_markup", "&lt;p&gt;A ferry &amp;amp; a quay&lt;/p&gt;" * 20),
    "semicolons": ("text_table", "\n".join(f"{at};Ferry {at};2026-10-0{at};The ferry sails." for at in range(9))),
    "tabs": ("text_table", "\n".join(f"{at}\tFerry {at}\tThe ferry sails, and returns." for at in range(9))),
    "quoted cells": ("text_table", "\n".join(f'"{at}","Ferry {at}","The ferry sails, it returns."' for at in range(9))),
    "a mail": ("text_headers", "Received: from quay\nMessage-ID: <7@pier>\nSubject: Ferry\n\n" + ARTICLES["en"]),
    "an export": ("text_headers", "1 of 2 DOCUMENTS\n\nLOAD-DATE: May 4, 2024\n\n" + ARTICLES["en"]),
    "UTF-7 in French": ("text_utf7", ARTICLES["fr"].encode("utf-7").decode()),
    "UTF-7 in Japanese": ("text_utf7", ARTICLES["ja"].encode("utf-7").decode()),
    "UTF-7 in Russian": ("text_utf7", RUSSIAN.encode("utf-7").decode()),
}


def find_reasons(text: str) -> set[str]:
    """The reasons of the expectations that a text fails."""
    documents = pl.DataFrame({"doc": pl.Series([0], dtype=pl.UInt32), "text": [text]})
    (row,) = describe_garbage(documents).drop("doc").to_dicts()
    return {
        reason for name, value in row.items() for reason, high in [LIMITS[name]] if value is not None and value > high
    }


@pytest.mark.parametrize(("reason", "text"), GARBAGE.values(), ids=list(GARBAGE))
def test_garbage_is_found(reason: str, text: str) -> None:
    assert reason in find_reasons(text)


@pytest.mark.parametrize("language", ARTICLES)
@pytest.mark.parametrize("times", [1, 9])
def test_an_article_is_none(language: str, times: int) -> None:
    assert find_reasons("\n\n".join([ARTICLES[language]] * times)) == set()
    assert find_reasons("\u3000".join([ARTICLES[language]] * times)) == set()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_none(name: str) -> None:
    assert find_reasons(TABLES[name]) == set()


def test_a_text_with_some_code_is_none() -> None:
    assert find_reasons(ARTICLES["en"] * 2 + base64.b64encode(BYTES[:200]).decode()) == set()

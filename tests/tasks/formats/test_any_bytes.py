"""Whatever bytes a reader gets, it yields records and rejects or says how the input breaks; roles are of lines that exist."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.batch import Fields, Limits
from tasks.formats.record import BrokenInputError, ReadContext, Record, Reject, make_canonical
from tasks.formats.registry import BY_NAME

NAMES = (
    *("nitf", "newsmlg2", "newsml", "feed", "sgml", "xml", "telegram", "proquest", "factiva", "nexis", "mbox", "mail"),
    *("rtf", "rtfexport", "docx", "htmlexport", "text"),
)
PIECES = st.sampled_from(
    [
        *(
            "<nitf><body><body.content>",
            "<p>",
            "</p>",
            "<media><media-caption>The pier of Venn",
            "<newsItem>",
            "<inlineXML>",
        ),
        *(
            "<NewsML><NewsItem>",
            "<NewsComponent>",
            "<ContentItem><DataContent>",
            "<rss><channel>",
            "<item>",
            "<description>",
        ),
        *(
            "</item>",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#0;",
            "<DOC>",
            "</DOC>",
            "<TEXT>",
            "<title>",
            "<body>",
            "\x01head\x02",
            "\x03",
        ),
        *(
            "^BC-VE--Pier<\n",
            "Headline =\n",
            "1 of 2 DOCUMENTS\n",
            "BYLINE: Nell\n",
            "LENGTH: 3 words\n",
            "GRAPHIC: the pier of Venn\n",
        ),
        *(
            "HD  Pier\n",
            "PD  5 March 2024\n",
            "LP\n",
            "AN  1\n",
            "_" * 30 + "\n",
            "Full text: x\n",
            "ProQuest document ID: 1\n",
        ),
        *(
            "From: a@b.example\n",
            "Subject: =?utf-8?q?x?=\n",
            "Content-Type: multipart/mixed; boundary=b\n",
            "--b\n",
            "\n",
            "> x\n",
            "-- \n",
        ),
        *(
            "---\n",
            "title: x\n",
            "+++\n",
            "@highlight\n",
            "{\\rtf1 ",
            "\\par ",
            "<html>",
            "<b>bold</b>",
            "words of the town ",
            "5 March 2024\n",
        ),
    ]
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map("".join).map(str.encode)))
def test_a_reader_takes_any_bytes(name: str, content: bytes) -> None:
    try:
        found = list(BY_NAME[name].read(iter([content]), ReadContext("a", Fields(), Limits())))
    except BrokenInputError:
        return
    for item in map(make_canonical, found):
        assert item.uri.startswith("a")
        if isinstance(item, Reject):
            assert item.reason != "read_error", item.detail
        elif isinstance(item, Record):
            assert all(0 <= line <= item.text.count("\n") for line, _ in item.markup)

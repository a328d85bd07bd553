"""Records of each exporter, as it writes them: one sample per row of exporters.toml."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.batch import Fields
from tasks.formats.exporters import Exporter, find_plan, load_exporters
from tasks.formats.mapping import make_record
from tasks.formats.record import Record, Reject
from tasks.toml_rows import RowError, read_toml_rows

TEXT = "The ferry sails again on Monday.\n\nThe pier is open."
HTML = "<p>The ferry sails again on Monday.</p><p>The pier is open.</p>"
URL = "https://herald.example/1"
TIME = "2024-05-01T10:00:00Z"
ELASTIC_INNER = {"title": "Ferry", "body": TEXT, "author": "Ann Lee", "date": TIME, "publisher": "Herald", "url": URL}

# What each sample gives unless it says otherwise: title, authors, publisher, address.
SAMPLES: dict[str, dict[str, Any]] = {
    "news-please": {
        "authors": ["Ann Lee"],
        "date_download": "2024-06-02 00:00:00",
        "date_modify": None,
        "date_publish": "2024-05-01 10:00:00",
        "maintext": TEXT,
        "source_domain": "Herald",
        "text": None,
        "title": "Ferry",
        "title_page": None,
        "url": URL,
    },
    "newspaper4k": {
        "url": "https://herald.example/1?ref=x",
        "canonical_link": URL,
        "title": "Ferry",
        "top_image": "a.jpg",
        "authors": ["Ann Lee"],
        "publish_date": TIME,
        "summary": "Ferry sails.",
        "meta_lang": "en",
        "meta_site_name": "Herald",
        "text": TEXT,
    },
    "trafilatura": {
        "title": "Ferry",
        "author": "Ann Lee",
        "hostname": "herald.example",
        "date": TIME,
        "fingerprint": "ab12",
        "id": None,
        "comments": "I like it.",
        "raw_text": "The ferry",
        "text": TEXT,
        "source": URL,
        "source-hostname": "Herald",
        "excerpt": "",
    },
    "fundus": {
        "title": "Ferry",
        "authors": ["Ann Lee"],
        "publishing_date": TIME,
        "topics": ["Sea"],
        "publisher": "Herald",
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": TEXT.split("\n\n")}]},
        "html": {"requested_url": URL, "responded_url": URL, "content": "<html><body>no</body></html>"},
    },
    "newsapi": {
        "source": {"id": None, "name": "Herald"},
        "author": "Ann Lee",
        "title": "Ferry",
        "description": "It sails.",
        "url": URL,
        "urlToImage": None,
        "publishedAt": TIME,
        "content": TEXT + "… [+99 chars]",
    },
    "gdelt": {
        "url": URL,
        "title": "Ferry",
        "seendate": "20240501T100000Z",
        "domain": "Herald",
        "sourcecountry": "Norway",
    },
    "media-cloud": {
        "stories_id": 7,
        "title": "Ferry",
        "publish_date": TIME,
        "url": URL,
        "media_name": "Herald",
        "story_text": TEXT,
        "author": "Ann Lee",
    },
    "schema.org": {
        "@context": "https://schema.org",
        "@type": ["NewsArticle"],
        "headline": "Ferry",
        "datePublished": TIME,
        "articleBody": TEXT,
        "author": [{"@type": "Person", "name": "Ann Lee"}],
        "publisher": {"@type": "Organization", "name": "Herald"},
        "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
    },
    "realnews": {
        "title": "Ferry",
        "text": TEXT,
        "summary": "Made by a program.",
        "authors": ["Ann Lee"],
        "publish_date": TIME,
        "url": URL,
        "domain": "Herald",
        "warc_filename": "CC-NEWS-1.warc.gz",
        "status": "success",
    },
    "all-the-news": {
        "": "0",
        "id": "17",
        "title": "Ferry",
        "publication": "Herald",
        "author": "Ann Lee",
        "date": TIME,
        "year": "2024.0",
        "month": "5.0",
        "url": URL,
        "content": TEXT,
    },
    "bbc": {
        "category": "sea",
        "filename": "001.txt",
        "title": "Ferry",
        "content": TEXT,
        "author": "Ann Lee",
        "date": TIME,
        "url": URL,
        "site": "Herald",
    },
    "ninjs": {
        "guid": "tag:herald.example,2024:1",
        "type": "text",
        "pubstatus": "usable",
        "versioncreated": TIME,
        "byline": "By Ann Lee",
        "headline": "Ferry",
        "body_html": HTML,
        "source": "Herald",
        "url": URL,
    },
    "wordpress": {
        "id": 7,
        "date": "2024-05-01T12:00:00",
        "date_gmt": "2024-05-01T10:00:00",
        "link": URL,
        "title": {"rendered": "Ferry"},
        "content": {"rendered": HTML, "protected": False},
        "excerpt": {"rendered": "<p>It</p>"},
        "author_name": "Ann Lee",
        "site": "Herald",
    },
    "guardian": {
        "id": "sea/1",
        "type": "article",
        "webPublicationDate": TIME,
        "webTitle": "Ferry | Sea",
        "webUrl": URL,
        "fields": {"headline": "Ferry", "byline": "Ann Lee", "body": HTML, "publication": "Herald"},
    },
    "ans": {
        "type": "story",
        "headlines": {"basic": "Ferry"},
        "first_publish_date": TIME,
        "canonical_url": URL,
        "canonical_website": "Herald",
        "credits": {"by": [{"type": "author", "name": "Ann Lee"}]},
        "content_elements": [{"type": "text", "content": line} for line in TEXT.split("\n\n")],
    },
    "elasticsearch": {"_index": "news", "_id": "7", "_score": 1.0, "_source": ELASTIC_INNER},
}


def test_there_is_a_sample_of_every_exporter() -> None:
    assert list(SAMPLES) == [row.name for row in load_exporters()]


@pytest.mark.parametrize(("name", "value"), SAMPLES.items(), ids=SAMPLES.keys())
def test_a_record_of_an_exporter_is_recognised(name: str, value: dict[str, Any]) -> None:
    exporter = find_plan(value, Fields()).exporter
    assert exporter is not None
    assert exporter.name == name


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "gdelt"])
def test_its_fields_are_known(name: str) -> None:
    found = make_record(SAMPLES[name], Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Record)
    values = (found.title, found.text, found.authors, found.publisher, found.published_at, found.url)
    assert values == ("Ferry", TEXT, ("Ann Lee",), "Herald", datetime(2024, 5, 1, 10, tzinfo=UTC), URL)


def test_a_record_without_a_text_is_named() -> None:
    found = make_record(SAMPLES["gdelt"], Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Reject)
    assert found.reason == "no_text"
    assert found.detail.startswith("gdelt: ")


REFUSED = {
    "taken back": ({"pubstatus": "canceled"}, "killed", "pubstatus is canceled"),
    "a picture": ({"type": "picture", "body_text": "The pier."}, "no_article", "type is picture, not text"),
}


@pytest.mark.parametrize(("change", "reason", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_an_item_that_is_no_article_is_a_reject(change: dict[str, Any], reason: str, words: str) -> None:
    found = make_record(SAMPLES["ninjs"] | change, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Reject)
    assert (found.reason, found.title) == (reason, "Ferry")
    assert words in found.detail


def test_bodies_and_headlines_of_ninjs_3_are_lists() -> None:
    item = {"uri": "a", "type": "text", "versioncreated": TIME, "headlines": [{"role": "main", "value": "Ferry"}]}
    bodies = [{"contenttype": "text/plain", "value": TEXT}, {"contenttype": "text/html", "value": HTML}]
    found = make_record(item | {"bodies": bodies}, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Record)
    assert (found.title, found.text) == ("Ferry", TEXT)


def test_pictures_of_an_item_give_captions_and_an_embargo_is_flagged() -> None:
    pictures = {
        "main": {"type": "picture", "description_text": "The pier.", "byline": "Bo Day"},
        "more": {"type": "text", "body_text": "No."},
    }
    found = make_record(
        SAMPLES["ninjs"] | {"associations": pictures, "embargoed": "2024-05-02"}, Fields(), "f#0", "utf-8", ""
    )
    assert isinstance(found, Record)
    assert found.text == TEXT + "\n\nThe pier.\nBo Day"
    assert (found.markup, found.flags) == (((4, "caption"), (5, "credit")), ("embargoed",))


WRONG = {
    "no marks": "marks = []\nfields = {}",
    "an unknown field": 'marks = ["a"]\nfields = { texts = ["a"] }',
    "an unknown key": 'marks = ["a"]\nfields = {}\nmark = "a"',
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_is_an_error(tmp_path: Path, row: str) -> None:
    (tmp_path / "e.toml").write_text(f'[[exporter]]\nname = "a"\nwhy = "So."\n{row}\n')
    with pytest.raises(RowError, match="row 1"):
        read_toml_rows(tmp_path / "e.toml", "exporter", Exporter)

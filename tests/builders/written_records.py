"""Articles as records: JSON in its shapes, the fields of exporters, tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC
from html import escape
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from builders.spreadsheet import make_ods, make_xlsx
from builders.stories import Story


def write_plain(story: Story) -> dict[str, Any]:
    """The record that most programs write."""
    return {
        "title": story.title,
        "authors": list(story.authors),
        "published_at": story.published_at.isoformat(),
        "url": story.url,
        "text": story.text,
    }


def write_body(story: Story) -> str:
    """The paragraphs as HTML."""
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)


def write_utc(story: Story) -> str:
    """The time without a zone, which is UTC then."""
    return story.published_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def write_news_please(story: Story) -> dict[str, Any]:
    return {
        "authors": list(story.authors),
        "date_download": "2026-01-01 00:00:00",
        "date_publish": write_utc(story),
        "description": None,
        "filename": f"{story.number}.json",
        "language": story.language,
        "maintext": "\n".join(story.paragraphs),
        "source_domain": "venn-courier.example",
        "title": story.title,
        "url": story.url,
    }


def write_newspaper4k(story: Story) -> dict[str, Any]:
    return {
        "url": story.url,
        "title": story.title,
        "authors": list(story.authors),
        "publish_date": story.published_at.isoformat(),
        "text": story.text,
        "top_image": "https://venn-courier.example/a.jpg",
        "meta_site_name": "Venn Courier",
    }


def write_trafilatura(story: Story) -> dict[str, Any]:
    return {
        "title": story.title,
        "author": "; ".join(story.authors),
        "hostname": "venn-courier.example",
        "date": story.published_at.strftime("%Y-%m-%d"),
        "fingerprint": "e1c5f7d2a4b60893",
        "id": None,
        "source-hostname": "Venn Courier",
        "source": story.url,
        "raw_text": story.text,
        "text": "\n".join(story.paragraphs),
    }


def write_fundus(story: Story) -> dict[str, Any]:
    return {
        "title": story.title,
        "plaintext": story.text,
        "authors": list(story.authors),
        "publishing_date": str(story.published_at),
        "topics": ["harbour"],
        "html": {"requested_url": story.url, "responded_url": story.url, "source_info": {"publisher": "Venn Courier"}},
    }


def write_newsapi(story: Story) -> dict[str, Any]:
    return {
        "source": {"id": None, "name": "Venn Courier"},
        "author": ", ".join(story.authors),
        "title": story.title,
        "description": None,
        "url": story.url,
        "urlToImage": None,
        "publishedAt": story.published_at.isoformat(),
        "content": story.text,
    }


def write_schema_org(story: Story) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "datePublished": story.published_at.isoformat(),
        "articleBody": story.text,
        "url": story.url,
    }


def write_realnews(story: Story) -> dict[str, Any]:
    return {
        "title": story.title,
        "text": "\n".join(story.paragraphs),
        "summary": None,
        "authors": list(story.authors),
        "publish_date": story.published_at.strftime("%m-%d-%Y"),
        "status": "success",
        "url": story.url,
        "domain": "venn-courier.example",
        "warc_date": "2026-01-01T00:00:00Z",
        "warc_filename": "a.warc.gz",
        "split": "train",
    }


def write_all_the_news(story: Story) -> dict[str, Any]:
    moment = story.published_at
    return {
        "date": write_utc(story),
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "author": ", ".join(story.authors),
        "title": story.title,
        "article": story.text,
        "url": story.url,
        "section": None,
        "publication": "Venn Courier",
    }


def write_ninjs(story: Story) -> dict[str, Any]:
    item = {
        "uri": f"urn:venn:{story.number}",
        "type": "text",
        "pubstatus": "usable",
        "headline": story.title,
        "byline": " and ".join(story.authors),
        "firstcreated": story.published_at.isoformat(),
        "url": story.url,
        "body_xhtml": write_body(story),
    }
    if story.picture:
        item["associations"] = {
            "picture": {"type": "picture", "description_text": story.picture.caption, "byline": story.picture.credit}
        }
    return item


def write_wordpress(story: Story) -> dict[str, Any]:
    return {
        "id": story.number,
        "date": story.published_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_gmt": write_utc(story).replace(" ", "T"),
        "link": story.url,
        "title": {"rendered": escape(story.title)},
        "content": {"rendered": write_body(story), "protected": False},
        "author": 7,
    }


def write_guardian(story: Story) -> dict[str, Any]:
    return {
        "id": f"venn/{story.number}",
        "type": "article",
        "webPublicationDate": story.published_at.isoformat(),
        "webTitle": story.title,
        "webUrl": story.url,
        "fields": {"headline": story.title, "byline": " and ".join(story.authors), "body": write_body(story)},
    }


def write_ans(story: Story) -> dict[str, Any]:
    return {
        "type": "story",
        "headlines": {"basic": story.title},
        "content_elements": [{"type": "text", "content": escape(paragraph)} for paragraph in story.paragraphs],
        "credits": {"by": [{"type": "author", "name": name} for name in story.authors]},
        "first_publish_date": story.published_at.isoformat(),
        "canonical_url": story.url,
    }


def write_elasticsearch(story: Story) -> dict[str, Any]:
    return {"_index": "news", "_id": str(story.number), "_score": 1.0, "_source": write_plain(story)}


def write_html_text(story: Story) -> dict[str, Any]:
    return write_plain(story) | {"text": write_body(story)}


def write_lines(
    record: Callable[[Story], dict[str, Any]] = write_plain, encoding: str = "utf-8"
) -> Callable[[Sequence[Story]], bytes]:
    """One record per line."""
    return lambda stories: "".join(
        json.dumps(record(story), ensure_ascii=encoding == "ascii") + "\n" for story in stories
    ).encode(encoding)


def write_array(stories: Sequence[Story]) -> bytes:
    return json.dumps([write_plain(story) for story in stories], indent=1).encode()


def write_answer(stories: Sequence[Story]) -> bytes:
    records = [write_newsapi(story) for story in stories]
    return json.dumps({"status": "ok", "totalResults": len(records), "articles": records}, ensure_ascii=False).encode()


def write_side_by_side(stories: Sequence[Story]) -> bytes:
    return "".join(json.dumps(write_plain(story), indent=2) for story in stories).encode()


def write_object(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return json.dumps(write_plain(story), indent=2).encode()


HEADER = ("title", "authors", "published_at", "url", "text")


def list_cells(story: Story) -> list[str]:
    return [story.title, "; ".join(story.authors), story.published_at.isoformat(), story.url, story.text]


def write_csv(delimiter: str = ",", encoding: str = "utf-8") -> Callable[[Sequence[Story]], bytes]:
    def write(stories: Sequence[Story]) -> bytes:
        target = io.StringIO()
        writer = csv.writer(target, delimiter=delimiter)
        writer.writerow(HEADER)
        writer.writerows(map(list_cells, stories))
        return target.getvalue().encode(encoding)

    return write


def make_table(stories: Sequence[Story]) -> pa.Table:
    rows = [write_plain(story) | {"published_at": story.published_at.astimezone(UTC)} for story in stories]
    return pa.Table.from_pylist(rows)


def write_parquet(stories: Sequence[Story]) -> bytes:
    target = io.BytesIO()
    pq.write_table(make_table(stories), target)
    return target.getvalue()


def write_feather(stories: Sequence[Story]) -> bytes:
    target = io.BytesIO()
    pyarrow.feather.write_feather(make_table(stories), target)
    return target.getvalue()


def write_arrow_stream(stories: Sequence[Story]) -> bytes:
    target = io.BytesIO()
    table = make_table(stories)
    with pa.ipc.new_stream(target, table.schema) as writer:
        writer.write_table(table)
    return target.getvalue()


def write_xlsx(stories: Sequence[Story]) -> bytes:
    return make_xlsx({"News": [list(HEADER), *map(list_cells, stories)]})


def write_ods(stories: Sequence[Story]) -> bytes:
    return make_ods({"News": [list(HEADER), *map(list_cells, stories)]})

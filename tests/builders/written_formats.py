"""Every format that is read, with the function that writes articles in it and what it cannot hold: one row each."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from builders import written_exports as exports
from builders import written_markup as markup
from builders import written_records as records
from builders.stories import Story

Writer = Callable[[Sequence[Story]], bytes]
# What a row can name as lost.
PARTS = frozenset(
    {"title", "authors", "date", "clock", "url", "picture", "credit", "second author", "order of day and month"}
)


@dataclass(frozen=True)
class WrittenFormat:
    """`form`: the row of the registry; `write`: all articles as one file, or each as its own where `is_single`.

    `loses`: what the format cannot hold. `declared`: the format that the source declares.
    """

    form: str
    file: str
    write: Writer
    loses: frozenset[str] = frozenset()
    is_single: bool = False
    declared: str = "auto"

    def __post_init__(self) -> None:
        assert self.loses <= PARTS, self.loses


def declare(form: str, file: str, write: Writer, loses: str = "", declared: str = "auto") -> WrittenFormat:
    """A row. `loses`: with commas between; `{}` in `file` stands for the number of the article."""
    names = frozenset(filter(None, loses.split(", ")))
    return WrittenFormat(form, file, write, names, "{}" in file, declared)


def pack_zip(file: str, write: Writer) -> Writer:
    """An archive with one member, or one per article."""

    def write_all(stories: Sequence[Story]) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in cut_files(file, stories):
                archive.writestr(name, write(part))
        return target.getvalue()

    return write_all


def pack_tar(file: str, write: Writer, mode: str = "w") -> Writer:
    """The same as TAR."""

    def write_all(stories: Sequence[Story]) -> bytes:
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
            for name, part in cut_files(file, stories):
                raw = write(part)
                info = tarfile.TarInfo(name)
                info.size = len(raw)
                archive.addfile(info, io.BytesIO(raw))
        return target.getvalue()

    return write_all


def cut_files(file: str, stories: Sequence[Story]) -> list[tuple[str, Sequence[Story]]]:
    """Names and articles of the files that a row writes."""
    return [(file.format(f"{story.number:05}"), [story]) for story in stories] if "{}" in file else [(file, stories)]


def write_warc(stories: Sequence[Story], pack: Callable[[bytes], bytes] = bytes) -> bytes:
    def write(story: Story) -> bytes:
        page = markup.write_page(story).encode()
        http = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n\r\n".encode()
            + page
        )
        return write_record("response", story, http, "application/http; msgtype=response")

    return b"".join(pack(write(story)) for story in stories)


def write_wet(stories: Sequence[Story]) -> bytes:
    return b"".join(write_record("conversion", story, story.text.encode(), "text/plain") for story in stories)


def write_record(kind: str, story: Story, content: bytes, form: str) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {story.url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{story.number:012}>\r\nContent-Type: {form}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def pack_zstd(raw: bytes) -> bytes:
    target = pa.BufferOutputStream()
    with pa.CompressedOutputStream(target, "zstd") as stream:
        stream.write(raw)
    return target.getvalue().to_pybytes()


def pack(write: Writer, packing: Callable[[bytes], bytes]) -> Writer:
    return lambda stories: packing(write(stories))


LINES = records.write_lines()
NO_PICTURE = "picture"
TEXT_ONLY = "title, authors, date, url, picture"
EXPORT = "clock, url, credit"
NEXIS, FACTIVA, PROQUEST = exports.list_nexis, exports.list_factiva, exports.list_proquest
WRITTEN = {
    "text": declare("text", "{}.txt", exports.write_text, TEXT_ONLY),
    "front matter": declare("text", "{}.md", exports.write_front_matter, NO_PICTURE),
    "pairs above a text": declare("text", "{}.txt", exports.write_pairs, NO_PICTURE),
    "HTML": declare("html", "{}.html", markup.write_one_page),
    "JSON Lines": declare("jsonl", "a.jsonl", LINES, NO_PICTURE),
    "JSON Lines, UTF-16": declare("jsonl", "a.jsonl", records.write_lines(encoding="utf-16"), NO_PICTURE),
    "JSON Lines, escaped": declare("jsonl", "a.jsonl", records.write_lines(encoding="ascii"), NO_PICTURE),
    "JSON Lines with HTML": declare("jsonl", "a.jsonl", records.write_lines(records.write_html_text), NO_PICTURE),
    "JSON, an object": declare("json", "{}.json", records.write_object, NO_PICTURE),
    "JSON, an array": declare("json", "a.json", records.write_array, NO_PICTURE),
    "JSON, an answer": declare("json", "a.json", records.write_answer, NO_PICTURE),
    "JSON, side by side": declare("json", "a.json", records.write_side_by_side, NO_PICTURE),
    **{
        name: declare("jsonl", "a.jsonl", records.write_lines(write), loses)
        for name, write, loses in (
            ("news-please", records.write_news_please, NO_PICTURE),
            ("newspaper4k", records.write_newspaper4k, NO_PICTURE),
            ("trafilatura", records.write_trafilatura, "picture, clock"),
            ("fundus", records.write_fundus, NO_PICTURE),
            ("schema.org", records.write_schema_org, NO_PICTURE),
            ("RealNews", records.write_realnews, "picture, clock, order of day and month"),
            ("All the News", records.write_all_the_news, NO_PICTURE),
            ("ninjs", records.write_ninjs, ""),
            ("WordPress, its API", records.write_wordpress, "picture, authors"),
            ("Guardian", records.write_guardian, NO_PICTURE),
            ("ANS", records.write_ans, NO_PICTURE),
            ("Elasticsearch", records.write_elasticsearch, NO_PICTURE),
        )
    },
    "CSV": declare("csv", "a.csv", records.write_csv(), NO_PICTURE),
    "CSV, semicolons, UTF-16": declare("csv", "a.csv", records.write_csv(";", "utf-16"), NO_PICTURE),
    "TSV": declare("csv", "a.tsv", records.write_csv("\t"), NO_PICTURE),
    "Parquet": declare("parquet", "a.parquet", records.write_parquet, NO_PICTURE),
    "Feather": declare("arrow", "a.feather", records.write_feather, NO_PICTURE),
    "Arrow, a stream": declare("arrow", "a.arrows", records.write_arrow_stream, NO_PICTURE),
    "Excel": declare("excel", "a.xlsx", records.write_xlsx, NO_PICTURE),
    "LibreOffice": declare("excel", "a.ods", records.write_ods, NO_PICTURE),
    "ZIP of JSON Lines": declare("zip", "a.zip", pack_zip("in/a.jsonl", LINES), NO_PICTURE),
    "ZIP of pages": declare("zip", "a.zip", pack_zip("in/{}.html", markup.write_one_page)),
    "ZIP of texts": declare("zip", "a.zip", pack_zip("in/{}.md", exports.write_front_matter), NO_PICTURE),
    "TAR of objects": declare("tar", "a.tar", pack_tar("in/{}.json", records.write_object), NO_PICTURE),
    "TAR, packed, of NITF": declare("tar", "a.tar.gz", pack_tar("in/{}.xml", markup.write_nitf, "w:gz"), "url"),
    "ZIP of a TAR": declare("zip", "a.zip", pack_zip("a.tar", pack_tar("a.csv", records.write_csv())), NO_PICTURE),
    "gzip": declare("jsonl", "a.jsonl.gz", pack(LINES, gzip.compress), NO_PICTURE),
    "bzip2": declare("csv", "a.csv.bz2", pack(records.write_csv(), bz2.compress), NO_PICTURE),
    "xz": declare("text", "{}.md.xz", pack(exports.write_front_matter, lzma.compress), NO_PICTURE),
    "zstd": declare("jsonl", "a.jsonl.zst", pack(LINES, pack_zstd), NO_PICTURE),
    "WARC": declare("warc", "a.warc", write_warc),
    "WARC, packed": declare("warc", "a.warc.gz", lambda stories: write_warc(stories, gzip.compress)),
    "WET": declare("warc", "a.warc.wet", write_wet, "title, authors, date, picture"),
    "RSS": declare("feed", "a.xml", markup.write_rss),
    "RDF": declare("feed", "a.xml", markup.write_rdf, NO_PICTURE),
    "Atom": declare("feed", "a.xml", markup.write_atom, NO_PICTURE),
    "WordPress, an export": declare("feed", "a.xml", markup.write_wxr, "picture, second author"),
    "NITF": declare("nitf", "{}.xml", markup.write_nitf, "url"),
    "NewsML 1.2": declare("newsml", "a.xml", markup.write_newsml, "url"),
    "NewsML-G2": declare("newsmlg2", "a.xml", markup.write_newsml_g2, "url"),
    "other XML": declare("xml", "a.xml", markup.write_xml, NO_PICTURE),
    "Reuters SGML": declare("sgml", "a.sgm", markup.write_reuters, "url, picture"),
    "TREC": declare("sgml", "a", markup.write_trec, "date, url, picture"),
    "newswire collection": declare("sgml", "a", markup.write_newswire, "authors, clock, url, picture"),
    "IPTC 7901": declare("telegram", "a.iptc", exports.write_iptc, "url, picture"),
    "ANPA 1312": declare("telegram", "a.anpa", exports.write_anpa, "url, picture"),
    "Nexis, old": declare("nexis", "a.txt", exports.write_nexis_old, EXPORT),
    "Nexis": declare("nexis", "a.txt", exports.write_as_text(NEXIS), EXPORT),
    "Nexis, RTF": declare("rtfexport", "a.rtf", exports.write_as_rtf(NEXIS), EXPORT),
    "Nexis, Word": declare("docx", "a.docx", exports.write_as_docx(NEXIS), EXPORT),
    "Nexis, HTML": declare("htmlexport", "a.html", exports.write_as_html(NEXIS), EXPORT),
    "Factiva": declare("factiva", "a.txt", exports.write_as_text(FACTIVA), EXPORT),
    "Factiva, RTF": declare("rtfexport", "a.rtf", exports.write_as_rtf(FACTIVA), EXPORT),
    "Factiva, Word": declare("docx", "a.docx", exports.write_as_docx(FACTIVA), EXPORT),
    "Factiva, HTML": declare("htmlexport", "a.html", exports.write_as_html(FACTIVA), EXPORT),
    "ProQuest": declare("proquest", "a.txt", exports.write_as_text(PROQUEST), "clock, url, picture"),
    "ProQuest, RTF": declare("rtfexport", "a.rtf", exports.write_as_rtf(PROQUEST), "clock, url, picture"),
    "ProQuest, Word": declare("docx", "a.docx", exports.write_as_docx(PROQUEST), "clock, url, picture"),
    "ProQuest, HTML": declare("htmlexport", "a.html", exports.write_as_html(PROQUEST), "clock, url, picture"),
    "RTF": declare("rtf", "{}.rtf", exports.write_as_rtf(exports.list_paragraphs), TEXT_ONLY, "rtf"),
    "Word": declare("docx", "{}.docx", exports.write_as_docx(exports.list_paragraphs), TEXT_ONLY),
    "mail": declare("mail", "{}.eml", exports.write_eml, "authors, url, picture"),
    "mailbox": declare("mbox", "a.mbox", exports.write_mbox, "authors, url, picture"),
    "MHTML": declare("mail", "{}.mhtml", exports.write_mhtml),
}

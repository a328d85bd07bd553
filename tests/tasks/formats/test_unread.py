"""What is recognised and not read: by its content, by its name, and texts that only look so."""

import re

import pytest

from tasks.formats.registry import choose_format
from tasks.formats.unread import UNREAD, Unread, find_signature

UNREAD_FILES = {
    "PDF named as text": ("a.txt", b"%PDF-1.7\n", "PDF"),
    "PDF by its name": ("a.pdf", b"Words.", "PDF"),
    "a transfer": ("ferry.jsonl.part", b'{"text": "Words."}', "unfinished transfer"),
    "a transfer, packed": ("ferry.jsonl.gz.crdownload", b"", "unfinished transfer"),
    "a transfer that is packed": ("ferry.txt.tmp.gz", b"Words.", "unfinished transfer"),
    "a backup": ("ferry.txt~", b"Words.", "backup of an editor"),
    "a backup by emacs": ("#ferry.txt#", b"Words.", "backup of an editor"),
    "a numbered backup": ("ferry.html.~3~", b"<html>", "backup of an editor"),
    "a lock": ("~$ferry.docx", b"Words.", "lock file of an office program"),
    "ARC": (
        "a",
        b"filedesc://a.arc 0.0.0.0 20240101000000 text/plain 76\n1 0 x\n",
        "ARC (archive of a crawler before WARC)",
    ),
    "ARC, packed": ("a.arc.gz", b"filedesc://a.arc 0.0.0.0", "ARC (archive of a crawler before WARC)"),
    "CDX": ("index", b" CDX N b a m s k r M S V g\ncom,example)/", "CDX (index of WARC files)"),
    "WAT": ("a.warc.wat.gz", b"", "WAT (metadata of WARC files)"),
    "SQLite": ("articles", b"SQLite format 3\x00\x10", "SQLite"),
    "EPUB": ("a", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zipPK", "EPUB"),
    "an image": ("a.txt", b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG image"),
    "video": ("a", b"\x00\x00\x00\x18ftypmp42", "MP4 or QuickTime video"),
    "sound": ("a.mp3", b"ID3\x04\x00", "MP3 audio"),
    "a pointer": ("a.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
    "only a declaration": ("a.txt", b"<?xml version='1.0'?>", "XML"),
    "packed twice": ("a.txt.gz", b"\x1f\x8b\x08\x00", "gzip packing"),
    "a script": ("scrape.py", b"import json\n", "style sheet or program text"),
}


@pytest.mark.parametrize(("path", "first", "name"), UNREAD_FILES.values(), ids=UNREAD_FILES.keys())
def test_what_is_not_read_is_named(path: str, first: bytes, name: str) -> None:
    form = choose_format("auto", path, first)
    assert isinstance(form, Unread)
    assert form.name == name
    assert form.detail.startswith(name)


TEXTS = {
    "ID3": b"ID3 tags tell players who sings.",
    "GIF": b"GIF8 is how some spell it.",
    "BMP": b"BM is short for benchmark, and the town has one.",
    "ORC": b"ORC is the name of the boat.",
    "MZ": b"MZ motorcycles are back on the island.",
    "PK": b"PK\nThe penalty kick was the last of the season.",
    "RIFF": b"RIFF RAFF, a parrot, was found on the ferry.",
    "a mark of a photographer": b"<PHOTO> A gull sleeps on the ferry. <PHOTO>",
    "a name in brackets": b"<Anna Berg> says hello to the harbour.",
    "less than": b"<10 boats left the harbour on Monday.",
    "a question": b"#! That was the whole message.",
    "a part of a page": b"<p>The ferry is late.</p>\n<p>Again.</p>",
    "a sign before words": b"@article: the ferry is late.",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_begins_like_another_format_is_text(text: bytes) -> None:
    assert choose_format("auto", "a.txt", text).name in ("text", "html")
    assert choose_format("auto", "onet.pl", text).name in ("text", "html")


@pytest.mark.parametrize("row", UNREAD, ids=[row.name for row in UNREAD])
def test_a_row_is_whole(row: Unread) -> None:
    assert row.why.endswith(".")
    assert row.starts or row.extensions or row.names
    assert all(re.fullmatch(r"\.[a-z0-9]+", extension) for extension in row.extensions)


def test_extensions_are_of_one_row() -> None:
    extensions = [extension for row in UNREAD for extension in row.extensions]
    assert sorted(extensions) == sorted(set(extensions))


@pytest.mark.parametrize("start", [b"\x00", b"<", b"M", b"filedesc", b" ", b"PK\x03\x04"])
def test_signatures_are_looked_for_in_linear_time(start: bytes) -> None:
    assert choose_format("auto", "a", start * 100_000)
    find_signature(start * 100_000)

"""Which format a file is in: by what the source says, else by its name, else by its first bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath

FORMATS = ("text", "html", "jsonl", "json", "warc")
PACKINGS = (".gz", ".bz2", ".xz", ".zst")
EXTENSIONS = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
    ".json": "json",
    ".warc": "warc",
}
OPENING = re.compile(rb"\s*(<!--|<\?xml)", re.I)
HTML_START = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.I)
JSON_START = re.compile(rb'\s*(?:\[\s*)?\{\s*(?:"|\})')


def choose_format(declared: str, path: str, first: bytes) -> str:
    """The format of a file, one of FORMATS. `first`: its first unpacked bytes, as many as there are at hand."""
    if declared != "auto":
        return declared
    name = PurePosixPath(path.partition("?")[0].lower())
    if name.suffix in PACKINGS:
        name = name.with_suffix("")
    return EXTENSIONS.get(name.suffix) or sniff_format(first)


def sniff_format(first: bytes) -> str:
    """The format that the first bytes speak for; plain text when none does."""
    start = first[:4096]
    if start.startswith(b"WARC/"):
        return "warc"
    start = start.removeprefix(codecs.BOM_UTF8)
    if starts_html(start):
        return "html"
    return "json" if JSON_START.match(start) else "text"


def starts_html(start: bytes) -> bool:
    """Whether a tag of HTML comes first, after any white space, XML declarations and comments.

    A loop, not one pattern: nested repeats would take exponential time on a series of comments.
    """
    position = 0
    while opening := OPENING.match(start, position):
        closing = b"-->" if opening[1] == b"<!--" else b">"
        end = start.find(closing, opening.end())
        if end < 0:
            return False
        position = end + len(closing)
    return HTML_START.match(start, position) is not None

"""Which format a file is in: by what the source says, else by its name, else by its first bytes."""

from __future__ import annotations

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
HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
JSON_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*(?:"|\})')


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
    if HTML_START.match(start):
        return "html"
    return "json" if JSON_START.match(start) else "text"

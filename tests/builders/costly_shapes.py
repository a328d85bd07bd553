"""Inputs on which careless code is slow: one small thing repeated, as text, markup, fields and packing."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from itertools import count

Shape = Callable[[int], bytes]

LINE = "The night tram passed the old mill without stopping, its driver told the inquiry."
# One line of it alone, and many lines of it.
UNITS = {
    "bracket": "(",
    "square": "[",
    "bar": "| ",
    "dot": ". ",
    "dash": "– ",
    "blank": " ",
    "wide blank": "\u3000",
    "letter": "e",
    "capitals": "TRAM MILL ",
    "digits": "7",
    "date": "3 May 1998, ",
    "clock": "10:45 ",
    "by": "by ",
    "name and": "Ada Lind and ",
    "name comma": "Ada Lind, ",
    "initials": "A.L. ",
    "hyphens": "a-",
    "apostrophe": "o'",
    "quote": "“",
    "colon": "photo: ",
    "credit": "(Ada Lind/Tramways) ",
    "copyright": "(c) © ",
    "mail": "a@b.",
    "address": "https://m.example/t ",
    "www": "www.",
    "hashtag": "#tram ",
    "more": "read more ",
    "ellipsis": "… ",
    "han": "電",
    "thai": "ก",
    "joined": "e\u0301",
    "unseen": "\u200b",
    "damaged": "Ã©â€™",
    "tag": "<b>",
    "entity": "&amp;",
    "tab": "\t",
    "return": "\r",
    "form feed": "\x0c",
}


def repeat(unit: str, size: int) -> str:
    """The unit again and again, up to so many characters."""
    return (unit * (size // len(unit) + 1))[:size]


def number_lines(form: str, size: int) -> str:
    """Different lines of one form, whose `{}` is a number in letters."""
    lines, room = [], size
    for number in count():
        line = form.format("".join(chr(97 + int(digit)) for digit in str(number)))
        room -= len(line) + 1
        if room < 0:
            return "\n".join(lines)
        lines.append(line)
    raise AssertionError


def make_page(inner: str) -> bytes:
    """A page with an article around something."""
    return f"<html><head><title>Night tram</title></head><body><main>{inner}<p>{LINE}</p></main></body></html>".encode()


def make_record(**fields: object) -> bytes:
    """A line of JSON with a text and other fields."""
    return json.dumps({"text": f"{LINE}\n\n" * 4, **fields}).encode() + b"\n"


MARKUP = {
    "open comments": lambda n: repeat("<!-- ", n),
    "comments": lambda n: repeat("<!---->", n),
    "deep": lambda n: repeat("<div>", n),
    "deep inline": lambda n: repeat("<i><b>", n),
    "list": lambda n: repeat(f"<li>{LINE}", n),
    "cells": lambda n: repeat("<table><tr><td>tram", n),
    "links": lambda n: repeat("<a href='/tram'>tram</a> ", n),
    "figures": lambda n: repeat("<figure><img src=t><figcaption>Tram, by Ada Lind</figcaption></figure>", n),
    "captions": lambda n: number_lines("<figure><figcaption>The {} tram by the mill</figcaption></figure>", n),
    "attributes": lambda n: "<p " + number_lines("data-{}=1", n).replace("\n", " ") + ">tram</p>",
    "linked data": lambda n: f"<script type='application/ld+json'>{repeat('[', n)}</script>",
    "breaks": lambda n: repeat("tram<br>", n),
    "entities": lambda n: repeat("&#116;&nbsp;", n),
    "headings": lambda n: repeat("<h1>Night tram</h1>", n),
}
FIELDS = {
    "title": lambda n: {"title": repeat("Tram ", n)},
    "authors": lambda n: {"authors": repeat("Ada Lind, ", n)},
    "author list": lambda n: {"authors": ["Ada Lind"] * (n // 12)},
    "author blanks": lambda n: {"authors": "Ada" + " " * n + "Lind"},
    "date blanks": lambda n: {"published_at": "1998" + " " * n + "May"},
    "date digits": lambda n: {"published_at": repeat("19 ", n)},
    "date brackets": lambda n: {"published_at": "(" * n},
    "url": lambda n: {"url": "https://" + repeat("a.", n)},
    "html": lambda n: {"html": repeat("<div>", n)},
    "keys": lambda n: {f"key {number}": 1 for number in range(n // 16)},
}
SHAPES: dict[str, Shape] = {
    **{f"one line of {name}.txt": (lambda n, unit=unit: repeat(unit, n).encode()) for name, unit in UNITS.items()},
    **{f"lines of {name}.txt": (lambda n, unit=unit: repeat(f"{unit}\n", n).encode()) for name, unit in UNITS.items()},
    **{f"{name}.html": (lambda n, make=make: make_page(make(n))) for name, make in MARKUP.items()},
    **{f"{name}.jsonl": (lambda n, make=make: make_record(**make(n))) for name, make in FIELDS.items()},
    "prose.txt": lambda n: number_lines(f"{LINE} {{}}", n).encode(),
    "captions.txt": lambda n: number_lines("The {} tram by the mill. Photograph: Ada Lind/Tramways", n).encode(),
    "near captions.txt": lambda n: number_lines("A night tram stands by the mill {} in snow (Ada Lind)", n).encode(),
    "bylines.txt": lambda n: number_lines("By Ada Lind{}", n).encode(),
    "dates.txt": lambda n: repeat("Updated 3 May 1998\n\n", n).encode(),
    "empty lines.txt": lambda n: b"tram\n" + b"\n" * n,
    "depth.jsonl": lambda n: b'{"text": ' + b"[" * (n // 2) + b"]" * (n // 2) + b"}\n",
    "records.jsonl": lambda n: make_record() * (n // len(make_record())),
    "empty records.jsonl": lambda n: b"{}\n" * (n // 3),
    "open string.json": lambda n: b'[{"text": "' + b"\\" * n,
    "members.txt.gz": lambda n: gzip.compress(b"", mtime=0) * (n // 20),
    "nulls.txt": lambda n: b"\0" * n,
    "noise.txt": lambda n: b"".join(zlib.crc32(b"%d" % k).to_bytes(4, "big") for k in range(n // 4)),
}

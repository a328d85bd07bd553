"""Valid files with damage: bytes flipped, cut, repeated, parts swapped, numbers and signs replaced; in archives, members too."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from hypothesis import strategies as st

SIGNS = (
    *(
        b"<",
        b">",
        b"</p>",
        b"]]>",
        b"<![CDATA[",
        b"&#x110000;",
        b"&#0;",
        b"<!--",
        b"<script>",
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
    ),
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\r",
        b"\r\n\r\n",
        b"\n---\n",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"\x01",
        b"\x02",
        b"\x03",
    ),
    *(b",", b";", b"\t", b"%", b"=?utf-8?q?=ZZ?=", b"\\u-99999?", b"\\'zz", b"\xe2\x80\xa8", b"\xd9\xa0\xd9\xa1"),
)
NUMBERS = (b"0", b"-1", b"99", b"00000", b"9" * 12, b"9" * 400, b"1e999", b"2024-13-45T25:61:61+99:99")
DIGITS = re.compile(rb"\d+")
KINDS = ("flip", "cut", "end", "repeat", "swap", "insert", "number", "remove")
Step = tuple[str, float, float, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=5
)


def damage_bytes(raw: bytes, steps: list[Step]) -> bytes:
    """The bytes after all steps. Each has a kind, two places as shares of the length, and a number."""
    for kind, first, second, number in steps:
        size = len(raw)
        at, end = sorted((int(first * size), int(second * size)))
        near = min(end, at + 1 + number * 4)
        if kind == "flip" and at < size:
            raw = raw[:at] + bytes([raw[at] ^ (number or 1)]) + raw[at + 1 :]
        elif kind == "cut":
            raw = raw[:at] + raw[near:]
        elif kind == "remove":
            raw = raw[:at] + raw[end:]
        elif kind == "end":
            raw = raw[:end]
        elif kind == "repeat":
            raw = raw[:near] + raw[at:near] * (1 + number % 20) + raw[near:]
        elif kind == "swap":
            middle = (at + end) // 2
            raw = raw[:at] + raw[middle:end] + raw[at:middle] + raw[end:]
        elif kind == "insert":
            raw = raw[:at] + SIGNS[number % len(SIGNS)] * (1 + number // 50) + raw[at:]
        elif kind == "number" and (found := DIGITS.search(raw, at)):
            raw = raw[: found.start()] + NUMBERS[number % len(NUMBERS)] + raw[found.end() :]
    return raw


def damage_file(raw: bytes, steps: list[Step], member: int | None) -> bytes:
    """The file after all steps, or a ZIP archive with one member after them."""
    if member is None or not raw.startswith(b"PK"):
        return damage_bytes(raw, steps)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        members: list[Any] = source.infolist()
        for at, info in enumerate(members):
            content = source.read(info)
            archive.writestr(info.filename, damage_bytes(content, steps) if at == member % len(members) else content)
    return target.getvalue()


MEMBERS = st.one_of(st.none(), st.integers(0, 30))

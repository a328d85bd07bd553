"""Records, pages, archives of pages and plain texts that are wrong, deep, huge, empty or hostile."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

from builders.bad_bytes import RANDOM, write_article, write_record
from builders.languages import ARTICLES, TABLES


def make_json() -> Iterator[tuple[str, bytes]]:
    """JSON that is wrong, deep, huge or surprising."""
    text = json.dumps(write_article(1_400))
    values = {
        "null": "null",
        "number": "5",
        "list": "[1, 2]",
        "object": '{"a": 1}',
        "true": "true",
        "empty": '""',
        "blank": '"  \\n "',
        "nan": "NaN",
        "digits": "9" * 6_000,
        "surrogate": '"\\ud800 \\udc00 x"',
        "nul": '"\\u0000"',
    }
    for name, value in values.items():
        yield f"text-is-{name}.json", f'{{"title": "Report", "text": {value}}}'.encode()
        yield (
            f"title-is-{name}.json",
            f'{{"title": {value}, "text": {json.dumps(write_article(1_410 + len(name)))}}}'.encode(),
        )
    yield "date-odd.json", f'{{"published_at": "31/31/9999", "text": {json.dumps(write_article(1_430))}}}'.encode()
    yield "date-huge.json", f'{{"published_at": 1e308, "text": {json.dumps(write_article(1_431))}}}'.encode()
    yield "date-old.json", f'{{"published_at": "0001-01-01", "text": {json.dumps(write_article(1_432))}}}'.encode()
    yield "address-odd.json", f'{{"url": "http://[::1", "text": {json.dumps(write_article(1_433))}}}'.encode()
    yield "key-surrogate.jsonl", b'{"\\ud800": 1}\n' + write_record(1_434).encode()
    yield "key-long.json", f'{{"{"k" * 100_000}": 1, "text": {json.dumps(write_article(1_435))}}}'.encode()
    for name, opening, closing in (("arrays", "[", "]"), ("objects", '{"a":', "}")):
        yield f"deep-{name}.json", (opening * 50_000 + "1" + closing * 50_000).encode()
        yield f"deep-{name}.jsonl", (opening * 50_000 + "\n" + write_record(1_440 + len(name))).encode()
        yield f"deep-{name}-inside.json", f'{{"text": {text}, "x": {opening * 900}1{closing * 900}}}'.encode()
    for name, raw in {
        "scalar.json": b"5",
        "string.json": text.encode(),
        "nothing.json": b"",
        "blank.jsonl": b"\n\n \n",
        "open.json": b"[",
        "empty-array.json": b"[]",
        "empty-object.json": b"{}",
        "half.json": f'{{"text": {text}'.encode()[:-40],
        "quotes.json": b"{'text': 'single'}",
        "comment.json": b'// hello\n{"text": "x"}',
        "comma.json": b'[{"text": "x"},]',
        "joined.jsonl": (write_record(1_450) + write_record(1_451)).encode(),
        "return.jsonl": write_record(1_452).encode() + b"\r",
        "utf16.jsonl": write_record(1_453).encode("utf-16"),
        "nul.jsonl": write_record(1_454).encode() + b"\n\x00\x00\n",
        "control.jsonl": write_record(1_455).replace("plan", "pl\x01an").encode(),
        "latin.jsonl": b'{"text": "caf\xe9 \xff\xfe"}',
        "twice.json": f'{{"text": "a", "text": {json.dumps(write_article(1_456))}}}'.encode(),
        "blank-lines.jsonl": b"\n" * 200_000 + write_record(1_457).encode(),
        "huge-line.jsonl": b'{"text": "' + b"word " * 5_000_000 + b'"}\n' + write_record(1_458).encode(),
        "mixed.jsonl": b"\n".join(
            [write_record(1_459).encode(), b"{ bad", b"[1]", b"null", RANDOM[:300].replace(b"\n", b"")]
        ),
    }.items():
        yield f"json-{name}", raw


def make_markup() -> Iterator[tuple[str, bytes]]:
    """Pages and archives of pages that are broken, empty or hostile."""
    body = "".join(f"<p>{part}</p>" for part in write_article(1_500).split("\n\n"))
    laughs = '<!DOCTYPE html [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
    )
    pages = {
        "deep": "<div>" * 20_000 + body,
        "unclosed": f"<html><body>{body}<p",
        "no-body": "<html><head><title>x</title></head></html>",
        "script": f"<html><script>{'x=1;' * 9_000}</script></html>",
        "comment": f"<html><body>{body}<!-- {'x ' * 9_000}",
        "attribute": f'<html><body class="{"x" * 300_000}">{body}',
        "frames": "<frameset><frame src=a><frame src=b></frameset>",
        "charset": f'<html><meta charset="nonsense"><body>{body}',
        "utf7": f'<html><meta charset="utf-7"><body>{body}',
        "laughs": f"{laughs}]><html><body>&j;{body}</body></html>",
        "nul": f"<html><body>{body.replace('plan', 'pl' + chr(0) + 'an')}",
        "empty": "",
        "blank": "   \n",
        "words": write_article(1_501),
        "brackets": "<" * 60_000,
        "entities": "&" * 60_000,
        "table": "<html><body><table>" + "<tr><td>1<td>2" * 5_000,
    }
    for name, page in pages.items():
        yield f"page-{name}.html", page.encode()
    response = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>{body}</body></html>".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: http://a.example/\r\n"
        f"WARC-Date: 2026-10-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(response)}\r\n\r\n"
    ).encode()
    whole = head + response + b"\r\n\r\n"
    longer = whole.replace(f"Content-Length: {len(response)}".encode(), b"Content-Length: 99999999999")
    for name, raw in {
        "whole": whole,
        "cut": whole[:-200],
        "longer": longer,
        "negative": whole.replace(b"Content-Length: ", b"Content-Length: -"),
        "no-length": whole.replace(b"Content-Length", b"Content-Width"),
        "head": head[:60],
        "version": whole.replace(b"1.0", b"9.9"),
        "random": head + RANDOM[: len(response)] + b"\r\n\r\n",
        "name": whole.replace(b"a.example", b"\xff\xfe"),
        "empty": b"",
        "rubbish": RANDOM[:3_000],
        "thrice": whole + RANDOM[:99] + whole,
    }.items():
        yield f"web-{name}.warc", raw
        if name in ("whole", "cut", "random"):
            yield f"web-{name}.warc.gz", gzip.compress(raw, mtime=0)[: -9 if name == "cut" else None]


def make_texts() -> Iterator[tuple[str, bytes]]:
    """Plain text that is empty, odd or large."""
    for name, text in {
        "empty": "",
        "blank": " ",
        "lines": "\n" * 10_000,
        "wide-blanks": "\u3000\u2003\xa0" * 99,
        "letter": "x",
        "dots": "." * 5_000,
        "digits": "0123456789 " * 500,
        "faces": "\U0001f600 " * 400,
        "share": "Share\nAdvertisement\nMost Popular\nread more:\n",
        "long-line": "The ferry left the harbour. " * 100_000,
        "long-word": "a" * 3_000_000,
        "many-lines": "Ferry\n" * 100_000,
        "returns": write_article(1_600).replace("\n", "\r"),
        "feeds": write_article(1_601).replace("\n\n", "\f"),
        "turned": "\u202e" + write_article(1_602),
        "marks": "".join(char + "\u0300" * 30 for char in write_article(1_603)),
        "escapes": "\x1b[2J\x1b]0;owned\x07" + write_article(1_604),
        "separators": write_article(1_605).replace("\n", "\u2028"),
        "invisible": "\u200b".join(write_article(1_606)),
        "template": "{{ headline }}\n\n{% for line in body %}{{ line }}{% endfor %}",
        "copies": "\n\n".join([ARTICLES["en"]] * 300),
        "queries": "'; DROP TABLE documents; --\n" * 20,
    }.items():
        yield f"text-{name}.txt", text.encode()
    for name, table in TABLES.items():
        yield f"table-{name}.txt", table.encode()

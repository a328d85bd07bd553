"""Lines and whole files of JSON become records and rejects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import chain, repeat

import pytest

from tasks.batch import Fields, Limits
from tasks.formats.jsonl import WHOLE_BYTES, read_json, read_jsonl
from tasks.formats.record import BrokenInputError, Found, PassedOver, ReadContext, Reader, Record, Reject

MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)


def lines_of(*lines: bytes, limit: int = 1000, fields: Fields | None = None) -> list[Found]:
    return list(read_jsonl(iter([b"\n".join(lines)]), ReadContext("f", fields or Fields(), Limits(record_bytes=limit))))


LINES = {
    "plain": (b'{"text": "one"}', "one", "utf-8"),
    "Windows line end": (b'{"text": "one"}\r', "one", "utf-8"),
    "white space around": (b'  {"text": "one"}  ', "one", "utf-8"),
    "byte order mark": (b'\xef\xbb\xbf{"text": "one"}', "one", "utf-8-sig"),
    "escapes": (b'{"text": "caf\\u00e9 \\ud83d\\ude00"}', "café 😀", "utf-8"),
    "half a pair": (b'{"text": "a \\ud800 b"}', "a \ufffd b", "utf-8;surrogates-replaced"),
    "a NUL": (b'{"text": "a\\u0000b"}', "ab", "utf-8;nul-removed"),
    "a raw tab": (b'{"text": "a\tb"}', "a\tb", "utf-8"),
    "Windows-1252": (b'{"text": "the \x93caf\xe9\x94 is closed"}', "the “café” is closed", "cp1252"),
    "mojibake": ('{"text": "Itâ€™s"}'.encode(), "It’s", "utf-8;mojibake-fixed"),
    "a key twice": (b'{"text": "one", "text": "two"}', "two", "utf-8"),
    "not a number": (b'{"text": "one", "score": NaN, "x": Infinity}', "one", "utf-8"),
    "second name": (b'{"text": null, "body": "one"}', "one", "utf-8"),
    "blank, then another": (b'{"text": " ", "body": "one"}', "one", "utf-8"),
}


@pytest.mark.parametrize(("line", "text", "encoding"), LINES.values(), ids=LINES.keys())
def test_a_line_is_a_record(line: bytes, text: str, encoding: str) -> None:
    (found,) = lines_of(line)
    assert isinstance(found, Record)
    assert (found.uri, found.text, found.encoding) == ("f#0", text, encoding)


BAD_LINES = {
    "not JSON": (b"{oops", "bad_json", "line 2: not JSON: Expecting property name"),
    "cut": (b'{"text": "on', "bad_json", "line 2: not JSON: Unterminated string"),
    "an array": (b"[1]", "bad_json", "line 2: a JSON array, not an object"),
    "a number": (b"7", "bad_json", "line 2: a JSON number"),
    "nested without end": (b"[" * 900, "bad_json", "line 2: not JSON"),
    "too deep": (b'{"a":' * 100_000, "bad_json", "line 2: not JSON: nested too deeply"),
    "digits without end": (b'{"a": ' + b"1" * 5000 + b"}", "bad_json", "line 2: not JSON"),
    "no text": (b'{"id": 1, "words": "x"}', "no_text", "the record has id, words"),
    "text is a list of numbers": (b'{"text": [1]}', "no_text", "text is a JSON array, not a string"),
    "text is null": (b'{"text": null}', "no_text", "line 2: none of the fields text, body"),
    "blank": (b'{"text": " \\n"}', "empty", "line 2: field text is blank"),
    "binary": (b"\x01\x02\x03\x04\xff\xfe", "binary", "line 2: "),
}


@pytest.mark.parametrize(("line", "reason", "words"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_a_reject_and_the_others_go_on(line: bytes, reason: str, words: str) -> None:
    first, bad, last = lines_of(b'{"text": "one"}', line, b"", b" ", b'{"text": "two"}', limit=10**6)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.uri == "f#2"
    assert isinstance(bad, Reject)
    assert (bad.uri, bad.reason) == ("f#1", reason)
    assert words in bad.detail


def test_a_line_over_the_limit_is_not_held() -> None:
    good, large, last = lines_of(b'{"text": "one"}', b'{"text": "' + b"x" * 90 + b'"}', b'{"text": "two"}', limit=50)
    assert isinstance(good, Record)
    assert isinstance(last, Record)
    assert isinstance(large, Reject)
    assert (large.uri, large.reason) == ("f#1", "record_too_large")
    assert "102 bytes" in large.detail


def test_every_field_finds_its_column() -> None:
    line = json.dumps(
        {
            "_id": 12,
            "link": "https://www.example.com/x",
            "headline": " Bridge\nclosed ",
            "summary": "Since May.",
            "byline": "By Ann Lee",
            "date": "2024-05-01",
            "site_name": {"name": "The Gazette"},
            "content": "one\ntwo",
        }
    )
    (found,) = lines_of(line.encode())
    assert isinstance(found, Record)
    assert found.text == "one\ntwo"
    assert (found.record_id, found.url, found.title) == ("12", "https://www.example.com/x", "Bridge closed")
    assert (found.standfirst, found.authors, found.publisher) == ("Since May.", ("Ann Lee",), "The Gazette")
    assert found.published_at == MIDNIGHT


def test_a_dot_steps_into_an_object() -> None:
    fields = Fields(text=("data.article.body",), title=("meta.title",), id=("a.b",))
    (found,) = lines_of(
        b'{"data": {"article": {"body": "one"}}, "meta": {"title": "T"}, "a.b": "i", "a": 3}', fields=fields
    )
    assert isinstance(found, Record)
    assert (found.text, found.title, found.record_id) == ("one", "T", "i")


def test_utf_16_lines_are_cut_where_their_lines_end() -> None:
    raw = '{"text": "größer"}\n\n{"text": "漢"}\n'.encode("utf-16")
    found = list(read_jsonl(iter([raw[:7], raw[7:]]), ReadContext("f", Fields(), Limits())))
    assert [(item.text, item.encoding) for item in found if isinstance(item, Record)] == [
        ("größer", "utf-16-le"),
        ("漢", "utf-16-le"),
    ]


WHOLE = {
    "an object": (b'{\n "text": "one"\n}', [("f", "one")]),
    "an array": (b'\xef\xbb\xbf [ {"text": "one"} ,\n{"text": "two"}]\n', [("f#0", "one"), ("f#1", "two")]),
    "lines after all": (b'{"text": "one"}\n{"text": "two"}\n', [("f#0", "one"), ("f#1", "two")]),
    "an array of other things": (
        b'[1, {"text": "one"}, {}]',
        [("f#0", "bad_json"), ("f#1", "one"), ("f#2", "no_text")],
    ),
    "an empty array": (b"[]", []),
    "blank": (b" \n", [("f", "empty")]),
    "not JSON": (b"{oops", [("f", "bad_json")]),
    "a string": (b'"text"', [("f", "bad_json")]),
}


@pytest.mark.parametrize(("raw", "expected"), WHOLE.values(), ids=WHOLE.keys())
def test_whole_json_files(raw: bytes, expected: list[tuple[str, str]]) -> None:
    found = list(read_json(iter([raw]), ReadContext("f", Fields(), Limits())))
    assert [(item.uri, item.text if isinstance(item, Record) else item.reason) for item in found] == expected


def read_all(raw: bytes, fields: Fields | None = None, read: Reader = read_json) -> list[tuple[str, str]]:
    found = read(iter([raw]), ReadContext("f", fields or Fields(), Limits()))
    return [
        (item.uri, item.text if isinstance(item, Record) else item.reason)
        for item in found
        if not isinstance(item, PassedOver)
    ]


def test_an_array_that_breaks_gives_what_came_before() -> None:
    found = read_json(iter([b'[{"text": "one"}']), ReadContext("f", Fields(), Limits()))
    assert isinstance(next(found), Record)
    with pytest.raises(BrokenInputError) as broken:
        next(found)
    assert (broken.value.reason, broken.value.keeps) == ("truncated", True)
    assert read_all(b'[{"text": "one"}, {"te') == [("f#0", "one"), ("f#1", "bad_json")]


ONE, TWO = '{"title": "A", "text": "one"}', '{"title": "B", "text": "two"}'
LIST = f"[{ONE}, {TWO}]"
SHAPES = {
    "an array": LIST,
    "an array per line": f"[{ONE}]\n[{TWO}]\n",
    "an array behind another": f"[{ONE}][{TWO}]",
    "arrays in an array": f"[[{ONE}], [{TWO}]]",
    "an array with a record per line": f"[\n{ONE},\n{TWO}\n]",
    "pretty-printed": '{\n "title": "A",\n "text": "one"\n}\n{\n "title": "B",\n "text": "two"\n}\n',
    "side by side": ONE + TWO,
    "side by side with a comma": f"{ONE}, {TWO}",
    "commas behind lines": f"{ONE},\n{TWO},\n",
    "a comma behind the last entry": f"[{ONE}, {TWO},]",
    "commas inside": f"[{ONE[:-1]},}},\n{TWO[:-1]} , }}]",
    "articles": f'{{"status": "ok", "totalResults": 2, "articles": {LIST}}}',
    "data.items": f'{{"data": {{"items": {LIST}, "count": 2}}, "errors": []}}',
    "results with tags beside them": f'{{"results": {LIST}, "tags": [{{"name": "sea"}}]}}',
    "news, which may be a text too": f'{{"news": {LIST}}}',
    "answers of Elasticsearch": f'{{"hits": {{"total": 2, "hits": [{{"_index": "n", "_source": {ONE}}}, {{"_index": "n", "_source": {TWO}}}]}}}}',
    "two pages of answers": f'{{"articles": [{ONE}]}}\n\n{{"articles": [{TWO}]}}',
    "a graph": f'{{"@graph": [{{"@type": "WebSite", "name": "H", "url": "x"}}, {ONE}, {TWO}]}}',
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("read", [read_json, read_jsonl], ids=["json", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_records_are_found_however_they_are_held(shape: str, read: Reader, encoding: str) -> None:
    found = read_all(shape.encode(encoding), read=read)
    assert [text for _, text in found] == ["one", "two"]
    assert len({uri for uri, _ in found}) == 2


def test_records_that_share_a_line_have_numbers_behind_a_dot() -> None:
    raw = f"{ONE}\n{ONE}{TWO}\n{LIST}\n{TWO}\n".encode()
    found = read_all(raw, read=read_jsonl)
    assert [uri for uri, _ in found] == ["f#0", "f#1.0", "f#1.1", "f#2.0", "f#2.1", "f#3"]
    assert [text for _, text in found] == ["one", "one", "two", "one", "two", "two"]


def test_a_dropped_comma_is_in_the_encoding() -> None:
    (first, *_) = read_json(iter([f"[{ONE[:-1]},}},\n{TWO}]".encode()]), ReadContext("f", Fields(), Limits()))
    assert isinstance(first, Record)
    assert first.encoding == "utf-8;comma-dropped"


BROKEN = {
    "on a line": (f"[\n {ONE},\n {{oops}},\n {TWO}\n]", ["one", "bad_json", "two"]),
    "in an object that is printed pretty": (
        '{\n "text": "one"\n}\n{\n "text": oops,\n "a": {}\n}\n{\n "text": "two"\n}',
        ["one", "bad_json", "two"],
    ),
    "in one line": (f"[{ONE}, {{oops}}, {TWO}]", ["one", "bad_json", "two"]),
    "words behind the records": (f"[{ONE}]\nand more", ["one", "bad_json"]),
    "a quote without end": (f'[\n{{"text": "on}},\n{ONE},\n{TWO}\n]', ["bad_json", "one", "two"]),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_one_row_and_the_rest_is_read(text: str, expected: list[str]) -> None:
    assert [text for _, text in read_all(text.encode())] == expected


def test_a_source_names_the_list_of_records() -> None:
    raw = f'{{"a": [{ONE}], "b": {{"c": [{TWO}]}}}}'.encode()
    assert read_all(raw, Fields(records=("b.c",))) == [("f", "two")]
    assert read_all(raw, Fields(records=("x",))) == [("f", "no_text")]
    (found,) = read_json(iter([raw]), ReadContext("f", Fields(), Limits()))
    assert isinstance(found, Reject)
    assert found.detail == 'several lists of records: a, b.c. Name one: records = "a" in the source.'


def test_sections_of_an_article_are_no_records() -> None:
    raw = b'{"title": "Ferry", "content": [{"title": "Sea", "text": "one"}, {"title": "Land", "text": "two"}]}'
    assert read_all(raw) == [("f", "Sea\n\none\n\nLand\n\ntwo")]


def test_an_article_in_an_object_is_read() -> None:
    assert read_all(f'{{"status": "ok", "data": {{"article": {ONE}}}}}'.encode()) == [("f", "one")]


def test_broken_values_cost_linear_time() -> None:
    for shape in ('{"a": [', '{"a": "', "{oops}\n", "{oops}", '{"a": 1,}', '["', "[[1,]],", '{"a": {"b": '):
        text = shape * (40_000 // len(shape)) + "]" * 40_000
        assert read_all(text.encode())


def test_a_json_file_that_is_too_large_for_one_piece_is_refused() -> None:
    chunks = chain([b"["], repeat(b" " * 2**20, WHOLE_BYTES // 2**20))
    with pytest.raises(BrokenInputError) as broken:
        list(read_json(chunks, ReadContext("f", Fields(), Limits())))
    assert (broken.value.reason, broken.value.keeps) == ("too_large", False)
    assert WHOLE_BYTES == 2**28

"""sources.toml: what is allowed, and what the error says when it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tasks.sources import load_sources, parse_fields
from tasks.toml_rows import RowError

GOOD = '[[source]]\nname = "wire"\npath = "in/{date}"\nformat = "jsonl"\npublisher = "P"\nfields = { text = "body", id = ["guid", "id"] }\nwhy = "x"\n'

ROW = '[[source]]\nname = "a"\npath = "x"\n'
WRONG = [
    ("no TOML", "[[source", "sources.toml: not valid TOML"),
    ("not UTF-8", "# caf\xe9".encode("latin-1"), "sources.toml: not valid TOML"),
    ("nested too deeply", "x = " + "[" * 5000, "sources.toml: not valid TOML: nested too deeply"),
    ("one bracket", '[source]\nname = "a"\n', "two brackets"),
    ("no table", "source = [1]", "two brackets"),
    ("another table", ROW.replace("source", "sources"), "unknown table 'sources'; did you mean 'source'?"),
    ("no name", '[[source]]\npath = "x"\n', "row 1: key 'name' is missing"),
    ("a name that is no text", ROW.replace('"a"', "7"), "row 1: name must be text, and is 7"),
    ("a name with blanks", ROW.replace('"a"', '"My Wire"'), r"row 1 \(My Wire\): name must be lower-case"),
    ("no path", '[[source]]\nname = "a"\n', r"row 1 \(a\): key 'path' is missing"),
    ("an empty path", ROW.replace('"x"', '""'), r"row 1 \(a\): path is empty"),
    ("a date by another name", ROW.replace('"x"', '"in/{day}"'), r"row 1 \(a\): path has '{day}'; write {date}"),
    ("a date with an odd directive", ROW.replace('"x"', '"in/{date:%Y/%Q}"'), "path has '%Q'"),
    ("a date that ends in a sign", ROW.replace('"x"', '"in/{date:%Y%}"'), "path has '%'"),
    ("a format that is none", ROW + 'format = "htlm"\n', "unknown format 'htlm'; did you mean 'html'?"),
    ("a key that is none", ROW + 'paht = "y"\n', r"row 1 \(a\): unknown key 'paht'; did you mean 'path'?"),
    ("a publisher that is no text", ROW + "publisher = 5\n", r"row 1 \(a\): publisher must be text"),
    ("fields that are no table", ROW + 'fields = "text"\n', r"row 1 \(a\): fields must be a table"),
    (
        "a field that is none",
        ROW + 'fields = { txt = "b" }\n',
        r"row 1 \(a\): unknown field 'txt'; did you mean 'text'?",
    ),
    (
        "a field that is a number",
        ROW + "fields = { text = 5 }\n",
        r"row 1 \(a\): fields.text must be text or a list of text",
    ),
    ("twice", GOOD + GOOD, r"row 2 \(wire\): another row has the same name"),
]


def test_a_source_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(GOOD)
    source = load_sources(tmp_path / "sources.toml")["wire"]
    assert (source.path, source.format, source.publisher) == ("in/{date}", "jsonl", "P")
    assert (source.fields.text, source.fields.id) == (("body",), ("guid", "id"))
    assert "headline" in source.fields.title


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    assert load_sources(tmp_path / "sources.toml") == {}


@pytest.mark.parametrize(("content", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_error_names_file_row_and_key_in_one_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    (tmp_path / "sources.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RowError, match=message) as caught:
        load_sources(tmp_path / "sources.toml")
    assert "sources.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert list(load_sources(tmp_path / "sources.toml")) == ["wire"]


DATED = ["in/{date}/x", "in/{date:%Y/%m/%d}", "in/{date:%-d-%b-%G%%}/{date}"]


@pytest.mark.parametrize("path", DATED)
def test_dates_in_paths_are_accepted(tmp_path: Path, path: str) -> None:
    (tmp_path / "sources.toml").write_text(ROW.replace('"x"', f'"{path}"'))
    assert load_sources(tmp_path / "sources.toml")["a"].path == path


def test_the_projects_own_sources_are_good(project: Path) -> None:
    assert {"seeds", "wire"} <= set(load_sources(project / "sources.toml"))


def test_fields_on_the_command_line_are_those_of_a_source(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(ROW + 'records = "data.items"\nfields = { text = ["body", "words"] }\n')
    options = ["text=body", "text = words", "records=data.items"]
    assert parse_fields(options) == load_sources(tmp_path / "sources.toml")["a"].fields


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("txt=body", "unknown field 'txt'; did you mean 'text'?"),
        ("text", "write it as text=body"),
        ("text=", "write it as"),
    ],
)
def test_a_field_that_is_none_is_an_error(option: str, words: str) -> None:
    with pytest.raises(RowError, match=re.escape(words)):
        parse_fields([option])

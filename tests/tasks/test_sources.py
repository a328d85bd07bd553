"""sources.toml: what is allowed, and what the error says when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.sources import SourceError, load_sources

GOOD = '[[source]]\nname = "wire"\npath = "in/{date}"\nformat = "jsonl"\npublisher = "P"\nfields = { text = "body", id = ["guid", "id"] }\nwhy = "x"\n'

WRONG = [
    ("no TOML", "[[source", "is not valid TOML"),
    ("one bracket", '[source]\nname = "a"\n', "two brackets"),
    ("no name", '[[source]]\npath = "x"\n', "name must be"),
    ("a name with blanks", '[[source]]\nname = "My Wire"\npath = "x"\n', "name must be"),
    ("no path", '[[source]]\nname = "a"\n', "path is missing"),
    ("a format that is none", '[[source]]\nname = "a"\npath = "x"\nformat = "pdf"\n', "format 'pdf' is unknown"),
    ("a key that is none", '[[source]]\nname = "a"\npath = "x"\npaht = "y"\n', "unknown key 'paht'"),
    ("a field that is none", '[[source]]\nname = "a"\npath = "x"\nfields = { body = "b" }\n', "fields may name"),
    ("twice", GOOD + GOOD, "two sources are named 'wire'"),
]


def test_a_source_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(GOOD)
    source = load_sources(tmp_path / "sources.toml")["wire"]
    assert (source.path, source.format, source.publisher) == ("in/{date}", "jsonl", "P")
    assert (source.fields.text, source.fields.id) == (("body",), ("guid", "id"))
    assert "headline" in source.fields.title


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    assert load_sources(tmp_path / "sources.toml") == {}


@pytest.mark.parametrize(("name", "content", "message"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / "sources.toml").write_text(content)
    with pytest.raises(SourceError, match=message) as caught:
        load_sources(tmp_path / "sources.toml")
    assert "sources.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_projects_own_sources_are_good(project: Path) -> None:
    assert {"seeds", "wire"} <= set(load_sources(project / "sources.toml"))

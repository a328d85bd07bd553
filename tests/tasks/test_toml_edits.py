"""Rows of a TOML file get another value where they stand, or the file stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import RequestError
from tasks.toml_edits import change_rows, count_rows_of

PLAIN = """# Sources, name = "wire".
[[source]]
name = "wire"   # the agency
path = "in/wire"
fields = {text = "name"}

[[source]]
path = "b"
name='wire-2'
[source.fields]
text = "wire"
[[ source ]]
  name   =   'wire'
why = '''
name = wire
'''
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_all_other_bytes_stay(tmp_path: Path, ends: str, mark: bytes) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(mark + PLAIN.replace("\n", ends).encode())
    path.chmod(0o640)
    assert count_rows_of(path, "source", "name", "wire") == 2
    assert change_rows(path, "source", "name", "wire", "new") == 2
    expected = PLAIN.replace('name = "wire"   #', 'name = "new"   #').replace(
        "  name   =   'wire'", '  name   =   "new"'
    )
    assert path.read_bytes() == mark + expected.replace("\n", ends).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert change_rows(path, "source", "name", "wire", "new") == 0
    assert [file.name for file in tmp_path.iterdir()] == ["sources.toml"]


@pytest.mark.parametrize(
    "content",
    [
        'source = [{name = "wire", path = "a"}]',
        '[[source]]\n"name" = "wire"',
        '[[source]]\nname = """wire"""',
        '[[source]]\nname = "wire"\nwhy = """\nname = "wire"\n"""',
    ],
)
def test_what_cannot_be_changed_safely_is_named_and_stays(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(content)
    with pytest.raises(RequestError, match='write name = "new" by hand into the rows of source that have "wire"'):
        change_rows(path, "source", "name", "wire", "new")
    assert path.read_text() == content


def test_a_file_that_is_not_there_or_no_toml_has_no_rows(tmp_path: Path) -> None:
    assert change_rows(tmp_path / "none.toml", "source", "name", "wire", "new") == 0
    (tmp_path / "odd.toml").write_text("a b")
    assert change_rows(tmp_path / "odd.toml", "source", "name", "wire", "new") == 0

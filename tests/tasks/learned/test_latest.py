"""The latest version from a lake's documents and from other lakes: what counts first, what stays, what changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from builders.lakes import DAY, make_lake
from builders.staged_shards import Doc, publish_docs

from tasks.checking.store_files import check_store_files
from tasks.lakes.lake import Lake, open_lake
from tasks.learned import latest
from tasks.learned.latest import IMPORTS, find_touched, import_learned, learn_version, load_latest
from tasks.learned.shared import SharedLine, make_learned
from tasks.learned.versions import store_learned
from tasks.stores.errors import LakeError
from tasks.stores.store_files import change_store_file

NEWS = SharedLine("Sign up for our newsletter", "a.example", "edge", 26, 40, 2)
MORE = SharedLine("More on this story", "a.example", "any", 12, 40, 2)
OTHER = SharedLine("All rights reserved", "b.example", "edge", 9, 9, 1)


def lines(lake: Lake) -> list[tuple[str, str, int, str | None, bool | None]]:
    """The latest lines: publisher, text, documents, veto, imported."""
    return load_latest(lake).select("publisher", "text", "documents", "veto", "imported").rows()


def own_lines(*rows: SharedLine) -> pl.DataFrame:
    """Rows as a lake that learned them by itself has them."""
    return make_learned(rows).with_columns(imported=pl.lit(None, pl.Boolean))


def test_an_import_is_the_latest_version_and_again_nothing_new(any_lake: Lake, tmp_path: Path) -> None:
    made = import_learned(any_lake, [NEWS, OTHER], tmp_path / "sources.toml")
    assert (made.new, made.gone, made.touched) == (2, 0, {"a.example", "b.example"})
    assert lines(any_lake) == [("a.example", NEWS.line, 26, None, True), ("b.example", OTHER.line, 9, None, True)]
    names = any_lake.files.list_names("")
    again = import_learned(any_lake, [OTHER, NEWS], tmp_path / "sources.toml")
    assert (again.version, again.new, again.gone, again.touched) == (made.version, 0, 0, frozenset())
    assert any_lake.files.list_names("") == names
    assert not list(check_store_files(any_lake)) or not any_lake.version()


def test_an_import_replaces_that_of_its_publishers_only(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    import_learned(lake, [NEWS, OTHER], tmp_path / "sources.toml")
    made = import_learned(lake, [MORE], tmp_path / "sources.toml")
    assert (made.new, made.gone, made.touched) == (1, 1, {"a.example"})
    assert [row[:2] for row in lines(lake)] == [("a.example", MORE.line), ("b.example", OTHER.line)]


def test_own_lines_count_first_and_a_veto_of_either_side_holds(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    (tmp_path / "learned_veto.toml").write_text(
        '[[veto]]\npublisher = "b.example"\nline = "all rights RESERVED"\nwhy = "Ours."\n'
        '[[veto]]\npublisher = "c.example"\nline = "not learned here"\nwhy = "Of another lake."\n'
    )
    store_learned(lake, own_lines(replace(NEWS, documents=5), MORE))
    import_learned(lake, [NEWS, replace(MORE, veto="A heading."), OTHER], tmp_path / "sources.toml")
    assert lines(lake) == [
        ("a.example", MORE.line, 12, "A heading.", None),
        ("a.example", NEWS.line, 5, None, None),
        ("b.example", OTHER.line, 9, "Ours.", True),
    ]
    # A veto that is withdrawn holds no longer.
    made = import_learned(lake, [NEWS, MORE], tmp_path / "sources.toml")
    assert lines(lake)[0] == ("a.example", MORE.line, 12, None, None)
    assert made.touched == {"a.example"}


def test_learning_keeps_what_was_imported(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "s1", [Doc(1)])
    before = learn_version(lake, tmp_path / "sources.toml")
    made = import_learned(lake, [NEWS, OTHER], tmp_path / "sources.toml")
    assert made.version != before.version
    after = learn_version(lake, tmp_path / "sources.toml")
    assert (after.version, after.used, after.publishers) == (made.version, 2, 2)


def test_batches_of_touched_publishers_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The board voted on Tuesday to rebuild the pier that the storm tore away.")
    make_lake(tmp_path, "in", tmp_path / "lake", name="wire")
    lake = open_lake(tmp_path / "lake")
    assert find_touched(lake, {"wire", "a.example"}, "0" * 12) == [("wire", DAY)]
    assert find_touched(lake, {"a.example"}, "0" * 12) == []
    # The batch used no learned lines, and would use none.
    assert find_touched(lake, {"wire"}, "none") == []


def test_a_version_that_another_process_makes_meanwhile_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake")
    real = latest.apply_vetoes
    others = [lambda: store_learned(lake, own_lines(MORE)), lambda: import_learned(lake, [OTHER], tmp_path / "x.toml")]

    def meanwhile(*arguments: object) -> pl.DataFrame:
        if others:
            others.pop()()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(latest, "apply_vetoes", meanwhile)
    import_learned(lake, [NEWS], tmp_path / "sources.toml")
    assert {row[1] for row in lines(lake)} == {NEWS.line, MORE.line, OTHER.line}


def test_a_damaged_file_of_imports_is_a_fault(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "s1", [Doc(1)])
    import_learned(lake, [NEWS], tmp_path / "sources.toml")
    assert list(check_store_files(lake)) == []
    change_store_file(lake.files, IMPORTS, lambda content: (content or b"").replace(b"edge", b"edgy"))
    (fault,) = check_store_files(lake)
    assert "learned_imports.toml is damaged" in fault.where
    with pytest.raises(LakeError, match="delete it and import again"):
        import_learned(lake, [OTHER], tmp_path / "sources.toml")

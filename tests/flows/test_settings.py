"""Settings that cannot be used are one line that says where they were given."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import run_copydesk

from flows.settings import read_settings
from tasks.errors import RequestError


@pytest.mark.parametrize(
    ("given", "environment", "said"),
    [
        ({"lake": ""}, {}, "--lake is '': it is empty"),
        ({"lake": " "}, {}, "--lake is ' ': it is empty"),
        ({}, {"COPYDESK_LAKE": ""}, "COPYDESK_LAKE is '': it is empty"),
        ({}, {"COPYDESK_WORKERS": "many"}, "COPYDESK_WORKERS is 'many': Input should be a valid integer"),
        ({"wait_seconds": -1}, {}, "--wait-seconds is -1: Input should be greater"),
    ],
)
def test_a_wrong_setting(
    given: dict[str, object], environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RequestError) as error:
        read_settings(**given)
    assert str(error.value).startswith(said)


def test_what_is_given_replaces_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_LAKE", "one")
    monkeypatch.setenv("COPYDESK_WORKERS", "3")
    settings = read_settings(lake="two", workers=None)
    assert (settings.lake, settings.workers) == ("two", 3)


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COPYDESK_WORK", "~/work")
    settings = read_settings(lake="~/lake", sources="~/sources.toml")
    assert settings.lake == str(tmp_path / "lake")
    assert (settings.work, settings.sources) == (tmp_path / "work", tmp_path / "sources.toml")
    assert read_settings(lake="~nobody-here/lake").lake == "~nobody-here/lake"


LONG = "/".join(["y" * 250] * 20)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("versions", "--lake", ""), 2, "--lake is '': it is empty; name a folder"),
        (("versions", "--lake", "caf\udce9"), 2, "caf\\udce9': the path of a lake has to be UTF-8"),
        (("versions", "--lake", LONG), 1, "File name too long"),
        (("sources", "--sources", LONG), 1, "File name too long"),
        (("ingest", LONG), 2, "is neither a declared source nor a file or folder here"),
        (("ingest", "wier"), 2, "Declared sources are wire. Did you mean 'wire'?"),
        (("ingest", "storys"), 2, "Did you mean 'stories'?"),
        (("backfill", "wier", "--from", "2026-10-01", "--to", "2026-10-02"), 2, "Did you mean 'wire'?"),
    ],
)
def test_a_wrong_call(
    command: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stories").mkdir()
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "wire"\npath = "stories"\n')
    assert run_copydesk(*command) == code
    printed = capfd.readouterr().err
    assert printed.count("\n") == 1
    assert printed.startswith("error: ")
    assert said in printed

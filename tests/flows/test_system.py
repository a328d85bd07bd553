"""Where copydesk runs; elsewhere one line says what is missing."""

from __future__ import annotations

import importlib.util
import platform
from importlib.machinery import ModuleSpec

import pytest
from builders.command_line import read_copydesk

from flows.system import find_missing_parts


def test_nothing_is_missing_here() -> None:
    assert find_missing_parts() == ""


@pytest.mark.parametrize("command", ["doctor", "versions"])
def test_a_system_without_posix_is_told_what_it_lacks_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name in ("fcntl", "resource") else ModuleSpec(name, None)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.delattr("os.fork")
    code, said = read_copydesk(capsys, command)
    assert code == 1
    assert said.splitlines() == [
        "error: copydesk runs on Linux and macOS. Windows lacks fcntl, resource, os.fork; "
        "on Windows, use the Windows Subsystem for Linux."
    ]

"""The command line, run in the process of the test."""

from __future__ import annotations

import sys

import pytest

from flows.cli import main


def run_copydesk(*arguments: object) -> int:
    """Runs `copydesk` with the arguments; returns its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["copydesk", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)


def read_copydesk(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Runs `copydesk` with the arguments; returns its exit code and all that it prints, standard output first."""
    capsys.readouterr()
    code = run_copydesk(*arguments)
    return code, "".join(capsys.readouterr())

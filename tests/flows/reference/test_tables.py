"""The page on the command line names every command, and every one says what it is for."""

from __future__ import annotations

import pytest

from flows.cli import app
from flows.reference.tables import describe_command, list_commands, write_commands

COMMANDS = list_commands(app)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_explained(name: str) -> None:
    section = describe_command(name, COMMANDS[name])
    assert section in write_commands()
    assert COMMANDS[name].help
    rows = [row for row in section.splitlines() if row.startswith("| `")]
    assert [row for row in rows if row.rstrip(" |").endswith("`")] == []  # a parameter without a word on it

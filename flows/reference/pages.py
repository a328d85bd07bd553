"""Writes the generated pages, or says which are stale. `python -m flows.reference.pages [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.reference.columns import write_dictionary
from flows.reference.commands import write_commands
from flows.reference.expectations import write_expectations
from flows.reference.formats import write_formats
from flows.reference.rules import write_rules

PROJECT = Path(__file__).resolve().parents[2]
PAGES = {
    "lake/README.md": write_dictionary,
    "docs/rules.md": write_rules,
    "docs/commands.md": write_commands,
    "docs/expectations.md": write_expectations,
    "docs/formats.md": write_formats,
}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with --check says which are stale (exit code 1)."""
    stale = [
        name
        for name, write in PAGES.items()
        if not (PROJECT / name).exists() or (PROJECT / name).read_text(encoding="utf-8") != write()
    ]
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is stale: run `make docs` and commit it", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (PROJECT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

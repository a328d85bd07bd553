"""Writes the generated pages, or says which are stale. `python -m flows.reference.pages [--check]`."""

import sys

from flows.reference.rules import write_rules
from flows.reference.tables import write_commands, write_dictionary, write_expectations, write_formats
from tasks.toml_rows import PROJECT

PAGES = {
    "lake/README.md": write_dictionary,
    "docs/rules.md": write_rules,
    "docs/commands.md": write_commands,
    "docs/expectations.md": write_expectations,
    "docs/formats.md": write_formats,
}


def update_pages(is_check: bool) -> int:
    """Writes the stale pages, or only names them (exit code 1)."""
    stale = {}
    for name, write in PAGES.items():
        path, page = PROJECT / name, write()
        if not path.exists() or path.read_text(encoding="utf-8") != page:
            stale[path] = page
    for path, page in stale.items():
        if is_check:
            print(f"{path.relative_to(PROJECT)} is stale: run `make docs` and commit it", file=sys.stderr)
        else:
            path.write_text(page, encoding="utf-8")
            print(f"wrote {path.relative_to(PROJECT)}")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(update_pages("--check" in sys.argv))

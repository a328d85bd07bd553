"""A row of sources.toml for files: with the date in their path and the field that is the text, appended to the file."""

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

from tasks.errors import RequestError
from tasks.reading.plan import DATE, REMOTE
from tasks.sources import SourceRow, load_sources
from tasks.toml_rows import RowError, append_row, quote_text
from tasks.trials.inspection import Inspected

# A day in a path, in the ways in which deliveries write it.
DAYS = tuple(
    (re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d\d){sign}(?P<m>\d\d){sign}(?P<d>\d\d)(?!\d)"), f"%Y{sign}%m{sign}%d")
    for sign in ("/", "-", "_", "")
)
TEXT_CHARS = 150
DEFAULTS = {field.name: field.default for field in fields(SourceRow)}


def find_day(path: str) -> tuple[int, int, str] | None:
    """The last day in a path: where it begins and ends, and its format.

    >>> find_day("in/2026/10/01/a.txt"), find_day("in/20261399.txt")
    ((3, 13, '%Y/%m/%d'), None)
    """
    found = []
    for pattern, form in DAYS:
        for hit in pattern.finditer(path):
            try:
                date(int(hit["y"]), int(hit["m"]), int(hit["d"]))
            except ValueError:
                continue
            found.append((hit.start(), hit.end(), form))
    return max(found, default=None)


def propose_path(path: str, files: Sequence[str]) -> str:
    """The path of a source with `{date}` in it, where all its files have a day at the same place; else the path as given.

    `files`: as the path leads to them.

    >>> propose_path("in", ["in/2026-10-01/a.jsonl", "in/2026-10-02/b.jsonl"])
    'in/{date}/**'
    >>> propose_path("in", ["in/wire-20261001.csv", "in/wire-20261002.csv"])
    'in/wire-{date:%Y%m%d}.csv'
    """
    days = [find_day(file) for file in files]
    if DATE.search(path) or not files or None in days:
        return path
    heads, tails = set(), set()
    for file, day in zip(files, days, strict=True):
        assert day is not None
        start, end, form = day
        place = "{date}" if form == "%Y-%m-%d" else f"{{date:{form}}}"
        heads.add(file[:start] + place)
        tails.add(file[end:])
    if len(heads) > 1:
        return path
    is_folder = all(tail.startswith("/") for tail in tails)
    # One file in a folder of a day says little about the names of the others.
    if len(tails) == 1 and not (is_folder and list(files) != [path] and len(files) == 1):
        return heads.pop() + tails.pop()
    return heads.pop() + ("/**" if is_folder else "*" if not any("/" in tail for tail in tails) else "*/**")


def match_all_days(path: str) -> str:
    """A path whose days are open: a pattern that the files of every day match.

    >>> match_all_days("in/{date:%Y/%m}/wire-{date}.csv")
    'in/*/*/wire-*.csv'
    """
    return DATE.sub(lambda hit: "/".join("*" for _ in (hit[1] or "").split("/")), path)


def propose_fields(found: Sequence[Inspected]) -> dict[str, str | tuple[str, ...]]:
    """The field with the longest texts as the text, where records have none that is known as such."""
    if any(about.fields.get("text") or about.fields.get("html") for about in found):
        return {}
    lengths: dict[str, list[int]] = {}
    for about in found:
        for name, (count, chars) in about.lengths.items():
            held = lengths.setdefault(name, [0, 0])
            held[0], held[1] = held[0] + count, held[1] + chars
    means = {name: chars / count for name, (count, chars) in lengths.items() if count}
    longest = max(sorted(means), key=lambda own: means[own], default="")
    return {"text": longest} if means.get(longest, 0) >= TEXT_CHARS else {}


def place_path(path: str, sources: Path) -> str:
    """A path as typed as sources.toml names it: below its folder if it is there, else whole."""
    root = sources.absolute().parent
    if REMOTE.match(path) or root == Path.cwd():
        return path
    whole = Path(os.path.normpath(Path(path).expanduser().absolute()))
    return (whole.relative_to(root) if whole.is_relative_to(root) else whole).as_posix()


def write_row(row: SourceRow) -> str:
    """A row as TOML, without the keys that have their default."""
    lines = ["[[source]]"]
    for key, value in asdict(row).items():
        if value in (None, "", {}) or value == DEFAULTS[key]:
            continue
        if key == "fields":
            inner = ", ".join(f"{name} = {quote_names(names)}" for name, names in value.items())
            lines.append(f"fields = {{ {inner} }}")
        else:
            lines.append(f"{key} = {quote_text(value) if isinstance(value, str) else value}")
    return "\n".join(lines) + "\n"


def quote_names(names: str | Collection[str]) -> str:
    """One name, or a list of names."""
    return quote_text(names) if isinstance(names, str) else f"[{', '.join(map(quote_text, names))}]"


def append_source(path: Path, row: SourceRow) -> None:
    """Appends a row to a file of sources; what is in it stays as it is. Raises RequestError, RowError."""
    faults: dict[str, RowError] = {}
    if row.name in load_sources(path, faults) or row.name in faults:
        raise RequestError(f"{path} has a source {row.name} already. Choose another name, or change its row.")
    append_row(path, "source", write_row(row))

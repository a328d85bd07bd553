"""Which row of a table is its header, and what its columns are where it has none."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from tasks.batch import Fields
from tasks.dates.published import parse_published
from tasks.formats.exporters import KEYS, find_plan, fold_name, load_exporters

HEAD_CHARS = 60  # a longer cell is no name of a column
TEXT_CHARS = 200  # a column of articles has more characters than that in its middle row
TEXT_TIMES = 3  # and so many times as many as any other column
ADDRESS = re.compile(r"https?://\S+")
SAMPLE_ROWS = 50


@lru_cache(maxsize=64)
def list_known(fields: Fields) -> frozenset[str]:
    """All names that fields of articles have, folded: the general ones, the source's, the exporters'."""
    names = {name for own in (fields, Fields()) for key in KEYS for name in getattr(own, key)}
    names |= {name for row in load_exporters() for key in row.fields.values() for name in key} | {
        "category",
        "language",
        "section",
    }
    return frozenset(fold_name(name) for name in names)


def count_known(cells: Sequence[str], fields: Fields) -> int:
    """How many cells are names of fields of articles; 0 where one is too long for a name."""
    if any(len(cell) > HEAD_CHARS for cell in cells):
        return 0
    known = list_known(fields)
    return sum(fold_name(cell) in known for cell in cells)


def has_text(names: Sequence[str], fields: Fields) -> bool:
    """Whether one of the columns is a text, or a page."""
    plan = find_plan(dict.fromkeys(names, "x"), fields)
    return bool(plan.paths["text"] or plan.paths["html"])


def find_header(rows: Sequence[Sequence[str]], fields: Fields) -> Sequence[str] | None:
    """The first row where it names columns: it has names of fields, or only short words above long texts."""
    first = rows[0]
    if count_known(first, fields):
        return first
    are_names = all(
        len(cell) <= HEAD_CHARS and not ADDRESS.match(cell) and not cell.strip().isdigit() for cell in first
    )
    has_cells = any(max(map(len, row), default=0) > TEXT_CHARS for row in rows[1:])
    return first if are_names and has_cells and len(set(first)) == len(first) else None


def name_columns(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """Names for the columns of a table without a header, by what is in them; None where no column is clearly the text.

    >>> name_columns([["7", "Ferry sails again", "https://a.example/7", "2024-05-01", "The ferry sails on Monday. " * 20]])
    ['column 1', 'title', 'url', 'date', 'text']
    """
    width = Counter(map(len, rows)).most_common(1)[0][0]
    rows = [row for row in rows if len(row) == width][:SAMPLE_ROWS]
    columns = list(zip(*rows, strict=True))
    sizes = [sorted(map(len, column))[len(column) // 2] for column in columns]
    text = max(range(width), key=sizes.__getitem__)
    others = [size for number, size in enumerate(sizes) if number != text]
    if sizes[text] < TEXT_CHARS or TEXT_TIMES * max(others, default=0) > sizes[text]:
        return None
    names: list[str] = []
    for number, column in enumerate(columns):
        name = "text" if number == text else name_column(column)
        names.append(name if name and name not in names else f"column {number + 1}")
    return names


def name_column(cells: Sequence[str]) -> str | None:
    """What a column beside the text is: addresses, dates or titles."""
    if all(ADDRESS.fullmatch(cell.strip()) for cell in cells):
        return "url"
    if all(parse_published(cell) for cell in cells):
        return "date"
    are_titles = all(2 < len(cell.split()) <= 30 for cell in cells) and len(set(cells)) == len(cells)
    return "title" if are_titles else None


def describe_columns(names: Sequence[str]) -> str:
    """The detail of the reject of a table that has no column of texts."""
    columns = ", ".join(name.strip() or "(no name)" for name in names)[:300]
    return f"no column is known as a text; the columns are {columns}. Name one: `fields` of a source, or --field text=COLUMN."


def match_columns(rows: Sequence[Sequence[str]], fields: Fields) -> tuple[list[str], bool] | None:
    """The names of a table's columns by its first rows, and whether the first row has them; None where no column is a text."""
    header = find_header(rows, fields)
    if header is None:
        names = name_columns(rows)
        return (names, False) if names else None
    names = [cell.strip() for cell in header]
    width = Counter(map(len, rows[1:])).most_common(1)[0][0] if len(rows) > 1 else len(names)
    if width == len(names) + 1 and any(row[-1].strip() for row in rows[1:] if len(row) == width):
        names = ["", *names]  # R writes the numbers of rows below no name
    return (names, True) if has_text(names, fields) else None

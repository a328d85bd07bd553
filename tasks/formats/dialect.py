"""How a table of text is written: what is between its cells, and how cells are quoted. Found by reading its first rows."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from tasks.batch import Fields
from tasks.formats.columns import count_known

DELIMITERS = ",;\t|"
NAME = re.compile(r"[\w.:@ -]{0,40}")
SAMPLE_ROWS = 50
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Dialect:
    """What is between cells; whether `"` quotes them; whether a backslash stands before a quote in them."""

    delimiter: str = ","
    is_quoted: bool = True
    is_escaped: bool = False

    def options(self) -> dict[str, Any]:
        """The options of Python's `csv`."""
        quoting = csv.QUOTE_MINIMAL if self.is_quoted else csv.QUOTE_NONE
        escape = "\\" if self.is_escaped else None
        return {"delimiter": self.delimiter, "quoting": quoting, "escapechar": escape, "doublequote": True}


def find_dialect(sample: str, fields: Fields, default: str = ",") -> tuple[Dialect, list[list[str]]]:
    """The dialect in which most rows of a sample are as wide as the first, and these rows. `default`: the likeliest delimiter."""
    best: tuple[tuple[float, ...], Dialect, list[list[str]]] | None = None
    lines = list(StringIO(sample, newline=""))
    for dialect in list_dialects(sample, default):
        rows, broken = read_sample(lines, dialect)
        if not rows:
            continue
        width = len(rows[0])
        share = sum(len(row) == width for row in rows) / (len(rows) + broken)
        score = (width > 1, count_known(rows[0], fields), share, width, dialect.delimiter == default)
        if best is None or score > best[0]:
            best = (score, dialect, rows)
    return (best[1], best[2]) if best else (Dialect(default), [])


def list_dialects(sample: str, default: str) -> Iterator[Dialect]:
    """The dialects that a sample may be in, the likeliest first."""
    for delimiter in (default, *DELIMITERS.replace(default, "")):
        if delimiter not in sample and delimiter != default:
            continue
        yield Dialect(delimiter)
        if '\\"' in sample:
            yield Dialect(delimiter, is_escaped=True)
        if '"' in sample and delimiter in "\t|":
            yield Dialect(delimiter, is_quoted=False)


def read_sample(lines: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], int]:
    """The rows of a sample, without the last, which may be cut, where there are others; and how many were broken."""
    reader = csv.reader(lines, strict=True, **dialect.options())
    rows: list[list[str]] = []
    broken = 0
    while len(rows) + broken <= SAMPLE_ROWS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            broken += 1
            continue
        if any(row):
            rows.append(row)
    return rows[:-1] if len(rows) > 1 else rows, broken


def is_table(start: bytes) -> bool:
    """Whether the first line of a file is certainly the header of a table of articles, and not prose with commas.

    >>> is_table(b"id,title,date,text\\n1,Ferry,2024-05-01,It sails.\\n"), is_table(b"Text, date and title\\n\\nIt, they said\\n")
    (True, False)
    """
    head, _, rest = start.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    line = head.decode("utf-8", "replace").strip("\r\n")
    if not rest.strip() or len(line) > 2000:
        return False
    delimiter, width = Counter({sign: line.count(sign) for sign in DELIMITERS}).most_common(1)[0]
    cells = [cell.strip('"') for cell in line.split(delimiter)]
    if width < 1 or any(cell != cell.strip() or not NAME.fullmatch(cell) for cell in cells):
        return False
    least = 2 if len(cells) > 2 or delimiter != "," else len(cells)
    are_texts = {"text", "content", "body", "article", "maintext", "html", "fulltext", "articletext"}
    names = {cell.lower().replace("_", "").replace(" ", "") for cell in cells}
    return (
        bool(are_texts & names)
        and count_known(cells, Fields()) >= least
        and delimiter in rest.decode("utf-8", "replace")
    )

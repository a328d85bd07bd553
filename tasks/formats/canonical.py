"""The canonical text: the form of a document that line numbers, hashes and rebuilding refer to.

Line ends are newlines and white space at line ends is removed; nothing else is changed. White space is what `str.rstrip`
takes: all of Unicode's, so a line of no-break spaces is a blank line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def canonicalize(text: str) -> str:
    """`text` with newlines as line ends and without white space at line ends. A second call changes nothing.

    >>> canonicalize("Headline \\r\\n\\r\\n  Body\\t")
    'Headline\\n\\n  Body'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces = text.split("\n")
    stripped = [piece.rstrip() for piece in pieces]
    # rstrip returns the same object where there is nothing to remove: comparing is cheap, joining is not.
    return text if stripped == pieces else "\n".join(stripped)


def is_blank(canonical: str) -> bool:
    """Whether every line of a canonical text is blank."""
    return not canonical or canonical.isspace()


def rebuild(text: str, body_lines: Sequence[int], line_count: int, others: Iterable[tuple[int, str]]) -> str:
    """The canonical text, rebuilt from what the lake holds.

    `text` and `body_lines`: the clean body and the line numbers of its non-blank lines; `others`: number and text of
    every line kept apart or removed; `line_count`: lines of the canonical text. Lines named by neither are blank.
    Raises ValueError when the parts do not fit: numbers without lines, outside the text, or given twice.

    >>> rebuild("First.\\n\\nSecond.", [0, 3], 4, [(2, "Advertisement")])
    'First.\\n\\nAdvertisement\\nSecond.'
    """
    body = [piece for piece in text.split("\n") if piece]
    if len(body) != len(body_lines):
        raise ValueError(f"text has {len(body)} non-blank lines, body_lines names {len(body_lines)}")
    lines = [""] * line_count
    for number, line in [*zip(body_lines, body, strict=True), *others]:
        if not 0 <= number < line_count:
            raise ValueError(f"line {number} lies outside a text of {line_count} lines")
        if lines[number]:
            raise ValueError(f"line {number} is given twice")
        lines[number] = line
    return "\n".join(lines)

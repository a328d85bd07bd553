"""Text in the cells of generated Markdown tables."""

from __future__ import annotations


def escape(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return text.replace("|", "\\|")

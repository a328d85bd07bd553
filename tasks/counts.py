"""Counts in sentences."""


def format_count(count: int, one: str, more: str = "") -> str:
    """ "1 document", "2 documents"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"

"""Whether a lake is what it says: one module a question; each gives findings and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

AGAIN = "run its batches again with --force"


@dataclass(frozen=True)
class Finding:
    """Something in a lake that is not as it should be: what, where, and what to do next."""

    what: str
    where: str
    next: str

"""What can be wrong with a lake, told in one line: what, where, and what to do next."""

from __future__ import annotations


class LakeError(Exception):
    """A lake that cannot be read or written as asked."""


class LakeSilent(LakeError):
    """A lake whose store does not answer: it may a minute later, and nothing was said about anything in it."""

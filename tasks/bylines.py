"""Authors' names out of bylines."""

from __future__ import annotations

import re

BETWEEN = re.compile(
    r"\s*(?:,|;|\||/|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bog\b|\boch\b|\ben\b|\bи\b|\bта\b|\bve\b|\bdan\b)\s*"
)

# What stands beside names in bylines and is none: what they do, where they work.
POSTS = re.compile(
    r"\b(?:editor|writer|reporter|correspondent|staff|columnist|producer|photographer|desk|redak\w*|reporterin|korrespondent\w*"
    r"|journalist\w*|rédact\w*|correspond\w*|envoyé\w*|corresponsal\w*|periodista|inviat[oa]|press|agency|agencies|news)\b",
    re.IGNORECASE,
)


def split_names(names: str) -> list[str]:
    """Names of one byline, in order, each once: "Mara Quist, Ana Ruiz and Tom Ehlers" -> three names."""
    found = (" ".join(name.split()) for name in BETWEEN.split(names))
    return list(dict.fromkeys(name for name in found if name and not POSTS.search(name)))

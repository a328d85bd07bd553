"""Makes text of articles safe to show: it cannot become markup or change how the text around it is displayed.

Escaping alone is not enough. Control characters are errors in HTML, and direction marks (U+202E and similar) reverse the
rest of a line; they are shown by their number, so that people see that they are there.
"""

from __future__ import annotations

import re

from markupsafe import Markup
from markupsafe import escape as quote

# C0 and C1 controls except tab and newline, overrides and embeddings of direction, breaks, surrogates, noncharacters. Marks
# that affect only their neighbours (joiners, U+200E, U+200F) stay: Persian and Arabic need them, and every text is isolated.
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufff9-\\ufffb\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff"
    "\\U000e0000-\\U000e007f]"
)


def flatten_text(text: str) -> str:
    """Text on one line, for labels, with a replacement character for each invisible one."""
    return UNSEEN.sub("\ufffd", " ".join(text.split()))


def escape_label(text: str) -> str:
    """Flattened text, escaped for use between tags or in a quoted attribute."""
    return str(quote(flatten_text(text)))


def escape_text(text: object) -> Markup:
    """Text for the body of a page: escaped, with each invisible character shown by its number."""
    words = str(text)
    # `split` gives the text between the invisible characters, `findall` the characters themselves.
    parts = [quote(part) for part in UNSEEN.split(words)]
    marks = [Markup('<span class="unseen">U+{:04X}</span>').format(ord(found)) for found in UNSEEN.findall(words)]
    return Markup("").join(part for pair in zip(parts, [*marks, ""], strict=True) for part in pair)

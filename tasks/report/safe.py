"""Text from articles made safe to look at: it cannot become markup, and it cannot change how its neighbours read.

Escaping alone does not do. Control characters are errors in HTML, and marks of direction (U+202E and its kind) turn the
rest of a line around; they are shown by their number, so that a person sees that they were there.
"""

from __future__ import annotations

import re

from markupsafe import Markup
from markupsafe import escape as quote

# C0 and C1 controls but tab and newline, overrides and embeddings of direction, breaks, surrogates, noncharacters. Marks that
# only touch their own neighbours (joiners, U+200E, U+200F) stay: Persian and Arabic need them, and every text is isolated.
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufff9-\\ufffb\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff"
    "\\U000e0000-\\U000e007f]"
)


def plain(text: str) -> str:
    """Text on one line with a sign in the place of each character that is not seen, for labels."""
    return UNSEEN.sub("\ufffd", " ".join(text.split()))


def escape(text: str) -> str:
    """`plain` text that cannot become markup, between tags or in a quoted attribute."""
    return str(quote(plain(text)))


def show(text: object) -> Markup:
    """Text for the body of a page: escaped, with characters that are not seen named by their number."""
    parts = []
    at = 0
    words = str(text)
    for found in UNSEEN.finditer(words):
        parts.append(quote(words[at : found.start()]))
        parts.append(Markup('<span class="unseen">U+{:04X}</span>').format(ord(found[0])))
        at = found.end()
    return Markup("").join([*parts, quote(words[at:])])

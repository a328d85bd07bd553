"""The root element of XML or SGML, by which its format is recognised."""

import re

XML_SKIPPED = re.compile(rb"\s*(?:<\?[^>]{0,2000}>|<!--)", re.S)
XML_DOCTYPE = re.compile(rb"\s*<!DOCTYPE\s+([A-Za-z_][\w.:-]*)", re.I)
XML_ROOT = re.compile(rb"\s*<([A-Za-z_][\w.:-]*)(?=[\s/>])([^<>]{0,4000})(/?>)?")
# A page without its html element may begin with any of them.
HTML_NAMES = frozenset(
    re.findall(
        r"\w+",
        "a abbr address article aside b base blockquote br center dd details div dl dt em figcaption figure font footer form"
        " h1 h2 h3 h4 h5 h6 header hr i iframe img input label li link main meta nav noscript ol p picture pre q s script"
        " section small span strong style sub summary sup table tbody td th thead title tr u ul video",
    )
)
INSIDE = re.compile(rb"\s*<[!?/A-Za-z_]")


def name_root(start: bytes) -> str | None:
    """The root element of XML or SGML; empty where only its declaration is there, None for what is neither, or is HTML.

    Without a declaration, an element counts whose content begins with another, or whose end is there.

    >>> name_root(b"<!-- x --><feed><entry/>"), name_root(b"<PHOTO> A gull sleeps on the ferry."), name_root(b"<?xml?>")
    ('feed', None, '')
    """
    start, position, is_declared = start.removeprefix(b"\xef\xbb\xbf"), 0, False
    while skipped := XML_SKIPPED.match(start, position):
        is_comment = skipped[0].endswith(b"<!--")
        end = start.find(b"-->", skipped.end()) if is_comment else skipped.end()
        if end < 0:
            return "" if is_declared else None
        is_declared |= b"<?xml" in skipped[0]
        position = end + 3 if is_comment else end
    if doctype := XML_DOCTYPE.match(start, position):
        return doctype[1].decode("ascii", "replace")
    root = XML_ROOT.match(start, position)
    if root is None:
        return "" if is_declared else None
    name = root[1].decode("ascii", "replace")
    if name.lower() in HTML_NAMES and not is_declared:
        return None
    is_element = b"xmlns" in root[2] or INSIDE.match(start, root.end()) or b"</%b>" % root[1] in start[root.end() :]
    return name if is_declared or is_element else None

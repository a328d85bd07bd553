"""XML from outside as a tree: without a DTD, and with the faults repaired that are common in feeds.

No entity is ever defined or fetched: the document type is dropped. References that XML does not know are read as HTML does.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from html.entities import html5
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.decode import decode_bytes
from tasks.formats.record import BrokenInputError, Chunks, Found, ReadContext, hash_bytes, reject_error
from tasks.formats.stream import read_whole
from tasks.formats.xml_root import name_root

# A file is parsed in one piece, at about five times its size in memory.
WHOLE_BYTES = 128 * 2**20
HEAD_BYTES = 4096
MOST_CHILDREN = 100
DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.I)
REFERENCE = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31};))?")
PLAIN_NAMES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535])
LIMIT_ERROR, REST_ERROR = "ERR_RESOURCE_LIMIT", "ERR_DOCUMENT_END"


@dataclass(frozen=True)
class XmlTree:
    """A parsed file. `fault`: why it is not all of the file; the last element of the root may then be incomplete."""

    root: Any
    uri: str
    encoding: str
    digest: str
    fault: BrokenInputError | None = None


def find_root(start: bytes) -> str | None:
    """The local name of the first element in the first bytes of a file; None where it is no XML.

    >>> find_root(b'<ns0:newsMessage xmlns:ns0="http://iptc.org/">'), find_root(b"a < b")
    ('newsMessage', None)
    """
    return (name_root(start) or "").rpartition(":")[2] or None


def skip_prolog(text: str, position: int) -> int:
    """The position behind white space, declarations, comments and the document type from `position` on."""
    while True:
        while text[position : position + 1].isspace():
            position += 1
        if text.startswith("<?", position):
            end = text.find("?>", position) + 2
        elif text.startswith("<!--", position):
            end = text.find("-->", position + 4) + 3
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = skip_doctype(text, position)
        else:
            return position
        if end < position + 2:  # not closed
            return len(text)
        position = end


def skip_doctype(text: str, position: int) -> int:
    """The position behind a document type, with its own declarations in brackets where it has any; 1 where it has no end."""
    close, opening = text.find(">", position), text.find("[", position)
    if not 0 <= opening < close:
        return close + 1
    end = text.find("]>", opening)
    if end < 0:
        last = text.find("]", opening)
        return text.find(">", last) + 1 if last > 0 else 1
    return end + 2


def read_tree(chunks: Chunks, context: ReadContext) -> XmlTree:
    """The tree of a file. Raises BrokenInputError: `bad_xml`, `too_large`, and what decoding finds."""
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    declared = DECLARED.search(raw[:HEAD_BYTES])
    text, encoding = decode_bytes(raw, declared[1].decode("ascii") if declared else None)
    root, fault = parse_xml(text)
    return XmlTree(root, context.uri, encoding, hash_bytes(raw), fault)


def read_xml_file(read: Callable[[XmlTree], Iterator[Found]], chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The records that `read` finds in the tree of a file. Raises BrokenInputError, behind them where the file is cut."""
    tree = read_tree(chunks, context)
    yield from read(tree)
    if tree.fault:
        raise tree.fault


def parse_xml(text: str) -> tuple[Any, BrokenInputError | None]:
    """The root of an XML text, and why it is not all of the text. Raises BrokenInputError `bad_xml`."""
    text = text.removeprefix("\ufeff")
    text = repair_references(text[skip_prolog(text, 0) :].translate(CONTROLS))
    settings = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parser = etree.XMLParser(recover=True, remove_comments=True, remove_pis=True, strip_cdata=True, **settings)
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenInputError("bad_xml", f"not XML: {' '.join(str(error).split())[:200]}") from error
    faults = {entry.type_name for entry in parser.error_log}
    if root is None:
        raise BrokenInputError("bad_xml", "no XML element in it")
    if LIMIT_ERROR in faults:
        raise BrokenInputError("bad_xml", "XML nested too deeply, or with a value over the parser's limit")
    name = f"{root.prefix}:{name_tag(root)}" if root.prefix else name_tag(root)
    if f"</{name}" not in text and len(root):
        return root, BrokenInputError("truncated", f"the element {name} is not closed")
    return root, BrokenInputError("bad_xml", f"there is more after {name}") if REST_ERROR in faults else None


def repair_references(text: str) -> str:
    """A text in which every `&` begins a reference that XML knows. What HTML knows becomes the character.

    >>> repair_references("fish & chips &nbsp;&amp; a?b=1&c=2 <![CDATA[x & y]]>")
    'fish &amp; chips \\xa0&amp; a?b=1&amp;c=2 <![CDATA[x & y]]>'
    """
    if "&" not in text:
        return text
    pieces, position = [], 0
    while position < len(text):
        start = text.find("<![CDATA[", position)
        start = len(text) if start < 0 else start
        pieces.append(REFERENCE.sub(repair_reference, text[position:start]))
        end = text.find("]]>", start)
        position = len(text) if end < 0 else end + 3
        pieces.append(text[start:position])
    return "".join(pieces)


def repair_reference(match: re.Match[str]) -> str:
    """What one `&` and its name or number become."""
    number, hexadecimal, name = match.groups()
    if name:
        if name in PLAIN_NAMES:
            return match[0]
        return escape(html5[name]) if name in html5 else "&amp;" + name
    if number or hexadecimal:
        code = int(number) if number else int(hexadecimal, 16)
        is_character = code not in CONTROLS and code < 0x110000 and not 0xD800 <= code < 0xE000
        return match[0] if is_character else ""
    return "&amp;"


def read_tree_element(element: Any, number: int, tree: XmlTree, read: Callable[[Any, str, str, str], Found]) -> Found:
    """What `read` makes of an element, its uri, encoding and hash. A fault in it, or in a library, costs that record only."""
    uri, digest = f"{tree.uri}#{number}", hash_bytes(etree.tostring(element, with_tail=False))
    try:
        return read(element, uri, tree.encoding, digest)
    except Exception as error:
        return reject_error(error, uri, digest)


def name_tag(element: Any) -> str:
    """The local name of an element, without its namespace or prefix."""
    name: str = element.tag if isinstance(element.tag, str) else ""
    return name.rpartition("}")[2].rpartition(":")[2]


def find_all(element: Any, *names: str) -> Iterator[Any]:
    """The descendants with one of these local names, in order."""
    return (inner for inner in element.iterdescendants() if name_tag(inner) in names)


def find_first(element: Any | None, *path: str) -> Any | None:
    """The first descendant at a path of local names, each anywhere below the last; None where there is none."""
    for name in path:
        if element is None:
            return None
        element = next(find_all(element, name), None)
    return element


def find_child(element: Any | None, *names: str) -> Any | None:
    """The first child with the first of these local names that any child has; only the first children are looked at."""
    children = [(name_tag(child), child) for child in islice(element, MOST_CHILDREN)] if element is not None else []
    return next((child for name in names for tag, child in children if tag == name), None)


def join_words(element: Any | None) -> str | None:
    """All text in an element on one line; None where it has none.

    >>> join_words(etree.fromstring("<a> Bridge <b>closed</b>\\n</a>"))
    'Bridge closed'
    """
    return " ".join("".join(element.itertext()).split()) or None if element is not None else None

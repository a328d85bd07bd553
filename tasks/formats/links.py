"""Lines of an article's text that are only a link to another page of the site: a teaser in a list, or a headline.

A link inside a paragraph is part of it; a bare address or a link to another site is a source. They are no teasers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from tasks.formats.layout import Anchor, Layout, keep_letters
from tasks.formats.values import parse_host

LINKED_SHARE = 0.8
STEPS = 3  # from the line's innermost element up to the list item or headline that it is
HOLDERS = frozenset({"li", "h2", "h3", "h4"})


def find_teasers(
    lines: Sequence[str], anchors: Sequence[Anchor], tree: Any, layout: Layout, host: str | None
) -> list[int]:
    """Indices of the lines that are links to pages of the site `host`, in order.

    `anchors`: the positions of `lines` on the page `tree`. An address without a host counts as the site's own.
    """
    links = [(*layout.spans[link], link) for link in tree.iter("a") if link in layout.spans]
    found = []
    for anchor in anchors:
        inside = [(end - begin, link) for begin, end, link in links if anchor.begin <= begin and end <= anchor.end]
        around = [(end - begin, link) for begin, end, link in links if begin < anchor.begin and anchor.end <= end]
        linked = sum(size for size, _ in inside) if inside else (anchor.end - anchor.begin) * bool(around)
        own = [link for _, link in (inside or around) if is_own(link, host)]
        bare = lines[anchor.line].lstrip("-• ").startswith(("http:", "https:", "www."))
        if (
            own
            and not bare
            and linked >= LINKED_SHARE * len(keep_letters(lines[anchor.line]))
            and any(map(is_item, own))
        ):
            found.append(anchor.line)
    return found


def is_own(link: Any, host: str | None) -> bool:
    """Whether a link leads to another page of the same site."""
    address = (link.get("href") or "").strip()
    if not address or address.startswith(("#", "mailto:", "javascript:")):
        return False
    there = parse_host(address if not address.startswith("//") else "https:" + address)
    return there is None or (host is not None and there == host)


def is_item(link: Any) -> bool:
    """Whether a link is a list item or a headline, or holds one."""
    if any(outer.tag in HOLDERS for outer in islice(link.iterancestors(), STEPS)):
        return True
    return any(True for _ in link.iter(*HOLDERS))

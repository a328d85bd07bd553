"""A page with an article in it."""

from __future__ import annotations

PAGE = (
    "<html><head><title>Bridge closed</title></head><body><article><h1>Bridge closed</h1>"
    + "".join(
        f"<p>{n} Zoë said that the bridge will stay closed until the end of the year, since its cables are worn.</p>"
        for n in range(5)
    )
    + "</article></body></html>"
)

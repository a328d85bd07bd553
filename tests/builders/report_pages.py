"""Pages for tests: made by real runs, on the seeds, on a blocked batch, and on articles that try to break out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from builders.lakes import Recorder, make_lake
from flows.batches.run import BatchResult

DAY = date(2026, 10, 31)
EARLY = date(2026, 10, 3)  # some seeds are dated later than this
VOID = {"meta", "br", "input", "img", "hr", "link"}


def ingest_with_page(
    root: Path, path: str, lake: Path | str, *, name: str = "s", day: date = DAY, is_forced: bool = False
) -> BatchResult:
    """Ingests `path` (below `root`) as one batch, in process, and has its page written."""
    seen = Recorder()
    result = make_lake(root, path, lake, name=name, day=day, is_forced=is_forced, report=True, watcher=seen.watcher)
    assert seen.warnings == [], seen.warnings
    assert result.page
    return result


def page_of(result: BatchResult) -> Path:
    """The file of a run's page."""
    assert result.page
    return Path(result.page)


SCRIPT = "<script>window.broken='script'</script>"
IMAGE = "<img src=x onerror=\"window.broken='image'\">"
VECTOR = "\"'><svg onload=\"window.broken='svg'\">"
CLOSING = "</span></del></li></ol></article></section></main></body></html></title></style></svg>-->]]>"
TURNED = "\u202egnihtemos\u2066 \u2069"


def write_hostile(folder: Path) -> Path:
    """Articles with markup, handlers, closing tags and marks of direction wherever a page shows something of theirs."""
    folder.mkdir()
    body = [
        f"Paragraph {n} of a story that is long enough to be one, with {SCRIPT} and {TURNED} in it." for n in range(4)
    ]
    rows = [
        {
            "title": f"{CLOSING}{SCRIPT} headline {number} {TURNED}",
            "publisher": f"{VECTOR} {TURNED} publisher {number}",
            "published_at": "2026-10-30",
            "text": "\n\n".join(
                [
                    f"A picture {IMAGE} {CLOSING} of the harbour at night, seen from above (Photo: {VECTOR} via AP)",
                    f"A picture {IMAGE} {CLOSING} of the harbour at night, seen from above (Photo: {VECTOR} via AP)",
                    *(f"{line} Number {number}." for line in body),
                    f"Read more: {SCRIPT}{IMAGE}{number}",
                    f"Most Popular\n{CLOSING} {number}\n{VECTOR} {TURNED} {number}\n{SCRIPT} {number}",
                    f"Copyright {number} {IMAGE}. All rights reserved.",
                ]
            ),
        }
        for number in range(6)
    ]
    rows.append(
        {"title": SCRIPT, "text": f"{SCRIPT}{IMAGE} with a NUL \x00 and {CLOSING} in a long enough line of text."}
    )
    lines = [json.dumps(row) for row in rows] + ['{"title": "' + SCRIPT + IMAGE + CLOSING]
    (folder / "a<b onclick=x>&\"'\u202e.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@dataclass
class Seen(HTMLParser):
    """What an HTML parser meets in a page: elements that were opened, what does not match, ids and attributes."""

    problems: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        """Values of an attribute, in order."""
        return [value for _, found, value in self.attributes if found == name]

    @property
    def text(self) -> str:
        """All words of the page, white space folded."""
        return re.sub(r"\s+", " ", " ".join(self.words))


def look(page: Path | str) -> Seen:
    """A page as a parser sees it."""
    seen = Seen()
    seen.feed(page.read_text(encoding="utf-8") if isinstance(page, Path) else page)
    seen.close()
    return seen

"""What stands above the text of a file and names its fields: YAML, TOML, lines of "Key: value", the head of a `.story` file."""

import re
import tomllib
from typing import Any

import yaml  # type: ignore[import-untyped]

from tasks.formats.export_fields import find_written_day
from tasks.formats.values import parse_host
from tasks.formats.wire import Item, read_names

HEAD_CHARS, HEAD_LINES = 20_000, 200
KEYS = {
    "title": "title headline heading titel titre título titolo",
    "authors": "author authors byline writer creator autor auteur autore by",
    "published": "date published publishdate publisheddate publicationdate datepublished pubdate publishedat publishedon"
    " publishedtime created datum fecha timestamp dateline_date",
    "url": "url link sourceurl originalurl canonicalurl permalink weburl canonical",
    "publisher": "publisher publication newspaper sitename site outlet source journal",
    "standfirst": "description summary subtitle standfirst abstract lead dek deck subheadline excerpt teaser",
    "id": "id articleid guid docid docno identifier",
    "text": "text body content article fulltext",
    "skipped": "hostname language lang section category categories tags keywords words wordcount location edition page pages"
    " country region city type copyright license licence retrieved accessed crawled downloaded modified updated lastmodified"
    " image layout draft slug topic topics genre format desk fingerprint comments rights priority dateline kicker length",
}
BY_KEY = {key: field for field, keys in KEYS.items() for key in keys.split()}
PAIR = re.compile(r"\s{0,3}([A-Za-zÀ-ÿ][\w À-ÿ-]{0,28}?)\s*:(?:\s+(.*)|)$")
HEADLINE_CHARS = 300
HIGHLIGHT = "@highlight"


def find_head(text: str) -> Item | None:
    """The fields that the head of a text names, with the text below it; None where it has no such head."""
    start = text.lstrip("\ufeff \t\r\n")
    if start[:3] in ("---", "+++"):
        return read_fenced(start)
    if HIGHLIGHT in text or start.startswith(("By\n", "By\r\n")):
        return read_story(start)
    first = start[:HEADLINE_CHARS].split("\n", 1)[0].rstrip("\r")
    return read_pairs(start) if PAIR.match(first) else None


def fold_key(key: str) -> str:
    """A key in lower case without the signs between its words: `Publish-Date` is publishdate."""
    return re.sub(r"[\W_]", "", key.lower())


def read_fenced(text: str) -> Item | None:
    """The item of a text with YAML between lines of `---`, or TOML between lines of `+++`; None where it has no known key."""
    fence, lines = text[:3], text[:HEAD_CHARS].replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != fence:
        return None
    ends = (fence,) if fence == "+++" else ("---", "...")
    end = next((number for number, line in enumerate(lines[1:HEAD_LINES], 1) if line.rstrip() in ends), None)
    if end is None:
        return None
    block = "\n".join(lines[1:end])
    values = parse_toml(block) if fence == "+++" else read_yaml(block)
    body = text.replace("\r\n", "\n").split("\n", end + 1)
    return make_head_item(values, body[end + 1] if len(body) > end + 1 else "", least=1)


def read_yaml(block: str) -> dict[str, Any]:
    """The keys of a block of YAML; those of its lines where it is none."""
    try:
        value = yaml.load(block, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    pairs = (match for line in block.split("\n") if (match := PAIR.match(line[:2000])))
    return {match[1]: (match[2] or "").strip().strip("\"'") for match in pairs}


def parse_toml(block: str) -> dict[str, Any]:
    """The keys of a block of TOML; none where it is none."""
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def make_head_item(values: dict[str, Any], body: str, least: int) -> Item | None:
    """The item of the keys above a body; None where fewer than `least` are known."""
    fields: dict[str, Any] = {}
    known = 0
    for key, value in values.items():
        field = BY_KEY.get(fold_key(str(key)))
        known += field is not None
        words = value if isinstance(value, str | list) else str(value) if value is not None else None
        if field is None or field == "skipped" or not words or field in fields:
            continue
        if field == "publisher" and isinstance(words, str) and parse_host(words):
            field = "url"
        fields.setdefault(field, words)
    if known < least:
        return None
    if isinstance(inner := fields.pop("text", None), str) and not body.strip():
        body = inner
    if isinstance(names := fields.get("authors"), str) and names[:3].lower() == "by ":
        fields["authors"] = list(read_names(names)) or names
    if isinstance(date := fields.get("published"), str):
        fields["published"] = find_written_day(date) if date[:4].isalpha() else date
    return Item(fields, body.strip("\n"))


def read_pairs(text: str) -> Item | None:
    """The item of a text that begins with lines of "Key: value"; None where these may be prose.

    At least two keys are known, or one names the headline and a blank line follows. The first line that is no pair, or
    the first known pair for the text itself, opens the text.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    values: dict[str, str] = {}
    end = 0
    for number, line in enumerate(lines[:HEAD_LINES]):
        match = PAIR.match(line) if len(line) < HEAD_CHARS else None
        field = BY_KEY.get(fold_key(match[1])) if match else None
        if not line.strip():
            continue
        is_first_behind_blank = number > 0 and not lines[number - 1].strip()
        if match is None or (field is None and (is_first_behind_blank or not match[2])):
            break
        if field == "text":
            lines[number] = match[2] or ""
            end = number
            break
        values.setdefault(match[1], (match[2] or "").strip())
        end = number + 1
    known = [BY_KEY[fold_key(key)] for key in values if fold_key(key) in BY_KEY]
    has_gap = end < len(lines) and (not lines[end].strip() or not lines[end - 1].strip())
    is_head = len(known) > 1 and len(known) * 2 >= len(values)
    is_headline = known == ["title"] and has_gap and 0 < len(next(iter(values.values()))) <= HEADLINE_CHARS
    return make_head_item(values, "\n".join(lines[end:]), least=1) if is_head or is_headline else None


def read_story(text: str) -> Item | None:
    """The item of a `.story` file of the CNN and Daily Mail collection: highlights behind the text, a head with dots."""
    body, *highlights = (part.strip("\n") for part in re.split(rf"(?m)^{HIGHLIGHT}\s*$", text.replace("\r\n", "\n")))
    head, gap, rest = body.partition("\n\n")
    tokens = [line.strip() for line in head.split("\n")]
    values: dict[str, Any] = {}
    if tokens[0] == "By" and "." in tokens[1:3]:
        words = [token for token in tokens if token not in (".", "|", "")]
        labels = [number for number, token in enumerate(words) if token.endswith(":")]
        names = " ; ".join(words[1 : labels[0] if labels else len(words)])
        values["authors"] = list(read_names(names, 2))
        if labels and len(words) > labels[0] + 1:
            values["published"] = find_written_day(words[labels[0] + 1])
        body = rest if gap else ""
    elif not highlights:
        return None
    points = [" ".join(point.split()) for point in highlights if point.strip()]
    values["standfirst"] = (
        " ".join(point if point.endswith((".", "!", "?")) else f"{point}." for point in points) or None
    )
    return Item(values, body.strip("\n"))

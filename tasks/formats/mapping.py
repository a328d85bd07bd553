"""The named fields of one record, from JSON, a table, or the head of an export, as a record of the lake."""

from dataclasses import replace
from typing import Any

from tasks.batch import Fields
from tasks.dates.published import depends_on_origin, parse_published
from tasks.formats.fragment import render_fragment
from tasks.formats.html import extract_article, starts_html
from tasks.formats.record import Found, Markup, Record, Reject, reject_record
from tasks.formats.repair import repair_text
from tasks.formats.values import has_tags, parse_authors, resolve_entities

START_CHARS = 4096


def make_record(value: Any, fields: Fields, uri: str, encoding: str, digest: str) -> Found:
    """The record of a parsed JSON value; a reject `bad_json` when it is no object, `no_text`, `empty`."""
    if not isinstance(value, dict):
        words = f"a JSON {name_json_type(value)}, not an object"
        return Reject(uri, "bad_json", words, raw_sha256=digest, encoding=encoding)
    text = pick_value(value, fields.text)
    html = None if isinstance(text, str) else pick_value(value, fields.html)
    published = pick_value(value, fields.published)
    identity, publisher = pick_value(value, fields.id), pick_value(value, fields.publisher)
    known: dict[str, Any] = {
        name: tidy_string(pick_value(value, getattr(fields, name))) for name in ("url", "title", "standfirst")
    }
    found = Record(
        uri,
        "",
        encoding,
        digest,
        record_id=tidy_string(str(identity)) if isinstance(identity, str | int) else None,
        publisher=tidy_string(publisher.get("name") if isinstance(publisher, dict) else publisher),
        authors=tuple(filter(None, map(tidy_string, parse_authors(pick_value(value, fields.authors))))),
        published_at=parse_published(published),
        dated=published if depends_on_origin(published) else None,
        **known,
    )
    if isinstance(text, str):
        return add_text(found, text)
    if isinstance(html, str):
        return extract_article(html, found)
    return reject_record(found, *explain_missing_text(value, fields), None)


def add_text(found: Record, text: str) -> Found:
    """The record with its text: that of a whole page is its article's, that of a piece of HTML is all of it."""
    if starts_html(text[:START_CHARS].encode("utf-8", "replace")):
        return extract_article(text, found)
    text, repairs = repair_text(text)
    markup: Markup = ()
    if has_tags(text):
        text, markup = render_fragment(text)
        repairs += ";html-rendered"
    elif "&" in text and (plain := resolve_entities(text)) != text:
        text, repairs = plain, repairs + ";entities-resolved"
        if has_tags(text):
            text, markup = render_fragment(text)
    return replace(found, text=text, markup=markup, encoding=found.encoding + repairs)


def pick_value(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of `names` that has one; null and blank strings are none. A dot steps into an object.

    >>> pick_value({"title": " ", "meta": {"headline": "Ferry"}}, ("title", "meta.headline"))
    'Ferry'
    """
    for name in names:
        value = record.get(name)
        if value is None and "." in name:
            value = follow_path(record, name)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def follow_path(record: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, None where it leads nowhere."""
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def tidy_string(value: Any) -> str | None:
    """A string on one line, repaired, without markup and outer white space; None for anything else.

    >>> tidy_string(" Bridge &amp; <i>pier</i>\\n closed "), tidy_string(7)
    ('Bridge & pier closed', None)
    """
    if not isinstance(value, str):
        return None
    words = repair_text(value)[0]
    if has_tags(words):
        words = render_fragment(words)[0]
    return " ".join(resolve_entities(words).split()) or None


def explain_missing_text(record: dict[str, Any], fields: Fields) -> tuple[str, str]:
    """Reason and detail: `empty` where a field is blank, `no_text` where there is none or it is no string."""
    there = {name: follow_path(record, name) for name in fields.text}
    if blank := [name for name, value in there.items() if isinstance(value, str) and not value.strip()]:
        return "empty", f"field {blank[0]} is blank"
    if other := [f"{name} is a JSON {name_json_type(value)}" for name, value in there.items() if value is not None]:
        return "no_text", f"no text: {other[0]}, not a string"
    wanted = ", ".join((*fields.text, *fields.html))
    return "no_text", f"none of the fields {wanted}; the record has {', '.join(record)[:200] or 'none'}"


def name_json_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")

"""From a JSON object to a record: which of its fields is what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tasks.batch import Fields
from tasks.formats.decode import repair_text
from tasks.formats.html import extract_article
from tasks.formats.record import Found, Record, Reject
from tasks.formats.values import parse_authors, parse_published


def make_record(obj: Any, fields: Fields, uri: str, encoding: str, digest: str) -> Found:
    """The record that a parsed JSON value is; a reject `bad_json` when it is no object, `no_text`, `empty`."""
    if not isinstance(obj, dict):
        return Reject(
            uri, "bad_json", f"a JSON {name_json_type(obj)}, not an object", raw_sha256=digest, encoding=encoding
        )
    text = pick_value(obj, fields.text)
    html = None if isinstance(text, str) else pick_value(obj, fields.html)
    identity = pick_value(obj, fields.id)
    publisher = pick_value(obj, fields.publisher)
    title = tidy_string(pick_value(obj, fields.title))
    record_id = tidy_string(str(identity)) if isinstance(identity, str | int) else None
    name = tidy_string(publisher.get("name") if isinstance(publisher, dict) else publisher)
    if not isinstance(text, str) and not isinstance(html, str):
        reason, detail = explain_missing_text(obj, fields)
        return Reject(uri, reason, detail, None, digest, record_id, name, title, encoding)
    found = Record(
        uri,
        "",
        encoding,
        digest,
        record_id,
        name,
        tidy_string(pick_value(obj, fields.url)),
        title,
        tidy_string(pick_value(obj, fields.standfirst)),
        tidy_authors(pick_value(obj, fields.authors)),
        parse_published(pick_value(obj, fields.published)),
    )
    if isinstance(html, str):
        return extract_article(html, found)
    text, repairs = repair_text(text)
    return replace(found, text=text, encoding=encoding + repairs)


def pick_value(obj: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of `names` that holds one; null and blank strings do not. A dot steps into an object."""
    for name in names:
        value = obj.get(name)
        if value is None and "." in name:
            value = follow_path(obj, name)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def follow_path(obj: dict[str, Any], name: str) -> Any:
    """The value at a dotted path, None where the path leads nowhere."""
    value: Any = obj
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def tidy_string(value: Any) -> str | None:
    """A string on one line without outer white space, NULs, lone surrogates and mojibake; None for anything else."""
    if not isinstance(value, str):
        return None
    return " ".join(repair_text(value)[0].split()) or None


def tidy_authors(value: Any) -> tuple[str, ...]:
    """Names of authors, repaired like any other string."""
    return tuple(name for name in map(tidy_string, parse_authors(value)) if name)


def explain_missing_text(obj: dict[str, Any], fields: Fields) -> tuple[str, str]:
    """Why there is no text: `empty` where a field is blank, `no_text` where there is none or it is no string."""
    there = {name: follow_path(obj, name) if "." in name else obj.get(name) for name in fields.text}
    if blank := [name for name, value in there.items() if isinstance(value, str) and not value.strip()]:
        return "empty", f"field {blank[0]} is blank"
    if other := [f"{name} is a JSON {name_json_type(value)}" for name, value in there.items() if value is not None]:
        return "no_text", f"no text: {other[0]}, not a string"
    wanted = ", ".join((*fields.text, *fields.html))
    return "no_text", f"none of the fields {wanted}; the record has {', '.join(obj)[:200] or 'none'}"


def name_json_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")

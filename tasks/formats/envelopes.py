"""The records inside a JSON object: a list that an answer of an API wraps, an article in an object, or the object itself."""

from collections.abc import Iterator
from typing import Any

from tasks.batch import Fields
from tasks.formats.blocks import join_blocks
from tasks.formats.exporters import find_plan, follow_path, get_field
from tasks.formats.values import is_missing

DEPTH = 4  # how deep a list of records is searched
LOOKED_AT = 5  # entries of a list that tell whether it is one of records
GRAPH = "@graph"  # of JSON-LD, where articles are between pages, sites and persons


def open_envelope(value: dict[str, Any], fields: Fields) -> list[Any] | str:
    """The records in an object, itself where it is one, or none is found; why they cannot be told, in words.

    >>> open_envelope({"status": "ok", "articles": [{"title": "Ferry", "text": "It sails."}]}, Fields())
    [{'title': 'Ferry', 'text': 'It sails.'}]
    """
    if fields.records:
        path = fields.records[0]
        inner = follow_path(value, tuple(path.split(".")))
        return (
            inner
            if isinstance(inner, list)
            else [inner]
            if isinstance(inner, dict)
            else f"there is no list at {path!r}"
        )
    if any(isinstance(value.get(name), str) for name in fields.text) or holds_article(value, fields):
        return [value]
    lists = list(find_lists(value, fields, "", 0))
    with_texts = [
        (path, entries) for path, entries in lists if any(holds_article(one, fields) for one in entries[:LOOKED_AT])
    ]
    if len(lists) > 1 and len(with_texts) != 1:
        names = ", ".join(path for path, _ in lists)
        return f'several lists of records: {names}. Name one: records = "{lists[0][0]}" in the source.'
    if lists:
        path, entries = (with_texts or lists)[0]
        return [one for one in entries if holds_article(one, fields)] if path.endswith(GRAPH) else entries
    single = list(find_single(value, fields, 0))
    return single if len(single) == 1 else [value]


def holds_article(value: Any, fields: Fields) -> bool:
    """Whether a value is an object with a text, or a page."""
    if not isinstance(value, dict):
        return False
    plan = find_plan(value, fields)
    if plan.exporter and plan.exporter.inside:
        inner = get_field(value, plan.exporter.inside)
        return isinstance(inner, dict) and holds_article(inner, fields)
    has_title = any(isinstance(follow_path(value, path), str) for path in plan.paths["title"])
    for path in plan.paths["text"]:
        text = follow_path(value, path)
        if is_missing(text):
            continue
        if isinstance(text, str):
            return True
        entries = text if isinstance(text, list) else [text]
        if (has_title or not any(is_entry(one, fields) for one in entries[:LOOKED_AT])) and join_blocks(text)[0]:
            return True
    return any(isinstance(follow_path(value, path), str) for path in plan.paths["html"])


def is_entry(value: Any, fields: Fields) -> bool:
    """Whether a value is an object as lists of articles have them: with a title, and a text, an address or a date."""
    if not isinstance(value, dict):
        return False
    paths = find_plan(value, fields).paths
    has_more = any(paths[key] for key in ("text", "html", "url", "published"))
    return (bool(paths["title"]) and has_more) or holds_article(value, fields)


def find_lists(value: dict[str, Any], fields: Fields, above: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """The lists of records in an object, with their paths."""
    for name, inner in value.items():
        if isinstance(inner, list) and any(is_entry(one, fields) for one in inner[:LOOKED_AT]):
            yield above + name, inner
        elif isinstance(inner, dict) and depth < DEPTH:
            yield from find_lists(inner, fields, f"{above}{name}.", depth + 1)


def find_single(value: dict[str, Any], fields: Fields, depth: int) -> Iterator[dict[str, Any]]:
    """The articles that are objects in an object."""
    for inner in value.values():
        if isinstance(inner, dict) and depth < DEPTH:
            if holds_article(inner, fields):
                yield inner
            else:
                yield from find_single(inner, fields, depth + 1)

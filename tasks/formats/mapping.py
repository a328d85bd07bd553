"""The named fields of one record, from JSON, a table, or the head of an export, as a record of the lake."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tasks.batch import Fields
from tasks.dates.published import depends_on_origin, parse_published
from tasks.formats.authors import parse_authors
from tasks.formats.blocks import find_words, join_blocks, read_picture
from tasks.formats.exporters import Exporter, Plan, find_plan, follow_path, get_field, says
from tasks.formats.fragment import render_fragment
from tasks.formats.html import extract_article, starts_html
from tasks.formats.markdown import is_markdown, render_markdown
from tasks.formats.record import Found, Markup, Record, Reject, canonicalize, reject_record
from tasks.formats.repair import repair_text
from tasks.formats.values import (
    break_written_lines,
    cut_mark,
    has_tags,
    is_missing,
    is_placeholder,
    parse_host,
    resolve_entities,
)

START_CHARS = 4096
ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?", re.A)
PAGE = re.compile(r"<(?:!doctype|html|head|body|title|meta)\b", re.I)
MOST_PICTURES = 50
NAMED = 6  # names of fields that a reject lists


@dataclass(frozen=True)
class WatchedFields(Fields):
    """Names of fields, and a function that gets every record with the plan for it."""

    watch: Callable[[dict[str, Any], Plan], None] = field(default=lambda value, plan: None, compare=False)


def make_record(value: Any, fields: Fields, uri: str, encoding: str, digest: str) -> Found:
    """The record of an object with named fields: JSON, a row of a table, the head of an export.

    Rejects: `bad_json` where it is no object, `no_text`, `empty`; `killed` where the agency takes it back, `no_article` where
    it says that it is a picture or the like; and what HTML gives. `fields`: names of fields, of the source or the general ones.
    """
    if not isinstance(value, dict):
        words = f"a JSON {name_json_type(value)}, not an object"
        return Reject(uri, "bad_json", words, raw_sha256=digest, encoding=encoding)
    plan = find_plan(value, fields)
    if plan.exporter and plan.exporter.inside and isinstance(inner := get_field(value, plan.exporter.inside), dict):
        value = {"id": get_field(value, "_id"), **inner}
        plan = find_plan(value, fields)
    if isinstance(fields, WatchedFields):
        fields.watch(value, plan)
    found = Record(uri, "", encoding, digest, **read_fields(value, plan))
    if plan.exporter and (refusal := refuse_item(value, plan.exporter)):
        return reject_record(found, *refusal, None)
    text = next(filter(has_words, list_values(value, plan.paths["text"])), None)
    if isinstance(text, str):
        done = add_text(found, text)
    elif text is not None:
        done = add_blocks(found, text)
    elif isinstance(html := pick_value(value, plan.paths["html"]), str):
        done = extract_article(html, found) if PAGE.search(html) else add_text(found, html)
    else:
        return reject_record(found, *explain_missing_text(value, plan, fields), None)
    return add_pictures(done, value, plan.exporter) if plan.exporter and isinstance(done, Record) else done


def read_fields(value: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """The values of a record but its text, by their names in `Record`."""
    paths = plan.paths
    identity = pick_value(value, paths["id"])
    published_at, dated = pick_time(value, paths["published"])
    return {
        "record_id": tidy_string(str(identity)) if isinstance(identity, str | int) else None,
        "publisher": tidy_publisher(pick_value(value, paths["publisher"])),
        "url": tidy_string(pick_value(value, paths["url"])),
        "title": tidy_string(pick_value(value, paths["title"])),
        "standfirst": tidy_string(pick_value(value, paths["standfirst"])),
        "authors": tuple(filter(None, map(tidy_string, pick_authors(value, paths["authors"])))),
        "published_at": published_at,
        "dated": dated,
    }


def add_text(found: Record, text: str) -> Found:
    """The record with its text: that of a whole page is its article's, that of a piece of HTML is all of it."""
    is_marked = "<" in text
    if is_marked and starts_html(text[:START_CHARS].encode("utf-8", "replace")):
        return extract_article(text, found)
    text, repairs = repair_text(text)
    if (lines := break_written_lines(text)) is not text:
        text, repairs = lines, repairs + ";line-ends-read"
    markup: Markup = ()
    if "&" in text and not has_tags(text) and (plain := resolve_entities(text)) != text:
        text, repairs = plain, repairs + ";entities-resolved"
        is_marked = "<" in text
    if is_marked and has_tags(text):
        text, markup = render_fragment(text)
        repairs += ";html-rendered"
    elif is_markdown(text):
        text, markup, heading = render_markdown(canonicalize(text))
        repairs += ";markdown-rendered"
        found = replace(found, title=found.title or heading)
    return finish_text(found, text, markup, repairs)


def add_blocks(found: Record, value: Any) -> Found:
    """The record with a text that comes in pieces."""
    text, markup = join_blocks(value)
    text, repairs = repair_text(text)
    return finish_text(found, text, markup, repairs + ";paragraphs-joined")


def finish_text(found: Record, text: str, markup: Markup, repairs: str) -> Found:
    """The record with its text, without the mark of a cut; a reject where the text says that the article is not given."""
    encoding = found.encoding + repairs
    if is_placeholder(text):
        words = f"the text is {text.strip()!r}: the article is not given"
        return reject_record(replace(found, encoding=encoding), "no_text", words, None)
    cut = cut_mark(text)
    flags = found.flags if cut is text else (*found.flags, "truncated")
    return replace(found, text=cut, encoding=encoding, markup=markup, flags=flags)


def refuse_item(value: dict[str, Any], exporter: Exporter) -> tuple[str, str] | None:
    """Reason and detail where an item is taken back, or is no article."""
    for name in exporter.killed:
        if says(value, {name: exporter.killed[name]}):
            return "killed", f"{exporter.name}: the agency takes it back: {name} is {get_field(value, name)}"
    for name in exporter.articles:
        kind = get_field(value, name)
        if isinstance(kind, str) and not says(value, {name: exporter.articles[name]}):
            return "no_article", f"{exporter.name}: {name} is {kind}, not {exporter.articles[name][0]}"
    return None


def add_pictures(found: Record, value: dict[str, Any], exporter: Exporter) -> Record:
    """The record with the captions of its pictures below the text, and with what the item says of an embargo."""
    if any(not is_missing(get_field(value, name)) for name in exporter.embargoed):
        found = replace(found, flags=(*found.flags, "embargoed"))
    for name in exporter.pictures:
        held = get_field(value, name)
        pictures = list(held.values()) if isinstance(held, dict) else held if isinstance(held, list) else []
        lines, markup = canonicalize(found.text).rstrip("\n").split("\n"), list(found.markup)
        known = set(lines)
        for picture in [one for one in pictures if isinstance(one, dict)][:MOST_PICTURES]:
            # A text beside this one is an article of its own.
            if str(picture.get("type", "picture")).lower() in ("text", "composite"):
                continue
            captions = [(role, tidy_string(words)) for role, words in read_picture(picture)]
            if captions and captions[0][1] not in known:
                lines.append("")
                for role, words in captions:
                    if words and role:
                        markup.append((len(lines), role))
                        lines.append(words)
                        known.add(words)
        found = replace(found, text="\n".join(lines), markup=tuple(markup))
    return found


def list_values(record: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> Iterator[Any]:
    """The values at the paths that have one."""
    for path in paths:
        value = record[path[0]] if len(path) == 1 else follow_path(record, path)
        if not is_missing(value):
            yield value


def pick_value(record: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> Any:
    """The value at the first of the paths that has one; what programs write for none is none.

    >>> pick_value({"title": " ", "meta": {"headline": "Ferry"}}, (("title",), ("meta", "headline")))
    'Ferry'
    """
    return next(list_values(record, paths), None) if paths else None


def pick_time(record: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> tuple[datetime | None, str | None]:
    """The first value that is a time; and its words, where it depends on language or publisher."""
    for value in list_values(record, paths):
        moment = parse_published(value)
        is_certain = isinstance(value, str) and ISO.fullmatch(value) is not None
        depends = not is_certain and depends_on_origin(value)
        if moment or depends:
            return moment, value if depends else None
    return None, None


def pick_authors(record: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The authors that the first value which has any names."""
    return next(filter(None, map(parse_authors, list_values(record, paths))), ())


def has_words(value: Any) -> bool:
    """Whether a value is a text, or holds one."""
    return isinstance(value, str) or (isinstance(value, list | dict) and bool(join_blocks(value)[0]))


def tidy_string(value: Any) -> str | None:
    """A string on one line, repaired, without markup and outer white space; None for anything else.

    >>> tidy_string(" Bridge &amp; <i>pier</i>\\n closed "), tidy_string({"rendered": "Ferry"}), tidy_string(7)
    ('Bridge & pier closed', 'Ferry', None)
    """
    if value is None:
        return None
    words = value if isinstance(value, str) else find_words(value)
    if not words:
        return None
    words = resolve_entities(repair_text(words)[0])
    if has_tags(words):
        words = resolve_entities(render_fragment(words)[0])
    return " ".join(words.split()) or None


def tidy_publisher(value: Any) -> str | None:
    """The name of a publisher, or the host of its address.

    >>> tidy_publisher({"@type": "Organization", "name": "Herald"}), tidy_publisher("https://www.herald.example/")
    ('Herald', 'herald.example')
    """
    words = tidy_string(value)
    if words and " " not in words:
        return parse_host(words) or words.removeprefix("www.") or None
    return words


def explain_missing_text(record: dict[str, Any], plan: Plan, fields: Fields) -> tuple[str, str]:
    """Reason and detail: `empty` where a field is blank, `no_text` where there is none or it holds no text."""
    there = {".".join(path): follow_path(record, path) for path in plan.paths["text"]}
    if blank := [name for name, value in there.items() if isinstance(value, str) and not value.strip()]:
        return "empty", f"field {blank[0]} is blank"
    if said := [name for name, value in there.items() if isinstance(value, str)]:
        return "no_text", f"no text: field {said[0]} says {there[said[0]].strip()!r}"
    other = [f"{name} is a JSON {name_json_type(value)}" for name, value in there.items() if value is not None]
    if other:
        return "no_text", f"no text: {other[0]}, not a string or a list of paragraphs"
    maker = f"{plan.exporter.name}: " if plan.exporter else ""
    wanted = ", ".join((*fields.text[:NAMED], *fields.html[:1]))
    return "no_text", f"{maker}none of the fields {wanted}; the record has {', '.join(record)[:200] or 'none'}"


def name_json_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")

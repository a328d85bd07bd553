"""Options and arguments that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import typer

if TYPE_CHECKING:
    from flows.batches.run import Run, Watcher
    from tasks.lakes.lake import Lake


def parse_date(text: str) -> date:
    """A logical date as typed: 2026-10-01."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date. Write it as 2026-10-01.") from None


def make_day_option(name: str, help_text: str, default: str | bool = True) -> Any:
    """An option that takes a day. `default`: says which day, or days, stand for it when it is left out."""
    return typer.Option(name, parser=parse_date, metavar="YYYY-MM-DD", help=help_text, show_default=default)


def parse_key(text: Optional[str]) -> Optional[str]:
    """A key as typed; a file's name that is not UTF-8 becomes the uri that the lake has for it."""
    from tasks.file_names import escape_name

    return escape_name(text) if text else text


KeyArgument = Annotated[
    str, typer.Argument(help="doc_id, uri, url or record id.", metavar="DOC_ID or URI", callback=parse_key)
]
DriftOption = Annotated[
    Optional[Literal["warn", "block", "off"]],
    typer.Option(
        "--drift",
        help="A batch unlike the earlier days of its source: publish with a warning, block, or do not look.",
        show_default="warn",
    ),
]
SourcesOption = Annotated[
    Optional[Path],
    typer.Option(
        "--sources",
        help="Where the sources are declared. Their relative paths start in its folder.",
        show_default="sources.toml",
    ),
]
LakeOption = Annotated[
    Optional[str],
    typer.Option("--lake", help="Folder of the lake, or s3://bucket/folder.", show_default="lake", metavar="PLACE"),
]
LearnedOption = Annotated[
    Optional[str],
    typer.Option(
        "--learned",
        help="Learned lines to use: latest, none, a version, or auto: what the batch used before, else the latest.",
        show_default="auto",
        metavar="VERSION",
    ),
]
WorkersOption = Annotated[
    Optional[int], typer.Option("--workers", min=1, help="Shards that are built at the same time.", show_default="1")
]
ReasonOption = Annotated[Optional[str], typer.Option("--reason", help="Only rows with this reason.")]


FormatOption = Annotated[
    Optional[str], typer.Option("--format", metavar="NAME", help="Format of the files.", show_default="auto")
]
FieldOption = Annotated[
    Optional[list[str]],
    typer.Option("--field", metavar="WHAT=NAME", help="Which field of a record is what: text=body. May be repeated."),
]


def split_fields(words: Optional[list[str]]) -> dict[str, str | tuple[str, ...]]:
    """The names of fields as typed; a key that comes again has several names, the first one that a record has counts."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words or ():
        key, sign, name = word.partition("=")
        if not sign or not key.strip() or not name.strip():
            raise typer.BadParameter(f"{word!r} is not a field. Write it as text=body.")
        found[key.strip()] = (*found.get(key.strip(), ()), name.strip())
    return {key: names[0] if len(names) == 1 else names for key, names in found.items()}


def make_chosen_run(watcher: Watcher, **options: object) -> Run:
    """A run with the settings that options choose, or else the environment. Raises RunnerError."""
    from flows.batches.run import make_run
    from flows.settings import read_settings

    return make_run(read_settings(**options), watcher)


def open_chosen_lake(lake: Optional[str]) -> Lake:
    """The lake that the option --lake names, or else the settings."""
    from flows.batches.run import open_settings_lake
    from flows.settings import read_settings

    return open_settings_lake(read_settings(lake=lake))


def open_existing_lake(lake: Optional[str]) -> Lake:
    """The lake that --lake or the settings name. Raises RequestError where there is none, LakeError where one lost its store."""
    from tasks.lakes.lake import require_lake

    opened = open_chosen_lake(lake)
    require_lake(opened)
    return opened

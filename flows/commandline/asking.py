"""Commands that ask: what became of a document, a batch, a rule. They change nothing that readers see."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from flows.commandline.options import KeyArgument, LakeOption, SourcesOption, parse_date, read_settings

app = typer.Typer()
PANEL = "Ask"


@app.command(rich_help_panel=PANEL)
def why(key: KeyArgument, lake: LakeOption = None) -> None:
    """What was taken out of a document, by which rule, on which evidence; or why it is in quarantine."""
    from flows.commands.documents import explain

    raise typer.Exit(explain(read_settings(lake=lake), key))


@app.command(rich_help_panel=PANEL)
def show(key: KeyArgument, lake: LakeOption = None) -> None:
    """A document as readers of the lake see it."""
    from flows.commands.documents import show_document

    raise typer.Exit(show_document(read_settings(lake=lake), key))


@app.command(rich_help_panel=PANEL)
def restore(key: KeyArgument, lake: LakeOption = None) -> None:
    """The canonical text of a document, exactly, on standard output."""
    from flows.commands.documents import restore_document

    raise typer.Exit(restore_document(read_settings(lake=lake), key))


@app.command(rich_help_panel=PANEL)
def quarantine(
    reason: Annotated[Optional[str], typer.Option("--reason", help="Only rows with this reason.")] = None,
    source: Annotated[Optional[str], typer.Option("--source", help="Only rows of this source.")] = None,
    lake: LakeOption = None,
) -> None:
    """What came in and was not published, by reason."""
    from flows.commands.lists import list_quarantine

    raise typer.Exit(list_quarantine(read_settings(lake=lake), reason, source))


@app.command(rich_help_panel=PANEL)
def report(
    source: Annotated[Optional[str], typer.Argument(help="Only batches of this source.", metavar="[SOURCE]")] = None,
    day: Annotated[
        Optional[date], typer.Argument(parser=parse_date, help="Only the batch of this date.", metavar="[DATE]")
    ] = None,
    lake: LakeOption = None,
    target: Annotated[
        Optional[Path], typer.Option("--out", help="Folder for the pages.", show_default="reports in the lake's store")
    ] = None,
) -> None:
    """Write the pages of batches, and an index over them: what came of each, with figures, texts and doubts."""
    from flows.commands.report import write_reports

    raise typer.Exit(write_reports(read_settings(lake=lake), source, day, target))


@app.command(rich_help_panel=PANEL)
def diff(
    source: Annotated[str, typer.Argument(help="Source of the batch.")],
    day: Annotated[
        Optional[date],
        typer.Argument(parser=parse_date, metavar="[YYYY-MM-DD]", help="Logical date.", show_default="its latest"),
    ] = None,
    examples: Annotated[int, typer.Option("--examples", min=0, help="Documents to show, worst first.")] = 5,
    page: Annotated[Optional[Path], typer.Option("--page", help="Write it as one HTML file, too.")] = None,
    learned: Annotated[
        Optional[str], typer.Option("--learned", help="As for ingest.", show_default="auto", metavar="VERSION")
    ] = None,
    lake: LakeOption = None,
    workers: Annotated[
        Optional[int], typer.Option("--workers", min=1, help="Processes that build shards.", show_default="1")
    ] = None,
    sources: SourcesOption = None,
) -> None:
    """What a run of a published batch would change with today's rules and files. Publishes nothing."""
    from flows.commands.diff import run_diff

    settings = read_settings(lake=lake, workers=workers, sources=sources, learned=learned)
    raise typer.Exit(run_diff(settings, source, day, examples, page))


@app.command(rich_help_panel=PANEL)
def rules(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="Part of an id, a family or a language; or `try` and a candidate.", metavar="[TEXT | try PATTERN]"
        ),
    ] = None,
    kind: Annotated[
        Literal["pattern", "line"], typer.Option("--kind", help="Try a pattern, or a whole line as it stands.")
    ] = "pattern",
    zone: Annotated[
        Literal["any", "edge", "head", "tail"], typer.Option("--zone", help="Where in a text the candidate may fire.")
    ] = "any",
    languages: Annotated[
        Optional[list[str]], typer.Option("--language", help="Try on documents in this language only; may be repeated.")
    ] = None,
    max_chars: Annotated[int, typer.Option("--max-chars", min=1, max=1000, help="Longest line looked at.")] = 100,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Lines to show, the most harmful first.")] = 20,
    lake: LakeOption = None,
) -> None:
    """The rules and roles that clean, each with its why; with `try`, what a new one would take out of the lake."""
    if what and what[0] == "try" and len(what) == 2:
        from flows.commands.tryout import run_tryout

        raise typer.Exit(run_tryout(read_settings(lake=lake), what[1], kind, zone, languages or [], max_chars, samples))
    if what and len(what) > 1:
        raise typer.BadParameter(f"give one word to look for, or `try` and one pattern, and not {' '.join(what)!r}.")
    from flows.commands.lists import list_rules

    raise typer.Exit(list_rules(what[0] if what else None))


@app.command(rich_help_panel=PANEL)
def sources(file: SourcesOption = None, lake: LakeOption = None) -> None:
    """The declared sources, and the batches that the lake has of them."""
    from flows.commands.lists import list_sources

    raise typer.Exit(list_sources(read_settings(lake=lake, sources=file)))


@app.command(rich_help_panel=PANEL)
def learned(
    publisher: Annotated[
        Optional[str], typer.Argument(help="Only lines of this publisher.", metavar="[PUBLISHER]")
    ] = None,
    version: Annotated[str, typer.Option("--version", help="Version to show.", metavar="VERSION")] = "latest",
    lake: LakeOption = None,
) -> None:
    """The learned lines, each with how often it was seen and documents to look at."""
    from flows.commands.learn import list_learned

    raise typer.Exit(list_learned(read_settings(lake=lake), publisher, version))

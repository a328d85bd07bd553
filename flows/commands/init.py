"""`copydesk init`: a folder to start from, with what the package holds in `flows/starter`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from flows.console import print_line
from tasks.errors import RequestError

STARTER = Path(__file__).resolve().parents[1] / "starter"
SAMPLE = "articles"


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Created unless it exists.")] = Path(),
    sample: Annotated[
        bool, typer.Option("--sample", help="Three days of an invented newspaper as well, to try everything on.")
    ] = False,
) -> None:
    """Create a folder to start from: sources.toml, prefect.yaml and a README. Overwrites nothing."""
    written = write_starter(folder, with_sample=sample)
    print_line(f"{folder}: {', '.join(written)}")
    go = "" if folder.resolve() == Path.cwd() else f"`cd {shlex.quote(str(folder))}`, then "
    print_line(
        f"Next: {go}`copydesk inspect {SAMPLE if sample else 'FOLDER'}`, which shows what a run would make of files."
    )


def write_starter(folder: Path, *, with_sample: bool) -> list[str]:
    """Writes the starter's files into a folder; the names of files, and of the folder of articles. Raises RequestError."""
    names = [path.relative_to(STARTER) for path in sorted(STARTER.rglob("*")) if path.is_file()]
    names = [name for name in names if with_sample or name.parts[0] != SAMPLE]
    if present := sorted({name.parts[0] for name in names if (folder / name.parts[0]).exists()}):
        raise RequestError(f"{folder} has {' and '.join(present)} already. Nothing was written; choose another folder.")
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("xb") as file:
                file.write((STARTER / name).read_bytes())
    except FileExistsError:
        raise RequestError(f"{folder} is no folder. Choose another one.") from None
    return list(dict.fromkeys(f"{name.parts[0]}/" if len(name.parts) > 1 else name.name for name in names))

"""Errors that no step expects: one line for people, the traceback in a file.

The file's name is a hash of the traceback, so the same error has one file, however often it happens.
"""

import errno
import hashlib
import traceback
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from flows.errors import UnexpectedError
from flows.settings import read_settings
from tasks.errors import EXPECTED, RequestError, RunFailed
from tasks.formats.record import describe_exception

# What the file system refuses needs no traceback: the path and the refusal say it all.
REFUSED = frozenset(
    {
        errno.EIO,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.ENAMETOOLONG,
        errno.ENOTDIR,
        errno.ELOOP,
    }
)
MOST_PATH_CHARS = 300
FOLDER = "errors"


def explain_error(error: Exception, batch: str = "") -> Exception:
    """An expected error as it is; any other as a line that says what failed, in which batch, and where the traceback is."""
    if isinstance(error, EXPECTED):
        return error
    place = f"{batch}: " if batch else ""
    if isinstance(error, OSError) and error.errno in REFUSED and error.filename:
        name = str(error.filename)
        short = name if len(name) <= MOST_PATH_CHARS else f"{name[:MOST_PATH_CHARS]}…"
        return RunFailed(f"{place}cannot read or write {short}: {error.strerror}")
    file = save_traceback(error)
    where = f"The traceback is in {file}" if file else "The traceback could not be saved"
    return UnexpectedError(f"{place}unexpected {describe_exception(error)}. {where}. Please report it.")


def save_traceback(error: BaseException) -> Path | None:
    """Writes a traceback into the work folder, else into the system's folder for temporary files; the file."""
    text = "".join(traceback.format_exception(error))
    name = f"{type(error).__name__}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:12]}.log"
    folders = [Path(gettempdir()) / f"copydesk-{FOLDER}"]
    with suppress(RequestError):
        folders.insert(0, read_settings().work / FOLDER)
    for folder in folders:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", errors="replace")
            return (folder / name).absolute()
    return None

"""Inputs at an address: opened by the library for its scheme, with a clear error where that library is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import fsspec

from tasks.errors import RunFailed
from tasks.formats.record import MissingExtra

# Where machines of a cloud ask for keys when none are set. Elsewhere nothing answers there.
KEY_SERVICE = "http://169.254.169.254/"


class AddressError(RunFailed):
    """An address that does not answer. One line. The run fails, since nothing is known about the file."""


@contextmanager
def name_failures(verb: str, path: str) -> Iterator[None]:
    """Raises AddressError for every error of a library except OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise AddressError(f"cannot {verb} {path}: {type(error).__name__}: {tidy_error(error)}") from error


def open_remote(path: str) -> Any:
    """The file at an address such as s3://bucket/key, open for reading. Raises MissingExtra, AddressError, FileNotFoundError."""
    filesystem, place = find_filesystem(path)
    with name_failures("open", path):
        return filesystem.open(place, "rb")


def fetch_remote(path: str) -> bytes:
    """A small file at an address, whole. Raises as `open_remote` does."""
    filesystem, place = find_filesystem(path)
    with name_failures("read", path):
        return bytes(filesystem.cat_file(place))


def tidy_error(error: BaseException) -> str:
    """The message of an error of a store, on one line, without the store's XML and the library's own notes.

    >>> tidy_error(OSError("no such\\n  key\\n\\nDebug source:\\n<Error/>"))
    'no such key'
    """
    text = " ".join(str(error).split("\n\nDebug source", 1)[0].split())
    if KEY_SERVICE in text:
        return "no keys for the store were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    return text if len(text) <= 300 else text[:299] + "…"


def find_filesystem(path: str) -> tuple[Any, str]:
    """The file system of an address and the place in it. Raises MissingExtra."""
    scheme = path.partition("://")[0]
    try:
        if scheme == "s3":
            register_s3()
        found: tuple[Any, str] = fsspec.core.url_to_fs(path)
        return found
    except ImportError as error:
        hint = "; install copydesk[s3]" if scheme == "s3" else ""
        raise MissingExtra(f"{scheme}:// addresses need a library that is missing: {error}{hint}") from error


@cache
def register_s3() -> None:
    """Lets obstore open s3:// for fsspec: the library that a lake in a bucket is written with."""
    from obstore.fsspec import FsspecStore

    class S3(FsspecStore):
        """obstore with an endpoint that may be without TLS, as its address says."""

        protocol = "s3"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{"client_options": {"allow_http": True}, **kwargs})

    fsspec.register_implementation("s3", S3, clobber=True)

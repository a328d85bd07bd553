"""Inputs behind an address: which library opens it, and a clear word when that library is missing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import fsspec

from tasks.formats.record import MissingExtra

# Where machines of a cloud ask for keys, if nobody gave them any. Elsewhere nothing answers there.
KEY_SERVICE = "http://169.254.169.254/"


class AddressError(RuntimeError):
    """An address that does not answer. One line; the run fails, since nothing can be said of the file behind it."""


def open_remote(path: str) -> Any:
    """The file at an address such as s3://bucket/key, open for reading. Raises MissingExtra, AddressError, FileNotFoundError."""
    filesystem, place = find_filesystem(path)
    try:
        return filesystem.open(place, "rb")
    except OSError:
        raise
    except Exception as error:
        raise AddressError(f"cannot open {path}: {type(error).__name__}: {explain_error(error)}") from error


def read_remote(path: str, size: int) -> Iterator[bytes]:
    """The bytes behind an address, `size` at a time. Raises as `open_remote` does."""
    with open_remote(path) as stream:
        while True:
            try:
                chunk = bytes(stream.read(size))
            except OSError:
                raise
            except Exception as error:
                raise AddressError(f"cannot read {path}: {type(error).__name__}: {explain_error(error)}") from error
            if not chunk:
                return
            yield chunk


def fetch_remote(path: str) -> bytes:
    """A small file behind an address, whole. Raises as `open_remote` does."""
    filesystem, place = find_filesystem(path)
    try:
        return bytes(filesystem.cat_file(place))
    except OSError:
        raise
    except Exception as error:
        raise AddressError(f"cannot read {path}: {type(error).__name__}: {explain_error(error)}") from error


def explain_error(error: BaseException) -> str:
    """What an error says, without the store's XML and the library's own notes."""
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
        """obstore with an endpoint that may be without TLS: its address says so, no second switch is needed."""

        protocol = "s3"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{"client_options": {"allow_http": True}, **kwargs})

    fsspec.register_implementation("s3", S3, clobber=True)

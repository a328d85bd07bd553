"""Names of files in the lake: as UTF-8, whatever bytes the file system has."""

import os
import re
from collections.abc import Collection
from urllib.parse import unquote_to_bytes

UNDECODED = re.compile("[\udc80-\udcff]")  # what Python makes of the bytes of a file's name that are not UTF-8


def escape_name(name: str) -> str:
    """A name with each byte that is not UTF-8 as `%E9`. In such a name `%` becomes `%25`; all others stay as they are.

    >>> escape_name("100%/caf\\udce9.txt"), escape_name("100%/café.txt")
    ('100%25/caf%E9.txt', '100%/café.txt')
    """
    if not UNDECODED.search(name):
        return name
    return re.sub("[%\udc80-\udcff]", lambda sign: f"%{ord(sign[0]) & 0xFF:02X}", name)


def expand_home(path: str) -> str:
    """A path with `~` at its start as the home folder; `~name` stays as it is."""
    return os.path.expanduser(path) if path == "~" or path.startswith("~/") else path  # noqa: PTH111


def unescape_name(name: str) -> str:
    """The name that `escape_name` escaped."""
    return os.fsdecode(unquote_to_bytes(name))


def find_file(uri: str, files: Collection[str]) -> str:
    """The file of a record: the longest beginning of its uri that is a file, up to a `#` (its number) or `!` (its member)."""
    ends = (at for at in range(len(uri) - 1, 0, -1) if uri[at] in "#!" and uri[:at] in files)
    return uri if uri in files else uri[: next(ends, 0)] or uri.rpartition("#")[0] or uri

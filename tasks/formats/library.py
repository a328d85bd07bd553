"""Libraries that are extras of the distribution: without one, the files that it reads are quarantined and the run continues."""

from importlib import import_module
from types import ModuleType

from tasks.formats.record import BrokenInputError


def import_library(module: str, kind: str, extra: str) -> ModuleType:
    """The library that reads a kind of file. Raises BrokenInputError `unsupported_format`, which names the extra to install."""
    try:
        return import_module(module)
    except ImportError as error:
        words = f"{kind}: the library that reads it is missing. Install copydesk[{extra}] and run again."
        raise BrokenInputError("unsupported_format", words) from error

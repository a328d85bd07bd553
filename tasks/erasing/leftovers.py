"""What holds an erased text besides the tables of a lake's versions, and its removal."""

from collections.abc import Iterator

from tasks.erasing.targets import Request, Targets
from tasks.lakes.lake import Lake

OWN = ("versions", "commits", "staging")  # folders of a store that others look after


def clear_leftovers(lake: Lake, request: Request, targets: Targets) -> Iterator[str]:
    """Removes what else holds the text; a line for each kind."""
    yield from ()

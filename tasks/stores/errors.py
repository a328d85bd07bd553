"""What can be wrong with a lake, in one line each: what, where, and what to do next."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tasks.errors import RunFailed

REPAIR = "run `copydesk check --repair`, which makes the newest complete version visible again"
NO_LAKE = "no lake here"
UNREADABLE = "a file cannot be read"
OLD = "readers see an earlier version than the latest"
NEXT_STEPS = {
    errno.ENOSPC: "the disk is full; free some space and run the batch again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the batch again",
    errno.EFBIG: "files may not grow that large here (ulimit -f); raise the limit and run the batch again",
    errno.EROFS: "this disk is read-only; mount it writable or choose another lake",
    errno.EACCES: "permission denied; give this user write access or choose another lake",
    errno.EPERM: "not permitted; give this user write access or choose another lake",
    errno.ENOENT: f"no folder can be made here; choose another lake; or, where a file of the lake is lost, {REPAIR}",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another lake",
    errno.EEXIST: "a file stands where a folder is needed; move it away or choose another lake",
    errno.ELOOP: "these links go in circles; remove them or choose another lake",
}


class LakeError(RunFailed):
    """A lake that cannot be read or written as asked."""


class LakeSilent(LakeError):
    """A store that does not answer. It may answer later, and nothing is known about the lake in it."""


class PublishError(LakeError):
    """A publish that failed. Readers still see the version before."""


class LakeBusy(LakeError):
    """Another process has been publishing into the lake for longer than this one waits."""


class Overtaken(Exception):
    """Another writer committed a version first. Nothing was changed; the publish starts again from that version."""


class ErasedMeanwhile(Exception):
    """A record of a batch was erased after the batch was judged. Nothing was changed; the batch is judged again."""


@dataclass(frozen=True)
class LakeFault:
    """Something in a lake that is not as it should be: what, where, and what to do next."""

    what: str
    where: str
    next: str


@contextmanager
def explain_publishing(name: str) -> Iterator[None]:
    """Turns what the disk refuses while publishing into the lake `name` into a PublishError."""
    try:
        yield
    except OSError as error:
        raise explain_refusal(error, f"publish into {name}", name) from error


@contextmanager
def explain_staging(name: str) -> Iterator[None]:
    """The same for what is staged for the lake."""
    try:
        yield
    except OSError as error:
        raise explain_refusal(error, f"stage for {name}", name) from error


def explain_refusal(error: OSError, doing: str, name: str) -> PublishError:
    """What the disk refused, in one line."""
    what = NEXT_STEPS.get(
        error.errno or 0, f"{error.strerror or error}; readers see a whole version; fix this and run the batch again"
    )
    return PublishError(f"cannot {doing}: {error.filename or name}: {what}")

"""Everything at the path of a source: files to read, what cannot be read and why, and names that are left out on purpose."""

import os
import re
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tasks.batch import InputFault, InputFile
from tasks.file_names import UNDECODED, escape_name, expand_home

WILD = re.compile(r"[*?\[]")
# A file that was changed more recently may be changed again without another time.
SETTLED_NS = 2 * 10**9
DOT_NAMES = "dot names"
READMES = "README files"
FOLDERS = "folders that the pattern matches"
LINKS = "links to folders of the same input"
NAMES_SHOWN = 5
EVERYTHING: tuple[str, ...] = ("**",)


class OwnName(NamedTuple):
    """A name that is left out on purpose. `kind`: why, one of the constants above."""

    kind: str
    name: str


@dataclass(frozen=True)
class LeftOut:
    """The names of one kind that are left out on purpose: how many, and the first of them."""

    kind: str
    count: int
    names: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The kind and its names in words: "dot names: in/.git, in/.env, ..."."""
        return f"{self.kind}: {', '.join(self.names)}{', ...' if self.count > len(self.names) else ''}"


@dataclass(frozen=True)
class Listing:
    """The inputs at a path, by uri, and the names that are left out."""

    files: tuple[InputFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def make_listing(found: Iterable[InputFile | OwnName]) -> Listing:
    """The listing of everything that was found."""
    files: list[InputFile] = []
    names: dict[str, set[str]] = {}
    for item in found:
        if isinstance(item, InputFile):
            files.append(item)
        else:
            names.setdefault(item.kind, set()).add(item.name)
    left_out = (LeftOut(kind, len(own), tuple(sorted(own)[:NAMES_SHOWN])) for kind, own in sorted(names.items()))
    return Listing(tuple(sorted(give_own_uris(files), key=lambda file: file.uri)), tuple(left_out))


def give_own_uris(files: Sequence[InputFile]) -> Iterator[InputFile]:
    """Files with a uri each: of the two names that an escaped name can be, the one that is written so gets `%25` for `%`."""
    counts = Counter(file.uri for file in files)
    for file in files:
        is_written = counts[file.uri] > 1 and not UNDECODED.search(file.path)
        yield replace(file, uri=file.uri.replace("%", "%25")) if is_written else file


class PathPattern:
    """A pattern below a folder, part by part. Its states are the numbers of the parts that may match the next name."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = parts
        self.end = len(parts)
        self.start = self.skip_stars({0})
        self._matches = [re.compile(f"{translate(part)}|{re.escape(part)}\\Z").match for part in parts]

    def skip_stars(self, states: set[int]) -> frozenset[int]:
        """The states with those behind `**`, which matches no folder at all as well."""
        more = {at + 1 for at in states if at < self.end and self.parts[at] == "**"}
        return self.skip_stars(states | more) if more - states else frozenset(states)

    def step(self, states: frozenset[int], name: str, prefix: str = "") -> frozenset[int]:
        """The states behind a name. `prefix`: a part matches only if it begins so itself, in any case."""
        known = (at for at in states if at < self.end and self._matches[at](name))
        meant = (at for at in known if self.parts[at].upper().startswith(prefix))
        return self.skip_stars({at if self.parts[at] == "**" else at + 1 for at in meant})


@dataclass
class FolderWalk:
    """The entries below `base` that a pattern matches. `seen`: real paths of the folders that links have led to."""

    base: Path
    pattern: PathPattern
    follow_links: bool
    seen: set[str] = field(default_factory=set)

    @cached_property
    def top(self) -> str:
        """The real path of `base`."""
        return os.path.realpath(self.base)

    def list_all(self, name: str) -> Iterator[InputFile | OwnName]:
        """Everything in the order of the walk. `name`: that of `base` in the lake."""
        todo = [(str(self.base), name, self.pattern.start)]
        while todo:
            folder, prefix, states = todo.pop()
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                yield refuse_input(folder, prefix, "unreadable", f"the folder cannot be listed: {error.strerror}")
                continue
            for entry in entries:
                uri = entry.name if prefix == "." else f"{prefix.rstrip('/')}/{entry.name}"
                reached = self.pattern.step(states, entry.name, "." if entry.name.startswith(".") else "")
                found_here = self.judge(entry, uri, states, reached)
                if found_here is not None:
                    yield found_here
                elif reached and is_directory(entry):
                    todo.append((entry.path, uri, reached))

    def judge(
        self, entry: os.DirEntry[str], uri: str, states: frozenset[int], reached: frozenset[int]
    ) -> InputFile | OwnName | None:
        """The input or left-out name that an entry is; None for a folder to list and for what the pattern does not match."""
        is_hit, is_folder = self.pattern.end in reached, is_directory(entry)
        if not reached:
            hidden = self.pattern.step(states, entry.name)
            return (
                OwnName(DOT_NAMES, escape_name(uri)) if hidden and (is_folder or self.pattern.end in hidden) else None
            )
        if is_folder and reached == {self.pattern.end}:
            return OwnName(FOLDERS, escape_name(uri))
        if entry.is_symlink() and (is_folder or is_hit) and (judged := self.judge_link(entry, uri, is_folder)):
            return judged
        if is_folder or not is_hit:
            return None
        if PurePosixPath(entry.name).stem.upper() == "README" and not self.is_named(states, entry.name):
            return OwnName(READMES, escape_name(uri))
        return look_at(entry.path, uri)

    def is_named(self, states: frozenset[int], name: str) -> bool:
        """Whether the pattern asks for README files by name."""
        return self.pattern.end in self.pattern.step(states, name, "README")

    def judge_link(self, entry: os.DirEntry[str], uri: str, is_folder: bool) -> InputFile | OwnName | None:
        """Why a link is not followed; None if it is. A folder of the input itself is listed where it is."""
        target = os.path.realpath(entry.path)
        is_inside = os.path.commonpath([self.top, target]) == self.top
        if not is_inside and not self.follow_links and os.path.exists(target):  # noqa: PTH110
            detail = (
                f"the link leads to {escape_name(target)}, outside the input; COPYDESK_FOLLOW_LINKS=true follows it"
            )
            return refuse_input(entry.path, uri, "link_outside", detail)
        if not is_folder:
            return None
        is_above = os.path.commonpath([os.path.realpath(Path(entry.path).parent), target]) == target
        # So are the tables of a lake below the input, which are links into its hidden store.
        is_listed = is_inside and self.pattern.parts == EVERYTHING
        if is_above or is_listed or target in self.seen:
            return OwnName(LINKS, escape_name(uri))
        self.seen.add(target)
        return None


def is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one; a link that cannot be followed is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def list_local(path: str, root: Path, follow_links: bool) -> Iterator[InputFile | OwnName]:
    """A file, everything below a folder, or what matches a pattern. A uri is the path below `root`, else the whole path.

    A name that exists is that name, even if it could be a pattern. A link that leads out of the folder is refused unless
    `follow_links`; the path itself may be a link.
    """
    place = root / path
    if not os.path.lexists(place):
        place = root / expand_home(path)
    wild = (at for at, part in enumerate(place.parts) if WILD.search(part))
    fixed = next((at for at in wild if not os.path.lexists(Path(*place.parts[: at + 1]))), len(place.parts))
    # Not Path.is_dir, which raises where a path is too long.
    if os.path.isdir(place):  # noqa: PTH112
        base, parts = place, EVERYTHING
    elif os.path.lexists(place):
        yield look_at(str(place), name_local(place, root))
        return
    else:
        base, parts = Path(*place.parts[:fixed]), place.parts[fixed:]
    if parts and os.path.isdir(base):  # noqa: PTH112
        yield from FolderWalk(base, PathPattern(parts), follow_links).list_all(name_local(base, root))


def name_local(path: Path, root: Path) -> str:
    """The name of a path: below `root` where it is below it, else whole."""
    whole, base = path.absolute(), root.absolute()
    return (whole.relative_to(base) if whole.is_relative_to(base) else whole).as_posix()


def look_at(path: str, name: str) -> InputFile:
    """The file at a path, or the reason why it cannot be read."""
    try:
        info = Path(path).stat()
    except OSError as error:
        is_link = os.path.islink(path)  # noqa: PTH114
        words = f"the link leads nowhere: {error.strerror}" if is_link else error.strerror or type(error).__name__
        return refuse_input(path, name, "unreadable", words)
    if not stat.S_ISREG(info.st_mode):
        return refuse_input(path, name, "special_file", f"{name_kind(info.st_mode)}, not a file")
    return InputFile(path, escape_name(name), info.st_size, stamp=make_stamp(info))


def make_stamp(info: os.stat_result) -> str:
    """Text that is another one whenever the content is; empty for a file that may be changed again within the same time."""
    if time.time_ns() - max(info.st_mtime_ns, info.st_ctime_ns) <= SETTLED_NS:
        return ""
    return str((info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_dev))


def name_kind(mode: int) -> str:
    """The kind of a special file in words."""
    kinds = {stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISCHR: "a device", stat.S_ISBLK: "a device"}
    return next((words for test, words in kinds.items() if test(mode)), "a special file")


def refuse_input(path: str, name: str, reason: str, detail: str) -> InputFile:
    """An input that is not opened."""
    return InputFile(path, escape_name(name), 0, fault=InputFault(reason, detail))

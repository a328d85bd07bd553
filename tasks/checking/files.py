"""Files against the manifest: each there and whole, with the declared columns, and nothing beside them that readers meet."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from tasks.checking import AGAIN, Finding
from tasks.lakes.bucket import ObjectLake
from tasks.lakes.lake import HIDDEN, Lake, Manifest, TableFile, fits
from tasks.objects.inspect import inspect_bucket
from tasks.schema import TABLES

Digests = dict[tuple[int, int], str]


def check_files(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Everything about a version that can be said without reading a row; memory does not depend on the files' sizes."""
    if isinstance(lake, ObjectLake):
        yield from check_objects(lake, manifest)
        return
    yield from check_links(lake)
    yield from check_strangers(lake, manifest)
    digests: Digests = {}
    for table, files in manifest.tables.items():
        if table not in TABLES and table not in HIDDEN:
            yield Finding("a table that nobody declared", f"{table} in version {manifest.version}", "update copydesk")
            continue
        for file in files:
            path = lake.tree(manifest.version) / table / file.path
            if problem := judge_file(path, file, digests):
                yield Finding(problem, str(path), say_cure(lake, manifest, table, file, digests))
            else:
                yield from check_footer(path, table, file)


def check_objects(lake: ObjectLake, manifest: Manifest) -> Iterator[Finding]:
    """The same of a version in a bucket: its objects, what readers see, and the footers of files that are whole."""
    wrong = [Finding(*found) for found in inspect_bucket(lake, manifest)]
    yield from wrong
    damaged = {found.where for found in wrong}
    for table, files in manifest.tables.items():
        for file in files:
            if lake.locate(manifest.version, table, file) not in damaged:
                yield from check_footer(lake.fetch(manifest.version, table, file), table, file)


def check_links(lake: Lake) -> Iterator[Finding]:
    """The links that readers follow: each table's must lead into the published version."""
    wanted = lake.current.resolve()
    for table in TABLES:
        path = lake.path / table
        if path.resolve() != wanted / table:
            found = (
                f"leads to {path.readlink()}" if path.is_symlink() else "is a copy" if path.exists() else "is missing"
            )
            cure = f"move it away, then: ln -s ../{lake.store.name}/current/{table} {path}"
            yield Finding("readers do not see the published version of a table", f"{path} {found}", cure)


def check_strangers(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Files that no commit made, where readers meet them: in the version's folder, or Parquet beside the tables' links."""
    tree = lake.tree(manifest.version)
    listed = {f"{table}/{file.path}" for table, files in manifest.tables.items() for file in files}
    for path in walk_files(tree):
        if path.relative_to(tree).as_posix() not in listed:
            yield Finding("a file that no commit made", str(path), "move it away")
    for path in walk_files(lake.path):
        if path.suffix == ".parquet":
            yield Finding("a file that no commit made", str(path), "move it away; a glob over all tables would read it")


def walk_files(folder: Path) -> Iterator[Path]:
    """All files below a folder, and the links in it that are not followed, in order of their names."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        # The tables' own links, checked before.
        known = TABLES if Path(place) == folder else ()
        yield from (Path(place) / name for name in sorted([*names, *links]) if name not in known)


def judge_file(path: Path, file: TableFile, digests: Digests) -> str | None:
    """What is wrong with a file's bytes, or None. Versions share files by hard links: each is read once."""
    try:
        facts = path.stat()
        known = (facts.st_dev, facts.st_ino)
        if facts.st_size == file.size and known not in digests:
            with path.open("rb") as opened:
                digests[known] = hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return "a file is missing"
    except OSError as error:
        return f"a file cannot be read ({error.strerror or error})"
    return None if digests.get(known) == file.sha256 else "a file is not what was published"


def check_footer(path: Path, table: str, file: TableFile) -> Iterator[Finding]:
    """A file's footer against what is declared and what its commit says."""
    facts = pq.read_metadata(path)
    if not fits(facts.schema.to_arrow_schema(), table):
        yield Finding("a file's columns are not those declared", str(path), AGAIN)
    if facts.num_rows != file.rows:
        yield Finding("a file has other rows than its commit says", str(path), AGAIN)


def say_cure(lake: Lake, manifest: Manifest, table: str, file: TableFile, digests: Digests) -> str:
    """What brings a lost file back. Running a batch again cannot: it keeps the partition's other rows, which are lost too."""
    older = [made for made in reversed(lake.versions()) if made.kept and made.version < manifest.version]
    for made in older:
        path = lake.tree(made.version) / table / file.path
        if file in made.tables.get(table, ()) and judge_file(path, file, digests) is None:
            return f"copy {path} there"
    for made in older:
        if is_whole(lake, made, digests):
            return f"copydesk rollback {made.version}, then run the later batches again; or put the file back from a backup"
    return f"put it back from a backup (sha256 {file.sha256}), or ingest everything into a new lake"


def is_whole(lake: Lake, manifest: Manifest, digests: Digests) -> bool:
    """Whether every file of a version is what was published."""
    return not any(
        judge_file(lake.tree(manifest.version) / table / file.path, file, digests)
        for table, files in manifest.tables.items()
        for file in files
    )

"""Members of archives are read as files of a folder are; what is wrong with one costs that one."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.formats.record import Record, Reject
from tasks.formats.tar_archive import starts_tar
from tasks.reading.read import read_file

STORY = b"Gull sleeps on the ferry\n\nA gull has slept on the night ferry for a week, and no one has woken it.\n"
LINES = b'{"text": "One ferry."}\n{"text": "Two ferries."}\n'
Files = Iterable[tuple[str, bytes]]
Items = list[Record | Reject]


def pack_zip(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **more: None)  # of a name that comes twice
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def pack_tar(files: Files, kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind, errors="surrogateescape") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def read(tmp_path: Path, raw: bytes, name: str = "a", **limits: int) -> tuple[Items, InputSeen]:
    path = tmp_path / name
    path.write_bytes(raw)
    *items, seen = read_file(InputFile(str(path), name, len(raw)), Source("s", "x"), Limits(**limits))
    assert isinstance(seen, InputSeen)
    assert seen.records == len(items)
    assert len({item.uri for item in items}) == len(items)
    return items, seen


def outline(items: Items) -> dict[str, str]:
    return {item.uri: item.reason if isinstance(item, Reject) else "read" for item in items}


def pack_zstd(raw: bytes) -> bytes:
    return pa.compress(raw, "zstd", asbytes=True)


PACKS: dict[str, Callable[[Files], bytes]] = {
    "zip": pack_zip,
    "zip, stored": lambda files: pack_zip(files, zipfile.ZIP_STORED),
    "zip, bzip2": lambda files: pack_zip(files, zipfile.ZIP_BZIP2),
    "zip behind another file": lambda files: b"#!/bin/words\n" * 3 + pack_zip(files),
    "tar": pack_tar,
    "tar of GNU": lambda files: pack_tar(files, tarfile.GNU_FORMAT),
    "tar of POSIX 1988": lambda files: pack_tar(files, tarfile.USTAR_FORMAT),
    "tar.gz": lambda files: gzip.compress(pack_tar(files)),
    "tar.bz2": lambda files: bz2.compress(pack_tar(files)),
    "tar.xz": lambda files: lzma.compress(pack_tar(files)),
    "tar.zst": lambda files: pack_zstd(pack_tar(files)),
    "zip.gz": lambda files: gzip.compress(pack_zip(files)),
}
FILES = [
    ("in/story.txt", STORY),
    ("in/lines.jsonl", LINES),
    ("in/lines.jsonl.gz", gzip.compress(LINES)),
    ("empty.txt", b""),
    ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    ("ferry.txt.part", STORY),
    ("./in/dotted/story.txt", STORY),
]
READ = {
    "a!in/story.txt": "read",
    "a!in/lines.jsonl#0": "read",
    "a!in/lines.jsonl#1": "read",
    "a!in/lines.jsonl.gz#0": "read",
    "a!in/lines.jsonl.gz#1": "read",
    "a!empty.txt": "empty",
    "a!picture.txt": "unsupported_format",
    "a!ferry.txt.part": "unsupported_format",
    "a!in/dotted/story.txt": "read",
}


@pytest.mark.parametrize("name", [name for name in PACKS if "behind" not in name])
def test_members_are_read_as_files_are(tmp_path: Path, name: str) -> None:
    items, seen = read(tmp_path, PACKS[name](FILES))
    assert outline(items) == READ
    assert seen.passed_over == ()
    assert isinstance(items[0], Record)
    assert items[0].text == STORY.decode()
    assert items[0].raw_sha256 == hashlib.sha256(STORY).hexdigest()


def test_a_long_name_is_whole(tmp_path: Path) -> None:
    name = "/".join(["folder" * 10] * 8) + "/story.txt"
    for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        items, _ = read(tmp_path, pack_tar([(name, STORY)], kind))
        assert outline(items) == {f"a!{name}": "read"}


ODD_NAMES = {
    "../story.txt": ("a!../story.txt", "unsafe_name"),
    "in/../../story.txt": ("a!in/../../story.txt", "unsafe_name"),
    "/etc/story.txt": ("a!/etc/story.txt", "unsafe_name"),
    "C:story.txt": ("a!C:story.txt", "unsafe_name"),
    "in\\story.txt": ("a!in/story.txt", "read"),
    "caf\udce9.txt": ("a!caf%E9.txt", "read"),
    "ferry#2!.txt": ("a!ferry#2!.txt", "read"),
    "story": ("a!story", "read"),
    "who?.jsonl": ("a!who?.jsonl", "read"),
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_part_of_a_uri_and_never_a_path(tmp_path: Path, name: str) -> None:
    content = LINES if name.endswith("jsonl") else STORY
    uri, state = ODD_NAMES[name]
    uris = {f"{uri}#0", f"{uri}#1"} if name.endswith("jsonl") else {uri}
    raw = (
        pack_zip([("story", content)]).replace(b"story", b"st\xf6ry")
        if "\udce9" in name
        else pack_zip([(name, content)])
    )
    if "\udce9" in name:
        uris = {"a!st%F6ry"}
    assert outline(read(tmp_path, raw)[0]) == dict.fromkeys(uris, state)
    items = outline(read(tmp_path, pack_tar([(name, content)]))[0])
    assert set(items.values()) == {state}
    assert not list(tmp_path.parent.glob("story.txt"))


def test_names_that_come_again_get_numbers(tmp_path: Path) -> None:
    files = [("a.txt", STORY), ("a.txt", STORY), ("./a.txt", STORY), ("a.txt(2)", STORY)]
    for pack in (pack_zip, pack_tar):
        assert [*outline(read(tmp_path, pack(files))[0])] == ["a!a.txt", "a!a.txt(2)", "a!a.txt(3)", "a!a.txt(2)(2)"]


def test_names_that_are_left_out_of_a_folder_are_left_out_and_counted(tmp_path: Path) -> None:
    left = [".git/a.txt", "in/.hidden.txt", "README.md", "in/readme", "__MACOSX/in/._a.txt", "in/._b.txt"]
    files = [(name, STORY) for name in ("in/a.txt", *left)]
    for pack in (pack_zip, pack_tar):
        items, seen = read(tmp_path, pack(files))
        assert outline(items) == {"a!in/a.txt": "read"}
        assert [(own.kind, own.count, own.first) for own in seen.passed_over] == [
            ("README files in archives", 2, "a!README.md"),
            ("dot names in archives", 2, "a!.git/a.txt"),
            ("files of macOS in archives", 2, "a!__MACOSX/in/._a.txt"),
        ]


@pytest.mark.parametrize("outer", ["zip", "tar.gz"])
@pytest.mark.parametrize("inner", ["zip", "tar", "tar.xz"])
def test_an_archive_in_an_archive_is_read_one_level_deep(tmp_path: Path, outer: str, inner: str) -> None:
    deep = PACKS[inner]([("deep.txt", STORY)])
    nested = PACKS[inner]([("b.txt", STORY), ("deeper.bin", deep)])
    items, _ = read(tmp_path, PACKS[outer]([("nested", nested), ("c.txt", STORY)]))
    assert outline(items) == {"a!nested!b.txt": "read", "a!nested!deeper.bin": "unsupported_format", "a!c.txt": "read"}


def test_a_declared_format_is_that_of_the_members(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(pack_zip([("b.txt", LINES.splitlines()[0]), ("c.txt", LINES)]))
    items = [*read_file(InputFile(str(path), "a.zip", 1), Source("s", "x", "jsonl"), Limits())]
    assert [item.uri for item in items] == ["a.zip!b.txt#0", "a.zip!c.txt#0", "a.zip!c.txt#1", "a.zip"]
    items = [*read_file(InputFile(str(path), "a.zip", 1), Source("s", "x", "zip"), Limits())]
    assert next(item.uri for item in items) == "a.zip!b.txt"


def test_a_member_that_breaks_costs_that_member(tmp_path: Path) -> None:
    files = [("a.txt", STORY), ("b.jsonl", LINES), ("c.txt", STORY)]
    raw = bytearray(pack_zip(files, zipfile.ZIP_STORED))
    at = raw.index(b"Two ferries")
    raw[at : at + 3] = b"Tew"
    items, _ = read(tmp_path, bytes(raw))
    assert outline(items) == {
        "a!a.txt": "read",
        "a!b.jsonl#0": "read",
        "a!b.jsonl#1": "read",
        "a!b.jsonl#2": "corrupt",
        "a!c.txt": "read",
    }
    cut = ("cut.txt.gz", gzip.compress(STORY)[:-9])
    found = outline(read(tmp_path, pack_tar([cut, *files]))[0])
    assert (found.pop("a!cut.txt.gz"), set(found.values())) == ("truncated", {"read"})


def test_a_broken_header_of_tar_costs_that_member(tmp_path: Path) -> None:
    raw = bytearray(pack_tar([(f"{number}.txt", STORY) for number in range(4)], tarfile.GNU_FORMAT))
    raw[1024 + 150] ^= 0x15
    items, _ = read(tmp_path, bytes(raw))
    assert outline(items) == {"a!0.txt": "read", "a!1.txt": "corrupt", "a!2.txt": "read", "a!3.txt": "read"}


def test_archives_behind_each_other_are_one(tmp_path: Path) -> None:
    items, _ = read(tmp_path, pack_tar([("a.txt", STORY)]) + pack_tar([("b.txt", STORY)]))
    assert outline(items) == {"a!a.txt": "read", "a!b.txt": "read"}


CUTS = {"zip": 100, "tar": 1024 + 600, "tar.gz": 180}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_archive_says_so_once(tmp_path: Path, name: str) -> None:
    files = [(f"{number}.txt", random.Random(number).randbytes(40).hex().encode() + STORY) for number in range(5)]
    items, _ = read(tmp_path, PACKS[name](files)[: CUTS[name]])
    assert [item.reason for item in items if isinstance(item, Reject)] == ["truncated"]


def test_links_devices_and_encrypted_members_are_not_opened(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"odd{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    items, _ = read(tmp_path, out.getvalue())
    assert [item.reason for item in items if isinstance(item, Reject)] == ["special_file"] * 4
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr(info, "/etc/passwd")
        zipped.writestr("a.txt", STORY)
        zipped.mkdir("folder")
    raw = bytearray(out.getvalue())
    assert outline(read(tmp_path, bytes(raw))[0]) == {"a!link": "special_file", "a!a.txt": "read"}
    raw[raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4) + 8] |= 1
    assert "encrypted" in outline(read(tmp_path, bytes(raw))[0]).values()


def test_other_packed_data_is_no_archive_by_the_time_it_was_packed_at() -> None:
    packed = bytearray(gzip.compress(bytes(5_000_000), mtime=0))
    for second in range(1_796_170_000, 1_796_178_000):
        packed[4:8] = second.to_bytes(4, "little")
        assert not starts_tar(bytes(packed[:512])), second


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    zeros = bytes(5_000_000)
    items, _ = read(tmp_path, pack_zip([("a.txt", STORY), ("bomb.txt", zeros), ("b.txt", STORY)]))
    assert outline(items) == {"a!a.txt": "read", "a!bomb.txt": "bomb", "a!b.txt": "read"}
    packed = gzip.compress(gzip.compress(zeros, mtime=0), mtime=0)  # no clock in the bytes
    items, _ = read(tmp_path, pack_tar([("a.txt", STORY), ("bomb.txt.gz", gzip.compress(zeros)), ("b.txt", packed)]))
    assert outline(items) == {"a!a.txt": "read", "a!bomb.txt.gz": "bomb", "a!b.txt": "unsupported_format"}
    items, _ = read(tmp_path, gzip.compress(pack_tar([("a.txt", STORY), ("bomb.txt", zeros), ("b.txt", STORY)])))
    assert outline(items) == {"a!a.txt": "read", "a!bomb.txt": "bomb"}


def test_members_over_each_other_are_a_bomb(tmp_path: Path) -> None:
    """Every entry of the directory names the same bytes, so that no member alone unpacks to much."""
    body = random.Random(3).randbytes(400_000).hex().encode()
    raw = pack_zip([("0.txt", body)])
    start = raw.index(b"PK\x01\x02")
    entry, end = raw[start : raw.index(b"PK\x05\x06")], raw[raw.index(b"PK\x05\x06") :]
    many = 100
    end = end[:8] + struct.pack("<HHLL", many, many, len(entry) * many, start) + end[20:]
    items, _ = read(tmp_path, raw[:start] + entry * many + end, unpacked_ratio=10)
    assert [item.reason for item in items if isinstance(item, Reject)] == ["bomb"]
    assert len(items) < 30


def test_members_are_limited_in_number_and_size(tmp_path: Path) -> None:
    files = [(f"{number}.txt", STORY) for number in range(4)]
    for pack in (pack_zip, pack_tar):
        assert [*outline(read(tmp_path, pack(files), archive_members=3)[0]).values()] == ["read"] * 3 + ["bomb"]
        large = pack([("a.txt", STORY * 100), ("b.txt", STORY)])
        assert [*outline(read(tmp_path, large, record_bytes=500)[0]).values()] == ["record_too_large", "read"]


BROKEN = {
    "no end": (lambda raw: raw[:-30], "truncated"),
    "an entry": (lambda raw: raw.replace(b"PK\x01\x02", b"PK\x01\x09", 1), "corrupt"),
    "a place": (lambda raw: raw[:-6] + b"\xff\xff\xff\x0f" + raw[-2:], "corrupt"),
    "a count": (lambda raw: raw[:-14] + b"\x09\x00\x09\x00" + raw[-10:], "corrupt"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_directory_is_one_row(tmp_path: Path, name: str) -> None:
    change, reason = BROKEN[name]
    items, _ = read(tmp_path, change(pack_zip([("a.txt", STORY), ("b.txt", STORY)])))
    assert [item.reason for item in items if isinstance(item, Reject)] == [reason]


def test_an_archive_without_members_is_empty(tmp_path: Path) -> None:
    assert outline(read(tmp_path, pack_zip([]))[0]) == {"a": "empty"}
    assert outline(read(tmp_path, pack_tar([]), "a.tar")[0]) == {"a.tar": "empty"}
    items, _ = read(tmp_path, pack_zip([("README", STORY)]))
    assert "passed over: 1 README files in archives" in str(items[0])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["zip", "tar", "tar.gz"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4),
    st.integers(0, 60),
)
def test_whatever_is_wrong_is_rows(
    tmp_path_factory: pytest.TempPathFactory, name: str, flips: list[tuple[int, int]], cut: int
) -> None:
    raw = bytearray(PACKS[name](FILES))
    for at, byte in flips:
        raw[at % len(raw)] = byte
    assert read(tmp_path_factory.mktemp("fuzz"), bytes(raw[: len(raw) - cut]))[0]

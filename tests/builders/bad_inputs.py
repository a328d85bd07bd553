"""More than 280 inputs with every kind of damage, all made here and always the same, and good records beside them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from builders.bad_bytes import damage_packed, make_containers, make_encodings, make_garbage, write_article, write_record
from builders.bad_records import make_json, make_markup, make_texts

GOOD_RECORDS = 600  # enough that the audit does not block the batch


def make_names() -> Iterator[tuple[str, bytes]]:
    """Good articles in files with odd names."""
    names = (
        "feed [v2].txt",
        "a*b?.txt",
        "new\nline.txt",
        "tab\t.txt",
        "-dash.txt",
        "100%.txt",
        "a#1.txt",
        "a!b.zip!c.txt",
        "back\\slash.txt",
        "quote'\".txt",
        "emoji \U0001f600.txt",
        "turned \u202etxt.exe",
        "e\u0301.txt",
        "no-extension",
        "dot.",
        "UPPER.TXT",
        "two..dots.txt",
        "colon:name.txt",
        "s3:name.txt",
        "<b>.txt",
        "$HOME.txt",
        "x" * 251 + ".txt",
        os.fsdecode(b"caf\xe9.txt"),
        os.fsdecode(b"\xff\xfe"),
        "{date}.txt",
        "a.json.txt",
        "a.txt.json",
        "a.exe",
        "con.txt",
    )
    for number, name in enumerate(names, 1_700):
        yield name, write_article(number).encode()


MAKERS = (damage_packed, make_containers, make_encodings, make_garbage, make_json, make_markup, make_texts, make_names)


def write_bad_inputs(folder: Path) -> None:
    """Writes all of it below a folder that does not exist yet, a folder per kind, with links and special files."""
    for make in MAKERS:
        place = folder / make.__name__
        place.mkdir(parents=True)
        for name, raw in make():
            (place / name).write_bytes(raw)
    (folder / "good.jsonl").write_text("\n".join(write_record(number) for number in range(GOOD_RECORDS)))
    write_odd_entries(folder / "entries")


def write_odd_entries(folder: Path) -> None:
    """Links, special files, folders and names that are left out."""
    for name in ("empty", "folder.txt", ".hidden", "readable"):
        (folder / name).mkdir(parents=True)
    for name in ("folder.txt/inside.txt", ".hidden/a.txt", "readable/a.txt", "README.md", ".DS_Store"):
        (folder / name).write_text(write_article(1_800 + len(name)))
    links = {
        "nowhere": "none",
        "circle": "circle",
        "self": ".",
        "above": "..",
        "inside": "readable",
        "file": "readable/a.txt",
    }
    links |= {"secret": "/etc/passwd", "outside": "/etc"}
    for name, target in links.items():
        (folder / f"{name}.lnk").symlink_to(target)
    os.mkfifo(folder / "pipe")
    here = Path.cwd()
    try:
        os.chdir(folder)  # a whole path may be too long for a socket, and for a folder of a folder
        with socket.socket(socket.AF_UNIX) as door:
            door.bind("socket")
        for _ in range(18):
            Path("d" * 240).mkdir()
            os.chdir("d" * 240)
    finally:
        os.chdir(here)

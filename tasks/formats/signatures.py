"""The first bytes of binary files: what begins with them is not text, whatever its name."""

from __future__ import annotations

SIGNATURES = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "zip",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x7fELF": "ELF",
    b"PAR1": "Parquet",
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-zip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Office",
    b"SQLite format 3\x00": "SQLite",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"ARROW1": "Arrow",
    b"Rar!\x1a\x07": "rar",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}


def name_signature(raw: bytes) -> str | None:
    """The kind of binary file that the first bytes name, None when they name none.

    >>> name_signature(b"%PDF-1.7"), name_signature(b"PDF or not?")
    ('PDF', None)
    """
    return next((name for start, name in SIGNATURES.items() if raw.startswith(start)), None)

"""UTF-16 and UTF-32 without a byte order mark, recognised by where their NULs are."""

from __future__ import annotations

# Control characters that no text has; tab to carriage return and ESC (ISO 2022) do occur.
CONTROLS = bytes([*range(1, 8), *range(14, 27), *range(28, 32), 127])
CONTROL_SHARE = 0.02
# Plausible UTF-16 without a mark has NULs on one side only: the high halves of ASCII.
ONE_SIDE = 0.9
PRINTABLE_SHARE = 0.98


def find_wide(raw: bytes) -> str | None:
    """UTF-16 or UTF-32, by the positions of the NULs; None where they are not decisive."""
    sample = raw[: 1 << 16]
    sample = sample[: len(sample) // 4 * 4] or raw
    nuls = sample.count(0)
    if nuls * 20 < len(sample) * 3:  # few: ordinary text with stray NULs, or UTF-16 of a script beyond Latin
        rest = raw.replace(b"\x00", b"")
        controls = len(rest) - len(rest.translate(None, CONTROLS))
        is_plain = try_decode(rest, "utf-8") is not None and controls <= CONTROL_SHARE * len(rest)
        return None if is_plain or len(raw) % 2 else find_utf16(raw, sample)
    if len(raw) % 4 == 0 and nuls * 2 >= len(sample):
        for name in ("utf-32-le", "utf-32-be"):
            if is_plausible(try_decode(raw, name)):
                return name
    return find_utf16(raw, sample)


def find_utf16(raw: bytes, sample: bytes) -> str | None:
    """UTF-16 in the byte order that nearly all NULs speak for, where the text then has no NUL and no control character."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < ONE_SIDE * (even + odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if is_plausible(try_decode(raw[: len(raw) // 2 * 2], name)) else None


def is_plausible(text: str | None) -> bool:
    """Whether a text is nearly free of the characters that a wrong width or byte order gives."""
    if text is None or not (text := text.rstrip("\x00")) or "\x00" in text:
        return False
    known = sum(map(str.isprintable, text)) + sum(map(text.count, "\n\r\t\u3000\xa0\ufeff"))
    return known >= PRINTABLE_SHARE * len(text)


def try_decode(raw: bytes, encoding: str) -> str | None:
    """The text, or None where `raw` is not valid in `encoding`."""
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None

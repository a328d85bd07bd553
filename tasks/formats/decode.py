"""Bytes become text, and the result names the encoding and then every repair: `utf-8+cp1252`, `utf-16-le;nul-removed`.

The order is by certainty: byte order marks, the NUL pattern of UTF-16 and UTF-32, what the input declares, valid UTF-8,
UTF-8 with stray Windows bytes, and last a guess. U+FFFD is put into a text only for a lone surrogate.
"""

import codecs
import re
from functools import cache

from tasks.formats.guess import IDEOGRAPHIC, LANGUAGES, WEST, find_foreign, guess_encoding
from tasks.formats.record import BrokenInputError
from tasks.formats.repair import repair_text
from tasks.formats.unread import find_signature

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NUL_SHARE = 0.3
# UTF-8 sequences. Surrogates count as well-formed too: they are repaired with the text.
WELL_FORMED = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
ASCII = bytes(range(128))
# From this share of the bytes beyond ASCII on, well-formed UTF-8 is no coincidence.
WELL_SHARE = 0.6
# Quotes, dashes, spaces and signs with the same bytes in all of Windows' Western and Eastern code pages.
WINDOWS_PUNCTUATION = frozenset(b"\x82\x84\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa0\xa9\xab\xad\xae\xb7\xbb")
# What pages declare and what they mean by it (the WHATWG encoding standard): the superset that is really in use.
MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Python's own codecs that are no encoding of a document, and UTF-7, which makes rubbish of ordinary text.
NOT_MEANT = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})

FIRST_BEYOND_LATIN = "\u0250"

# Control characters that no text has; tab to carriage return and ESC (ISO 2022) do occur.
CONTROLS = bytes([*range(1, 8), *range(14, 27), *range(28, 32), 127])
CONTROL_SHARE = 0.02
# Plausible UTF-16 without a mark has NULs on one side only: the high halves of ASCII.
ONE_SIDE = 0.9
PRINTABLE_SHARE = 0.98


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of `raw`, repaired, and its encoding. `declared`: what a header or the page names, used where it is possible.

    Raises BrokenInputError: `binary`, `undecodable`, `unsupported_format`.

    >>> decode("Zoë’s “café”".encode("cp1252"))
    ('Zoë’s “café”', 'cp1252')
    >>> decode(bytes(64))
    Traceback (most recent call last):
    tasks.formats.record.BrokenInputError: 64 NULs in 64 bytes
    """
    text, encoding = decode_bytes(raw, declared)
    text, repairs = repair_text(text)
    return text, encoding + repairs


def decode_bytes(raw: bytes, declared: str | None = None) -> tuple[str, str]:
    """The same, not repaired."""
    if row := find_signature(raw):
        raise BrokenInputError("unsupported_format", row.detail)
    for mark, encoding in BOMS:
        if raw.startswith(mark):
            rest = raw[len(mark) :]
            return decode_wide(rest, encoding) if "utf-8" not in encoding else decode_unmarked(rest, None, encoding)
    return decode_unmarked(raw, declared, "utf-8")


def decode_unmarked(raw: bytes, declared: str | None, name: str) -> tuple[str, str]:
    """Text without a mark. `name`: the name that valid UTF-8 gets."""
    has_nul = b"\x00" in raw
    if has_nul and (wide := find_wide(raw)):
        return decode_wide(raw, wide)
    check_controls(raw)
    if b"\x1b$" in raw and (text := try_decode(raw, "iso2022_jp_2")) is not None:
        return text, "iso2022_jp"
    codec = find_codec(declared) if declared else None
    if codec and codec not in ("utf-8", "cp1252"):
        # Valid UTF-8 beats a declaration: pages are converted more often than their headers are.
        text = try_decode(raw, "utf-8") if not has_nul else None
        if text is not None and not text.isascii():
            return text, name
        if (text := try_decode(raw, codec)) is not None:
            return text, codec
    text = try_decode(raw, "utf-8")
    return (text, name) if text is not None else decode_stray(raw, name, is_western=codec == "cp1252")


def decode_wide(raw: bytes, encoding: str) -> tuple[str, str]:
    """UTF-16 or UTF-32. A cut last character is dropped and named; lone surrogates are repaired."""
    width = 2 if "16" in encoding else 4
    whole = raw[: len(raw) - len(raw) % width]
    try:
        text = whole.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        raise BrokenInputError("undecodable", f"marked as {encoding} but not valid in it") from None
    if odd := find_foreign(
        text, IDEOGRAPHIC, lambda char: "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"
    ):
        raise BrokenInputError("undecodable", f"read as {encoding}, its characters are those of no language: {odd!r}")
    return text.removeprefix("\ufeff"), encoding + (";cut-end-dropped" if len(whole) < len(raw) else "")


def decode_stray(raw: bytes, name: str, *, is_western: bool) -> tuple[str, str]:
    """Bytes that are not UTF-8: UTF-8 with stray bytes of Windows, or (unless declared Western) another encoding."""
    mixed = raw.decode("utf-8", "copydesk-stray")
    high = raw.translate(None, ASCII)
    western = "cp1252" if name == "utf-8" else f"{name}+cp1252"
    if WINDOWS_PUNCTUATION.issuperset(high):
        return mixed, western
    well = sum(map(len, WELL_FORMED.findall(raw)))
    if well == len(high):  # nothing but surrogates is wrong with it
        return mixed, name
    odd = find_foreign(mixed, WEST, lambda char: char < FIRST_BEYOND_LATIN)
    if odd and well >= WELL_SHARE * len(high):
        raise BrokenInputError("mixed_encodings", f"UTF-8 with lines in another encoding, the first {odd!r}")
    guess = "mixed" if not odd and (is_western or well >= WELL_SHARE * len(high)) else guess_encoding(raw, mixed)
    if guess is None:
        words = f"not UTF-8, and in no known encoding do its {len(high)} bytes beyond ASCII read like a language"
        raise BrokenInputError("undecodable", words)
    text, languages = (mixed, WEST) if guess == "mixed" else (raw.decode(guess, "ignore"), LANGUAGES[guess])
    if odd := find_foreign(text, languages, lambda char: guess != "mixed" or char < FIRST_BEYOND_LATIN):
        words = "cp1252" if guess == "mixed" else guess
        raise BrokenInputError("mixed_encodings", f"{words} with lines in another encoding, the first {odd!r}")
    if guess == "mixed":
        return mixed, f"{name}+cp1252" if well else western
    return text, guess + (";cut-end-dropped" if try_decode(raw, guess) is None else "")


def decode_strays(error: UnicodeError) -> tuple[str, int]:
    """Error handler: bytes that are not UTF-8 are read as Windows-1252 (surrogates written as UTF-8, as surrogates)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, raw = error.start, error.object
    if raw[start] == 0xED and (surrogate := SURROGATE_BYTES.match(raw, start)):
        return surrogate.group().decode("utf-8", "surrogatepass"), surrogate.end()
    return raw[start : error.end].translate(None).decode("latin-1").translate(WINDOWS_1252), error.end


SURROGATE_BYTES = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
# The five bytes that Windows-1252 leaves open stay the control characters that the WHATWG standard makes of them.
WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
codecs.register_error("copydesk-stray", decode_strays)


def check_controls(raw: bytes) -> None:
    """Raises BrokenInputError where no text has so many control characters. NULs that pad the end do not count."""
    controls = len(raw) - len(raw.translate(None, CONTROLS))
    if controls > 1 and controls > CONTROL_SHARE * len(raw):
        raise BrokenInputError("binary", f"{controls} control characters in {len(raw)} bytes")
    rest = raw.rstrip(b"\x00")
    nuls = rest.count(0)
    if (raw and not rest) or (nuls > 1 and nuls > NUL_SHARE * len(rest)):
        raise BrokenInputError("binary", f"{raw.count(0)} NULs in {len(raw)} bytes")


@cache
def find_codec(declared: str) -> str | None:
    """The codec that a declared name means; None for unknown names and for codecs that do not decode bytes to text."""
    try:
        info = codecs.lookup(declared.strip().strip("\"'").lower())
    except (LookupError, ValueError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return MEANT.get(info.name, info.name) if is_text and info.name not in NOT_MEANT else None


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

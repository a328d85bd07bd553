"""Files in two encodings are refused; files in one encoding, whatever the language, are not."""

from __future__ import annotations

import random

import pytest
from builders.languages import ARTICLES, LEGACY

from tasks.formats.decode import decode
from tasks.formats.record import BrokenInputError

# Language and encoding of the first half, and of the second.
TWO = (
    ("ru", "utf-8", "ru", "cp1251"),
    ("ru", "cp1251", "ru", "utf-8"),
    ("ru", "cp1251", "ru", "koi8_r"),
    ("ru", "koi8_r", "ru", "cp1251"),
    ("ja", "utf-8", "ja", "shift_jis"),
    ("ja", "shift_jis", "ja", "euc_jp"),
    ("zh", "utf-8", "zh", "gb18030"),
    ("zh", "gb18030", "zh", "utf-8"),
    ("ko", "utf-8", "ko", "euc_kr"),
    ("pl", "utf-8", "pl", "cp1250"),
    ("ja", "shift_jis", "zh", "gb18030"),
    ("el", "utf-8", "el", "cp1253"),
    ("ar", "utf-8", "ar", "cp1256"),
    ("ru", "cp1251", "pl", "cp1250"),
)


def encode(language: str, encoding: str, times: int = 4) -> bytes:
    """An article several times, a paragraph each."""
    return ((ARTICLES[language] + "\n\n") * times).encode(encoding, "ignore")


@pytest.mark.parametrize("halves", TWO, ids=" ".join)
def test_two_encodings_in_one_file(halves: tuple[str, str, str, str]) -> None:
    first, first_encoding, second, second_encoding = halves
    with pytest.raises(BrokenInputError, match="with lines in another encoding, the first '") as error:
        decode(encode(first, first_encoding) + encode(second, second_encoding))
    assert error.value.reason == "mixed_encodings"


@pytest.mark.parametrize(("language", "encoding"), [(name, each) for name, known in LEGACY.items() for each in known])
@pytest.mark.parametrize("times", [1, 20])
def test_one_encoding(language: str, encoding: str, times: int) -> None:
    raw = encode(language, encoding, times)
    text, _ = decode(raw)
    assert text == raw.decode(encoding)


@pytest.mark.parametrize("second", ["cp1252", "utf-8"])
@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "pt", "nl"])
def test_windows_lines_in_utf8_are_read(language: str, second: str) -> None:
    first = "utf-8" if second == "cp1252" else "cp1252"
    text, _ = decode(encode(language, first) + encode(language, second))
    assert text == (ARTICLES[language] + "\n\n") * 8


def test_a_list_of_foreign_names_is_no_other_encoding() -> None:
    names = "Łukasz Wójcik, Michał Kowalczyk, Zdeněk Hřib, Gheorghe Mureșan, Đorđe Petrović, Søren Kjær"
    for encoding in ("cp1252", "cp1250"):
        raw = encode("fr", encoding) + f"{names}\n".encode(encoding, "ignore") + encode("fr", encoding)
        assert "Wójcik" in decode(raw)[0]


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_marked_as_utf16_are_no_text(seed: int) -> None:
    with pytest.raises(BrokenInputError):
        decode(b"\xff\xfe" + random.Random(seed).randbytes(100_000))


def test_ebcdic_is_undecodable() -> None:
    with pytest.raises(BrokenInputError, match="in no known encoding"):
        decode(encode("en", "cp037"))


def test_two_encodings_in_a_page_of_one_line() -> None:
    paragraphs = [ARTICLES["ru"].encode(encoding, "ignore") for encoding in ("cp1251", "koi8_r") for _ in range(3)]
    with pytest.raises(BrokenInputError, match="with lines in another encoding"):
        decode(b"<p>" + b"</p><p>".join(paragraphs) + b"</p>")


def test_utf16_with_a_tail_in_utf8_is_no_text() -> None:
    with pytest.raises(BrokenInputError, match="its characters are those of no language"):
        decode(encode("ru", "utf-16") + encode("ru", "utf-8"))


@pytest.mark.parametrize("language", ARTICLES)
def test_utf16_is_read(language: str) -> None:
    assert decode(encode(language, "utf-16"))[0] == (ARTICLES[language] + "\n\n") * 4

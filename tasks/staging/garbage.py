"""Measures what shows that a text is no text: bytes written in letters, letters that form no words, characters misread."""

import re

import polars as pl

# Bytes as base64 or hexadecimal, quoted-printable, percent-encoded, or as escapes of code points.
CODED = r"[A-Za-z0-9+/]{40,}={0,2}|(?:[=%][0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}){6,}"
# Only a text with long runs without a blank can consist of these, or of letters that form no words.
UNBROKEN = r"[^\s\p{Lo}]{24}"
# Control characters, private use and code points that no character has.
MISREAD = r"[\p{Cc}\p{Co}\p{Cn}--\t\n\r]"
RUNS = r"[\p{Lo}\p{Lm}\p{M}]+|[\p{Lu}\p{Lt}\p{Ll}\p{M}]+"
WORD = r"^(?:[\p{Lo}\p{Lm}\p{M}]+|[\p{Lu}\p{Lt}]?[\p{Ll}\p{M}]{2,}|[\p{Lu}\p{M}]{2,}|[\p{Lu}][\p{Ll}])$"
LEAST_LETTERS = 200
# What shows that a text was not read as what it is: tags and entities, cells, lines of a header or of an archive.
MARKUP = r"</?[A-Za-z][\w:.-]*(?:\s[^<>]{0,400})?/?>|&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});|<!\[CDATA\[|<\?xml"
CELLS = r"\t.*\t|\"[;,|]\"|^[^;]*;[^; ][^;]*;[^; ]"
WORDS = r"\p{L}{2,} \p{L}{2,} \p{L}{2,}"  # tables of figures are articles too
HEADERS = (
    r"(?m)^(?:(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding|DKIM-Signature"
    r"|NNTP-Posting-Host|Xref|X-[\w-]+|LOAD-DATE|PUBLICATION-TYPE|JOURNAL-CODE|ISSN|ProQuest document ID|WARC-[\w-]+): "
    r"|Document [A-Z]{4,}\w{10,}$|\d+ of \d+ DOCUMENTS$)"
)
UTF7 = re.compile(r"\+[A-Za-z0-9+/]{3,}-?")
# A text without any of these is measured as clean after one look.
SIGNS = rf"[<&\t]|\"[;,|]\"|;[^; \n]|{MISREAD}|{UNBROKEN}|{UTF7.pattern}|{HEADERS}"


def describe_garbage(documents: pl.DataFrame) -> pl.DataFrame:
    """Shares of each text: `coded_share`, `misread_share` of its characters, `wordless_share` of its letters (0 where they
    are few or the text has blanks), `markup_share` of its characters, `cells_share` of its lines; `header_lines`; and
    `utf7_signs`, the characters of it that are written in UTF-7.
    """
    texts = documents.select("doc", "text", chars=pl.max_horizontal(pl.col("text").str.len_chars(), 1))
    texts = texts.filter(pl.col("text").str.contains(SIGNS))
    unmarked = pl.when(pl.col("text").str.contains("[<&]")).then(pl.col("text").str.replace_all(MARKUP, ""))
    lines = pl.col("text").str.split("\n").list.eval(pl.element().filter(pl.element() != ""))
    found = texts.select(
        "doc",
        misread_share=pl.col("text").str.count_matches(MISREAD) / pl.col("chars"),
        markup_share=(1 - unmarked.str.len_chars() / pl.col("chars")).fill_null(0),
        cells_share=pl.when(pl.col("text").str.contains('[\t;"]'))
        .then(lines.list.eval(pl.element().str.contains(CELLS) & pl.element().str.contains(WORDS)).list.mean())
        .fill_null(0),
        header_lines=pl.col("text").str.count_matches(HEADERS).cast(pl.Int64),
    )
    odd = texts.filter(pl.col("text").str.contains(UNBROKEN))
    runs = odd.select(runs=pl.col("text").str.extract_all(RUNS))
    others = pl.col("runs").list.eval(pl.element().filter(~pl.element().str.contains(WORD)))
    counted = runs.select(letters=count_letters(pl.col("runs")), others=count_letters(others))
    in_words = pl.col("letters") - pl.col("others")
    shares = pl.concat([odd, counted], how="horizontal").select(
        "doc",
        coded_share=1 - pl.col("text").str.replace_all(CODED, "").str.len_chars() / pl.col("chars"),
        wordless_share=pl.when(pl.col("letters") >= LEAST_LETTERS).then(1 - in_words / pl.col("letters")),
    )
    marked = texts.filter(pl.col("text").str.contains(UTF7.pattern))
    signs = pl.Series([count_utf7(text) for text in marked["text"]], dtype=pl.Int64)
    joined = documents.select("doc")
    for columns in (found, shares, marked.select("doc", utf7_signs=signs)):
        joined = joined.join(columns, on="doc", how="left", maintain_order="left")
    return joined.with_columns(pl.exclude("doc").fill_null(0))


def count_letters(runs: pl.Expr) -> pl.Expr:
    """The letters in each list of runs, which are of letters and marks alone."""
    joined = runs.list.join("")
    return joined.str.len_chars() - joined.str.count_matches(r"\p{M}")


def count_utf7(text: str) -> int:
    """The characters of a text that are written in UTF-7; none where it has other words after a plus as well.

    >>> count_utf7("La r+AOk-alisation de l'+AOk-t+AOk-"), count_utf7("Press Ctrl+Alt-F2, or call +44201-7946")
    (3, 0)
    """
    signs = UTF7.findall(text)
    plain = [decode_utf7(sign) for sign in signs]
    return sum(map(len, plain)) if plain.count("") * 10 <= len(signs) else 0


def decode_utf7(sign: str) -> str:
    """The characters beyond ASCII that one sign of UTF-7 stands for; empty where it stands for none."""
    try:
        plain = sign.encode().decode("utf-7")
    except UnicodeDecodeError:
        return ""
    return plain if plain.isprintable() and not plain.isascii() else ""

"""Paragraphs out of lines that a telegram or an old archive wraps at a fixed width."""

import re

PLAIN_PARAGRAPH = re.compile(r"(<p(?:\s[^<>]{0,500})?>)([^<]+)</p\s*>", re.I)
LEAST_INDENT = 2
MOST_INDENTED = 0.9  # where more of the lines are indented, it is the layout of the file
LISTED = re.compile(r"\s*(?:[*•·–#-]\s|\d{1,2}[.)]\s|[=_*-]{3,}\s*$)")
LEAST_SENTENCES = 3
SENTENCE_END = re.compile('[.!?。！？।…]["”’»」』)]?$')
WIDEST = 120  # columns; where most lines have more, each is a paragraph
DENSE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")  # written without blanks
WIDE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]")  # twice as wide as others
COLUMNS = re.compile(r"\S(?: {3,}|\t)\S.*\S(?: {3,}|\t)\S|\S(?: {4,}|\t+)\S")


def measure_indents(lines: list[str]) -> list[int]:
    """How far each line is indented beyond the one that is least indented, the first line left out."""
    indents = [len(line) - len(line.lstrip()) for line in lines]
    least = min(indents[1:], default=0)
    return [0, *(indent - least for indent in indents[1:])]


def has_indents(text: str) -> bool:
    """Whether some lines of a text are indented and others are not, so that indents begin paragraphs.

    >>> has_indents("The ferry\\nsails.\\n   It is\\nfree."), has_indents("The ferry\\n   sails.\\n   It is free.")
    (True, False)
    """
    lines = [line for line in text.expandtabs(4).split("\n") if line.strip()]
    indented = sum(indent >= LEAST_INDENT for indent in measure_indents(lines))
    return 0 < indented < MOST_INDENTED * (len(lines) - 1)


def are_sentences(lines: list[str]) -> bool:
    """Whether some lines all end as sentences do, so that each is a paragraph. Wrapped text breaks inside sentences."""
    said = [line.rstrip() for line in lines if line.strip()]
    return len(said) >= LEAST_SENTENCES and all(map(SENTENCE_END.search, said))


def measure_width(line: str) -> int:
    """The columns of a terminal that a line takes.

    >>> measure_width(" It sails."), measure_width("船が出る。")
    (9, 10)
    """
    words = line.strip()
    return len(words) if words.isascii() else len(words) + len(WIDE.findall(words))


def split_html_paragraphs(html: str) -> str:
    """HTML in which a paragraph of several indented ones is several elements."""

    def split(match: re.Match[str]) -> str:
        if not has_indents(match[2]):
            return match[0]
        return "".join(f"<p>{piece}</p>" for piece in re.split(r"\n+", join_paragraphs(match[2])))

    return PLAIN_PARAGRAPH.sub(split, html) if "\n" in html else html


def join_paragraphs(text: str) -> str:
    """The paragraphs of a wrapped text, one line each with a blank line between them.

    A blank line begins a paragraph, and so does an indented line, unless all are indented. Lists and columns stay lines. Where
    most lines are too long to be wrapped, or all end sentences, each is a paragraph.

    >>> join_paragraphs("   The ferry sails\\nat six.\\n   It is free.\\n * one\\n * two")
    'The ferry sails at six.\\n\\nIt is free.\\n* one\\n* two'
    """
    lines = text.replace("\r", "").expandtabs(4).split("\n")
    indents = iter(measure_indents([line for line in lines if line.strip()]))
    breaks_at_indents = has_indents(text)
    widths = [width for width in map(measure_width, lines) if width]
    is_wrapped = 2 * sum(width > WIDEST for width in widths) <= len(widths) and not are_sentences(lines)
    pieces: list[str] = []
    is_open = in_list = False
    for line in lines:
        words = " ".join(line.split())
        is_indented = bool(words) and next(indents) >= LEAST_INDENT and breaks_at_indents
        has_columns = COLUMNS.search(line.strip()) is not None
        if not words:
            is_open = False
        elif has_columns or LISTED.match(line):
            pieces.append(("\n" if pieces else "") + (line.strip() if has_columns else words))
            is_open = in_list = not has_columns
        elif is_open and is_wrapped and (in_list or not is_indented):
            is_dense = DENSE.match(pieces[-1][-1]) and DENSE.match(words)
            pieces.append(words if is_dense else f" {words}")
        else:
            pieces.append(("\n\n" if pieces else "") + words)
            is_open, in_list = True, False
    return "".join(pieces)

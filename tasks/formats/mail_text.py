"""The article in the text of a mail: without signatures, quoted replies, disclaimers, and the labels of a desk."""

import re
from dataclasses import replace

from tasks.formats.wire import Item

LABELS = {
    "headline": "title",
    "title": "title",
    "abstract": "standfirst",
    "summary": "standfirst",
    "standfirst": "standfirst",
}
LABEL = re.compile(
    r"(Headline|Title|Abstract|Summary|Standfirst|Slugline|Slug|Keywords?|Category|Desk)\s*:\s+(.{1,500})"
)
LABELLED_LINES = 12
SIGNATURE = re.compile(r"--\s*")
SIGNATURE_LINES = 20
HEADER_LINES = 40
WROTE = re.compile(
    r"(?:On .{6,200}|In article <.{1,200}|In <.{1,200}|Am .{6,200}|Le .{6,200}|El .{6,200}|.{1,120}\(.{1,120}\)) ?"
    r"(?:wrote|writes|schrieb|a écrit|escribió|writes in .{1,100})(?: .{0,80})?:\s*"
)
OLDER = re.compile(
    r"-{3,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original) ?-{3,}\s*", re.I
)
FORWARDED = re.compile(r"-{3,} ?(?:Forwarded message|Weitergeleitete Nachricht) ?-{3,}\s*", re.I)
RULE = re.compile(r"[_=]{20,}\s*")
NOTICE = re.compile(
    r"\b(?:confidential|intended (?:only )?for|vertraulich|disclaimer|unsubscribe|abmelden|désabonner)\b", re.I
)
NOTICE_CHARS = 2_000


def join_flowed(text: str, drops_space: bool) -> str:
    """The paragraphs of text in the format "flowed" (RFC 3676): a blank at a line's end joins it to the next.

    >>> join_flowed("The ferry \\nsails.\\n\\nSoon.", False)
    'The ferry sails.\\n\\nSoon.'
    """
    pieces = []
    for line in text.replace("\r\n", "\n").split("\n"):
        is_open = line.endswith(" ") and line != "-- "
        pieces.append((line[:-1] if drops_space else line) if is_open else line + "\n")
    return "".join(pieces).removesuffix("\n")


def cut_mail_text(item: Item) -> Item:
    """The item with the article of a mail's text; markup is kept only where the text is unchanged."""
    lines = item.text.split("\n")
    lines = drop_quotes(cut_signature(cut_older(lines)))
    values = dict(item.values)
    kept = []
    for number, line in enumerate(lines):
        match = LABEL.fullmatch(line.strip()) if number < LABELLED_LINES else None
        if match is None:
            kept.append(line)
        elif field := LABELS.get(match[1].lower()):
            values[field] = match[2]
    text = "\n".join(kept).strip("\n")
    return replace(item, values=values, text=text, markup=item.markup if text == item.text else ())


def cut_older(lines: list[str]) -> list[str]:
    """The lines above an older message or a notice, and those of a message that is forwarded."""
    start = 0
    for number, line in enumerate(lines):
        if FORWARDED.fullmatch(line) and number - start < LABELLED_LINES:
            ends = (
                place for place in range(number + 1, min(number + HEADER_LINES, len(lines))) if not lines[place].strip()
            )
            start = next(ends, number) + 1
        elif number <= start:
            continue
        elif OLDER.fullmatch(line):
            return lines[start:number]
        elif RULE.fullmatch(line):
            below = "\n".join(lines[number + 1 : number + HEADER_LINES])
            is_notice = NOTICE.search(below) is not None and len(below) < NOTICE_CHARS
            if below.lstrip().startswith("From:") or is_notice:
                return lines[start:number]
    return lines[start:]


def cut_signature(lines: list[str]) -> list[str]:
    """The lines above the signature, which begins with two dashes near the end."""
    marks = [number for number, line in enumerate(lines) if SIGNATURE.fullmatch(line) and number]
    return lines[: marks[-1]] if marks and len(lines) - marks[-1] <= SIGNATURE_LINES else lines


def drop_quotes(lines: list[str]) -> list[str]:
    """The lines that are not quoted from an older message, nor say who wrote it. A mail of nothing else is left as it is."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith((">", "|>", ":>")):
            continue
        below = next((follows for follows in lines[number + 1 : number + 5] if follows.strip()), "")
        if below.startswith((">", "|>", ":>")) and (
            WROTE.fullmatch(line) or line.rstrip().endswith(("wrote:", "writes:", "schrieb:"))
        ):
            continue
        kept.append(line)
    return kept if any(map(str.strip, kept)) else lines

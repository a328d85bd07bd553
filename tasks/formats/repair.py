"""Repairs of decoded text: NULs, lone surrogates, unseen characters, and mojibake where it is certain.

Mojibake is UTF-8 that was read as a one-byte encoding ("Ã©" for "é"). The cheap tests come first: single characters that
such text always has; pairs of a first and a following byte; a pair that clean text cannot have ("MANHÃ”" in capitals can
be Portuguese); then, line by line, ftfy's own heuristic and its measure of badness, which has to decrease. Source: ftfy
(Robyn Speer), fix_encoding and badness.
"""

import re
from unicodedata import is_normalized, normalize

import ftfy
from ftfy.badness import badness

from tasks.unseen import BLANKS, DIRECTIONS

# Looking for one character costs a tenth of looking for two. Clean text has few of these.
MARKS = (
    *"ÃÂÄÅÐÑÎÏØÙ×",  # first bytes of Latin, Cyrillic, Greek, Arabic, Hebrew in Windows-1252
    *"€‚‹¸Ÿï",  # bytes that follow: of quotes and dashes, Japanese, Korean, Chinese, emoji; the byte order mark
    *"µѕЂ√├ĂĹ",  # Windows-1251, Mac Roman, code page 437, Windows-1250
    *"\x80\x85\x91\x92\x93\x94\x96\x97",  # Windows-1252 read as Latin-1
)
PUNCTUATION = "\xa0«»‘’“”„‚‹›–—…•·"
# These patterns begin with the character itself, and look behind it afterwards: so it is found ten times as fast.
SUSPECT = re.compile(
    r"[\x80-\x9fÂ-ôĂĹÎРСвЂ√├┬‚](?:(?<=[\x80-\x9f])"
    rf"|(?<=[Â-ôĂĹÎ])[\x80-\xbf€ƒ†‡ˆ‰ŠŒŽ˜™šœžŸ{PUNCTUATION}]"
    r"|(?<=[РСвЂ])[Ђ-Џђ-џ°±µ¶·№\xa0-\xbf‚„…†‡€‰‹‘’“”•–—™]|(?<=[√├┬])\S|(?<=‚)Ä)"
)
# In capitals, a letter with an accent and then a quote, a dash or a space is ordinary writing.
ORDINARY = re.compile(rf"[ÂÃÄÅÐÑÎÏØÙ×À-Þ](?<![a-zß-ÿ].)[{PUNCTUATION}](?![a-zß-ÿ])")
# Mojibake whose last character was lost or became a plain blank: of a quote, of a no-break space, of "à".
LOST = (
    (re.compile("â€(?=[\\x00-\\x7f])"), "â€\x9d"),
    (re.compile("Â(?= )(?<=[0-9a-zß-ÿ.,;:!?%)\"'’”].)"), ""),
    (re.compile("Ã(?= )(?<![A-ZÀ-ÞĀ-ɏḀ-ỿ].)"), "à"),
)
# Joiners are letters' own in Arabic and Indic scripts and in emoji; a soft hyphen belongs to the spelling of its paper, and is
# ignored where lines are compared.
UNSEEN = re.compile(rf"[{BLANKS}{DIRECTIONS}\u200c\u200d](?:(?<![\u200c\u200d])|(?<![^\x00-\u024f].))")
SIGNS = "\u0300-\u036f\u1100-\u11ff\u3099\u309a"  # that belong to the letter before them
PARTED = re.compile(f"[{SIGNS}]")
UNSEEN_OR_PARTED = re.compile(rf"[{BLANKS}{DIRECTIONS}\u200c\u200d{SIGNS}]")
LOSSY = re.compile("[ÂÃ] ")
# ASCII further from other characters than ftfy looks; in its place ftfy gets a sign, in which it sees nothing.
FAR = re.compile(r"(?<=[\x00-\x7f]{8})([\x00-\x7f]{8,})(?=[\x00-\x7f]{8})")
FAR_SIGN = "\x02"
SETTINGS = ftfy.TextFixerConfig(explain=False, replace_lossy_sequences=False)


def repair_text(text: str) -> tuple[str, str]:
    """`text` without NULs, lone surrogates, mojibake and unseen characters, composed (NFC); and the names of the repairs.

    >>> repair_text("It\\u00e2\\u20ac\\u2122s closed\\x00."), repair_text("It's closed.")
    (('It’s closed.', ';nul-removed;mojibake-fixed'), ("It's closed.", ''))
    """
    if text.isascii() and "\x00" not in text:
        return text, ""
    text, made = repair_characters(text)
    fixed = fix_mojibake(text)
    if fixed is not text:
        text, made = fixed, made + ";mojibake-fixed"
    if text.isascii() or not UNSEEN_OR_PARTED.search(text):
        return text, made
    seen = UNSEEN.sub("", text)
    if len(seen) < len(text):
        made += ";unseen-removed"
    if PARTED.search(seen) and not is_normalized("NFC", seen):
        seen, made = normalize("NFC", seen), made + ";composed"
    return seen, made


def repair_characters(text: str) -> tuple[str, str]:
    """`text` without NULs and lone surrogates, and the names of the repairs."""
    made = ""
    if "\x00" in text:
        text, made = text.replace("\x00", ""), ";nul-removed"
    text, name = repair_surrogates(text)
    return text, made + name


def repair_surrogates(text: str) -> tuple[str, str]:
    """Pairs of surrogates joined to the character they spell, lone ones as U+FFFD; and the name of the repair.

    >>> repair_surrogates("\\ud83d\\ude00"), repair_surrogates("a\\ud83d")
    (('😀', ';surrogates-joined'), ('a�', ';surrogates-replaced'))
    """
    if text.isascii():
        return text, ""
    try:
        text.encode()
        return text, ""
    except UnicodeEncodeError:
        repaired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    is_lossy = repaired.count("\ufffd") > text.count("\ufffd")
    return repaired, ";surrogates-replaced" if is_lossy else ";surrogates-joined"


def fix_mojibake(text: str) -> str:
    """`text` with mojibake fixed; the same object where there is none, or none that is certain."""
    if text.isascii() or not any(mark in text for mark in MARKS):
        return text
    if not SUSPECT.search(text) and not (any(mark in text for mark in "ÂÃ") and LOSSY.search(text)):
        return text
    whole = text
    for lost, found in LOST:
        whole = lost.sub(found, whole)
    lines = whole.split("\n")
    fixed = [fix_line(line) for line in lines]
    return text if whole == text and fixed == lines else "\n".join(fixed)


def fix_line(line: str) -> str:
    """ftfy's reading of one line, if it is less bad than the line and adds no U+FFFD."""
    if line.isascii() or not SUSPECT.search(line) or not SUSPECT.search(ORDINARY.sub(" ", line)):
        return line
    pieces = [line] if FAR_SIGN in line else FAR.split(line)
    near = FAR_SIGN.join(pieces[::2])
    before = badness(near)
    if not before:
        return line
    fixed = ftfy.fix_encoding(near, SETTINGS)
    if badness(fixed) >= before or fixed.count("\ufffd") > near.count("\ufffd") or "\n" in fixed:
        return line
    if len(pieces) == 1:
        return fixed
    pieces[::2] = fixed.split(FAR_SIGN)
    return "".join(pieces)

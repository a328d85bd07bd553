"""UTF-8 that was read as a one-byte encoding ("Ã©" for "é") is put right, where that is sure.

Gates, the cheap ones first: single characters that such text always holds; pairs of a first and a following byte; a
pair that clean text cannot have ("MANHÃ”" in capitals can be Portuguese); then, line by line, ftfy's own heuristic and
its measure of badness, which has to drop. Source: ftfy (Robyn Speer), fix_encoding and badness.
"""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import badness

# Looking for one character costs a tenth of looking for two. Clean text holds few of these.
MARKS = (
    *"ÃÂÄÅÐÑÎÏØÙ×",  # first bytes of Latin, Cyrillic, Greek, Arabic, Hebrew in Windows-1252
    *"€‚‹¸Ÿï",  # bytes that follow: of quotes and dashes, Japanese, Korean, Chinese, emoji; the byte order mark
    *"µѕЂ√├ĂĹ",  # Windows-1251, Mac Roman, code page 437, Windows-1250
    *"\x80\x85\x91\x92\x93\x94\x96\x97",  # Windows-1252 read as Latin-1
)
PUNCTUATION = "\xa0«»‘’“”„‚‹›–—…•·"
FOLLOWING = r"[\x80-\xbf€ƒ†‡ˆ‰ŠŒŽ˜™šœžŸ{}]"
SUSPECT = re.compile(
    rf"[Â-ôĂĹÎ]{FOLLOWING.format(PUNCTUATION)}"
    r"|[РСвЂ][Ђ-Џђ-џ°±µ¶·№\xa0-\xbf‚„…†‡€‰‹‘’“”•–—™]|[√├┬]\S|‚Ä|[\x80-\x9f]"
)
# In capitals, a letter with an accent and then a quote, a dash or a space is ordinary writing.
ORDINARY = re.compile(rf"(?<![a-zß-ÿ])[ÂÃÄÅÐÑÎÏØÙ×À-Þ][{PUNCTUATION}]")
SETTINGS = ftfy.TextFixerConfig(explain=False, replace_lossy_sequences=False)


def fix_mojibake(text: str) -> str:
    """`text` with mojibake put right; the same object where there is none, or none that is sure."""
    if text.isascii() or not any(mark in text for mark in MARKS):
        return text
    if not SUSPECT.search(text):
        return text
    lines = text.split("\n")
    fixed = [fix_line(line) for line in lines]
    return text if fixed == lines else "\n".join(fixed)


def fix_line(line: str) -> str:
    """ftfy's reading of one line, if it is less bad than the line and invents no U+FFFD."""
    if line.isascii() or not SUSPECT.search(ORDINARY.sub(" ", line)):
        return line
    before = badness(line)
    if not before:
        return line
    fixed = ftfy.fix_encoding(line, SETTINGS)
    is_sure = badness(fixed) < before and fixed.count("\ufffd") <= line.count("\ufffd") and "\n" not in fixed
    return fixed if is_sure else line

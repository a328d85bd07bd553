"""Characters that are not seen and that a terminal or a page obeys: shown by their numbers, so that text stays text."""

import re

# Overrides, embeddings and isolates of direction; blanks without width, and marks of direction. No article is read with them.
DIRECTIONS = r"\u202a-\u202e\u2066-\u2069"
BLANKS = r"\u034f\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff"
# C0 and C1 controls except tab and newline, breaks, surrogates, noncharacters, tags.
COMMANDS = (
    rf"{DIRECTIONS}\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    r"\U000e0000-\U000e007f"
)
# Marks that affect only their neighbours. A page isolates every text and keeps them: Persian and Arabic need some of them.
MARKS = rf"{BLANKS}\xad\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0"
UNSEEN = re.compile(f"[{COMMANDS}]")
# A joiner is part of the spelling in Persian, Indic scripts and emoji, which all lie beyond these letters.
UNSEEN_IN_TERMINAL = re.compile(rf"[{COMMANDS}{MARKS}]|(?<![^\x00-\u058f\u2000-\u206f])[\u200c\u200d]")


def name_character(character: str) -> str:
    """The number of a character, as Unicode writes it.

    >>> name_character("\\x1b")
    'U+001B'
    """
    return f"U+{ord(character):04X}"


def show_unseen(text: str) -> str:
    """Text for a terminal, with each invisible character shown by its number.

    >>> show_unseen("\\x1b[31mred")
    '<U+001B>[31mred'
    """
    return UNSEEN_IN_TERMINAL.sub(lambda found: f"<{name_character(found[0])}>", text)

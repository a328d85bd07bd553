"""The key of a line: its words without case, spacing and decoration.

"Read more »", "READ MORE…" and "* Read more:" have one key. Quotation marks, ? and ! stay: a quoted "Share this" is speech, and a
question is a question.
"""

import polars as pl

# Invisible characters, and what lower case leaves of the Turkish capital I with a dot.
UNSEEN = ("\u0307", "\u00ad", "\u200b", "\u200e", "\u200f", "\u2060", "\ufeff")

# Characters that are written in several ways.
SAME_SIGN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u201b": "'",
    "\u02bc": "'",
    "\u00b4": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u201f": '"',
    "\u095c": "\u0921\u093c",  # Devanagari letters with a dot below, one sign or two
    "\u095d": "\u0922\u093c",
    "\u064a\u0654": "\u0626",  # Arabic yeh with hamza, two signs or one
    "\u0627\u0654": "\u0623",  # Arabic alef with hamza above
}

# « ... » at the start of a line is speech; a lone « or » is decoration.
QUOTED = r"^[\s.…–—-]*«([^«»]*)»"

# Characters around a line that do not count. Japanese and Arabic have their own colons, stops and brackets.
DECORATIONS = (
    " \t\n\r\x0b\x0c\x85\u00a0\u2002\u2003\u2009\u3000"
    ".:…-\u2013\u2014\u2212\u2015•*·∙◦|¦»«›\u2039><→←↑↓⇒➜➔➤➡⬇⬆↗↘↩▶►▸▹▷◀◄▼▲▾▴△▽■□◾◽▪▫●○◆◇★☆✓✔✕✖×✱#()[]{}=_~+/\\"
    "。：・､，、．【】〔〕「」『』〈〉《》［］（）＞＜≫≪｜＊※＃〓"
    "\u200d\ufe0e\ufe0f"
    "👉👇👆👈🔴🔵🟢🟡⚫⚪🔗📷📸🎥📹📺🎧🔊📢📣🔔📧📩✉📰🗞📱☎📌📍💬🗨❤💙👍⭐🌟✨🔥⚡❗‼⏩⏱⏰🕒🕐✅🔍🔎➕➖🎬🎙🔁🔄📊📈💡🆕🚨✍🖊✏"
)


# A line without these needs no rewriting: no character with another spelling, no white space but single spaces. Most lines have
# none, and looking costs a tenth of rewriting.
ODD = "[" + "".join({*UNSEEN, *(sign[0] for sign in SAME_SIGN), "«"}) + r"]|  |[^\S ]"


def line_key(text: pl.Expr) -> pl.Expr:
    """The key of every line: lower case, one space for any white space, plain quote signs, no decoration around it.

    Applying it twice changes nothing. A line of decoration only has the empty key; one that begins with an underscore, which
    agencies type between the parts of a report, has the key `_`.
    """
    return text.map_batches(key_lines, return_dtype=pl.String, is_elementwise=True)


def key_lines(text: pl.Series) -> pl.Series:
    """The keys of a series of lines; null where a line is null."""
    lower = text.str.to_lowercase()
    odd = lower.str.contains(ODD).fill_null(False)
    seen = lower.filter(odd).str.replace_many(list(UNSEEN), [""]).str.replace_many(SAME_SIGN)
    one_way = seen.str.replace_all(r"\s{2,}|[^\S ]", " ").str.replace(QUOTED, '"$1"')
    plain = lower.scatter(odd.arg_true(), one_way)
    key = keep_signs(plain, plain.str.strip_chars(DECORATIONS))
    empty = (key == "").fill_null(False)
    is_rule = plain.filter(empty).str.strip_chars().str.starts_with("_")
    return key.scatter(empty.arg_true(), pl.Series(["", "_"]).gather(is_rule.cast(pl.UInt32)))


def keep_signs(plain: pl.Series, key: pl.Series) -> pl.Series:
    """Keys with the bracket of a `(c)` that opens the line: it is a sign of rights, and `c)` the third point of a list."""
    pointed = key.str.starts_with("c)").fill_null(False)
    whole = plain.filter(pointed).str.strip_chars_start(DECORATIONS.replace("(", "")).str.strip_chars_end(DECORATIONS)
    return key.scatter(pointed.arg_true(), whole.zip_with(whole.str.starts_with("(c)"), key.filter(pointed)))

"""Datelines: where an article was written and which agency sent it, "LARKHAVEN (AP) —", before its first sentence.

They stay in the text, where editors put them; here they are read.
"""

from __future__ import annotations

import polars as pl

from tasks.facts.byline_words import AGENCY_NAMES

OPENING_CHARS = 600  # a dateline opens one of the first lines; a standfirst may stand above it
PLACE = r"\p{Lu}[\p{L}\p{M}.'’\-]+(?:[ /]\p{Lu}[\p{L}\p{M}.'’\-]+){0,3}"
DAY = r"(?:, (?:\p{L}{3,9}\.? \d{1,2}|\d{1,2}\.? ?\p{L}{0,9}\.?)(?:,? \d{4})?)?"
AGENCY = (
    rf"(?:{AGENCY_NAMES}|dpa(?:/[\p{{L}}.]{{2,6}})?|EUROPA PRESS|CNN|CP|ANTARA|AA|AGI|ots|JTA|IPS|CNA|MTI|CTK|ČTK|STA|Hina"
    r"|Tanjug|LETA|NAMPA|SABC|SAnews|GLOBE NEWSWIRE|PRNewswire)"
)
# Place and agency; a place in capitals before a dash; the brackets of East Asian agencies.
DATELINE = (
    rf"(?m)^(?:(?P<a>{PLACE}(?:, {PLACE})?{DAY} ?\({AGENCY}\)) ?[-–—:.]"
    rf"|(?P<b>\p{{Lu}}[\p{{Lu}}.'’\-]{{2,}}(?:[ /]\p{{Lu}}[\p{{Lu}}.'’\-]+){{0,3}}(?:, {PLACE})?{DAY}) ?[–—]+ ?[\p{{L}}\"“‘„«]"
    rf"|(?P<c>\p{{Lu}}[\p{{Lu}}.'’\-]{{2,}}(?:[ /]\p{{Lu}}[\p{{Lu}}.'’\-]+){{0,3}}(?:, {PLACE})?{DAY}) --? ?[\p{{L}}\"“‘„«]"
    r"|(?P<d>【[^【】]{2,24}(?:AFP|ＡＦＰ|共同|時事|ロイター|新華社|CNN)[^【】]{0,12}】|[\(（][^()（）]{1,8}=[^()（）]{2,14}[\)）])"
    r"|(?P<e>新华社[\p{Han}]{2,8}\d{1,2}月\d{1,2}日电|（?中新[社网][^ ）]{0,12}\d{1,2}月\d{1,2}日电）?))"
)


def read_dateline(text: pl.Expr) -> pl.Expr:
    """The dateline that opens a text, as it stands there, without the dash; null where there is none."""
    groups = text.str.head(OPENING_CHARS).str.extract_groups(DATELINE).struct
    found = pl.coalesce(*(pl.when(groups.field(name) != "").then(groups.field(name)) for name in "abcde"))
    return found.str.replace(r"^([^.]*)\.$", "$1")

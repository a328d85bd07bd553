"""Place and agency before the first sentence."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.facts.datelines import read_dateline

LINES = [
    ("LARKHAVEN (AP) — She burns too much coal.", "LARKHAVEN (AP)"),
    ("VENN TOWN, Oct. 1 (Reuters) - The clock struck.", "VENN TOWN, Oct. 1 (Reuters)"),
    ("Altenbrück (dpa) – Es war ein Geräusch.", "Altenbrück (dpa)"),
    ("Altenbrück/Venn (dpa/ebr) - Es war ein Geräusch.", "Altenbrück/Venn (dpa/ebr)"),
    ("LARKHAVEN — The council met.", "LARKHAVEN"),
    ("NEW VENN - Il sindaco è arrivato.", "NEW VENN"),
    ("PORT ISOLDE, Merrow – The ferry left.", "PORT ISOLDE, Merrow"),
    ("ISOLDA, 3 (EUROPA PRESS) - El alcalde ha dicho.", "ISOLDA, 3 (EUROPA PRESS)"),
    ("【6月18日 AFP】港の橋が開通した。", "【6月18日 AFP】"),
    ("(서울=연합뉴스) 시장은 말했다.", "(서울=연합뉴스)"),
    ("新华社北京4月24日电 大桥开通。", "新华社北京4月24日电"),
    ("A line that sums it up\n\nLARKHAVEN (AP) — She burns.", "LARKHAVEN (AP)"),
    ("The chancellor (CDU) — a lawyer — said no.", None),
    ("Larkhaven — the city of bells — sleeps.", None),
    ("UPDATE: The barrier is closed.", None),
    ("“Hello — again,” she said.", None),
]


@pytest.mark.parametrize(("text", "dateline"), LINES, ids=[row[0] for row in LINES])
def test_datelines(text: str, dateline: str | None) -> None:
    assert pl.select(read_dateline(pl.lit(text))).item() == dateline


@pytest.mark.parametrize(("before", "dateline"), [(587, "LARKHAVEN"), (588, None)])
def test_a_dateline_stands_in_the_first_600_characters(before: int, dateline: str | None) -> None:
    text = "x" * (before - 1) + "\nLARKHAVEN — The council met."
    assert pl.select(read_dateline(pl.lit(text))).item() == dateline

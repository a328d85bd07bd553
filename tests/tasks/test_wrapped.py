"""Texts that were broken at a fixed width: what is joined, what is not, and that every line comes back."""

from textwrap import wrap

import polars as pl
import pytest

from tasks.formats.record import rebuild, restore_breaks
from tasks.lines import join_lines, measure_lines, split_lines
from tasks.wrapped import join_wrapped, split_wrapped

PARAGRAPHS = (
    "The council of Emberwick decided on Tuesday night that the old tollhouse by the weir will not be torn down after all, "
    "because a family of dippers has nested under its eaves.",
    "Work on the weir itself goes on, the engineer said, and the road beside it stays closed until the end of the month, or "
    "until the river falls below the second mark.",
    "Children from the school across the water had painted forty posters, and one of them now hangs in the chamber, between "
    "the portraits of two mayors whom nobody remembers.",
)
GERMAN = (
    "Der Rat von Emberwick hat am Dienstagabend beschlossen, dass das alte Zollhaus am Wehr stehen bleibt, weil eine Familie "
    "von Wasseramseln unter seinem Dach brütet und niemand sie stören will.",
    "Die Arbeiten am Wehr gehen weiter, sagte der Ingenieur, und die Straße daneben bleibt bis zum Ende des Monats gesperrt, "
    "oder bis der Fluss unter die zweite Marke gefallen ist.",
)
ARABIC = (
    "قرر مجلس المدينة مساء الثلاثاء أن يبقى المبنى القديم قرب السد مكانه بعد أن بنت عائلة من الطيور عشها تحت سقفه ولم يرد أحد أن يزعجها",
    "وقال المهندس إن العمل في السد مستمر وإن الطريق المجاور سيبقى مغلقا حتى نهاية الشهر أو حتى ينخفض النهر تحت العلامة الثانية",
)
CHINESE = (
    "市议会周二晚上决定保留堰边的旧税务所因为一家河乌在屋檐下筑了巢工程师说堰上的工程仍在继续旁边的道路将封闭到月底或者直到河水降到第二个刻度以下"
    * 2,
)


def unwrap(*texts: str) -> tuple[list[list[str]], pl.DataFrame, pl.DataFrame]:
    """The lines of each text after joining, and what `join_wrapped` returns."""
    lines, wraps = join_wrapped(split_lines(pl.Series(texts)))
    found = [lines.filter(pl.col("doc") == doc)["text"].to_list() for doc in range(len(texts))]
    return found, lines, wraps


def break_at(columns: int, paragraphs: tuple[str, ...], gap: str = "\n\n") -> str:
    return gap.join("\n".join(wrap(text, columns, break_on_hyphens=False)) for text in paragraphs)


@pytest.mark.parametrize("columns", [40, 60, 64, 72, 80, 96])
@pytest.mark.parametrize("paragraphs", [PARAGRAPHS, GERMAN, ARABIC], ids=["en", "de", "ar"])
@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["blank", "no blank"])
def test_paragraphs_are_whole(columns: int, paragraphs: tuple[str, ...], gap: str) -> None:
    # Without blank lines, paragraphs of two lines could be anything.
    texts = (" ".join(paragraphs), *paragraphs) if gap == "\n\n" else (" ".join(paragraphs * 3), " ".join(paragraphs))
    (found,), _, _ = unwrap(break_at(columns, texts, gap))
    assert " ".join(found) == " ".join(texts)
    if gap == "\n\n":
        assert tuple(found) == texts
    else:  # where the last line of a paragraph is full, two are one
        assert len(found) <= len(texts)


def test_a_script_without_blanks_gets_none() -> None:
    text = "\n".join(CHINESE[0][at : at + 38] for at in range(0, len(CHINESE[0]), 38))
    assert unwrap(text)[0] == [list(CHINESE)]


def test_headline_byline_and_list_stay_lines() -> None:
    head = "Old tollhouse by the weir of Emberwick stays, the council\nhas decided"
    listed = "Most Popular\nGrain terminal opens its roof to walkers\nWhy the herring came back"
    text = f"{head}\n\nBy Nell Ashgrove\n\n{break_at(60, PARAGRAPHS)}\n\n{listed}"
    (found,), _, _ = unwrap(text)
    assert found == [head.replace("\n", " "), "By Nell Ashgrove", *PARAGRAPHS, *listed.split("\n")]


VERSE = "The lights went out along the quay,\nAnd nobody would come to see,\nWe whistled once, we whistled thrice,\nWe whistled in the rain and ice."
TABLE = "\n".join(
    f"Station {name:<12} {at:>6} {at * 3:>6} mm"
    for at, name in enumerate(("Corran", "Venn", "Osterholm", "Larkhaven", "Tallow"))
)
NAMES = "\n".join(
    (
        "Anna Lindqvist, Lower Mercy",
        "Bruna Aske, Tallow Hill side",
        "Corin Hale, Ferncastle town",
        "Effie Sand, Larkhaven quays",
    )
)


SECTIONS = "home news sport and weather for the whole town of Emberwick with all its streets and squares"
MENU = "\n".join(wrap(SECTIONS * 2, 40)) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(PARAGRAPHS),
        "\n".join(PARAGRAPHS),
        VERSE,
        TABLE,
        NAMES,
        f"{MENU * 2}\n\n" + "\n\n".join(PARAGRAPHS * 3),
    ],
    ids=["blank", "plain", "verse", "table", "names", "a menu"],
)
def test_other_texts_are_left_alone(text: str) -> None:
    (found,), _, wraps = unwrap(text)
    assert found == [line for line in text.split("\n") if line]
    assert wraps.is_empty()


def test_one_wrapped_text_does_not_change_its_neighbours() -> None:
    plain = "\n\n".join(GERMAN)
    assert unwrap(plain, break_at(72, PARAGRAPHS), plain)[0] == [list(GERMAN), list(PARAGRAPHS), list(GERMAN)]


@pytest.mark.parametrize(
    "text",
    [
        break_at(64, PARAGRAPHS),
        break_at(72, GERMAN, "\n"),
        "\n".join(CHINESE[0][at : at + 38] for at in range(0, len(CHINESE[0]), 38)),
    ],
)
def test_every_line_comes_back(text: str) -> None:
    _, lines, wraps = unwrap("a line\nand another", text)
    apart = split_wrapped(measure_lines(lines), wraps)
    assert apart.select("doc", "line", "text", "gap").equals(
        split_lines(pl.Series(["a line\nand another", text])).select("doc", "line", "text", "gap")
    )
    assert apart["chars"].to_list() == apart["text"].str.len_chars().to_list()
    kept = apart["line"] % 5 != 4 if "\n\n" in text else pl.Series([True] * apart.height)
    whole = pl.col("line").is_in(apart.filter(~kept)["line"].implode()).not_()
    joined = join_lines(apart, whole)
    row = joined.filter(pl.col("doc") == 1).to_dicts()[0] | {"line_count": text.count("\n") + 1}
    others = apart.filter(pl.col("doc") == 1).filter(~whole).select("line", "text").rows()
    if not others:
        assert row["text"].count("\n") < text.count("\n")
        assert rebuild(row, others) == text


def test_breaks_are_restored_where_they_were() -> None:
    assert restore_breaks("a b c", [1, 3]) == "a\nb\nc"
    assert restore_breaks("甲乙", [1]) == "甲\n乙"


def test_lines_that_begin_with_white_space_are_their_own() -> None:
    text = "\n".join(f"   {line}" for line in wrap(PARAGRAPHS[0], 30))
    assert unwrap(text)[0] == [text.split("\n")]

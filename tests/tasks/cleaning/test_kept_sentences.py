"""What a rule matches and an article says stays; what stands on buttons between paragraphs goes."""

import polars as pl
import pytest
from builders.articles import P1 as BODY
from builders.articles import P2 as MORE
from builders.articles import clean_text


def list_removed(*lines: str) -> list[str]:
    """The removed lines of an article with these lines between its paragraphs."""
    text = "\n\n".join(["Last ferry leaves", BODY, *lines, MORE, f"{BODY} Again."])
    return clean_text(text).filter(pl.col("removed"))["text"].to_list()


@pytest.mark.parametrize(
    "sentence",
    [
        "Comments were closed by order of the council, the paper said.",
        "This video is no longer available because the archive burned down.",
        "Enter your password and you are lost, she said.",
        "Thanks for signing up, the captain told the crew.",
        "Related: that is how the two mayors turned out.",
        "Copyright in the poem fell to the town in 1931.",
        "Klicken Sie hier, sagte der Richter, und nichts geschieht.",
    ],
)
def test_a_sentence_that_tells_something_stays(sentence: str) -> None:
    assert list_removed(sentence) == []


@pytest.mark.parametrize("point", ["2. Shares", "3) Comments", "12. Likes"])
def test_a_numbered_sub_heading_among_others_stays(point: str) -> None:
    assert list_removed("1. Bonds", point) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("Share\nSave\nPrint",),
        ("Share", MORE + " Once.", "Share"),
        ("JUST WATCHED", "MUST WATCH", "More Videos ...", "1 of 12", "EXPAND GALLERY"),
        ("Updated at 22.02 GMT",),
        ("CLICK HERE TO GET THE EXAMPLE NEWS APP", "FERRY LINE OPENS ITS DECKS TO WALKERS"),
    ],
    ids=["in a row", "again", "player", "live blog", "capitals"],
)
def test_buttons_between_paragraphs_are_removed(lines: tuple[str, ...]) -> None:
    wanted = [line for block in lines for line in block.split("\n") if not line.startswith(MORE)]
    assert list_removed(*lines) == wanted


@pytest.mark.parametrize("line", ["Share", "Save", "THE HARBOUR AT NIGHT IN WINTER"])
def test_a_word_alone_may_be_a_sub_heading(line: str) -> None:
    assert list_removed(line) == []


LABELS = [
    "OTTAWA: Council to vote on the swing bridge",
    "HARBOUR: Ferry captain wins his appeal",
    "LIVE- Ferry vote as it happens",
]


@pytest.mark.parametrize(("count", "cut"), [(3, True), (2, False)])
def test_titles_behind_labels_in_capitals_are_removed_where_three_stand_between_paragraphs(
    count: int, cut: bool
) -> None:
    between = [line for label in LABELS[:count] for line in (label, f"{MORE} {label[:3]}.")]
    assert list_removed(*between) == (LABELS[:count] if cut else [])

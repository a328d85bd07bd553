"""Copies of captions are merged by what they say; different captions stay apart, however alike."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1 as BODY
from builders.articles import P2 as MORE
from builders.articles import annotate_texts, clean_text, make_line, read_fates

from tasks.cleaning.captions import merge_captions, name_captions_again, name_repeated_captions
from tasks.cleaning.clean import clean_lines

CAPTION = "The ferry Tern at the north quay on Friday"
CREDIT = "(Ana Ruiz, Pool Photo via AP)"
BUTTONS = ["사진 확대", "Image 1 of 9", "Bild 2 von 7", "show caption", "... more", "写真を拡大"]


def merge(text: str) -> tuple[list[dict[str, object]], list[str], dict[int, tuple[str, str | None]]]:
    """Captions, body lines, and removed lines with rule and evidence."""
    lines, captions = merge_captions(clean_text(text))
    body = lines.filter(pl.col("role").is_null() & ~pl.col("removed"))["text"].to_list()
    removed = {
        line: (by, evidence)
        for line, by, evidence in lines.filter(pl.col("removed")).select("line", "by", "evidence").iter_rows()
    }
    return (captions["captions"].to_list() or [[]])[0], body, removed


def test_a_copy_that_the_page_model_cut_counts() -> None:
    lines = clean_text(f"{BODY}\n\n{CAPTION} {CREDIT}\n\n{MORE}\n\n{CAPTION} {CREDIT}")
    is_second = pl.col("line") == 6
    cut = lines.with_columns(
        role=pl.when(is_second).then(pl.lit("boilerplate")).otherwise("role"),
        by=pl.when(is_second).then(pl.lit("page.outside")).otherwise("by"),
        removed=is_second,
    )
    merged, captions = merge_captions(cut)
    assert [caption["copies"] for caption in captions["captions"][0]] == [2]
    assert merged.filter(is_second).select("role", "by", "evidence").row(0) == ("repeat", "repeat.caption", "2")


PLACES = [
    ("twice in a row", f"{CAPTION} {CREDIT}\n{CAPTION} {CREDIT}", 2, [3], CREDIT),
    ("a blank line between", f"{CAPTION} {CREDIT}\n\n{CAPTION} {CREDIT}", 2, [4], CREDIT),
    ("a paragraph between", f"{CAPTION} {CREDIT}\n\n{MORE}\n\n{CAPTION} {CREDIT}", 2, [6], CREDIT),
    ("without its credit first", f"{CAPTION}\n\n{CAPTION} {CREDIT}", 2, [2], CREDIT),
    ("without its credit second", f"{CAPTION} {CREDIT}\n\n{MORE}\n\n{CAPTION}", 2, [6], CREDIT),
    ("interleaved with credits", f"{CAPTION}\n{CREDIT}\n{CAPTION}\n{CREDIT}", 2, [4, 5], CREDIT),
    ("sixteen copies", "\n".join([f"{CAPTION} {CREDIT}"] * 16), 16, list(range(3, 18)), CREDIT),
]


@pytest.mark.parametrize(("name", "block", "copies", "gone", "credit"), PLACES, ids=[row[0] for row in PLACES])
def test_copies_are_merged_wherever_they_stand(
    name: str, block: str, copies: int, gone: list[int], credit: str | None
) -> None:
    captions, body, removed = merge(f"Last ferry leaves\n\n{block}\n\n{BODY}")
    assert [(caption["copies"], caption["text"], caption["credit"]) for caption in captions] == [
        (copies, CAPTION, credit and credit.strip("()"))
    ]
    assert list(removed) == gone
    assert all(by.startswith("repeat.") and evidence and evidence.isdigit() for by, evidence in removed.values())
    assert CAPTION not in body
    assert BODY in body


@pytest.mark.parametrize(
    "line",
    [
        "And what happened then, when the last of the passengers had gone ashore?",
        "Row, row, row your boat",
        "I will not go home, no more, no more, no more!",
    ],
)
def test_body_lines_repeat_for_good_reasons(line: str) -> None:
    _, body, removed = merge(
        f"Last ferry leaves\n\n{BODY}\n\n{line}\n\n{MORE}\n\n{line}\n\n{BODY} Again.\n\n{line}\n{line}"
    )
    assert body.count(line) == 4
    assert removed == {}


def test_credits_of_two_pictures_stay_with_their_own() -> None:
    captions, _, removed = merge(
        f"Last ferry leaves\n\n{CAPTION} (Ana Ruiz/AP)\n\n{BODY}\n\n{CAPTION} (Tom Ehlers/dpa)\n\n{MORE}"
    )
    assert [(caption["credit"], caption["copies"]) for caption in captions] == [
        ("Ana Ruiz/AP", 1),
        ("Tom Ehlers/dpa", 1),
    ]
    assert removed == {}


@pytest.mark.parametrize("button", BUTTONS)
def test_a_copy_next_to_a_pictures_button_is_a_caption(button: str) -> None:
    caption = "The ferry Tern at the north quay of Larkhaven on Friday"
    found = read_fates(f"Last ferry leaves\n{button}\n{caption}\n{BODY}\n{MORE}\n{caption}\n{BODY} Again.")
    assert found[2] == ("caption", False)
    assert found[5] == ("repeat", True)


def test_a_repeated_name_and_house_is_a_credit() -> None:
    found = read_fates(
        f"Last ferry leaves\n{BODY}\n{MORE}\nAna Ruiz/Courier\n{BODY} Again.\nAna Ruiz/Courier\n{MORE} Again."
    )
    assert [found[3], found[5]] == [("credit", False), ("repeat", True)]


def test_a_repeated_sub_heading_stays() -> None:
    found = read_fates(
        f"Last ferry leaves\n{BODY}\nEasy setup for all ferries of the harbour line\n{MORE}\nEasy setup for all ferries of the harbour line\n{BODY} Again."
    )
    assert [found[2], found[4]] == [(None, False), (None, False)]


def test_copies_next_to_a_credit_are_captions_among_copies_with_and_without_dates() -> None:
    plain = "The ferry Tern at the north quay of Larkhaven"
    text = f"Last ferry leaves\n{plain}\nPhoto: Ana Ruiz\n{BODY}\n{MORE}\n{plain}\nPhoto: Ana Ruiz\n{BODY} Again."
    found = read_fates(text)
    assert [found[1], found[5]] == [("caption", False), ("repeat", True)]


def find_reasons(*lines: str) -> list[str | None]:
    """What set each line apart."""
    named = name_captions_again(name_repeated_captions(clean_text("\n".join(["Last ferry leaves", BODY, *lines]))))
    return named["by"].to_list()[2:]


@pytest.mark.parametrize("end", ["?", "!", "?”", ":", "！"])
def test_questions_and_calls_repeat_for_good_reasons(end: str) -> None:
    line = make_line(50, end=end)
    assert find_reasons(line, line, MORE) == [None, None, None]


@pytest.mark.parametrize(("width", "reason"), [(440, "caption.beside-credit"), (441, None)])
def test_a_copy_next_to_a_credit_is_at_most_440_wide(width: int, reason: str | None) -> None:
    line = make_line(width)
    assert find_reasons(line, "Photo: Ana Ruiz", MORE, line, BODY) == [reason, "credit.label", None, reason, None]


DATE = "Nov. 19, 2019"


@pytest.mark.parametrize(
    ("width", "reason"), [(59, None), (60, "caption.dated-copies"), (440, "caption.dated-copies"), (441, None)]
)
def test_dated_copies_are_captions(width: int, reason: str | None) -> None:
    line = make_line(width, end=f" on {DATE}")
    assert find_reasons(line, MORE, line, BODY) == [reason, None, reason, None]


@pytest.mark.parametrize(
    ("width", "reason"), [(19, None), (20, "caption.above-credit"), (159, "caption.above-credit"), (160, None)]
)
def test_a_line_alone_above_a_credit_is_a_caption(width: int, reason: str | None) -> None:
    assert find_reasons("", make_line(width), "Photo: Ana Ruiz", "", MORE) == [reason, "credit.label", None]


@pytest.mark.parametrize(
    "lines",
    [[make_line(50), "Photo: Ana Ruiz", ""], ["", make_line(50), "Photo: Ana Ruiz"]],
    ids=["nothing above it", "text right below"],
)
def test_a_line_above_a_credit_that_does_not_stand_alone_stays(lines: list[str]) -> None:
    assert find_reasons(*lines, MORE) == [None, "credit.label", None]


@pytest.mark.parametrize(("chars", "reason"), [(25, "caption.cut-short"), (24, None)])
def test_a_cut_copy_of_a_caption_says_at_least_25_characters(chars: int, reason: str | None) -> None:
    start = make_line(chars)
    assert find_reasons(f"{start} on Friday. (Ana Ruiz/AP)", MORE, f"{start}... more", BODY)[2] == reason


def test_the_words_of_a_caption_are_a_caption_again() -> None:
    line = make_line(50, end=".")
    assert find_reasons(f"{line} (Ana Ruiz/AP)", MORE, f"• {line}", BODY)[2] == "caption.same-words"
    assert find_reasons(f"{make_line(39)}. (Ana Ruiz/AP)", MORE, make_line(39), BODY)[2] is None


@pytest.mark.parametrize(("chars", "reason"), [(80, "credit.repeated"), (81, None)])
def test_a_line_over_80_characters_is_no_repeated_credit(chars: int, reason: str | None) -> None:
    credit = f"A{'n' * (chars - 14)} Ruiz/Courier"
    assert len(credit) == chars
    assert find_reasons(credit, MORE, credit, "A sub-heading") == [reason, None, reason, None]
    assert find_reasons(credit, MORE) == [None, None]


@pytest.mark.parametrize(("width", "reason"), [(39, None), (40, "repeat.paragraph"), (300, "repeat.paragraph")])
def test_a_line_that_stands_twice_in_a_row_stays_once(width: int, reason: str | None) -> None:
    assert find_reasons(make_line(width), make_line(width), MORE) == [None, reason, None]


WORDS = "Fishermen wait above the swing bridge of Emberwick while divers look at its footings."
COPIES = [
    "Above: {}",
    "Pictured: {}",
    "1 of 3 | {}",
    "2/7: {}",
    "FILE PHOTO: {}",
    "Image: {}",
    "Image caption {}",
    "Image caption, {}",
    "▲ {}",
    "Illustrative: {}",
    "• {}",
    "{} [Ana Ruiz/Courier]",
    "{} Ana Ruiz/The Emberwick Courier",
    "{} | Ana Ruiz",
    "{} – Ana Ruiz",
    "{} Courtesy of Ana Ruiz",
    "{} © Ana Ruiz",
    "{} (Courier photo by Ana Ruiz)",
    "{} ANA RUIZ / COURIER",
    "{} Photo: Ana Ruiz",
    "Photo: {} (A. Ruiz/Courier)",
    "{}",
]


def test_a_copy_with_another_label_or_credit_is_merged() -> None:
    full = f"{WORDS} (Ana Ruiz/Courier)"
    pairs = [pair for copy in COPIES for pair in ((copy.format(WORDS), full), (full, copy.format(WORDS)))]
    texts = [f"Bridge stays open\n\n{one}\n\n{BODY}\n\n{two}\n\n{MORE}" for one, two in pairs]
    lines, captions = merge_captions(clean_lines(annotate_texts(texts), 0.5))
    merged = dict(captions.select("doc", "captions").iter_rows())
    for doc, pair in enumerate(pairs):
        own = lines.filter(pl.col("doc") == doc)
        ((caption,), removed) = (merged[doc], own["removed"].sum())
        assert (pair, caption["text"], caption["copies"], removed) == (pair, WORDS, 2, 1)
        assert (pair, "Ruiz" in str(caption["credit"])) == (pair, True)
        body = own.filter(pl.col("role").is_null() & ~pl.col("removed"))["text"]
        assert (pair, [line for line in body if WORDS in line]) == (pair, [])


@pytest.mark.parametrize(
    "other",
    [
        f"{WORDS} (Tom Ehlers/Courier)",
        f"{WORDS} Photo: Tom Ehlers",
        f"{WORDS.replace('wait', 'queue')} (Ana Ruiz/Courier)",
        f"{WORDS[:-1]}, and more come. (Ana Ruiz/Courier)",
    ],
)
def test_another_picture_is_no_copy(other: str) -> None:
    captions, _, removed = merge(f"Bridge stays open\n\n{WORDS} (Ana Ruiz/Courier)\n\n{BODY}\n\n{other}\n\n{MORE}")
    assert [caption["copies"] for caption in captions] == [1, 1]
    assert removed == {}


def test_a_sentence_of_the_body_does_not_delete_a_caption() -> None:
    captions, body, removed = merge(
        f"Bridge stays open\n\n{WORDS} (Ana Ruiz/Courier)\n\n{BODY}\n\n{MORE} {WORDS} Few had come."
    )
    assert [caption["text"] for caption in captions] == [WORDS]
    assert any(WORDS in line for line in body)
    assert removed == {}


def test_a_sentence_that_goes_on_behind_the_words_of_a_caption_stays() -> None:
    line = f"{WORDS[:-1]} and the board watches from the quay."
    _, body, _ = merge(f"Bridge stays open\n\n{WORDS} (Ana Ruiz/Courier)\n\n{BODY}\n\n{line}\n\n{MORE}")
    assert line in body


OWN_LINES = {
    "a blank line between": ("{}\n\nPhoto: {}", True),
    "right below": ("{}\nPhoto: {}", True),
    "right above": ("Photo: {1}\n{0}", True),
    "as the BBC has it": ("Image source, {1}\n\nImage caption,\n\n{0}", True),
    "as the BBC has it, together": ("Image source, {1}\nImage caption,\n{0}", True),
    "numbered": ("3 / 40\n{}\nPhoto: {}", True),
    "numbered, apart": ("3 of 40\n\n{}\n\nPhoto: {}", True),
}


@pytest.mark.parametrize(("form", "has_credit"), OWN_LINES.values(), ids=OWN_LINES)
def test_parts_of_a_caption_on_lines_of_their_own_belong_together(form: str, has_credit: bool) -> None:
    said, other = "The old chandlery on the north quay of Emberwick", "The ferry in the fog above the weir at dawn"
    blocks = f"{form.format(said, 'Ana Ruiz')}\n\n{MORE}\n\n{form.format(other, 'Tom Ehlers')}"
    captions, body, _ = merge(f"Bridge stays open\n\n{BODY}\n\n{blocks}\n\n{BODY} Again.")
    assert [(caption["text"], caption["credit"]) for caption in captions] == [(said, "Ana Ruiz"), (other, "Tom Ehlers")]
    assert body == [BODY, MORE, f"{BODY} Again."]


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("Рибари чакат над моста (Снимка: Мара Куист)", "Мара Куист"),
        ("דייגים ממתינים ליד הגשר (צילום: מארה קוויסט)", "מארה קוויסט"),
        ("ชาวประมงรออยู่เหนือสะพาน (ภาพ: มารา ควิสต์)", "มารา ควิสต์"),
        ("Ψαράδες περιμένουν στη γέφυρα (Φωτογραφία: Μάρα Κουίστ)", "Μάρα Κουίστ"),
        ("ماهیگیران در کنار پل منتظرند (عکس: مارا کویست)", "مارا کویست"),
        ("어부들이 다리 위에서 기다리고 있다. (사진=김하늘 기자)", "김하늘 기자"),
        ("漁師たちが橋の上流で待つ（撮影：鹿島花）", "鹿島花"),
        ("工人们在老磨坊门前合影。李晓 摄", "李晓"),
        ("漁民在平旋橋上游等候。記者周明／攝影", "周明"),
    ],
)
def test_labels_of_many_languages_credit_a_picture(caption: str, credit: str) -> None:
    captions, _, _ = merge(f"Bridge stays open\n\n{caption}\n\n{BODY}\n\n{caption}\n\n{MORE}")
    assert [(one["credit"], one["copies"]) for one in captions] == [(credit, 2)]

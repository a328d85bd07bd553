"""The headline and the standfirst follow from where a line stands."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, annotate_text, annotate_texts, find_roles, list_documents, make_line
from builders.articles import P1 as PARAGRAPH

HEADLINE = "Last ferry leaves"


@pytest.mark.parametrize(
    ("name", "text", "title", "expected"),
    [
        ("first line", f"Last ferry leaves\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
        ("no headline at all", f"{PARAGRAPH}\n\n{PARAGRAPH}", None, {0: None, 2: None}),
        (
            "the record's title",
            f"Harbour\n\nLast ferry leaves the harbour tonight\n\n{PARAGRAPH}",
            "Last ferry leaves the harbour tonight",
            {2: "headline"},
        ),
        (
            "said twice",
            f"Last ferry leaves\nLast ferry leaves\n\n{PARAGRAPH}",
            None,
            {0: "headline", 1: "repeat", 3: None},
        ),
        (
            "standfirst without a stop",
            f"Last ferry leaves\n\nAfter forty years the line closes, and the islanders say that nobody asked them about it\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: "standfirst", 4: None},
        ),
        (
            "standfirst above the byline",
            f"Last ferry leaves\n\nAfter forty years the line closes, and nobody asked the islanders.\n\nBy Mara Quist\n\n{PARAGRAPH}",
            None,
            {2: "standfirst", 4: "byline", 6: None},
        ),
        (
            "no standfirst: the body begins",
            f"Last ferry leaves\n\n{PARAGRAPH}\n\n{PARAGRAPH} Again.",
            None,
            {0: "headline", 2: None, 4: None},
        ),
        (
            "a headline may use a rule's words",
            f"Most popular ferry in the country leaves for good\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: None},
        ),
        ("a question may be a headline", f"Who will run the ferry?\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 and "\n" not in value else "",
)
def test_headline_and_standfirst(name: str, text: str, title: str | None, expected: dict[int, str | None]) -> None:
    found = find_roles(text, title)
    assert {line: found[line] for line in expected} == expected


def test_a_later_headline_is_the_printed_one() -> None:
    text = f"Last ferry leaves the harbour | The Larkhaven Courier\nLast ferry leaves the harbour\n{PARAGRAPH}"
    assert annotate_text(text)["role_by"].to_list()[:2] == ["headline.page-title", "headline.printed"]


def find_reasons(*lines: str, title: str | None = None) -> list[str | None]:
    """What gave each line its role."""
    return annotate_text("\n".join(lines), title)["role_by"].to_list()


TOP, PRINTED, PAGE_TITLE = "headline.on-top", "headline.printed", "headline.page-title"
RECORD, COPY = "headline.record-title", "repeat.headline"


@pytest.mark.parametrize(("width", "reason"), [(180, TOP), (181, None)])
def test_a_headline_by_its_place_is_at_most_180_wide(width: int, reason: str | None) -> None:
    assert find_reasons(make_line(width), PARAGRAPH)[0] == reason


@pytest.mark.parametrize(("width", "reason"), [(99, TOP), (100, None)])
def test_a_first_line_that_asks_is_a_headline_if_it_is_short(width: int, reason: str | None) -> None:
    assert find_reasons(make_line(width, end="?"), PARAGRAPH)[0] == reason
    assert find_reasons(make_line(width, end="!"), PARAGRAPH)[0] == reason


@pytest.mark.parametrize(("width", "reason"), [(79, TOP), (80, None)])
def test_a_first_line_that_is_one_quotation_is_a_headline_if_it_is_short(width: int, reason: str | None) -> None:
    assert find_reasons(f"“{make_line(width - 2)}”", PARAGRAPH)[0] == reason


BODY = [
    "The ferry has been saved by one vote.",
    "“The ferry is saved.”",
    "Here is what the council has said about it:",
    "渡船今晚照常开航。",
    "And so it begins…",
    "LARKHAVEN, Merrow –",
    "Background",
    "WOW..",
    "Q: When will the ferry sail?",
    "(Imagine that: the oldest ferry of all is to sail for one more summer)",
    "“Where is the ferry?” I asked my mother. “She sails at noon, child”",
    "And so the ferry sails on, green and rusty, with the band on deck, for one more summer",
    "The company, which has run ferries since 1911, said on Friday that it would run the oldest for a summer",
]
SKIPPED = [
    "English Español Français Deutsch Italiano",
    "Deutsch | English | Polski",
    "By",
    "Posted on by",
    "By Mara Quist and Ana Ruiz: April 4, 2026",
    "Updated Dec. 25 at 3:53 pm",
    "Subscribe to the weekly letter",
    "Listen to the podcast: Click Here",
    "https://courier.example/2026/05/05/ferry",
    "Headline: Seven ships you must see",
    "Mara Quist, Courier",
    "QUAY AT THE OLD LOCK 51.88",
    "Read in: English Deutsch Français",
    "Subscribe now for full access",
    "4 min",
    "Photo gallery (12)",
    "#ferry #island #boats",
    "From: Mara Quist",
    "Ferries of the north - http://courier.example/ferries",
    "The Green Queen | 1998 | 94 min",
    "Posted by Mara Quist in Ferries",
    "Vol. 12, No. 4",
]
HEADLINES = [
    "Ferry returns to the U.S.",
    "Posted sentries guard the ferry",
    "English and French towns share a ferry",
    "Listen to your ferry captain",
    "Byron’s ferry is found",
    "Ferry: the last one leaves",
    "„Wir brauchen die Fähre“",
    "渡船今晚照常开航",
    "Who saved the ferry?",
    "Opening bell 11.18.19",
]


def find_all_reasons(texts: list[str]) -> list[list[str | None]]:
    """What gave each line its role, for each text."""
    return [list(reasons.values()) for reasons in list_documents(annotate_texts(texts), "role_by")]


def test_a_first_line_that_reads_like_the_body_stays_in_the_text() -> None:
    apart = list_documents(annotate_texts([f"{line}\n\nLast ferry leaves\n\n{PARAGRAPH}" for line in BODY]), "role")
    assert {line: roles.get(0) for line, roles in zip(BODY, apart, strict=True)} == dict.fromkeys(BODY)
    found = find_all_reasons([f"{line}\n\nLast ferry leaves\n{PARAGRAPH}" for line in BODY])
    assert {line: reasons[1] for line, reasons in zip(BODY, found, strict=True)} == dict.fromkeys(BODY)


def test_what_is_said_below_is_no_headline() -> None:
    said = "When she read the plan the captain knew that the last ferry would leave an hour later than planned, and not return"
    below = f"It was on deck that {said[5:]}. {PARAGRAPH}"
    assert find_reasons(said, "", below)[0] is None
    assert find_reasons(said, "", PARAGRAPH)[0] == TOP
    quotation = "“Why is the ferry green?”"
    assert find_reasons(quotation, "“Why is she late?”", PARAGRAPH)[0] is None
    assert find_reasons(quotation, "", PARAGRAPH)[0] == TOP


def test_a_standfirst_does_not_stand_again_below() -> None:
    line = "The oldest ferry of the island sails for one more summer and nobody knows who will pay for the paint"
    once = f"Last ferry leaves\n\n{line}\n\nBy Mara Quist\n\n{PARAGRAPH}"
    assert find_roles(once, None)[2] == "standfirst"
    assert find_roles(f"{once}\n\n{line}\n\n{PARAGRAPH}", None)[2] is None


def test_the_headline_may_stand_below_lines_that_are_none() -> None:
    found = find_all_reasons([f"{line}\n\nLast ferry leaves\n\n{PARAGRAPH}" for line in SKIPPED])
    assert {line: reasons[1] for line, reasons in zip(SKIPPED, found, strict=True)} == dict.fromkeys(SKIPPED, TOP)


def test_lines_that_are_headlines_nevertheless() -> None:
    found = find_all_reasons([f"{line}\n\n{PARAGRAPH}" for line in HEADLINES])
    assert {line: reasons[0] for line, reasons in zip(HEADLINES, found, strict=True)} == dict.fromkeys(HEADLINES, TOP)


@pytest.mark.parametrize("line", ["Story highlights", "Key points", "Das Wichtigste in Kürze", "En bref"])
def test_the_first_point_of_a_list_is_no_headline(line: str) -> None:
    assert TOP not in find_reasons(line, "Ferry stays for a winter", "Half of the sum is not found", PARAGRAPH)


@pytest.mark.parametrize(("above", "reason"), [(11, RECORD), (12, None)])
def test_a_records_title_is_among_the_first_12_lines(above: int, reason: str | None) -> None:
    title = "Last ferry leaves the harbour tonight"
    lines = [f"Item number {number} of a list" for number in range(above)]
    assert find_reasons(*lines, title, PARAGRAPH, title=title)[above] == reason


@pytest.mark.parametrize(("above", "reason"), [(11, TOP), (12, None)])
def test_the_first_free_line_is_a_headline_among_the_first_12(above: int, reason: str | None) -> None:
    assert find_reasons(*["Photo: Ana Ruiz"] * above, "Last ferry leaves", PARAGRAPH)[above] == reason


@pytest.mark.parametrize(("width", "reason"), [(25, RECORD), (24, None)])
def test_a_line_with_which_the_records_title_begins_is_at_least_25_wide(width: int, reason: str | None) -> None:
    line = make_line(width)
    assert find_reasons(line, PARAGRAPH, title=f"{line} | The Larkhaven Courier")[0] == reason


def test_a_line_that_equals_the_records_title_may_be_short_and_written_otherwise() -> None:
    assert find_reasons("Harbour", "Quay", PARAGRAPH, title="„quay“")[:2] == [None, RECORD]


@pytest.mark.parametrize("line", ["By Mara Quist", "Published 3 hours ago", "Advertisement"])
def test_what_is_no_headline(line: str) -> None:
    assert find_reasons(line, "Last ferry leaves", PARAGRAPH)[1] == TOP


@pytest.mark.parametrize(("slack", "reason"), [(10, COPY), (11, None)])
def test_a_copy_of_the_headline_differs_by_at_most_10_characters_of_punctuation(slack: int, reason: str | None) -> None:
    headline = "Last ferry leaves the harbour tonight"
    assert find_reasons(headline, headline + "!" * slack, PARAGRAPH)[:2] == [TOP, reason]


@pytest.mark.parametrize(("width", "reason"), [(30, COPY), (29, None)])
def test_a_copy_below_the_first_paragraph_is_at_least_30_wide(width: int, reason: str | None) -> None:
    headline = make_line(width)
    assert find_reasons(headline, PARAGRAPH, headline, PARAGRAPH + " Again.")[2] == reason
    assert find_reasons(headline, headline, PARAGRAPH)[1] == COPY


@pytest.mark.parametrize(
    ("name", "reasons"), [("Quayss", [PAGE_TITLE, PRINTED]), ("Quays", [TOP, None])], ids=["6", "5"]
)
def test_a_headline_before_a_sites_name_is_at_least_6_wide(name: str, reasons: list[str | None]) -> None:
    assert find_reasons(f"{name} | The Larkhaven Courier", name, PARAGRAPH)[:2] == reasons


@pytest.mark.parametrize(("between", "reasons"), [(2, [PAGE_TITLE, PRINTED]), (3, [TOP, None])])
def test_the_printed_headline_stands_at_most_3_lines_below(between: int, reasons: list[str | None]) -> None:
    headline = "Last ferry leaves the harbour"
    lines = [f"{headline} | The Larkhaven Courier", *["A quay", "Two nets", "Six gulls"][:between], headline]
    found = find_reasons(*lines, PARAGRAPH)
    assert [found[0], found[between + 1]] == reasons


@pytest.mark.parametrize(("width", "reasons"), [(25, [PAGE_TITLE, PRINTED]), (24, [TOP, None])])
def test_a_printed_headline_goes_on_from_a_title_of_at_least_25(width: int, reasons: list[str | None]) -> None:
    title = make_line(width)
    found = find_reasons(title, "A quay", f"{title} until the tide", PARAGRAPH)
    assert [found[0], found[2]] == reasons


ALIKE = [
    ("three of six words", "ferry harbour tonight nets gulls ropes", [PAGE_TITLE, PRINTED]),
    ("three of seven words", "ferry harbour tonight nets gulls ropes tides", [TOP, None]),
    ("a kicker before it", "Larkhaven: the last ferry leaves harbour tonight", [TOP, None]),
    ("a sentence", "The ferry leaves the harbour tonight.", [TOP, None]),
]


@pytest.mark.parametrize(("line", "reasons"), [row[1:] for row in ALIKE], ids=[row[0] for row in ALIKE])
def test_a_printed_headline_shares_words_with_the_title(line: str, reasons: list[str | None]) -> None:
    assert find_reasons("The last ferry leaves harbour tonight", line, PARAGRAPH)[:2] == reasons


@pytest.mark.parametrize(("last", "reasons"), [("nets", [PAGE_TITLE, PRINTED]), ("net", [TOP, None])], ids=["25", "24"])
def test_a_printed_headline_of_like_words_is_at_least_25_wide(last: str, reasons: list[str | None]) -> None:
    line = f"Harbour ferry leaves {last}"
    assert find_reasons("The ferry leaves harbour", line, PARAGRAPH)[:2] == reasons


def test_two_of_four_words_are_not_enough() -> None:
    title, line = "Harbourmaster celebrates ferry anniversary", "Ferry passengers applaud harbourmaster"
    assert find_reasons(title, line, PARAGRAPH)[:2] == [TOP, None]
    assert find_reasons(title, "Ferry celebrates, applauds harbourmaster", PARAGRAPH)[:2] == [PAGE_TITLE, PRINTED]


@pytest.mark.parametrize(("width", "role"), [(39, None), (40, "standfirst"), (420, "standfirst"), (421, None)])
def test_a_standfirst_above_a_byline_is_40_to_420_wide(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(width), "By Mara Quist", P1, P2]))[1] == role


@pytest.mark.parametrize(("width", "role"), [(59, None), (60, "standfirst")])
def test_a_standfirst_without_a_byline_below_is_at_least_60_wide(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(width), P1, P2]))[1] == role


@pytest.mark.parametrize(("width", "role"), [(59, None), (60, "standfirst")])
def test_so_is_the_line_below_it(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(80), make_line(width, end="."), P1, P2]))[1] == role


@pytest.mark.parametrize("furniture", ["By Mara Quist", "5 May 2026", "A quay. (Ana Ruiz/AP)"])
def test_furniture_below_a_sentence_makes_it_a_standfirst(furniture: str) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(80, end="."), furniture, P1, P2]))[1] == "standfirst"
    assert find_roles("\n".join([HEADLINE, make_line(80, end="."), "A sub-heading", P1, P2]))[1] is None


def test_a_line_that_closes_with_its_author_is_a_standfirst() -> None:
    for line, role in (
        ("We sail slowly in the fog. A commentary by Mara Quist", "standfirst"),
        ("We sail in the fog by Mara Quist, at all hours", None),
        ("We sail slowly in the fog of May. A story by the sea", None),
    ):
        assert find_roles("\n".join([HEADLINE, line, "Share", P1, P2]))[1] == role


def test_the_headline_behind_a_kicker_is_no_standfirst() -> None:
    for line, role in ((f"On the quay of Larkhaven at night: {HEADLINE}", None), (make_line(60), "standfirst")):
        assert find_roles("\n".join([HEADLINE, line, P1, P2]))[1] == role


def test_a_line_that_the_next_one_repeats_with_a_credit_is_no_standfirst() -> None:
    line = make_line(80)
    assert find_roles("\n".join([HEADLINE, line, f"{line} (Ana Ruiz/AP)", P1, P2]))[1] is None


def test_the_records_standfirst_is_found_among_the_first_12_lines() -> None:
    line = make_line(50)
    lines = [f"Item number {number} of a list" for number in range(10)]
    assert find_roles("\n".join([HEADLINE, *lines, line, P1]), standfirst=f"“{line}!”")[11] == "standfirst"
    assert find_roles("\n".join([HEADLINE, "One", *lines, line, P1]), standfirst=line)[12] is None
    other = "\n".join([HEADLINE, make_line(80), line, P1])
    assert [find_roles(other, standfirst=line)[at] for at in (1, 2)] == [None, "standfirst"]


def test_only_the_line_right_below_the_headline_is_one() -> None:
    found = find_roles("\n".join([HEADLINE, "By Mara Quist", make_line(80), "5 May 2026", P1, P2]))
    assert found[2] is None

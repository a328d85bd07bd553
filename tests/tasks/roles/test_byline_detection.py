"""Who signed an article, by where a name stands and what stands beside it."""

from __future__ import annotations

import pytest
from builders.articles import P1 as PARAGRAPH
from builders.articles import clean_texts, list_documents

from tasks.dates.zones import UNKNOWN
from tasks.facts.bylines import read_signature
from tasks.staging.assemble import find_dates, find_names

SECOND = "Nobody on the quay had asked for it, and nobody on the quay was asked, the harbour master added before he went home."

SIGNATURES = [
    ("By Mara Quist and Ana Ruiz", ("Mara Quist", "Ana Ruiz")),
    ("12 May 2026 | Tom Ehlers | 3 min read", ("Tom Ehlers",)),
    ("Von Tilo Scherer 30.04.2026, 18:58", ("Tilo Scherer",)),
    ("Artikel veröffentlicht am 28. April 2026, 14:26 Uhr, Karla Sommer", ("Karla Sommer",)),
    ("Ein Kommentar von Nils Herberg", ("Nils Herberg",)),
    ("Vera Mazzi 4 febbraio 2026 - 14:41", ("Vera Mazzi",)),
    ("Mara Quist Deputy Harbour Editor", ("Mara Quist",)),
    ("By Mara Quist, Senior Staff Writer, Harbour Desk", ("Mara Quist",)),
    ("Tom Ehlers, Special to the Larkhaven Courier", ("Tom Ehlers",)),
    ("이정화 기자", ("이정화",)),
    ("山田花子2026年1月13日 21時37分", ("山田花子",)),
    ("بقلم ليان الكوثر", ("ليان الكوثر",)),
    ("Christoph von Ahlen", ("Christoph von Ahlen",)),
    ("By Alejandro de la Vega", ("Alejandro de la Vega",)),
    ("Posted 11. April 2026 by Walter van Dorn", ("Walter van Dorn",)),
    ("Mara Quist Mara Quist", ("Mara Quist",)),
    ("(Mara Quist/mquist@example.org)", ("Mara Quist",)),
    ("News, Harbour | Published: 5 hours ago | Written by Mara Quist", ("Mara Quist",)),
    ("Autorin/Autor Mara Quist", ("Mara Quist",)),
    ("LN-Redaktion", ("LN-Redaktion",)),
    ("Published Jun 05, 2026 • 3 minute read", ()),
    ("Read More", ()),
    ("Junta de Larkhaven dice no", ()),
    ("Federal PoliticsPolitics", ()),
    ("Who will run the ferry?", ()),
    ("By the time it came", ()),
]


@pytest.mark.parametrize(("line", "names"), SIGNATURES, ids=[row[0] for row in SIGNATURES])
def test_names_of_a_line(line: str, names: tuple[str, ...]) -> None:
    found = read_signature(line)
    assert (found.names if not found.rest else ()) == names


def look(text: str) -> tuple[dict[int, str | None], list[str], str | None]:
    """Roles by line, authors and the day of a document without fields of its own."""
    lines = clean_texts(text)
    people, dates = find_names(lines), find_dates(lines, {0: UNKNOWN})
    authors = people["names"].to_list()[0] if people.height else []
    day = str(dates["dated_at"].to_list()[0].date()) if dates.height else None
    return dict(lines.select("line", "role").iter_rows()), authors, day


ARTICLES = [
    (
        "in the headline",
        f"Bridge stays open * The Courier * by Mara Quist\n{PARAGRAPH}\n{SECOND}",
        ["Mara Quist"],
        None,
    ),
    ("a book", f"Bridge of sighs by Mara Quist\n{PARAGRAPH}\n{SECOND}", [], None),
    (
        "in a place",
        f"Bridge vote: as it happened\nMara Quist in Larkhaven\nMon 4 Mar 2024\n{PARAGRAPH}",
        ["Mara Quist"],
        "2024-03-04",
    ),
    (
        "published",
        f"Bridge stays open\nMara Van Der Quist|Published\n{PARAGRAPH}\n{SECOND}",
        ["Mara Van Der Quist"],
        None,
    ),
    (
        "our own",
        f"Bridge stays open\n{PARAGRAPH}\nOur correspondent Mara Quist saw it.\n{SECOND}\nMara Quist",
        ["Mara Quist"],
        None,
    ),
    ("under the headline", f"Last ferry leaves\nMara Quist\n{PARAGRAPH}\n{SECOND}", ["Mara Quist"], None),
    (
        "beside a date",
        f"Last ferry leaves\nMara Quist\n5 May 2026\n{PARAGRAPH}\n{SECOND}",
        ["Mara Quist"],
        "2026-05-05",
    ),
    (
        "date in the line",
        f"Last ferry leaves\n5. Mai 2026 • Mara Quist • 3 Minuten\n{PARAGRAPH}",
        ["Mara Quist"],
        "2026-05-05",
    ),
    ("by on its own line", f"Last ferry leaves\nBy\nMara Quist\n{PARAGRAPH}", ["Mara Quist"], None),
    (
        "several lines",
        f"Last ferry leaves\nMara Quist\nTom Ehlers\n5 May 2026\n{PARAGRAPH}",
        ["Mara Quist", "Tom Ehlers"],
        "2026-05-05",
    ),
    ("a place below", f"Last ferry leaves\nMara Quist\nLarkhaven\n{PARAGRAPH}", ["Mara Quist"], None),
    ("last line", f"Last ferry leaves\n{PARAGRAPH}\n{SECOND}\nLê Phương", ["Lê Phương"], None),
    ("a post below", f"Last ferry leaves\nMara Quist\nHarbour correspondent\n{PARAGRAPH}", ["Mara Quist"], None),
    (
        "spoken of in the text",
        f"Last ferry leaves\nPort Isolde\n{PARAGRAPH} It went to Port Isolde.\n{SECOND}",
        [],
        None,
    ),
    ("a sub-heading", f"Last ferry leaves\n{PARAGRAPH}\n{SECOND}\nHigh Water\n{PARAGRAPH}", [], None),
    ("a kicker", f"HARBOUR NEWS\nLast ferry leaves\n{PARAGRAPH}\n{SECOND}", [], None),
    (
        "published and updated",
        f"Last ferry leaves\nUpdated: 7 May 2026\nPublished: 5 May 2026\n{PARAGRAPH}",
        [],
        "2026-05-05",
    ),
    (
        "a list of days",
        "Tour\n1.5.2026 Larkhaven\n2.5.2026 Venn\n3.5.2026 Alder\n4.5.2026 Isolde\n5.5.2026 Teasel",
        [],
        None,
    ),
]


@pytest.mark.parametrize(("text", "authors", "day"), [row[1:] for row in ARTICLES], ids=[row[0] for row in ARTICLES])
def test_authors_and_day_of_an_article(text: str, authors: list[str], day: str | None) -> None:
    _, found, when = look(text)
    assert found == authors
    assert when == day


KEPT = [
    (
        "a star in a town",
        f"Cup final\n{PARAGRAPH}\n{SECOND}\nMara Quist in Larkhaven\n{PARAGRAPH}",
        "Mara Quist in Larkhaven",
    ),
    ("the main points", f"Cup final\nDas Wichtigste in Kürze\n{PARAGRAPH}\n{SECOND}", "Das Wichtigste in Kürze"),
    ("a speaker", f"Last ferry leaves\n{PARAGRAPH}\nMara Quist: Why?\n{SECOND}", "Mara Quist: Why?"),
    ("a result", f"Cup final\n{PARAGRAPH}\nUpper Teasel 2–0 Saltmarsh\n{SECOND}", "Upper Teasel 2–0 Saltmarsh"),
    ("a clock time of a live blog", f"Flood barrier\n{PARAGRAPH}\n23:41\n{SECOND}", "23:41"),
    ("an ingredient", f"Fish soup\n{PARAGRAPH}\n2 Fennel Bulbs\n1 Leek\n{SECOND}", "2 Fennel Bulbs"),
    ("a verse", f"The song\n{PARAGRAPH}\nO Larkhaven, O Sea\nO Larkhaven, O Sea\n{SECOND}", "O Larkhaven, O Sea"),
    ("a name in a list", f"Prizes\n{PARAGRAPH}\n- Mara Quist\n- Tom Ehlers\n{SECOND}", "- Mara Quist"),
]


@pytest.mark.parametrize(("text", "line"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_lines_that_sign_nothing_stay(text: str, line: str) -> None:
    roles, _, _ = look(text)
    at = text.split("\n").index(line)
    assert roles[at] is None


def test_a_byline_without_a_name_above_the_headline_is_no_error() -> None:
    roles, authors, _ = look(f"By Home News\nLast ferry leaves the harbour\nBy Mara Quist\n{PARAGRAPH}\n{SECOND}")
    assert roles[2] == "byline"
    assert "Mara Quist" in authors


def roles_of(*lines: str) -> list[str | None]:
    """The role of each line below the headline."""
    return list(look("\n".join(["Last ferry leaves", *lines]))[0].values())[1:]


@pytest.mark.parametrize(("days", "role"), [(3, "timestamp"), (4, None)])
def test_at_most_three_dated_lines_date_an_article(days: int, role: str | None) -> None:
    lines = [f"Larkhaven, {day}.5.2026" for day in range(1, days + 1)]
    assert roles_of(*lines, PARAGRAPH, SECOND)[:days] == [role] * days


@pytest.mark.parametrize(("chars", "role"), [(30, "timestamp"), (31, None)])
def test_at_most_30_characters_stand_beside_a_date(chars: int, role: str | None) -> None:
    assert roles_of(f"Q{'q' * (chars - 1)}, 5.5.2026", PARAGRAPH, SECOND)[0] == role


@pytest.mark.parametrize(("chars", "role"), [(30, "byline"), (31, None)])
def test_at_most_30_characters_stand_beside_a_name_behind_by(chars: int, role: str | None) -> None:
    assert roles_of(f"Posted by Mara Quist, {'q' * chars}", PARAGRAPH, SECOND)[0] == role


@pytest.mark.parametrize(("chars", "role"), [(70, "byline"), (71, None)])
def test_a_post_is_at_most_70_characters(chars: int, role: str | None) -> None:
    post = "Editor of the " + "q" * (chars - 14)
    assert roles_of("Mara Quist", post, "A sub-heading", PARAGRAPH, SECOND)[:2] == [role, role]


@pytest.mark.parametrize(("chars", "role"), [(30, "byline"), (31, None)])
def test_a_place_below_a_name_is_at_most_30_characters(chars: int, role: str | None) -> None:
    assert roles_of("Mara Quist", "q" * chars, PARAGRAPH, SECOND)[0] == role


@pytest.mark.parametrize(("name", "role"), [("Mara Ana Quist", "byline"), ("Mara Ana Ruiz Quist", None)])
def test_a_bare_name_has_at_most_three_words(name: str, role: str | None) -> None:
    assert roles_of(name, PARAGRAPH, SECOND)[0] == role


@pytest.mark.parametrize(("chars", "is_byline"), [(70, True), (71, False)])
def test_a_line_of_names_without_by_or_date_is_at_most_70_wide(chars: int, is_byline: bool) -> None:
    line = f"Mara {'Q' + 'u' * 25}, Tom Ehlers, Ana {'R' + 'u' * (chars - 50)}"
    assert len(line) == chars
    assert (roles_of(line, PARAGRAPH, SECOND)[0] == "byline") is is_byline


BARE = [
    ("a timestamp above", ["5 May 2026", "Mara Quist", "A quay", "Nets", PARAGRAPH, SECOND], 1, "byline"),
    (
        "a bio below",
        ["Mara Quist", "Mara Quist is the editor of the Courier", "A quay", PARAGRAPH, SECOND],
        0,
        "byline",
    ),
    ("nothing beside it", ["Mara Quist", "A quay", "Nets", "Gulls", PARAGRAPH, SECOND], 0, None),
    ("below the first paragraph", ["A quay", PARAGRAPH, "Mara Quist", SECOND, PARAGRAPH + " Again."], 2, None),
    ("two below it", ["A quay", PARAGRAPH, "Mara Quist, Tom Ehlers", SECOND, PARAGRAPH + " Again."], 2, "byline"),
    ("capitals alone", ["MARA QUIST", PARAGRAPH, SECOND], 0, None),
    ("capitals behind by", ["Words by MARA QUIST", PARAGRAPH, SECOND], 0, "byline"),
    ("an address below", ["Mara Quist", "mquist@example.org", "Nets", PARAGRAPH, SECOND], 0, "byline"),
    ("further down at the tail", [PARAGRAPH, SECOND, "Nets", "Mara Quist"], 3, None),
    ("by further down at the tail", [PARAGRAPH, SECOND, "Nets", "Words by Mara Quist"], 3, "byline"),
    ("an agency beside a date", ["5 May 2026", "AFP", "A quay", PARAGRAPH, SECOND], 1, "byline"),
    (
        "an agency below a label",
        ["Author of the article:", "The Associated Press", "A quay", PARAGRAPH, SECOND],
        1,
        "byline",
    ),
    (
        "a place and a date below",
        ["A quay by night", "Mara Quist", "Larkhaven", "25/04/2026 Actualizado a las 15:10h.", PARAGRAPH, SECOND],
        1,
        "byline",
    ),
    (
        "a line of 31 and a date below",
        ["A quay by night", "Mara Quist", "q" * 31, "25/04/2026 Actualizado a las 15:10h.", PARAGRAPH, SECOND],
        1,
        None,
    ),
    ("an agency below a caption", ["A quay. (Ana Ruiz/AP)", "AFP", PARAGRAPH, SECOND], 1, "credit"),
    (
        "a place behind the name and below it",
        ["Mara Quist Larkhaven", "Larkhaven", "5 May 2026", PARAGRAPH, SECOND],
        0,
        "byline",
    ),
    ("another place below it", ["Mara Quist Larkhaven Bay Tom", "Osterholm", "5 May 2026", PARAGRAPH, SECOND], 0, None),
    ("an agency and a button", ["A quay", "NTB Tips meg", "Nets", PARAGRAPH, SECOND], 1, "byline"),
    ("an agency and more", ["A quay", "NTB news", "Nets", PARAGRAPH, SECOND], 1, None),
    ("the desk below the article", [PARAGRAPH, SECOND, "LN-Redaktion"], 2, "byline"),
    ("a desk in the article", [PARAGRAPH, SECOND, "LN-Redaktion", PARAGRAPH + " Again."], 2, None),
    ("a picture's credit beside a date", ["5 May 2026", "© AFP", PARAGRAPH, SECOND], 1, "credit"),
]


def test_surroundings_make_a_name_an_author() -> None:
    texts = ["\n".join(["Last ferry leaves", *lines]) for _, lines, _, _ in BARE]
    roles = [list(found.values())[1:] for found in list_documents(clean_texts(*texts), "role")]
    found = {name: own[at] for (name, _, at, _), own in zip(BARE, roles, strict=True)}
    assert found == {name: role for name, _, _, role in BARE}


def test_names_at_the_tail_do_not_sign_where_the_headline_has_a_byline() -> None:
    assert roles_of("Words by Mara Quist", PARAGRAPH, SECOND, "Tom Ehlers, Editor")[3] is None
    assert roles_of(PARAGRAPH, SECOND, "Tom Ehlers, Editor")[2] == "byline"


def test_a_byline_far_below_the_headline_is_not_at_the_tail() -> None:
    items = [f"Item number {number} of the list" for number in range(14)]
    found = roles_of(*items, "By Mara Quist", PARAGRAPH, SECOND, "Tom Ehlers, Editor")
    assert (found[14], found[17]) == ("byline", None)

"""Names of authors, in the ways in which inputs write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.authors import parse_authors

AUTHORS = {
    "one": ("Ann Lee", ("Ann Lee",)),
    "by": ("By Ann Lee", ("Ann Lee",)),
    "BY": ("BY ANN LEE", ("Ann Lee",)),
    "two": ("Ann Lee and Bo Day", ("Ann Lee", "Bo Day")),
    "three": ("Ann Lee, Bo Day and Cy Fox", ("Ann Lee", "Bo Day", "Cy Fox")),
    "three, with a comma": ("By Ann Lee, Bo Day, and Cy Fox", ("Ann Lee", "Bo Day", "Cy Fox")),
    "ampersand": ("Ann Lee & Bo Day", ("Ann Lee", "Bo Day")),
    "and an agency": ("By Ann Lee, Associated Press", ("Ann Lee",)),
    "family name first": ("Lee, Ann", ("Lee, Ann",)),
    "semicolons": ("Lee, Ann; Day, Bo", ("Lee, Ann", "Day, Bo")),
    "bars": ("Ann Lee | Bo Day", ("Ann Lee", "Bo Day")),
    "junior": ("Ann Lee, Jr., and Bo Day", ("Ann Lee Jr.", "Bo Day")),
    "and in a name": ("Alexandra Sandburg", ("Alexandra Sandburg",)),
    "By is a name's start": ("Byron Lee", ("Byron Lee",)),
    "German": ("Ann Lee und Bo Day", ("Ann Lee", "Bo Day")),
    "Chinese": ("王小明", ("王小明",)),
    "list": (["Ann Lee", "By Bo Day"], ("Ann Lee", "Bo Day")),
    "list with a comma": (["Lee, Ann"], ("Lee, Ann",)),
    "objects": ([{"name": "Ann Lee"}, {"@type": "Person", "name": "Bo Day"}], ("Ann Lee", "Bo Day")),
    "an object": ({"name": "Ann Lee"}, ("Ann Lee",)),
    "names in an object": ({"name": ["Ann Lee", "Bo Day"]}, ("Ann Lee", "Bo Day")),
    "twice": (["Ann Lee", "ANN LEE", "Ann-Lee"], ("Ann Lee",)),
    "an address": (["https://example.com/ann", "Ann Lee"], ("Ann Lee",)),
    "white space": ("  Ann \n Lee ", ("Ann Lee",)),
    "blank": (" ", ()),
    "null": (None, ()),
    "a number": (7, ()),
    "nulls in a list": ([None, 3, "Ann Lee"], ("Ann Lee",)),
    "a list as Python writes it": ("['Ann Lee', \"Bo O'Day\"]", ("Ann Lee", "Bo O'Day")),
    "a list as JSON writes it": ('["Ann Lee", "Bo Day"]', ("Ann Lee", "Bo Day")),
    "an array as NumPy writes it": ("['Ann Lee' 'Bo Day']", ("Ann Lee", "Bo Day")),
    "a list without quotes": ("[Ann Lee, Bo Day]", ("Ann Lee", "Bo Day")),
    "objects as Python writes them": ("[{'name': 'Ann Lee', 'url': None}]", ("Ann Lee",)),
    "an empty list as text": ("[]", ()),
    "half a list": ("['Ann Lee'", ("Ann Lee",)),
    "nan": ("nan", ()),
    "None": ("None", ()),
    "not a number": (float("nan"), ()),
    "nan in a list": (["nan", "Ann Lee", ""], ("Ann Lee",)),
    "a post": ("Harbour correspondent", ()),
    "staff": (["Staff writer", "Ann Lee"], ("Ann Lee",)),
    "name and post": ("Ann Lee, Harbour correspondent", ("Ann Lee",)),
    "name and post in a list": (["Ann Lee, Harbour correspondent"], ("Ann Lee",)),
    "name and post without a comma": ("Ann Lee Harbour correspondent", ("Ann Lee",)),
    "an agency": ("Reuters", ()),
    "a site": ("www.courier.example", ()),
    "a site of one word": ("courier.com", ()),
    "a mail address with a name": ("ann@mail.example (Ann Lee)", ("Ann Lee",)),
    "a name with a mail address": ("Ann Lee <ann@mail.example>", ("Ann Lee",)),
    "a mail address": ("ann@mail.example", ()),
    "a user": ("admin", ()),
    "two in an entry": (["By Ann Lee and Bo Day"], ("Ann Lee", "Bo Day")),
    "first and last name": ([{"first_name": "Ann", "last_name": "Lee"}], ("Ann Lee",)),
    "a name in two spellings": ({"name": {"@value": "Ann Lee"}}, ("Ann Lee",)),
    "markup": ('<a href="/ann">Ann Lee</a>', ("Ann Lee",)),
    "references": ("Ann O&#39;Day", ("Ann O'Day",)),
    "a German one": ("Von Ann Lee", ("Ann Lee",)),
    "a noble one": ("Von Trapp", ("Von Trapp",)),
    "one in capitals": ("MARÍA DE LA CRUZ-MCLEAN", ("María de la Cruz-McLean",)),
}


@pytest.mark.parametrize(("value", "names"), AUTHORS.values(), ids=AUTHORS.keys())
def test_names_of_authors(value: Any, names: tuple[str, ...]) -> None:
    assert parse_authors(value) == names


def test_long_white_space_in_names_is_read_in_linear_time() -> None:
    gap = " " * 100_000
    assert parse_authors(f"Ann{gap}Lee{gap},{gap}Bo{gap}and{gap}Cy") == ("Ann Lee", "Bo", "Cy")


@pytest.mark.parametrize("shape", ["[", "['", "{'a':", "(", "a@", "a.", "A-", "By ", "<", "Ann Lee, "])
def test_long_values_are_read_in_linear_time(shape: str) -> None:
    parse_authors(shape * (200_000 // len(shape)))


@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_value_gives_names(value: Any) -> None:
    assert all(name.strip() for name in parse_authors(value))

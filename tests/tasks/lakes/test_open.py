"""A lake is opened by a folder or an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.lakes.lake import PlaceError, open_lake

PLACES = [
    ("gs://news/lake", "a lake is a folder or s3"),
    ("s3://news", "name a folder in the bucket"),
    ("s3://news/", "name a folder in the bucket"),
]


@pytest.mark.parametrize(("address", "told"), PLACES, ids=[case[0] for case in PLACES])
def test_an_address_that_no_lake_can_have(address: str, told: str) -> None:
    with pytest.raises(PlaceError, match=told):
        open_lake(address)


def test_a_path_that_was_an_address_is_one_again() -> None:
    assert open_lake(Path("s3://news/lake")).name == "s3://news/lake"
    assert open_lake(Path("lake")) == open_lake(Path("lake"))

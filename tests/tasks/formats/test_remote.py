"""What a store answers, in a line that helps."""

from __future__ import annotations

import pytest

from tasks.formats.remote import tidy_error

ERRORS = {
    "without the library's notes": ("no such key\n\nDebug source:\n<Error/>", "no such key"),
    "on one line": ("first\n  second", "first second"),
    "cut short": ("x" * 400, "x" * 299 + "…"),
    "no keys": (
        "Error performing PUT http://169.254.169.254/latest/api/token: 403 Forbidden",
        "no keys for the store were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
}


@pytest.mark.parametrize(("said", "message"), ERRORS.values(), ids=ERRORS)
def test_an_error_of_a_store_is_reported_in_one_line(said: str, message: str) -> None:
    assert tidy_error(OSError(said)) == message

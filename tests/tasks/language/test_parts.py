"""Shares of a text's languages from the guesses for its parts."""

import pytest

from tasks.language.parts import Guess, Mixture, divide_text, mix_languages

EN, DE, DOUBT = Guess("en", 0.99, True, 200), Guess("de", 0.97, True, 100), Guess("af", 0.5, True, 100)
UNKNOWN = Guess("en", 0.0, False, 1000)


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        pytest.param(EN, [EN, EN], None, id="one language"),
        pytest.param(EN, [EN, DE], Mixture(0.99, (("en", 0.667), ("de", 0.333))), id="two languages"),
        pytest.param(DE, [EN, DE], Mixture(0.99, (("en", 0.667), ("de", 0.333))), id="most of it decides"),
        pytest.param(EN, [EN, DOUBT, DE], Mixture(0.99, (("en", 0.75), ("de", 0.25))), id="doubt follows"),
        pytest.param(EN, [DOUBT, EN, DE], Mixture(0.99, (("en", 0.75), ("de", 0.25))), id="doubt leads"),
        pytest.param(EN, [EN] * 5 + [DE], None, id="under a tenth"),
        pytest.param(EN, [EN] * 4 + [DE], Mixture(0.99, (("en", 0.889), ("de", 0.111))), id="over a tenth"),
        pytest.param(UNKNOWN, [DOUBT, DOUBT, DOUBT, EN], None, id="half in doubt"),
        pytest.param(UNKNOWN, [DOUBT, EN, EN], Mixture(0.99, (("en", 1.0),)), id="one language found by parts"),
        pytest.param(
            Guess("hr", 0.9, True, 9),
            [Guess("hr", 0.99, True, 200), Guess("sr", 0.99, True, 150)],
            None,
            id="relatives",
        ),
    ],
)
def test_mixtures(whole: Guess, parts: list[Guess], expected: Mixture | None) -> None:
    assert mix_languages(whole, parts) == expected


def test_division_keeps_all_words() -> None:
    text = (
        "A short line.\n\nAnother.\n"
        + "The council met again on Monday and said so. " * 12
        + "\n市议会星期二宣布。旧桥将关闭。"
    )
    parts = divide_text(text)
    assert "".join(" ".join(parts).split()) == "".join(text.split())
    assert len(parts) > 3
    assert divide_text("") == []

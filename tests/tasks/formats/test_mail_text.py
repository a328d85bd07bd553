"""What in a mail is not its article."""

from __future__ import annotations

from tasks.formats.mail_text import cut_mail_text
from tasks.formats.wire import Item

BODY = "The pier of Venn opened on Monday."


def test_a_forwarded_message_is_the_article() -> None:
    text = f"---------- Forwarded message ----------\nFrom: b@venn.example\nSubject: Pier\n\n{BODY}"
    assert cut_mail_text(Item({}, text)).text == BODY


def test_a_rule_inside_an_article_stays() -> None:
    text = f"{BODY}\n____________________\n{BODY}"
    assert cut_mail_text(Item({}, text)).text == text


def test_two_dashes_far_above_the_end_are_no_signature() -> None:
    text = f"{BODY}\n--\n" + "\n".join([BODY] * 30)
    assert cut_mail_text(Item({}, text)).text == text


def test_a_mail_of_quotes_alone_stays() -> None:
    assert cut_mail_text(Item({}, "> One.\n> Two.")).text == "> One.\n> Two."


def test_markup_goes_where_lines_go() -> None:
    item = Item({}, f"{BODY}\n\nThe pier.\n-- \nNell", ((2, "caption"),))
    assert cut_mail_text(item).markup == ()
    assert cut_mail_text(Item({}, f"{BODY}\n\nThe pier.", ((2, "caption"),))).markup == ((2, "caption"),)


def test_a_message_that_is_forwarded_again_and_again_is_read() -> None:
    head = "---------- Forwarded message ----------\nFrom: b@venn.example\n\n"
    assert cut_mail_text(Item({}, head * 2_000 + BODY)).text.endswith(BODY)

"""Mail as it is stored: encoded words, transfer encodings, alternatives, attachments, mailboxes, saved pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all, read_records

from tasks.batch import Limits
from tasks.formats.mail import MAIL, MBOX
from tasks.formats.record import Record, Reject

BODY = "The pier of Venn opened on Monday.\n\nIt is free."
HEAD = "From: desk@venn.example\nTo: all@venn.example\nSubject: {}\nDate: Tue, 05 Mar 2024 10:00:00 +0000\nMessage-ID: <1@venn.example>\n"
PLAIN = HEAD.format("Old pier opens") + "\n" + BODY


def make_mail(parts: str, kind: str = "alternative") -> str:
    return (
        HEAD.format("Old pier opens")
        + f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n\n{parts}--b--\n'
    )


TEXT_PART = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{BODY}\n"
HTML_PART = "--b\nContent-Type: text/html\n\n<html><body><p>The pier of Venn opened on Monday.</p><p>It is free.</p></body></html>\n"
MAILS = {
    "plain": PLAIN,
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "quoted-printable": (
        HEAD.format("Old pier opens")
        + "Content-Transfer-Encoding: quoted-printable\n\nThe pier of Venn ope=\nned on Monday=2E\n\nIt is free."
    ),
    "base64": (
        HEAD.format("=?utf-8?b?T2xkIHBpZXIgb3BlbnM=?=")
        + "Content-Transfer-Encoding: base64\n\nVGhlIHBpZXIgb2YgVmVubiBvcGVuZWQgb24gTW9uZGF5LgoKSXQgaXMgZnJlZS4=\n"
    ),
    "alternatives": make_mail(TEXT_PART + HTML_PART),
    "HTML alone": make_mail(HTML_PART),
    "HTML beside a hint": make_mail("--b\nContent-Type: text/plain\n\nUse HTML.\n" + HTML_PART),
    "flowed": HEAD.format("Old pier opens")
    + "Content-Type: text/plain; format=flowed\n\nThe pier of \nVenn opened on \nMonday.\n\nIt is free.",
    "a signature": PLAIN + "\n-- \nNell Ashgrove\nThe Venn Courier",
    "a reply": "From: a@venn.example\nSubject: Re: Old pier opens\nDate: Tue, 05 Mar 2024 10:00:00 +0000\nMessage-ID: <1@venn.example>\n\n"
    f"On Monday, Bo Day wrote:\n> Is there a pier?\n> Or not?\n\n{BODY}",
    "an older message": PLAIN + "\n\n-----Original Message-----\nFrom: b@venn.example\nIs there a pier?",
    "a notice": PLAIN + "\n\n________________________________\nThis mail is confidential.",
    "labels of a desk": HEAD.format("story") + f"\nHeadline: Old pier opens\n\n{BODY}",
    "a form": HEAD.format("form")
    + '\n{"Headline": ["Old pier opens"], "Body": ["The pier of Venn opened on Monday.\\n\\nIt is free."]}',
    "a text without a charset": HEAD.format("Old pier opens")
    + "Content-Type: text/plain; charset=unknown-8bit\n\n"
    + BODY,
}


@pytest.mark.parametrize("content", MAILS.values(), ids=MAILS.keys())
def test_a_mail_is_a_document(content: str) -> None:
    assert MAIL.recognise(content.encode())
    (found,) = read_records(MAIL.read, content)
    assert found.uri == "a"
    assert (found.title or "").removeprefix("Re: ") == "Old pier opens"
    assert found.text == BODY
    assert (found.published_at, found.record_id) == (datetime(2024, 3, 5, 10, tzinfo=UTC), "1@venn.example")


def test_charsets() -> None:
    raw = (
        HEAD.format("=?iso-8859-1?q?Caf=E9?=") + "Content-Type: text/plain; charset=iso-8859-1\n\nThe caf\xe9 opened."
    ).encode("latin-1")
    (found,) = read_records(MAIL.read, raw)
    assert (found.title, found.text) == ("Café", "The café opened.")


SUBJECTS = {
    "bytes": (b"Caf\xc3\xa9 opens", "Café opens"),
    "base64 that is cut": (b"=?utf-8?b?A?= opens", "=?utf-8?b?A?= opens"),
    "folded behind an encoded word": (b"=?utf-8?q?Caf=C3=A9?=\n opens", "Café opens"),
    "folded between encoded words": (b"=?utf-8?q?Caf=C3=A9_?=\n =?utf-8?q?opens?=", "Café opens"),
}


@pytest.mark.parametrize(("subject", "title"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_subjects(subject: bytes, title: str) -> None:
    (found,) = read_records(MAIL.read, b"From: a@venn.example\nSubject: " + subject + b"\n\n" + BODY.encode())
    assert found.title == title


def test_attachments_are_named() -> None:
    part = '--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="a.pdf"\nContent-Transfer-Encoding: base64\n\nAAAA\n'
    found = read_all(MAIL.read, make_mail(TEXT_PART + part, "mixed"))
    assert [type(item) for item in found] == [Record, Reject]
    assert isinstance(found[1], Reject)
    assert (found[1].uri, found[1].detail.split(": ")[0]) == ("a!0", "attachment a.pdf (application/pdf)")
    assert found[1].reason == "unsupported_format"


def test_the_author_of_a_post_is_its_sender() -> None:
    content = f"From: na@venn.example (Nell Ashgrove)\nSubject: Old pier opens\nOrganization: Venn\nLines: 3\nNNTP-Posting-Host: venn.example\n\n{BODY}"
    (found,) = read_records(MAIL.read, content)
    assert found.authors == ("Nell Ashgrove",)


def test_a_saved_page_is_an_article() -> None:
    page = f"<html><head><title>Old pier opens</title></head><body><article><h1>Old pier opens</h1><p>{BODY * 5}</p></article></body></html>"
    content = (
        'From: <Saved by Blink>\nSnapshot-Content-Location: https://venn.example/1\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"'
        f"\n\n--b\nContent-Type: text/html\nContent-Location: https://venn.example/1\n\n{page}\n--b--\n"
    )
    (found,) = read_records(MAIL.read, content)
    assert (found.title, found.url) == ("Old pier opens", "https://venn.example/1")


def test_every_message_of_a_mailbox_is_a_record() -> None:
    line = "From desk@venn.example Tue Mar  5 10:00:00 2024\n"
    content = f"{line}{PLAIN}\n\n>From the quay it looks new.\n\n{line}{HEAD.format('Gull steals a hat')}\nA gull took a hat.\n"
    assert MBOX.recognise(content.encode())
    first, second = read_records(MBOX.read, content)
    assert (first.uri, second.uri) == ("a#0", "a#1")
    assert first.text == f"{BODY}\n\nFrom the quay it looks new."
    assert (second.title, second.text) == ("Gull steals a hat", "A gull took a hat.")


def test_a_message_over_the_limit_costs_itself() -> None:
    line = "From desk@venn.example Tue Mar  5 10:00:00 2024\n"
    content = f"{line}{PLAIN}\n{'x' * 5_000}\n\n{line}{PLAIN}\n"
    found = read_all(MBOX.read, content, limits=Limits(record_bytes=2_000))
    assert [type(item) for item in found] == [Reject, Record]


PROSE = {
    "front matter": b"Title: Old pier opens\nDate: 2024-03-05\n\nIt is free.",
    "a sentence": b"From: the quay one sees all of it.\nSubject: to weather.\n\nIt is free.",
    "prose": b"From the quay one sees all.\n\nIt is free.",
    "a head and prose": b"From: a@venn.example\nThe pier opened.\n\nIt is free.",
}


@pytest.mark.parametrize("start", PROSE.values(), ids=PROSE.keys())
def test_prose_is_no_mail(start: bytes) -> None:
    assert not MAIL.recognise(start)


def test_many_nested_parts_cost_little() -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(60))
    assert read_all(MAIL.read, f"From: a@venn.example\nSubject: x\nMIME-Version: 1.0\n{nested}\nText.")

"""Every kind of bad input through the real flow: each ends where the design says, and the run continues."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

BODY = "\n\n".join(
    f"Paragraph {n} of the story says that the last ferry left the harbour at six in the evening, an hour later than planned."
    for n in range(6)
)
GOOD = f"Last ferry leaves the harbour\n\n{BODY}\n"
DAY = date(2026, 10, 1)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def record(number: int, **fields: object) -> bytes:
    return json.dumps(
        {"id": f"r{number}", "text": f"Story {number}\n\n{BODY.replace('six', str(number))}", **fields}
    ).encode()


WRONG: dict[str, bytes] = {
    "good.txt": GOOD.encode(),
    "copy.txt": GOOD.encode(),
    "empty.txt": b"",
    "blank.txt": b" \n\t\n \r\n",
    "picture.txt": PNG,
    "cp1252.txt": GOOD.replace("Paragraph 0", "“Zoë’s” café – paragraph 0").encode("cp1252"),
    "utf16.txt": GOOD.replace("Paragraph 0", "Übermut 0").encode("utf-16"),
    "bom.txt": b"\xef\xbb\xbf" + GOOD.replace("Paragraph 0", "Byte order mark 0").encode(),
    "mixed.txt": GOOD.replace("Paragraph 0", "“Mixed” é 0").encode()
    + "\nThe end – “so far”, they said.\n".encode("cp1252"),
    "nul.txt": GOOD.replace("Paragraph 0", "Nul\x00 0").encode(),
    "mojibake.txt": GOOD.replace("Paragraph 0", "Itâ€™s the mayorâ€™s cafÃ© 0").encode(),
    "only.txt": b"Share\nAdvertisement\nMost Popular\nread more:\nShare on Facebook\n",
    "records.jsonl": b"\n".join(
        [record(1), b"{ bad json", record(2, text=None), record(3, text="x \ud800 " + BODY), b"[1]", record(4)]
    ),
    "truncated.jsonl.gz": gzip.compress(b"\n".join(record(n) for n in range(20, 60)), mtime=0)[:-200],
    "bomb.txt.gz": gzip.compress(b"\0" * 1_900_000, mtime=0),
    "large.txt": b"x" * 3_000_000,
}
REASONS = {
    "empty.txt": ["empty"],
    "blank.txt": ["empty"],
    "picture.txt": ["unsupported_format"],
    "only.txt": ["empty_after_clean"],
    "records.jsonl#1": ["bad_json"],
    "records.jsonl#2": ["no_text"],
    "records.jsonl#4": ["bad_json"],
    "bomb.txt.gz": ["bomb"],
    "large.txt": ["too_large"],
}
ENCODINGS = {
    "good.txt": None,
    "cp1252.txt": "cp1252",
    "utf16.txt": "utf-16",
    "bom.txt": "utf-8-sig",
    "mixed.txt": "utf-8+cp1252",
    "nul.txt": "nul-removed",
    "mojibake.txt": "mojibake-fixed",
    "records.jsonl#3": "surrogates-replaced",
}


@pytest.fixture(scope="module")
def wrong_lake(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Path:
    """A lake made by the real flow from everything above."""
    from flows.ingest import ingest

    place = tmp_path_factory.mktemp("wrong")
    (place / "in").mkdir()
    for name, content in WRONG.items():
        (place / "in" / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("COPYDESK_FILE_BYTES", "2000000")
        (outcome,) = ingest(what=["in"], logical_date=DAY, lake=str(place / "lake"))
    assert outcome.state == "published"
    return place / "lake"


def ask(lake: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as base:
        return base.execute(query.replace("LAKE", str(lake))).fetchall()


@pytest.mark.prefect
@pytest.mark.parametrize(("name", "reasons"), REASONS.items(), ids=list(REASONS))
@pytest.mark.slow
def test_what_cannot_be_published_is_in_quarantine(wrong_lake: Path, name: str, reasons: list[str]) -> None:
    found = ask(wrong_lake, f"SELECT reasons, detail FROM 'LAKE/quarantine/**/*.parquet' WHERE uri = 'in/{name}'")
    assert [row[0] for row in found] == [reasons]
    assert found[0][1]


@pytest.mark.prefect
@pytest.mark.parametrize(("name", "encoding"), ENCODINGS.items(), ids=list(ENCODINGS))
@pytest.mark.slow
def test_what_can_be_read_is_published(wrong_lake: Path, name: str, encoding: str | None) -> None:
    found = ask(wrong_lake, f"SELECT encoding, text, title FROM 'LAKE/documents/**/*.parquet' WHERE uri = 'in/{name}'")
    if encoding is None:
        # One of the two files with this text is published, the other is its duplicate.
        assert len(found) <= 1
        return
    ((how, text, _),) = found
    assert encoding in str(how)
    assert "�" not in str(text) or encoding == "surrogates-replaced"
    assert "\x00" not in str(text)


@pytest.mark.prefect
@pytest.mark.slow
def test_records_before_a_break_are_kept(wrong_lake: Path) -> None:
    kept = ask(wrong_lake, "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE uri LIKE '%truncated%'")
    ((count,),) = kept
    lost = ask(wrong_lake, "SELECT reasons, uri FROM 'LAKE/quarantine/**/*.parquet' WHERE uri LIKE '%truncated%'")
    assert isinstance(count, int)
    assert 0 < count < 40
    assert lost == [(["truncated"], f"in/truncated.jsonl.gz#{count}")]


@pytest.mark.prefect
@pytest.mark.slow
def test_a_copy_is_counted_with_its_twin(wrong_lake: Path) -> None:
    (repeat,) = ask(
        wrong_lake,
        """SELECT d.uri, d.reason, o.uri FROM 'LAKE/duplicates/**/*.parquet' d
        JOIN 'LAKE/documents/**/*.parquet' o USING (source, doc_id)""",
    )
    assert repeat == ("in/good.txt", "same_batch", "in/copy.txt")
    assert ask(wrong_lake, "SELECT duplicates FROM 'LAKE/receipts/**/*.parquet'") == [(1,)]


@pytest.mark.prefect
@pytest.mark.slow
def test_the_sums_close(wrong_lake: Path) -> None:
    ((records, parts, chars, sums),) = ask(
        wrong_lake,
        "SELECT records, published + duplicates + quarantined, chars, body_chars + apart_chars + removed_chars + line_ends "
        "FROM 'LAKE/receipts/**/*.parquet'",
    )
    assert records == parts
    assert chars == sums

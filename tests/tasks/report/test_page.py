"""The page of a run: its contents, its HTML, and that no article can change it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
from builders.command_line import run_copydesk
from builders.lakes import DAY as REPORTED
from builders.lakes import Recorder, make_lake
from builders.report_pages import DAY, EARLY, Seen, ingest_with_page, look, page_of, write_hostile
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from flows.batches.page import gather_findings
from flows.batches.run import BatchResult
from flows.cli import app
from tasks.auditing.audit import Finding
from tasks.auditing.drift import Comparison, Drift
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import Lake, open_lake
from tasks.report import page as pages_module
from tasks.report.charts import draw_days, draw_publishers
from tasks.report.collect import collect_published
from tasks.report.days_around import MARKED
from tasks.report.figures import EARLIER, PublisherShare, count_days, count_lengths, list_periods
from tasks.report.hits import measure_doubts, pick_hits
from tasks.report.page import write_page
from tasks.report.record import RunRecord, write_text
from tasks.report.texts import ShownLine, shorten
from tasks.report.wording import escape_text, flatten_text
from tasks.stores.store_files import FolderFiles, StoreFiles


@pytest.fixture(scope="module")
def published(project: Path, tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    return ingest_with_page(project, "seeds", tmp_path_factory.mktemp("published") / "lake", name="seeds")


@pytest.fixture(scope="module")
def blocked(project: Path, tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    return ingest_with_page(project, "seeds", tmp_path_factory.mktemp("blocked") / "lake", name="seeds", day=EARLY)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    folder = tmp_path_factory.mktemp("hostile")
    return ingest_with_page(folder, str(write_hostile(folder / "in")), folder / "lake")


@pytest.fixture(params=["published", "blocked", "hostile", "index"])
def page(request: pytest.FixtureRequest) -> Path:
    """Each kind of page in turn."""
    if request.param == "index":
        return page_of(request.getfixturevalue("blocked")).parents[1] / "index.html"
    return page_of(request.getfixturevalue(request.param))


@pytest.mark.slow
def test_a_page_is_well_formed(page: Path) -> None:
    seen = look(page)
    assert seen.problems == []
    assert seen.open == []
    ids = seen.values("id")
    assert len(ids) == len(set(ids))
    references = [name for value in seen.values("aria-labelledby") for name in value.split()]
    references += [value[1:] for value in seen.values("href") if value.startswith("#")]
    assert set(references) <= set(ids)


@pytest.mark.slow
def test_a_page_has_no_address_outside_itself_and_runs_nothing_but_its_search(page: Path) -> None:
    seen = look(page)
    whole = page.read_text(encoding="utf-8")
    assert seen.tags.count("script") == whole.count("<script") == 1
    assert not {"img", "link", "iframe", "object", "embed", "base"} & set(seen.tags)
    names = {name for _, name, _ in seen.attributes}
    assert not {name for name in names if name.startswith("on")} | ({"src", "style", "srcset", "action"} & names)
    for value in seen.values("href"):
        assert re.fullmatch(r"#[a-z-]+|\.\./index\.html|([a-z0-9_-]+/)?[\d-]+(\.blocked)?\.html", value), value
    style = whole.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert not [value for _, _, value in seen.attributes if re.search(r"https?:|//", value)]


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(published: BatchResult) -> None:
    whole = page_of(published).read_text(encoding="utf-8")
    style, script = (
        base64.b64encode(
            hashlib.sha256(whole.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0].encode()).digest()
        ).decode()
        for tag in ("style", "script")
    )
    assert look(whole).values("content")[0] == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )


def test_every_chart_has_a_name_a_description_and_its_numbers(published: BatchResult) -> None:
    seen = look(page_of(published))
    assert seen.tags.count("svg") == seen.tags.count("desc") == 6  # two strips, four charts
    assert seen.values("role").count("img") == 6
    assert seen.tags.count("figure") == 4
    tables = (
        page_of(published).read_text(encoding="utf-8").count('<summary>The numbers</summary><table class="numbers">')
    )
    assert tables == 4


def test_the_result_comes_first(published: BatchResult, blocked: BatchResult) -> None:
    said = look(page_of(published)).text
    assert "Published. Readers have 40 documents in 13 languages. Not published: 7 records in quarantine." in said
    assert said.index("Published.") < said.index("What was read")
    said = look(page_of(blocked)).text
    assert (
        "Blocked: 10 articles are dated 3 to 15 days after the batch (published_in_future). An article cannot be newer"
        in said
    )
    assert "Readers have nothing of this batch." in said


def test_the_sums_on_the_page_are_those_of_the_receipt(published: BatchResult) -> None:
    receipt = published.receipt
    said = look(page_of(published)).text
    parts = ("published", "duplicates", "quarantined")
    assert receipt["records"] == sum(receipt[name] for name in parts)
    assert (
        f"{receipt['records']} records read = {receipt['published']} published + 0 duplicates + 7 quarantined" in said
    )
    assert f"{receipt['chars']:,} characters read = {receipt['body_chars']:,} in the text +" in said


def test_a_blocked_page_shows_the_expectation_and_its_rows(blocked: BatchResult) -> None:
    said = look(page_of(blocked)).text
    assert re.search(r"\d+ would be published \+", said)
    shown = re.split(r"Expectations \d+ expectations", said.partition("What blocked it")[2])[0]
    assert "published_in_future" in shown
    assert "Green buoy adrift" in shown
    assert "And 5 more records." in shown
    _, expectations = re.split(r"\d+ expectations evaluated: 2 failed, \d+ passed\.", said)
    assert expectations.index("blocked published_in_future") < expectations.index("warned quarantined_much")


def test_texts_show_what_was_removed_in_its_place(published: BatchResult) -> None:
    said = look(page_of(published)).text.partition("Documents, line by line")[2]
    assert re.search(r"caption, \d copies merged", said)
    assert re.search(r"repeat\.caption repeats line \d+", said)
    whole = page_of(published).read_text(encoding="utf-8")
    assert '<li class="list">' in whole
    assert '<li class="repeat">' in whole


def test_quarantine_is_listed_by_reason_with_excerpts(published: BatchResult) -> None:
    said = look(page_of(published)).text.rpartition("Quarantine 7 records in quarantine")[2]
    for reason in ("empty 2 records", "bad_json 1 record", "unsupported_format 1 record", "empty_after_clean 1 record"):
        assert reason in said


@pytest.mark.slow
def test_the_same_batch_gives_the_same_bytes_wherever_and_however_its_page_is_made(
    project: Path, published: BatchResult, tmp_path: Path
) -> None:
    again = ingest_with_page(project, "seeds", tmp_path / "elsewhere", name="seeds")
    assert page_of(again).read_bytes() == page_of(published).read_bytes()
    lake = page_of(published).parents[3] / "lake"
    made = CliRunner().invoke(app, ["report", "--lake", str(lake), "seeds", str(DAY), "--out", str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "out" / "seeds" / f"{DAY}.html").read_bytes() == page_of(published).read_bytes()


@pytest.mark.slow
def test_pages_of_a_bucket_are_those_of_a_disk_on_every_machine(
    project: Path,
    published: BatchResult,
    blocked: BatchResult,
    object_store: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = f"{object_store}/{tmp_path.name}/lake"
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    there = [ingest_with_page(project, "seeds", address, name="seeds", day=day).page for day in (EARLY, DAY)]
    assert there[1] == f"{object_store}/{tmp_path.name}/.lake-store/reports/seeds/{DAY}.html"
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "ours"))
    for target in ([], ["--out", str(tmp_path / "out")]):
        made = CliRunner().invoke(app, ["report", "--lake", address, *target])
        assert made.exit_code == 0, made.output
    assert f"2 pages, from {tmp_path / 'out' / 'index.html'}" in made.output.replace("\n", " ")
    for outcome, place in zip((blocked, published), there, strict=True):
        page = page_of(outcome)
        copied = (tmp_path / "out" / "seeds" / page.name).read_text(encoding="utf-8")
        assert fetch_remote(str(place)).decode() == copied
        # The pages on the disk are those of a lake each, without a day before or after.
        assert MARKED.sub("", copied) == MARKED.sub("", page.read_text(encoding="utf-8"))
    index = look(tmp_path / "out" / "index.html")
    assert {f"seeds/{DAY}.html", f"seeds/{EARLY}.blocked.html"} <= set(index.values("href"))


def test_articles_cannot_become_markup(hostile: BatchResult) -> None:
    seen = look(page_of(hostile))
    assert "<script>window.broken='script'</script>" in seen.text
    assert "onload=\"window.broken='svg'\"" in seen.text
    assert "onerror" in seen.text
    whole = page_of(hostile).read_text(encoding="utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", whole)
    assert "U+202E" in seen.text
    assert whole.count("</html>") == whole.count("<html") == 1


@pytest.mark.slow
def test_an_unchanged_run_says_so_and_a_passed_one_clears_the_blocked_page(project: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "\n\n".join(f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(4))

    def write(day: str) -> None:
        rows = [json.dumps({"title": f"Story {n}", "text": f"{text} {n}", "published_at": day}) for n in range(8)]
        (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows))

    write("2031-01-01")
    blocked = ingest_with_page(tmp_path, "in", tmp_path / "lake")
    assert page_of(blocked).name == f"{DAY}.blocked.html"
    write("2026-10-30")
    published = ingest_with_page(tmp_path, "in", tmp_path / "lake")
    assert published.state == "published"
    assert not page_of(blocked).exists()
    unchanged = ingest_with_page(tmp_path, "in", tmp_path / "lake")
    said = look(page_of(unchanged)).text
    assert (
        "Nothing changed. Files, rules and settings are those of the published batch. Readers have 8 documents" in said
    )
    assert re.search(r"[1-9]\d+ expectations evaluated", said)
    write("2031-01-01")
    assert (
        "Readers still have the 8 documents of this batch"
        in look(page_of(ingest_with_page(tmp_path, "in", tmp_path / "lake"))).text
    )
    assert "blocked" in look(tmp_path / ".lake-store" / "reports" / "index.html").text


def test_unusual_days_are_listed_with_the_expectations(published: BatchResult) -> None:
    why = "So few documents mean a delivery that broke off."
    odd = Finding("volume_low", "warning", "between", "volume", 1, 1.0, "seeds: 39 documents, usually 120", False, why)
    usual = Comparison("seeds", "volume", 39.0, 120.0, 110.0, 130.0, 8, -9.0)
    told = replace(published, drift=Drift(8, (usual,), (odd,)))
    assert gather_findings(told) == (*published.findings, odd)
    silent = replace(odd, passed=True, failed=0)
    untold = replace(published, drift=Drift(0, (replace(usual, deviation=None),), (silent,)))
    assert gather_findings(untold) == published.findings
    lake = open_lake(page_of(published).parents[3] / "lake")
    record = RunRecord("seeds", DAY, "published", gather_findings(told))
    said = look(write_page(collect_published(lake, "seeds", DAY, record))).text
    assert re.search(
        r"warned volume_low .{0,260} volume ≥ -4\.0 spreads from the usual seeds: 39 documents, usually 120", said
    )
    assert "2 expectations warn." in said


@pytest.mark.slow
def test_batches_without_a_document_have_pages_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(
        '{"title": "t", "text": "The ferry left Larkhaven at six, and nobody was on it."}'
    )
    ingest_with_page(tmp_path, "in/a.jsonl", tmp_path / "lake", day=EARLY)
    (tmp_path / "in" / "b.jsonl").write_text((tmp_path / "in" / "a.jsonl").read_text() + "\n")
    twins = look(page_of(ingest_with_page(tmp_path, "in/b.jsonl", tmp_path / "lake")))
    assert "Readers have 0 documents in 0 languages. Not published: 1 duplicate." in twins.text
    assert "1 record read = 0 published + 1 duplicate + 0 quarantined" in twins.text
    (tmp_path / "in" / "c.txt").write_text("")
    stopped = look(page_of(ingest_with_page(tmp_path, "in/c.txt", tmp_path / "lake", name="t")))
    assert "Not published: 1 record in quarantine." in stopped.text
    assert twins.problems == stopped.problems == []


def test_a_page_that_cannot_be_written_does_not_fail_the_run(project: Path, tmp_path: Path) -> None:
    (tmp_path / ".lake-store").mkdir()
    (tmp_path / ".lake-store" / "reports").write_text("in the way")
    seen = Recorder()
    outcome = make_lake(
        project,
        "seeds/daily/{date}/*.jsonl",
        tmp_path / "lake",
        name="wire",
        day=EARLY,
        report=True,
        watcher=seen.watcher,
    )
    assert (outcome.state, outcome.page) == ("published", None)
    assert len(seen.warnings) == 1
    assert "the page of the run could not be written" in seen.warnings[0]


@pytest.mark.slow
def test_publishers_are_compared_with_earlier_batches_of_their_source(project: Path, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        make_lake(project, "seeds/daily/{date}/*.jsonl", tmp_path / "lake", name="wire", day=date(2026, 10, day))
    made = CliRunner().invoke(app, ["report", "--lake", str(tmp_path / "lake")])
    assert made.exit_code == 0, made.output
    pages = sorted((tmp_path / ".lake-store" / "reports" / "wire").glob("*.html"))
    assert [path.stem for path in pages] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert "There is no earlier batch to compare with." in look(pages[0]).text
    said = look(pages[2]).text
    assert "The audit's findings were not stored" in said
    assert re.search(r"Larkhaven Wire 3 \d+\.\d% \d+\.\d% 6 ", said)


@pytest.mark.slow
def test_an_index_that_two_runs_write_at_once_names_both_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The ferry\n\nThe last ferry left the harbour of Larkhaven at six.\n")
    lake, pages, render, asked = (
        open_lake(tmp_path / "lake"),
        FolderFiles(tmp_path / "out"),
        pages_module.render_index,
        0,
    )
    for name in ("one", "two"):
        make_lake(tmp_path, "in/a.txt", lake.store.path, name=name)
    write_text(pages, f"one/{REPORTED}.html", "")

    def overtake(lake: Lake, pages: StoreFiles) -> str:
        nonlocal asked
        asked += 1
        page = render(lake, pages)
        if asked == 1:
            write_text(pages, f"two/{REPORTED}.html", "")
            pages_module.write_index(lake, pages)
        return page

    monkeypatch.setattr(pages_module, "render_index", overtake)
    pages_module.write_index(lake, pages)
    assert asked == 3
    assert set(look(tmp_path / "out" / "index.html").values("href")) >= {f"one/{REPORTED}.html", f"two/{REPORTED}.html"}


def test_pages_of_blocked_runs_are_copied_to_another_folder(blocked: BatchResult, tmp_path: Path) -> None:
    lake = page_of(blocked).parents[3] / "lake"
    made = CliRunner().invoke(app, ["report", "--lake", str(lake), "--out", str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "out" / "seeds" / page_of(blocked).name).read_bytes() == page_of(blocked).read_bytes()
    assert f"seeds/{page_of(blocked).name}" in look(tmp_path / "out" / "index.html").values("href")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "--lake", "nowhere"], "there is no lake at nowhere"),
        (["report", "--lake", "LAKE", "nobody"], "has no batch nobody"),
        (["report", "--lake", "LAKE", "seeds", "2020-01-01"], "has no batch seeds 2020-01-01"),
        (["report", "--lake", "LAKE", "seeds", "yesterday"], "'yesterday' is not a date"),
    ],
    ids=["no lake", "no source", "no day", "no date"],
)
def test_a_wrong_call_is_reported_in_one_line(
    published: BatchResult, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = str(page_of(published).parents[3] / "lake")
    assert run_copydesk(*(part.replace("LAKE", lake) for part in arguments)) == 2
    assert says in re.sub(r"[\s│]+", " ", capsys.readouterr().err)


def test_reports_are_outside_the_tables_and_the_check_passes(published: BatchResult) -> None:
    lake = page_of(published).parents[3] / "lake"
    assert sorted(path.name for path in lake.iterdir()) == [
        "documents",
        "duplicates",
        "erasures",
        "lines",
        "quarantine",
        "receipts",
        "stories",
    ]
    assert CliRunner().invoke(app, ["check", "--lake", str(lake)]).exit_code == 0
    assert page_of(published).is_relative_to(open_lake(lake).store.folder)


@pytest.mark.parametrize("kind", ["long headlines", "many rules"])
@pytest.mark.slow
def test_a_page_is_bounded(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    rows = []
    for number in range(60):
        text = "\n\n".join(
            f"Sentence {n} of {number} tells how the last ferry left the harbour at six." for n in range(4)
        )
        if kind == "long headlines":
            row = {
                "title": f"Headline {number} " + "word " * 20_000,
                "text": text,
                "publisher": "p" * 5_000 + str(number),
            }
            row["text"] += "\n\n" + "A very long paragraph. " * 4_000
        else:
            row = {
                "title": f"Headline {number}",
                "text": text + "\n\nMost Popular\n" + "\n".join(f"Title {n} of {number}" for n in range(900)),
            }
        rows.append(json.dumps(row))
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows))
    outcome = ingest_with_page(tmp_path, "in", tmp_path / "lake")
    assert page_of(outcome).stat().st_size < 2_000_000
    assert look(page_of(outcome)).problems == []


# Not an alphabet of `text`, which would draw the few that matter as rarely as any other character.
LETTERS = st.one_of(st.characters(codec="utf-8"), st.sampled_from("<>&\"'\u202a\u202e\u2066\u2069\u2028\x00\x1b\x7f"))


@given(st.lists(LETTERS, max_size=40).map("".join))
def test_shown_text_is_text(words: str) -> None:
    seen = look(f"<p>{escape_text(words)}</p>")
    assert set(seen.tags) <= {"p", "span"}
    assert seen.problems == []
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", str(escape_text(words)))
    assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069\u2028]", flatten_text(words))


RUNS = st.lists(
    st.tuples(st.sampled_from(["body", "apart", "removed"]), st.sampled_from(["a", "b.list"]), st.integers(1, 30)),
    max_size=40,
)


@given(RUNS)
def test_shortened_documents_account_for_every_line(runs: list[tuple[str, str, int]]) -> None:
    decisions = [(decision, rule) for decision, rule, length in runs for _ in range(length)]
    lines = [
        ShownLine(number, f"line {number}", decision, rule=rule) for number, (decision, rule) in enumerate(decisions)
    ]
    short = shorten(lines, 40)
    assert sum(line.skipped or 1 for line in short) == len(lines)
    assert len(short) <= 41


HIT = {"doc_id": "d", "line": 5, "rule": "share.en", "evidence": "share", "text": "Share this", "first": 1, "last": 9}
DOUBTS = [
    ("page model, sure", {"rule": "page.line", "evidence": "boilerplate with probability 0.98"}, 0.04),
    ("page model, wavering", {"rule": "page.outside", "evidence": "boilerplate with probability 0.5"}, 1.0),
    ("learned everywhere", {"rule": "learned.line", "evidence": "seen in 40 of 40 documents of P"}, 0.0),
    ("learned here and there", {"rule": "learned.line", "evidence": "seen in 10 of 40 documents of P"}, 0.75),
    ("a copy", {"rule": "repeat.caption", "evidence": "3"}, 0.0),
    ("short line in the body", {}, 0.062),
    ("short line below the body", {"line": 20}, 0.031),
    ("a sentence in the body", {"text": "This is nearly as long as a sentence of an article may be."}, 0.967),
    ("a long line", {"text": "word " * 31 + "word"}, 0.994),
]


@pytest.mark.parametrize(("change", "doubt"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_doubt(change: dict[str, object], doubt: float) -> None:
    rows = pl.DataFrame([HIT | change], schema_overrides={"line": pl.Int32, "first": pl.Int32, "last": pl.Int32})
    assert measure_doubts(rows)["doubt"].to_list() == [doubt]


def test_a_line_in_many_documents_is_less_doubtful() -> None:
    rows = [HIT | {"doc_id": f"d{n}", "text": "Share this article with everybody"} for n in range(4)]
    rows.append(HIT | {"doc_id": "d9", "text": "Share this story of ours with everybody"})
    measured = measure_doubts(pl.DataFrame(rows))
    (found,) = pick_hits(measured, [("share.en", 5)])
    assert found.surest["documents"] == 4
    assert [hit["text"][:16] for hit in found.doubtful] == ["Share this story"]


def frame(days: list[str | None], logical: date = DAY) -> pl.DataFrame:
    dated = pl.Series("published_at", days, dtype=pl.String).str.to_datetime(
        "%Y-%m-%d", time_zone="UTC", time_unit="us"
    )
    return pl.DataFrame({"published_at": dated, "logical_date": [logical] * len(days), "language": ["en"] * len(days)})


PERIODS = [
    ("one day", ["2026-10-31", None], {"2026-10-31": 2}),
    ("one old", ["2026-10-31"] * 4 + ["1999-01-01"], {EARLIER: 1, "2026-10-31": 4}),
    ("months", ["2026-10-31", "2026-03-01"], {"2026-03": 1, "2026-10": 1}),
    ("years", ["2026-10-31", "2001-03-01", "1871-01-01", "2012-01-01"], {EARLIER: 1, "2001": 1, "2012": 1, "2026": 1}),
]


@pytest.mark.parametrize(("days", "expected"), [row[1:] for row in PERIODS], ids=[row[0] for row in PERIODS])
def test_days_become_months_and_years(days: list[str | None], expected: dict[str, int]) -> None:
    counts = count_days(frame(days), DAY)
    assert {count.period: count.documents for count in counts} == expected
    assert "<svg" in draw_days(counts).svg


def test_rare_languages_are_counted_together() -> None:
    rows = frame(["2026-10-31"] * 30).with_columns(
        language=pl.Series(["en"] * 20 + ["de", "fr", "es", "it", "pl", "ru", "tr", "ja", "ar", "nl"])
    )
    counts = count_days(rows, DAY)
    assert [count.language for count in counts] == ["en", "ar", "de", "es", "fr", "others"]
    assert counts[-1].documents == 6


@pytest.mark.parametrize(
    ("first", "last", "many"), [("2026-02-27", "2026-03-02", 4), ("2025-11", "2026-02", 4), ("1999", "2002", 4)]
)
def test_no_period_is_left_out(first: str, last: str, many: int) -> None:
    found = list_periods(first, last)
    assert (found[0], found[-1], len(found)) == (first, last, many)


def test_every_length_has_its_bin() -> None:
    lengths = [1, 99, 100, 249, 31_999, 32_000, 10**7]
    counts = count_lengths(pl.DataFrame({"text_chars": lengths}))
    assert sum(count.documents for count in counts) == len(lengths)
    assert [count.documents for count in counts if count.documents] == [2, 2, 1, 2]


def test_a_chart_does_not_depend_on_the_fonts_of_the_machine_or_break_on_odd_names() -> None:
    names = ["新華社新聞網站中文版", "الجزيرة", "<b>&\"'", "x" * 90, "x" * 91, ""]
    chart = draw_publishers([PublisherShare(name, 3, 0.1, 0.2, 5) for name in names])
    seen: Seen = look(chart.svg)
    assert seen.problems == []
    assert "viewBox" in chart.svg
    assert seen.tags.count("text") >= len(names)
    assert "font-family" not in chart.svg


STYLE = files("tasks.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
PALETTE = {
    name: (light, dark) for name, light, dark in re.findall(r"--([a-z0-9-]+): light-dark\((#\w+), (#\w+)\)", STYLE)
}
READ = ["ink", "muted", "stop", "warn", "good", "link", "rule", "list", "page", "learned", "repeat"]
SEEN_ONLY = [name for name in PALETTE if name.startswith("series-")] + ["part-0", "part-2"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "least"), [*((name, 4.5) for name in READ), *((name, 3.0) for name in SEEN_ONLY)])
def test_colours_can_be_read_in_both_themes(name: str, least: float, theme: int) -> None:
    for ground in ("paper", "shade") if name in READ else ("paper",):
        low, high = sorted((luminance(PALETTE[name][theme]), luminance(PALETTE[ground][theme])))
        assert (high + 0.05) / (low + 0.05) >= least, ground


def test_every_colour_that_is_used_is_declared() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", STYLE)) - {"serif", "sans"}
    assert used <= PALETTE.keys()

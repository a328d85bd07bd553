"""The page of a run: its contents, its HTML, and that no article can change it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.lakes import DAY as REPORTED
from builders.lakes import Recorder, make_lake
from builders.report_pages import DAY, EARLY, ingest_with_page, look, page_of, write_hostile
from typer.testing import CliRunner

from flows.batches.page import gather_findings
from flows.batches.run import BatchResult
from flows.cli import app
from tasks.auditing.audit import Finding
from tasks.auditing.drift import Comparison, Drift
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import Lake, open_lake
from tasks.report import page as pages_module
from tasks.report.collect import collect_published
from tasks.report.days_around import MARKED
from tasks.report.page import write_page
from tasks.report.record import RunRecord, write_text
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
def test_running_a_day_again_changes_no_byte_of_any_page(project: Path, tmp_path: Path) -> None:
    def run(day: int, is_forced: bool = False) -> None:
        ingest_with_page(
            project,
            "seeds/daily/{date}/*.jsonl",
            tmp_path / "lake",
            name="wire",
            day=date(2026, 10, day),
            is_forced=is_forced,
        )

    for day in (1, 2, 3):
        run(day)
    folder = tmp_path / ".lake-store" / "reports"
    before = {path.name: path.read_bytes() for path in folder.rglob("*.html")}
    assert len(before) == 4
    for day in (1, 2):
        run(day, is_forced=True)
    assert {path.name: path.read_bytes() for path in folder.rglob("*.html")} == before
    made = CliRunner().invoke(app, ["report", "--lake", str(tmp_path / "lake")])
    assert made.exit_code == 0, made.output
    assert {path.name: path.read_bytes() for path in folder.rglob("*.html")} == before


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

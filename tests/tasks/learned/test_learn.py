"""Learned lines: what is found in generated papers, what must be left alone, and that a run says what it used."""

from __future__ import annotations

import json
import random
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.command_line import run_copydesk
from builders.lakes import ask, hash_lake, make_lake
from builders.papers import FOOT, HEAD, NOUNS, PAPER, Make, paper, paragraphs, with_template, write

from flows.batches.run import BatchResult
from tasks.batch import InputFile, Learned, Limits, Shard, Source
from tasks.lakes.lake import Lake, open_lake
from tasks.learned.learn import learn_lines
from tasks.learned.versions import (
    ROWS,
    LearnedError,
    apply_vetoes,
    find_learned,
    load_learned,
    read_vetoes,
    sample_lake,
    store_learned,
)
from tasks.shard import build_shard
from tasks.stores.store_files import change_store_file, read_store_file
from tasks.toml_rows import RowError

pytestmark = pytest.mark.slow


def ingest(root: Path, day: date = date(2026, 10, 9), *, learned: str = "auto", force: bool = False) -> BatchResult:
    """Ingests <root>/in/<day> into <root>/lake."""
    return make_lake(root, "in/{date}/*.jsonl", root / "lake", day=day, learned=learned, is_forced=force)


def learn(root: Path) -> pl.DataFrame:
    return pl.concat([learn_lines(*part) for part in sample_lake(open_lake(root / "lake"))])


def learn_from(root: Path, records: list[dict[str, object]]) -> pl.DataFrame:
    """What is learned from a shard of records: nothing is audited or published."""
    write(root, records)
    path = root / "in" / "2026-10-09" / "a.jsonl"
    file = InputFile(str(path), "a.jsonl", path.stat().st_size)
    (folder,) = build_shard(Shard(Source("s", "in"), date(2026, 10, 9), 0, (file,)), Limits(), root / "staged").folders
    documents, lines = (pl.read_parquet(f"{folder}/{table}.parquet") for table in ("documents", "lines"))
    assert documents.height >= 20
    return learn_lines(documents, lines)


def texts(root: Path) -> str:
    return "\n".join(
        text for (text,) in ask(root / "lake", "SELECT text FROM 'LAKE/documents/**/*.parquet' ORDER BY doc_id")
    )


def every(share: int, line: str, place: int | None) -> Make:
    """Articles of which every `share`th has `line` before paragraph `place` (at the end: None)."""

    def make(number: int) -> list[str]:
        body = paragraphs(number)
        if number % share == 0:
            body.insert(len(body) if place is None else place, line)
        return body

    return make


def test_a_template_is_learned_with_where_it_was_seen(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template))
    ingest(tmp_path)
    rows = learn(tmp_path)
    assert set(rows["text"]) == {*FOOT, *HEAD}
    assert set(rows["zone"]) == {"edge"}
    assert rows.select("publisher", "documents", "of", "share", "months").unique().rows() == [(PAPER, 26, 40, 0.65, 2)]
    (ids,) = rows["doc_ids"].unique().to_list()
    assert [
        row[0]
        for row in ask(
            tmp_path / "lake",
            f"SELECT doc_id FROM 'LAKE/documents/**/*.parquet' WHERE text LIKE '%{FOOT[0]}' || chr(10) || '%' ORDER BY 1 LIMIT 2",
        )
    ] == ids


QUESTIONS = ["What are you reading at the moment?", "Which book changed your life?", "Where do you write?"]
AGENCY = "The agency in Larkhaven has reported on the harbour since the year of the great flood and the fire that followed it."


def interview(number: int) -> list[str]:
    return [line for pair in zip(QUESTIONS, paragraphs(number, 3), strict=True) for line in pair]


def short_interview(number: int) -> list[str]:
    answers = [f"The {noun} book {number}" for noun in NOUNS[:3]]
    return [*paragraphs(number, 2), *(line for pair in zip(QUESTIONS, answers, strict=True) for line in pair)]


def retold(number: int) -> list[str]:
    """Eight stories, each told five times with a new last paragraph."""
    told = paragraphs(1000 + number % 8, 6)
    return [
        *told[:3],
        "What the harbour master said",
        *told[3:],
        *paragraphs(number, 1),
        f"In the case of the {NOUNS[number % 8]}",
    ]


def running_story(number: int) -> list[str]:
    """A third of all articles end on the same background."""
    return [*paragraphs(number), *([AGENCY] if number % 3 == 0 else [])]


def special_day(number: int) -> list[str]:
    """A line under all articles of one day."""
    return [*paragraphs(number), *(["From our pages on the strike at the quay"] if number // 5 == 3 else [])]


def refrain(number: int) -> list[str]:
    return [
        *paragraphs(number),
        *(["Row the ferry home, my love", *paragraphs(number + 500, 1)] * 6 if number == 3 else []),
    ]


def recipe(number: int) -> list[str]:
    things = [f"{number + n} spoons of {noun} flour" for n, noun in enumerate(NOUNS[:4])]
    return ["Ingredients", *things, "Method", *paragraphs(number, 3)]


def league(number: int) -> list[str]:
    """A table of clubs under each report, each time in another order."""
    clubs = [f"{noun} rovers of the harbour" for noun in NOUNS[:8]]
    random.Random(number).shuffle(clubs)
    return [*paragraphs(number), *clubs]


seldom = every(5, "Read it and weep.", None)
KEPT = {
    "sub-headings between paragraphs": every(2, "What we know about it so far", 2),
    "a dateline on its own line": every(3, "LARKHAVEN", 0),
    "questions of an interview": interview,
    "questions with short answers": short_interview,
    "a story told five times": retold,
    "background of a running story": running_story,
    "a line of one day": special_day,
    "a refrain of one song": refrain,
    "headings of a recipe": recipe,
    "a league table": league,
    "clock times": every(2, "At 10:30 on the quay of the old harbour", None),
    "a sentence that a fifth has": seldom,
    "a line in four documents": every(10, "Larkhaven Courier Evening Digest, free", None),
    "a heading that opens something": every(2, "The bottom line:", 3),
}


@pytest.mark.parametrize("make", KEPT.values(), ids=KEPT)
def test_what_may_be_news_is_not_learned(make: Make, tmp_path: Path) -> None:
    assert learn_from(tmp_path, paper(make, 80 if make is seldom else 40))["text"].to_list() == []


def test_captions_and_headlines_are_no_template(tmp_path: Path) -> None:
    photo = "The Larkhaven ferry at dusk (Nell Ashgrove/Courier)"
    records = paper(lambda number: [*paragraphs(number), photo])
    assert learn_from(tmp_path, records)["text"].to_list() == []
    # One headline that says the same is enough.
    records = paper(with_template)
    records[1]["title"] = FOOT[0]
    assert FOOT[0] not in learn_from(tmp_path, records)["text"].to_list()


def test_a_line_inside_the_body_is_learned_next_to_a_cut_one(tmp_path: Path) -> None:
    def make(number: int) -> list[str]:
        body = paragraphs(number)
        return [*body[:2], "Advertisement", "Courier members see no banners here", *body[2:]]

    assert learn_from(tmp_path, paper(make)).select("text", "zone").rows() == [
        ("Courier members see no banners here", "any")
    ]


def test_a_paragraph_in_most_stories_is_learned_though_the_line_below_it_changes(tmp_path: Path) -> None:
    notice = "Members of the Courier read all stories of the harbour for the price of one cup of coffee a week!"

    def make(number: int) -> list[str]:
        below = [f"Letters to number {number} are read by the editor."] if number % 4 == 0 else []
        return [*paragraphs(number), *([notice, *below] if number % 5 else [])]

    assert learn_from(tmp_path, paper(make)).select("text", "zone", "documents").rows() == [(notice, "edge", 32)]


def test_the_next_batch_is_cut_and_says_why(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template))
    ingest(tmp_path)
    version = store_learned(open_lake(tmp_path / "lake"), learn(tmp_path)).version
    later = date(2026, 10, 10)
    write(tmp_path, paper(lambda number: with_template(number + 100), 5), later)
    outcome = ingest(tmp_path, later)
    assert json.loads(outcome.receipt["settings"])["learned"] == version
    rows = ask(
        tmp_path / "lake",
        f"SELECT text, role, removed, evidence FROM 'LAKE/lines/**/*.parquet' WHERE rule = 'learned.line' AND logical_date = '{later}'",
    )
    assert {row[0] for row in rows} == {*FOOT, *HEAD}
    assert {row[1:] for row in rows} == {("boilerplate", True, f"seen in 26 of 40 documents of {PAPER}")}
    # Articles of other houses that say the same keep it.
    write(tmp_path, paper(lambda number: with_template(number + 200), 5, publisher="Another paper"), date(2026, 10, 11))
    ingest(tmp_path, date(2026, 10, 11))
    ((count,),) = ask(
        tmp_path / "lake",
        "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE publisher = 'Another paper' AND text LIKE '%Evening Digest%'",
    )
    assert count > 0


def test_a_finished_batch_keeps_the_version_it_used_unless_another_is_given(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template))
    first = ingest(tmp_path)
    before = hash_lake(tmp_path / "lake")
    lake = open_lake(tmp_path / "lake")
    one = store_learned(lake, learn(tmp_path)).version
    assert ingest(tmp_path).state == "unchanged"
    assert ingest(tmp_path, force=True).version == first.version
    assert hash_lake(tmp_path / "lake") == before
    assert ingest(tmp_path, learned="latest").state == "published"
    assert FOOT[0] not in texts(tmp_path)
    cut = hash_lake(tmp_path / "lake")
    # What was cut is learned again: the version is the same.
    assert store_learned(lake, learn(tmp_path)).version == one
    # Another version makes nothing stale, and a forced run uses the one its receipt names.
    two = store_learned(
        lake, load_learned(Learned(one, str(lake.store.folder / "learned" / f"{one}.json"))).head(1)
    ).version
    assert two != one
    assert ingest(tmp_path).state == "unchanged"
    ingest(tmp_path, force=True)
    assert hash_lake(tmp_path / "lake") == cut
    assert json.loads(ingest(tmp_path, learned=two).receipt["settings"])["learned"] == two
    ingest(tmp_path, learned="none")
    assert hash_lake(tmp_path / "lake") == before


def test_the_order_of_documents_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template))
    ingest(tmp_path)
    ((documents, lines),) = sample_lake(open_lake(tmp_path / "lake"))
    expected = learn_lines(documents, lines)
    for seed in range(3):
        shuffled = [frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (documents, lines)]
        assert learn_lines(*shuffled).equals(expected)
    # Nor does the way they were cut into batches.
    records = paper(with_template)
    for name, day in (("a", date(2026, 10, 9)), ("b", date(2026, 10, 8))):
        write(tmp_path / "two", records[::2] if name == "a" else records[1::2], day)
        ingest(tmp_path / "two", day)
    assert learn(tmp_path / "two").equals(expected)


def test_a_few_documents_teach_nothing(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template, 4))
    ingest(tmp_path)
    assert list(sample_lake(open_lake(tmp_path / "lake"))) == []


def test_a_vetoed_line_stays(tmp_path: Path) -> None:
    write(tmp_path, paper(with_template))
    ingest(tmp_path)
    file = tmp_path / "learned_veto.toml"
    file.write_text(f'[[veto]]\npublisher = "{PAPER}"\nline = "{FOOT[0].upper()}"\nwhy = "The name of a column."\n')
    rows = apply_vetoes(learn(tmp_path), read_vetoes(file), file.name)
    assert dict(rows.select("text", "veto").drop_nulls().iter_rows()) == {FOOT[0]: "The name of a column."}
    store_learned(open_lake(tmp_path / "lake"), rows)
    ingest(tmp_path, learned="latest")
    assert FOOT[0] in texts(tmp_path)
    assert FOOT[1] not in texts(tmp_path)


BROKEN = {
    "a veto that matches nothing": (
        '[[veto]]\npublisher = "P"\nline = "x"\nwhy = "y"',
        "learned_veto.toml: no learned line of P is 'x'; correct the line or remove the row",
    ),
    "a veto without a why": ('[[veto]]\npublisher = "P"\nline = "x"', "row 1 (x): key 'why' is missing"),
    "a blank why": (
        '[[veto]]\npublisher = "P"\nline = "x"\nwhy = " "',
        "row 1 (x): why is blank; give line, publisher and why",
    ),
    "one bracket": ('[veto]\npublisher = "P"', "two brackets"),
    "no TOML": ("veto", "not valid TOML"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_veto_that_cannot_be_used_is_reported_in_one_line(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "learned_veto.toml"
    file.write_text(content)
    with pytest.raises(RowError, match=re.escape(message)):
        apply_vetoes(ROWS.to_frame(), read_vetoes(file), file.name)


def test_the_commands_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = ("--lake", tmp_path / "lake")
    learn = ("learn", *lake, "--sources", tmp_path / "sources.toml")
    assert run_copydesk(*learn) == 2
    assert "there is no lake" in capsys.readouterr().err
    write(tmp_path, paper(with_template))
    ingest(tmp_path)
    assert run_copydesk("learned", *lake) == 2
    assert "nothing has been learned" in capsys.readouterr().err
    assert run_copydesk(*learn) == 0
    assert "3 lines of 1 publisher (0 more are vetoed)" in capsys.readouterr().out
    assert run_copydesk("learned", PAPER, *lake) == 0
    shown = capsys.readouterr().out
    assert "26 of 40" in shown
    assert FOOT[0][:9] in shown
    assert run_copydesk("learned", "Nobody", *lake) == 2
    (tmp_path / "learned_veto.toml").write_text('[[veto]]\npublisher = "P"\nline = "x"\nwhy = "y"')
    latest = find_learned(open_lake(tmp_path / "lake"), "latest")
    assert run_copydesk(*learn) == 2
    assert "correct the line" in capsys.readouterr().err
    assert find_learned(open_lake(tmp_path / "lake"), "latest") == latest


def test_versions_are_found_by_name_and_guarded(any_lake: Lake) -> None:
    assert find_learned(any_lake, "latest") is None
    made = store_learned(any_lake, ROWS.to_frame())
    assert find_learned(any_lake, "latest") == find_learned(any_lake, made.version) == made
    assert load_learned(made).is_empty()
    with pytest.raises(LearnedError, match=f"has no learned version 'abc'; there are {made.version}, and"):
        find_learned(any_lake, "abc")
    name = f"learned/{made.version}.json"
    change_store_file(any_lake.files, name, lambda _: b"{}")
    with pytest.raises(LearnedError, match="changed by hand; learn again"):
        load_learned(made)
    assert store_learned(any_lake, ROWS.to_frame()) == made
    assert load_learned(made).is_empty()
    with pytest.raises(LearnedError, match="cannot be read"):
        load_learned(Learned(made.version, made.path.replace(made.version, "0" * 12)))


def test_a_bucket_keeps_what_a_disk_keeps(object_store: str, tmp_path: Path) -> None:
    row = {
        "publisher": PAPER,
        "key": "x",
        "zone": "edge",
        "documents": 9,
        "of": 9,
        "share": 1.0,
        "months": 1,
        "text": "X",
    }
    rows = pl.DataFrame([{**row, "doc_ids": ["a", "b"], "veto": None}], schema=ROWS)
    lakes = open_lake(tmp_path / "lake"), open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work")
    here, there = (store_learned(lake, rows) for lake in lakes)
    assert here.version == there.version
    assert there.path == f"{object_store}/{tmp_path.name}/.lake-store/learned/{there.version}.json"
    assert load_learned(here).equals(load_learned(there))
    name = f"learned/{here.version}.json"
    assert read_store_file(lakes[0].files, name) == read_store_file(lakes[1].files, name)


def test_the_latest_of_a_lake_made_before_was_a_link(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    made = store_learned(lake, ROWS.to_frame())
    link = lake.store.folder / "learned" / "latest"
    link.unlink()
    link.symlink_to(f"{made.version}.json")
    assert find_learned(lake, "latest") == made
    store_learned(lake, ROWS.to_frame())
    assert (link.is_symlink(), find_learned(lake, "latest")) == (False, made)
    assert load_learned(made).is_empty()

"""A lake with a history: copies, duplicates, quarantine, stories, a rollback, a tag, a blocked batch, learned lines, pages."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

import polars as pl
from builders.erasures import DAYS, PUBLISHERS, Article, deliver, write_template
from builders.lakes import make_test_run

from flows.batches.ingest import ingest_batch
from flows.batches.run import IN_STORE, Batch, BatchResult, Run, register_lake
from flows.settings import Settings
from tasks.batch import Source
from tasks.lakes.lake import Lake
from tasks.learned.versions import ROWS, store_learned
from tasks.publishing.publish import roll_back
from tasks.rules import line_key
from tasks.stores.tags import add_tag

SOURCES = ("desk", "wire")
BLOCKED_DAY = date(2026, 10, 3)


@dataclass
class History:
    """A lake and the files that it was made of. `batches`: the articles of each, by source and day."""

    root: Path
    run: Run
    batches: dict[tuple[str, date], list[Article]]

    @property
    def lake(self) -> Lake:
        return self.run.lake

    @property
    def settings(self) -> Settings:
        return self.run.settings

    def ingest(self, source: str, day: date, *, is_forced: bool = False) -> BatchResult:
        """Writes the file of a batch and ingests it."""
        path = deliver(self.root, source, day, self.batches[source, day]).relative_to(self.root)
        batch = Batch(Source(source, str(path)), day, self.root)
        return ingest_batch(batch, replace(self.run, is_forced=is_forced))


def choose_articles(rng: Random, source: str, known: list[Article]) -> list[Article]:
    """New articles of a batch, with repeats of its own and of earlier ones, copies of other publishers, and a broken record."""
    first = len(known) * 7 + rng.randrange(7)
    number = 1000 * SOURCES.index(source)
    fresh = [
        Article(number + first + at, rng.choice(PUBLISHERS), has_template=rng.random() < 0.7)
        for at in range(rng.randint(4, 7))
    ]
    again = rng.sample(known, min(2, len(known)))
    copied = [
        replace(article, publisher=rng.choice(PUBLISHERS), extra=9000 + first)
        for article in rng.sample(known, min(2, len(known)))
    ]
    broken = [Article(number + first + 500, is_broken=True)] if rng.random() < 0.6 else []
    return [*fresh, *again, *copied, rng.choice(fresh), *broken]


def make_history(root: Path, place: str, seed: int) -> History:
    """Makes the lake at `place`."""
    rng = Random(seed)
    run = make_test_run(place, work=root / "work", report=True, sources=root / "sources.toml", keep_versions=4)
    made = History(root, run, {})
    known: list[Article] = []
    for day in DAYS:
        for source in SOURCES:
            made.batches[source, day] = choose_articles(rng, source, known)
            known += [article for article in made.batches[source, day] if not article.is_broken]
            made.ingest(source, day)
        if day == DAYS[0]:
            learn_templates(made.lake)
    add_tag(made.lake.store, "cited", made.lake.version() - 1)
    roll_back(made.lake, made.lake.version() - 1)
    made.ingest(SOURCES[-1], DAYS[-1])
    late = [replace(article, published="2031-01-01") for article in dict.fromkeys(known[-12:])]
    path = deliver(root, SOURCES[0], BLOCKED_DAY, late).relative_to(root)
    blocked = ingest_batch(Batch(Source(SOURCES[0], str(path)), BLOCKED_DAY, root), run)
    assert blocked.state == "blocked", blocked.state
    move_aside(made.lake)
    if "://" not in place:
        register_lake(made.lake, IN_STORE)
    return made


def learn_templates(lake: Lake) -> None:
    """A version of learned lines with a long line of each publisher."""
    texts = [write_template(publisher) for publisher in PUBLISHERS]
    rows = pl.DataFrame(
        {
            "publisher": PUBLISHERS,
            "text": texts,
            "zone": ["edge"] * 3,
            "documents": [1] * 3,
            "of": [5] * 3,
            "share": [0.2] * 3,
            "months": [1] * 3,
            "doc_ids": [["0" * 32]] * 3,
        }
    )
    keyed = rows.with_columns(key=line_key(pl.col("text")))
    store_learned(lake, pl.concat([ROWS.to_frame(), keyed], how="diagonal"))


def move_aside(lake: Lake) -> None:
    """What a repair leaves on a disk: a copy of a table that stood where a link belongs."""
    if "://" not in lake.name:
        shutil.copytree((Path(lake.name) / "documents").resolve(), lake.store.folder / "aside" / "documents")

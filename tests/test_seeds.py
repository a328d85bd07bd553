"""The whole result of a run on seeds/, held against a golden file. Run
`GOLDEN=write pytest tests/test_seeds.py` to write it again, and read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders.lakes import make_lake

from tasks.lakes.lake import open_lake, query_table

GOLDEN = Path(__file__).with_name("golden") / "seeds.json"
DAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def result(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that readers find after a run on seeds/, by uri, as JSON has it."""
    lake = open_lake(tmp_path_factory.mktemp("seeds") / "lake")
    make_lake(project, "seeds", lake.store.path, name="seeds", day=DAY)
    documents = query_table(lake, "documents", "true ORDER BY uri")
    uris = {row["doc_id"]: row["uri"] for row in documents}
    lines: dict[str, list[str]] = {}
    for row in query_table(lake, "lines", "true ORDER BY doc_id, line"):
        mark = "-" if row["removed"] else " "
        said = f"{row['line']:>3} {mark} {row['role']} {row['rule']} [{row['evidence'] or ''}] {row['text'][:60]}"
        lines.setdefault(uris[row["doc_id"]], []).append(said)
    # What changes with a rule or a library and not with what it does to these texts is left out.
    hidden = ("rules_version", "language_score", "source", "logical_date", "url")
    (receipt,) = query_table(lake, "receipts", "true")
    counts = {name: value for name, value in receipt.items() if isinstance(value, int)}
    tallies = {name: receipt[name] for name in ("languages", "reasons", "rules", "warnings")}
    return {
        "documents": {row["uri"]: {k: plain(v) for k, v in row.items() if k not in hidden} for row in documents},
        "lines": dict(sorted(lines.items())),
        "quarantine": {
            row["uri"]: [row["stage"], row["reasons"]] for row in query_table(lake, "quarantine", "true ORDER BY uri")
        },
        "receipt": counts | {name: plain(value) for name, value in tallies.items()},
    }


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_the_whole_result_is_as_it_was(result: dict[str, Any]) -> None:
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for part, rows in golden.items():
        assert result[part].keys() == rows.keys(), part
        for name, row in rows.items():
            assert result[part][name] == row, f"{part} {name}"


def test_the_seeds_show_what_they_promise(result: dict[str, Any]) -> None:
    languages = {row["language"] for row in result["documents"].values()}
    assert {"en", "de", "fr", "es", "it", "no", "pl", "ru", "tr", "ja", "ar", "pt", "nl"} <= languages
    assert sum(len(row["captions"]) for row in result["documents"].values()) > 30
    assert sum(caption["copies"] - 1 for row in result["documents"].values() for caption in row["captions"]) >= 15
    flags = {uri.split("/")[-1]: row["flags"] for uri, row in result["documents"].items() if row["flags"]}
    assert set(flags) == {"flood-barrier-live.en.txt", "salt-marsh-maps.en.txt", "snail-tram.fr.txt"}
    assert all(found == ["correction"] for found in flags.values())
    assert sum(row["dateline"] is not None for row in result["documents"].values()) >= 15


SURVIVORS = [
    ("seeds/cookie-notices.en.txt", "We use cookies to improve your experience: Hester Lumley"),
    ("seeds/cookie-notices.en.txt", "Accept?"),
    ("seeds/lighthouse-keeper.en.txt", "And what happened then?"),
    ("seeds/flood-barrier-live.en.txt", "UPDATE:"),
    ("seeds/salt-marsh-maps.en.txt", "Correction:"),
    ("seeds/strait-cup.en.txt", "Upper Teasel 2–0 Saltmarsh Point"),
    ("seeds/snail-tram.fr.txt", "Rectificatif"),
]


@pytest.mark.parametrize(
    ("uri", "words"), SURVIVORS, ids=[f"{uri.split('/')[-1]}: {words[:20]}" for uri, words in SURVIVORS]
)
def test_what_must_survive_survives(result: dict[str, Any], uri: str, words: str) -> None:
    assert words in result["documents"][uri]["text"]


GONE = [
    "Most Popular",
    "read more:",
    "Meistgelesen",
    "Les plus lus",
    "Lo más leído",
    "I più letti",
    "Mest lest",
    "Les også:",
    "Najczęściej czytane",
    "Самое читаемое",
    "En çok okunanlar",
    "人気記事ランキング",
    "الأكثر قراءة",
    "Mais lidas",
    "Meest gelezen",
]


@pytest.mark.parametrize("words", GONE)
def test_what_must_go_is_gone_and_has_its_row(result: dict[str, Any], words: str) -> None:
    assert not [uri for uri, row in result["documents"].items() if f"\n{words}" in f"\n{row['text']}"]
    assert any(words in line for rows in result["lines"].values() for line in rows)

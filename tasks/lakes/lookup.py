"""Queries about single documents of the published lake."""

from __future__ import annotations

from typing import Any

import duckdb

from tasks.formats.canonical import rebuild
from tasks.lakes.lake import Lake, table_paths


def query_table(lake: Lake, table: str, where: str, *values: object) -> list[dict[str, Any]]:
    """Rows of a published table as dictionaries, `where` with a `?` for each value. No rows where there is no lake yet."""
    paths = [str(path) for path in table_paths(lake, lake.manifest(), table)]
    if not paths:
        return []
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as base:
        question = f"FROM read_parquet(?, hive_partitioning = true) WHERE {where}"
        found: list[dict[str, Any]] = base.sql(question, params=[paths, *values]).to_arrow_table().to_pylist()
        return found


def find_documents(lake: Lake, key: str) -> list[dict[str, Any]]:
    """The documents whose doc_id, uri, record_id or url is `key`, or whose doc_id starts with it (8 digits or more)."""
    where = "doc_id = ? OR uri = ? OR record_id = ? OR url = ? ORDER BY doc_id"
    exact = query_table(lake, "documents", where, *[key] * 4)
    if exact or len(key) < 8:
        return exact
    return query_table(lake, "documents", "starts_with(doc_id, ?) OR starts_with(uri, ? || '#') ORDER BY uri", key, key)


def find_lines(lake: Lake, doc_id: str) -> list[dict[str, Any]]:
    """The rows of `lines` of a document, by line number."""
    return query_table(lake, "lines", "doc_id = ? ORDER BY line", doc_id)


def find_quarantined(lake: Lake, key: str) -> list[dict[str, Any]]:
    """Quarantine rows whose uri, record_id or doc_id is `key`, or that came from the file `key`."""
    where = "uri = ? OR doc_id = ? OR record_id = ? OR starts_with(uri, ? || '#') ORDER BY uri"
    return query_table(lake, "quarantine", where, *[key] * 4)


def find_duplicates(lake: Lake, uri: str) -> list[dict[str, Any]]:
    """Receipt entries that name `uri` as a duplicate: uri, twin, twin_date, doc_id."""
    rows = query_table(lake, "receipts", "list_contains(list_transform(twins, lambda t: t.uri), ?)", uri)
    return [twin for row in rows for twin in row["twins"] if twin["uri"] == uri]


def restore_text(lake: Lake, document: dict[str, Any]) -> str:
    """The canonical text of a document, put together again from the lake."""
    others = [(row["line"], row["text"]) for row in find_lines(lake, document["doc_id"])]
    return rebuild(document["text"], document["body_lines"], document["line_count"], others)

"""The rows of a source under another name: its new ids, and each row as a run under that name would have made it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from tasks.errors import RequestError
from tasks.formats.values import parse_host
from tasks.lakes.lake import Lake, scan_table
from tasks.learned.latest import has_publisher, rename_version
from tasks.publishing.source_removal import SourceExtent
from tasks.rules.match import LEARNED_RULE
from tasks.staging.assemble import name_document
from tasks.staging.receipt import take_fingerprint
from tasks.stores.manifest import Manifest

HASHED = ("doc_id", "publisher", "canonical_sha256")


@dataclass(frozen=True)
class Renaming:
    """How the rows of a source change. `ids`: doc_id, new_id of its records; `is_publisher`: whether its name is a publisher;
    `unknown`: days with records whose new ids cannot be computed; `learned`: the versions of learned lines by those before.
    """

    old: str
    new: str
    ids: pl.DataFrame
    is_publisher: bool
    unknown: frozenset[date]
    learned: Mapping[str, str] = field(default_factory=dict)

    def name_publisher(self) -> pl.Expr:
        """The publisher of rows."""
        is_own = (pl.col("publisher") == self.old) & self.is_publisher
        return pl.when(is_own).then(pl.lit(self.new)).otherwise("publisher")

    def rename_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the source in a table, with the new name and ids."""
        changed: dict[str, pl.Expr] = {"source": pl.lit(self.new)}
        if "publisher" in rows.columns:
            changed["publisher"] = self.name_publisher()
        if "evidence" in rows.columns and self.is_publisher:
            # As `tasks.rules.match.match_learned` writes it.
            cited = pl.col("evidence").str.strip_suffix(f" documents of {self.old}") + f" documents of {self.new}"
            is_cited = (pl.col("rule") == LEARNED_RULE) & pl.col("evidence").str.ends_with(f" documents of {self.old}")
            changed["evidence"] = pl.when(is_cited).then(cited).otherwise("evidence")
        if "uri_sha256" in rows.columns:
            rows = rows.with_columns(new_id=self.name_tombstones(rows))
            changed["doc_id"] = pl.coalesce("new_id", "doc_id")
        elif "doc_id" in rows.columns:
            rows = rows.join(self.ids, on="doc_id", how="left", maintain_order="left")
            changed["doc_id"] = pl.coalesce("new_id", "doc_id")
        return rows.with_columns(**changed).drop("new_id", strict=False)

    def name_tombstones(self, rows: pl.DataFrame) -> pl.Series:
        """The new ids of rows of `erasures`; null where the hash of the text is not known."""
        known = rows.select("doc_id", "publisher", "canonical_sha256").iter_rows()
        ids = [
            name_document(self.new, self.name(who), digest) if all((own, who, digest)) else None
            for own, who, digest in known
        ]
        return pl.Series(ids, dtype=pl.String)

    def rename_receipt(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """A receipt of the source under its new name; a run of a day with unknown ids is due, as its settings then say."""
        changed = dict(receipt) | {"source": self.new}
        publishers = {entry["publisher"] for entry in receipt["profile"] or ()}
        if self.is_publisher and self.new not in publishers:
            profile = [entry | {"publisher": self.name(entry["publisher"])} for entry in receipt["profile"] or ()]
            changed["profile"] = (
                sorted(profile, key=lambda entry: str(entry["publisher"])) if profile else receipt["profile"]
            )
        if receipt["logical_date"] in self.unknown:
            return changed
        changed["settings"] = self.rename_settings(receipt)
        inputs = [(entry["uri"], entry["size"], entry["sha256"]) for entry in receipt["inputs"]]
        if take_fingerprint(inputs, receipt) == receipt["fingerprint"]:
            changed["fingerprint"] = take_fingerprint(inputs, changed)
        return changed

    def rename_settings(self, receipt: Mapping[str, Any]) -> str:
        """The settings of a receipt, with the new name and ids."""
        settings = json.loads(receipt["settings"])
        settings["source"] = settings.get("source", {}) | {"name": self.new}
        if "learned" in settings:
            settings["learned"] = self.learned.get(settings["learned"], settings["learned"])
        known = dict(self.ids.iter_rows()) if "releases" in settings else {}
        for row in settings.get("releases", ()):
            row["doc_id"] = known.get(row["doc_id"], row["doc_id"])
        if "releases" in settings:
            settings["releases"].sort(key=lambda row: str(row["doc_id"]))
        for row in settings.get("corrections", ()):
            row[1] = self.name(row[1])  # a publisher, or a uri
        return json.dumps(settings, sort_keys=True, ensure_ascii=False)

    def name(self, publisher: str) -> str:
        """A publisher's name."""
        return self.new if self.is_publisher and publisher == self.old else publisher


def plan_renaming(lake: Lake, old: Manifest, own: SourceExtent, new: str, keeps_publisher: bool) -> Renaming:
    """The new ids of a source's records, and what else changes. Raises RequestError where two documents would become one."""
    is_publisher = not keeps_publisher and is_default_publisher(lake, old, own)
    records, unknown = read_records(lake, old, own)
    names = {own.name: new} if is_publisher else {}
    ids = [
        name_document(new, names.get(publisher, publisher), digest)
        for publisher, digest in records.select("publisher", "canonical_sha256").iter_rows()
    ]
    mapped = records.select("doc_id", new_id=pl.Series(ids, dtype=pl.String))
    if (twice := mapped.filter(pl.col("new_id").is_duplicated())).height:
        raise RequestError(
            f"documents {twice['doc_id'][0]} and {twice['doc_id'][1]} of {own.name} have one text, and would have one publisher "
            "as well; rename with --keep-publisher"
        )
    return Renaming(own.name, new, mapped, is_publisher, unknown)


def rename_learned(lake: Lake, old: Manifest, own: SourceExtent, new: str) -> dict[str, str]:
    """The versions of learned lines that the batches of a source name, and those to name instead, which are written."""
    keeps = has_publisher(lake, old, own.name, own.name)
    versions = {json.loads(text).get("learned") for text in read_settings_of(lake, old, own)} - {None}
    return {version: rename_version(lake, version, own.name, new, keeps) for version in sorted(versions)}


def read_settings_of(lake: Lake, old: Manifest, own: SourceExtent) -> pl.Series:
    """The different settings in the receipts of a source."""
    receipts = scan_table(lake, old, "receipts", sorted(own.list_partitions("receipts", old.by)))
    return receipts.filter(pl.col("source") == own.name).select("settings").unique().collect().to_series().sort()


def is_default_publisher(lake: Lake, old: Manifest, own: SourceExtent) -> bool:
    """Whether documents have the name of their source as publisher since nothing else names one.

    A record that has an address has its host as publisher, or what it says itself. So a document with an address whose publisher
    is the name of its source shows that records say so; then this holds for all.
    """
    found = 0
    for table in ("documents", "shadowed", "duplicates", "quarantine"):
        rows = scan_table(lake, old, table, sorted(own.list_partitions(table, old.by)))
        named = rows.filter(pl.col("source") == own.name, pl.col("publisher") == own.name)
        if table == "quarantine" and not named.filter(pl.col("stage") == "read").limit(1).collect().is_empty():
            return False  # what cannot be read has the publisher that its record names, and no other
        urls = named.select("url" if table != "quarantine" else pl.lit(None, pl.String).alias("url")).collect()
        if any(map(parse_host, urls["url"].drop_nulls().unique())):
            return False
        found += urls.height
    said = (json.loads(text).get("source", {}).get("publisher") for text in read_settings_of(lake, old, own))
    return found > 0 and own.name not in said


def read_records(lake: Lake, old: Manifest, own: SourceExtent) -> tuple[pl.DataFrame, frozenset[date]]:
    """HASHED of the records of a source that have an id, once each; and the days that have some whose text has no known hash."""
    found = [pl.DataFrame(schema=dict.fromkeys(HASHED, pl.String))]
    unknown: set[date] = set()
    for table in ("documents", "shadowed", "quarantine"):
        rows = scan_table(lake, old, table, sorted(own.list_partitions(table, old.by)))
        named = rows.filter(pl.col("source") == own.name, pl.col("doc_id").is_not_null())
        part = named.select(*HASHED, "logical_date").collect()
        # Quarantine of older releases.
        unknown |= set(part.filter(pl.col("canonical_sha256").is_null())["logical_date"])
        found.append(part.drop_nulls("canonical_sha256").select(HASHED))
    return pl.concat(found).unique("doc_id", keep="first", maintain_order=True), frozenset(unknown)

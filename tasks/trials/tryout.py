"""A candidate rule tried on a published lake: which lines of clean bodies it would remove, and how much harm is likely.

Only a reader can tell whether a line is boilerplate or prose. But prose stands in the middle of bodies and is long, so the rules
whose lines do, too, are to be read first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tasks.errors import RequestError
from tasks.lakes.lake import Lake, read_steadily, table_paths
from tasks.lines import SENTENCE_WIDTH, looks_like_prose, mark_zones, measure_lines
from tasks.publishing.merge import CHUNK_FLOOR, read_sorted
from tasks.rules import Rule, match_rules
from tasks.rules.load import Zone, find_keys, find_pattern_fault, find_wrong_example
from tasks.stores.manifest import Manifest

READS = ("doc_id", "publisher", "language", "text")
ZONES = {"any": ("head", "body", "tail"), "edge": ("head", "tail"), "head": ("head",), "tail": ("tail",)}
HITS = pl.Schema(
    {
        "doc_id": pl.String(),
        "publisher": pl.String(),
        "language": pl.String(),
        "text": pl.String(),
        "width": pl.UInt32(),  # in Latin characters
        "zone": pl.String(),  # head, body or tail: before, between or after the paragraphs of the text
        "is_prose": pl.Boolean(),  # cleaning keeps it for its form, whatever a rule says
        "is_middle": pl.Boolean(),  # lines of the body stand above and below it
    }
)


class TryoutError(RequestError):
    """A candidate that cannot be tried. One line: what, where, what next."""


@dataclass(frozen=True)
class Tryout:
    """The lines that a candidate matches. `hits`: one row per line in its zone (HITS), the most harmful first; `documents`: how
    many were read; `ranks`: the harm of each rule that removed lines of this lake, and of the candidate, most harmful first
    (rule, lines, and as shares of them middle, long, harm).
    """

    rule: Rule
    hits: pl.DataFrame
    documents: int
    ranks: pl.DataFrame

    @property
    def removed(self) -> pl.DataFrame:
        """The hits that cleaning would remove."""
        return self.hits.filter(~pl.col("is_prose"))


def make_candidate(pattern: str, kind: str = "pattern", zone: Zone = "any", max_chars: int = 100) -> Rule:
    """A rule to try. `kind`: `pattern` (matches a line's whole key) or `line` (as it stands). Raises TryoutError."""
    is_pattern = kind == "pattern"
    rule = Rule(
        id="candidate",
        family="candidate",
        languages=("any",),
        action="remove",
        zone=zone,
        takes="line",
        why="",
        hits=(),
        keeps=(),
        lines=() if is_pattern else tuple(find_keys([pattern]).values()),
        pattern=pattern if is_pattern else None,
        max_chars=max_chars,
    )
    if fault := find_pattern_fault(rule.pattern or "") or find_wrong_example(rule, {}):
        raise TryoutError(f"this candidate cannot be tried: {fault}.")
    return rule


def try_rule(lake: Lake, rule: Rule, languages: frozenset[str] = frozenset()) -> Tryout:
    """Matches a candidate against the body lines of all published documents (in `languages`, if given). Raises TryoutError."""
    if not lake.version():
        raise TryoutError(f"there is no lake at {lake.name} to try it on. Ingest something first.")

    def match(seen: Manifest) -> Tryout:
        documents, parts = 0, [HITS.to_frame()]
        for rows in read_sorted(table_paths(lake, seen, "documents"), columns=READS, budget=CHUNK_FLOOR):
            chunk = pl.DataFrame(pl.from_arrow(rows))
            if languages:
                chunk = chunk.filter(pl.col("language").is_in(sorted(languages)))
            documents += chunk.height
            parts.append(find_hits(chunk, rule))
        worst = ["is_prose", "is_middle", "width", "doc_id", "text"]
        hits = pl.concat(parts).sort(worst, descending=[False, True, True, False, False])
        removed = hits.filter(~pl.col("is_prose")).with_columns(rule=pl.lit(rule.id))
        ranks = rank_harm(pl.concat([removed.select("rule", "width", "is_middle"), *read_removed_lines(lake, seen)]))
        return Tryout(rule, hits, documents, ranks)

    return read_steadily(lake, match)


def find_hits(documents: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The body lines of documents (READS) that a rule matches in its zone, as HITS says."""
    lines = (
        documents.with_row_index("doc")
        .with_columns(pl.col("text").str.split("\n"))
        .explode("text")
        .filter(pl.col("text") != "")
    )
    hit = lines.with_columns(is_hit=match_rules(lines["text"], (rule,))["rule"].is_not_null())
    own = hit.join(hit.filter("is_hit").select("doc").unique(), on="doc", how="semi", maintain_order="left")
    placed = measure_lines(own).with_columns(is_prose=looks_like_prose(), line=pl.int_range(pl.len()).over("doc"))
    at = pl.col("line")
    body = at.filter(~pl.col("is_hit"))
    return (
        mark_zones(placed, pl.col("is_prose"))
        .with_columns(is_middle=((body.min().over("doc") < at) & (body.max().over("doc") > at)).fill_null(False))
        .filter("is_hit")
        .filter(pl.col("zone").is_in(ZONES[rule.zone]))
        .select(HITS.names())
    )


def read_removed_lines(lake: Lake, seen: Manifest) -> Iterator[pl.DataFrame]:
    """Lines that rules removed from published documents: rule, width, is_middle."""
    for month in sorted({file.month for file in seen.tables["documents"]}):
        spans = pl.concat(
            pl.scan_parquet(path, hive_partitioning=False).select(
                "doc_id", first=pl.col("body_lines").list.min(), last=pl.col("body_lines").list.max()
            )
            for path in table_paths(lake, seen, "documents", month)
        ).collect()
        for rows in read_sorted(
            table_paths(lake, seen, "lines", month),
            columns=("doc_id", "line", "removed", "role", "rule", "text"),
            budget=CHUNK_FLOOR,
        ):
            lines = pl.DataFrame(pl.from_arrow(rows)).filter(pl.col("removed") & (pl.col("role") == "boilerplate"))
            yield measure_lines(lines.join(spans, on="doc_id")).select(
                "rule", "width", is_middle=pl.col("line").is_between("first", "last", closed="none")
            )


def rank_harm(lines: pl.DataFrame) -> pl.DataFrame:
    """Rules by the harm they are likely to do: the mean of the share of their lines in the middle and of long ones."""
    return (
        lines.group_by("rule")
        .agg(lines=pl.len(), middle=pl.col("is_middle").mean(), long=(pl.col("width") >= SENTENCE_WIDTH).mean())
        .with_columns(harm=(pl.col("middle") + pl.col("long")) / 2)
        .sort("harm", "lines", "rule", descending=[True, True, False])
    )

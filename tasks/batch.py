"""The small values that the steps of a run pass on: sources, files, shards, limits."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

STORY_DAYS = 30  # copies, revisions and excerpts of a story are looked for so many days apart


def list_fields(words: str) -> tuple[str, ...]:
    """Names that are written with spaces between them."""
    return tuple(words.split())


def name_command(source: str, day: date) -> str:
    """The command that runs a batch again."""
    return f"copydesk ingest {source} --date {day}"


@dataclass(frozen=True)
class Fields:
    """Names of the fields of a record; the first one present is used. A dot steps into an object: `meta.title`.

    `records`: the path of the list of records in a JSON object; empty where it is found by what is in it.
    """

    id: tuple[str, ...] = list_fields("id _id article_id uuid guid doc_id story_id")
    url: tuple[str, ...] = list_fields("url link canonical_url uri article_url web_url page_url source_url href")
    title: tuple[str, ...] = list_fields("title headline article_title news_title headlines heading")
    standfirst: tuple[str, ...] = list_fields("standfirst description summary lead subtitle subheadline abstract deck")
    authors: tuple[str, ...] = list_fields("authors author byline author_name author_names writer creator dc:creator")
    published: tuple[str, ...] = list_fields(
        "published_at published date_published publication_date date publish_date published_date date_publish "
        "pub_date published_time publish_time publication_time publishing_date datetime date_time publish_at "
        "issued article_date release_date"
    )
    publisher: tuple[str, ...] = list_fields(
        "publisher domain site_name publication source_name source_domain outlet newspaper media_name "
        "sitename hostname site website source"
    )
    text: tuple[str, ...] = list_fields(
        "text body content article maintext raw_text article_text full_text article_body body_text "
        "content_text main_text article_content plain_text news_text news_content text_content post_content "
        "story_text story contents paragraphs news document fulltext"
    )
    html: tuple[str, ...] = list_fields("html raw_html body_html content_html html_content body_xhtml article_html")
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One row of sources.toml. `path` may hold a date (`{date:%Y/%m/%d}`); without one it is a drop folder.

    `separator`: what stands between the articles of a text file.
    """

    name: str
    path: str
    format: str = "auto"
    publisher: str | None = None
    fields: Fields = field(default_factory=Fields)
    separator: str | None = None


@dataclass(frozen=True)
class FileSpan:
    """A stretch of a large file of lines, from byte `start` up to byte `end`; both are line ends.

    `record` and `line`: numbers of its first record and line in the whole file, from 0. `crc32` is of its own bytes,
    `sha256` of the whole file.
    """

    start: int
    end: int
    record: int
    line: int
    crc32: int
    sha256: str


@dataclass(frozen=True)
class InputFault:
    """Why a file, folder or link is not read. `reason`: a stable code; `detail`: the explanation."""

    reason: str
    detail: str


@dataclass(frozen=True)
class InputFile:
    """One file to read: `path` opens it, `uri` names it in the lake, `size` in bytes; `span`: the stretch to read, if cut.

    `stamp` is another one whenever the content is; empty where there is no such thing. An input with a `fault` is not opened.
    """

    path: str
    uri: str
    size: int
    span: FileSpan | None = None
    stamp: str = ""
    fault: InputFault | None = None


@dataclass(frozen=True)
class Skipped:
    """Parts of a file that are no records on purpose, of one kind: how many, and the uri of the first."""

    kind: str
    count: int
    first: str


@dataclass(frozen=True)
class InputSeen:
    """One file as it was read: its bytes as received, and the records in it (an unreadable file counts as one).

    Of a span, `size` and `records` are the span's, `sha256` the whole file's. `passed_over`: what is no record, by kind.
    """

    uri: str
    size: int
    sha256: str
    records: int
    passed_over: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class Shard:
    """The files, or stretches of files, that one task takes."""

    source: Source
    logical_date: date
    number: int
    files: tuple[InputFile, ...]


@dataclass(frozen=True)
class Learned:
    """A version of the learned lines: `version` is its name, `path` opens it."""

    version: str
    path: str


@dataclass(frozen=True)
class Release:
    """A document that a person publishes despite these reasons of the audit, and why."""

    doc_id: str
    uri: str
    reasons: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Correction:
    """A person's decision about a line: in one document (source, logical_date and uri), or in all documents of a publisher."""

    line: str
    action: Literal["keep", "remove"]
    why: str
    by: str = ""
    publisher: str | None = None
    source: str | None = None
    logical_date: date | None = None
    uri: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that says nothing, or does not say where."""
        place = (self.source, self.logical_date, self.uri)
        if bool(self.publisher) == any(place) or (any(place) and not all(place)):
            raise ValueError("name a publisher, or else source, logical_date and uri of a document")
        if not self.line.strip() or "\n" in self.line:
            raise ValueError("line must be one line that is not blank")
        if not self.why.strip():
            raise ValueError("why is empty; say why the line is to be corrected")

    @property
    def place(self) -> str:
        """Where it holds, for people."""
        return self.publisher or f"{self.source} {self.logical_date} {self.uri}"


@dataclass(frozen=True)
class Limits:
    """The limits of a run, in bytes unless the name says otherwise; and the learned lines, releases and corrections it uses."""

    shard_bytes: int = 32 * 2**20
    shard_files: int = 5_000
    file_bytes: int = 2 * 2**30
    record_bytes: int = 20 * 2**20
    memory_bytes: int = 6 * 2**30
    cpu_seconds: float = 60.0
    cpu_seconds_per_mb: float = 20.0
    unpacked_ratio: int = 200
    archive_members: int = 1_000_000
    removal_budget: float = 0.5
    excerpt_chars: int = 240
    story_days: int = STORY_DAYS
    follow_links: bool = False
    learned: Learned | None = None
    releases: tuple[Release, ...] = ()
    corrections: tuple[Correction, ...] = ()

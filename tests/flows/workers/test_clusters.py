"""The days of a backfill on the workers of a Dask or a Ray cluster: the same lake, also when a worker dies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.clusters import Cluster, kill_busy, start_dask, start_ray
from builders.deliveries import FIRST, write_day, write_sources
from builders.lakes import hash_lake, make_test_run

from flows.errors import ClusterLost, RunnerError, WorkerUnfit
from flows.settings import Settings
from flows.workers.clusters import build_on_cluster, choose_map
from tasks.batch import InputFile, Limits, Shard, Source
from tasks.lakes.lake import open_lake

pytestmark = pytest.mark.slow

DAYS = 4
STORIES = 30
# Six shards a day.
SHARD_BYTES = 3_000
STARTERS = {"dask": start_dask, "ray": start_ray}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some days of one source, each cut into several shards."""
    folder = tmp_path_factory.mktemp("days")
    write_sources(folder)
    for number in range(DAYS):
        write_day(folder, FIRST + timedelta(number), count=STORIES)
    return folder


@pytest.fixture(scope="module", params=STARTERS)
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of two workers."""
    with STARTERS[request.param]() as started:
        yield started


def begin_backfill(folder: Path, lake: Path, *words: str, **variables: str) -> subprocess.Popen[str]:
    """`copydesk backfill` of all days, started."""
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "backfill",
        "gazette",
        "--from",
        str(FIRST),
        "--to",
        str(FIRST + timedelta(DAYS - 1)),
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH")}
    environment = {**kept, "COPYDESK_SHARD_BYTES": str(SHARD_BYTES), "COLUMNS": "200", **variables}
    return subprocess.Popen(
        [*command, "--oldest-first", "--lake", str(lake), *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def expected(place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a backfill in process makes of the days."""
    lake = tmp_path_factory.mktemp("expected") / "lake"
    said = begin_backfill(place, lake).communicate()
    assert f"{DAYS} days: {DAYS} published" in said[0], said
    return hash_lake(lake)


@pytest.mark.parametrize("parallel", ["1", "2"])
def test_days_on_a_cluster_give_the_same_lake_also_when_a_worker_dies(
    cluster: Cluster, place: Path, expected: dict[str, str], tmp_path: Path, parallel: str
) -> None:
    for number, address in enumerate(cluster.addresses):
        variables = {"COPYDESK_RUNNER": cluster.name, "COPYDESK_RUNNER_ADDRESS": address, **cluster.variables}
        lake = tmp_path / f"lake{number}"
        with begin_backfill(place, lake, "--parallel", parallel, **variables) as job, ThreadPoolExecutor(1) as pool:
            # Dask's workers are not started again, so only one may die; Ray's are.
            killed = pool.submit(kill_busy, cluster, lambda: job.poll() is not None) if parallel == "2" else None
            said = job.communicate()
            assert f"{DAYS} days: {DAYS} published" in said[0], said
            assert said[1] == ""
            assert killed is None or killed.result()
        assert hash_lake(lake) == expected


@pytest.mark.parametrize("cluster", ["ray"], indirect=True)
def test_a_missing_ray_token_is_reported_in_one_line(cluster: Cluster, place: Path, tmp_path: Path) -> None:
    for number, address in enumerate(cluster.addresses):
        variables = {"COPYDESK_RUNNER": "ray", "COPYDESK_RUNNER_ADDRESS": address}
        with begin_backfill(place, tmp_path / f"lake{number}", "--to", str(FIRST), **variables) as job:
            out, err = job.communicate()
        assert job.returncode == 1, err
        assert f"cannot work with ray at {address}" in err
        assert "set RAY_AUTH_MODE=token" in err
        assert "1 day: 1 failed" in out


def make_shards(file: Path, count: int = 2) -> list[Shard]:
    """Shards of one small file each."""
    files = (InputFile(str(file), file.name, file.stat().st_size if file.exists() else 5),)
    return [Shard(Source("s", "x"), FIRST, number, files) for number in range(count)]


def stage(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_errors_of_a_dask_cluster_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(
        "A title\n\nThe tram came late again, and nobody on the quay was surprised by it.\n"
    )
    shards = make_shards(tmp_path / "a.txt")
    with start_dask() as dask:
        run = make_test_run(tmp_path / "lake", runner="dask", runner_address=dask.addresses[0])
        built = build_on_cluster(run, shards, Limits(), stage(tmp_path / "staging"))
        assert [staged.records for staged in built] == [1, 1]
        with pytest.raises(WorkerUnfit, match=r"does not see .*none.txt: all workers must see the raw files"):
            build_on_cluster(run, make_shards(tmp_path / "none.txt"), Limits(), stage(tmp_path / "other"))

        def kill_scheduler(*_: object) -> None:
            dask.nodes[0].kill()
            dask.nodes[0].wait()

        monkeypatch.setattr("flows.workers.clusters.note_arrival", kill_scheduler)
        with pytest.raises(ClusterLost, match="the dask cluster gave up a shard, or was lost"):
            build_on_cluster(
                run,
                [replace(shard, number=number) for number, shard in enumerate(shards * 20)],
                Limits(),
                stage(tmp_path / "third"),
            )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"runner": "dusk"}, "there is no runner 'dusk'"),
        ({"runner": "processes", "runner_address": "tcp://a:1"}, "takes no address"),
        ({"runner": "ray", "runner_address": "127.0.0.1:1"}, "nothing answers at 127.0.0.1:1"),
    ],
    ids=["no such runner", "an address for processes", "no server"],
)
def test_a_wrong_cluster_is_an_error_before_any_day_runs(
    place: Path, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(RunnerError, match=words):
        choose_map(Settings(**settings))
    backfill = begin_backfill(
        place, tmp_path / "lake", **{f"COPYDESK_{name.upper()}": value for name, value in settings.items()}
    )
    out, err = backfill.communicate()
    assert (backfill.returncode, out) == (2, "")
    assert err.startswith("error: ")
    assert words in err
    assert err.count("\n") == 1
    assert not open_lake(tmp_path / "lake").staging.exists()


def test_a_runner_without_an_address_means_processes_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "A title\n\nThe tram came late again, and nobody on the quay was surprised by it.\n"
    )
    run = make_test_run(tmp_path / "lake", runner="ray")
    build = choose_map(run.settings)
    (staged,) = build(run, make_shards(tmp_path / "a.txt", 1), Limits(), stage(tmp_path / "staging"))
    assert Path(staged.folders[0]).is_relative_to(tmp_path / "staging" / "shard-00000")

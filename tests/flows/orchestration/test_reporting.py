"""Artifacts of a run, and a run that continues when they cannot be saved."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from flows.orchestration.reporting import MOST_ROWS

pytestmark = pytest.mark.prefect


def read_artifacts(run: UUID) -> dict[str, Any]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    with get_client(sync_client=True) as client:
        own = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
        return {found.key: found for found in client.read_artifacts(artifact_filter=own) if found.key}


@pytest.fixture
def run_log(
    prefect_server: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.LogCaptureFixture]:
    """What runs log, however other tests of this process have set up Prefect's loggers."""
    from prefect.logging.configuration import setup_logging

    setup_logging()  # what follows in this process changes levels alone
    logger = logging.getLogger("prefect.flow_runs")
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr(logger, "disabled", False)
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.INFO, logger.name):
        yield caplog
    logger.removeHandler(caplog.handler)


@pytest.mark.slow
def test_a_run_continues_when_artifacts_cannot_be_saved(run_log: pytest.LogCaptureFixture) -> None:
    from prefect import flow

    from flows.orchestration.reporting import show_table, show_text
    from flows.orchestration.shown_progress import ShownProgress

    @flow(persist_result=False)
    def refused() -> str:
        # No such key is allowed, and there is no such artifact.
        show_table("A Table", [], "refused")
        show_text("A Text", "", "refused")
        ShownProgress("A Count").show(0.5, "refused", at_once=True)
        unknown = ShownProgress("a-count")
        unknown.id = uuid4()
        unknown.show(0.5, "refused", at_once=True)
        return "fine"

    assert refused() == "fine"
    warnings = [line for line in run_log.messages if "the run itself is not affected" in line]
    assert [line.partition(" could")[0] for line in warnings] == ["A Table", "A Text", "A Count", "a-count"]
    assert all(len(line.splitlines()) == 1 for line in warnings)


def test_a_count_is_one_artifact_and_a_long_table_is_cut(run_log: pytest.LogCaptureFixture) -> None:
    from prefect import flow, runtime

    from flows.orchestration.reporting import show_table
    from flows.orchestration.shown_progress import ShownProgress

    @flow(persist_result=False)
    def here() -> UUID:
        show_table("a-table", [{"row": str(number)} for number in range(MOST_ROWS + 1)], "All rows")
        now = [0.0]
        shown = ShownProgress("a-count", lambda: now[0])
        for seconds, share in ((1, 0.1), (6, 0.5), (7, 0.6), (8, 1.0)):  # soon, due, too soon, the last
            now[0] = seconds
            shown.show(share, f"{share} of 1")
            said.append(read_artifacts(UUID(runtime.flow_run.id))["a-count"].description if shown.id else None)
        return UUID(runtime.flow_run.id)

    said: list[str | None] = []
    found = read_artifacts(here())
    assert (found["a-count"].data, said) == (100.0, [None, "0.5 of 1", "0.5 of 1", "1.0 of 1"])
    assert len(json.loads(found["a-table"].data)) == MOST_ROWS
    assert found["a-table"].description == "All rows. The first 400 of 401 rows"
    assert any(
        re.fullmatch(r"All rows\. See (a-table under Artifacts|http://.*/artifacts/artifact/[0-9a-f-]+)", line)
        for line in run_log.messages
    )

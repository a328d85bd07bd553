"""Artifacts of a run, and a run that continues when they cannot be saved."""

from __future__ import annotations

import json
import logging
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


@pytest.mark.slow
def test_a_run_continues_when_artifacts_cannot_be_saved(prefect_server: None, caplog: pytest.LogCaptureFixture) -> None:
    from prefect import flow

    from flows.orchestration.reporting import show_progress, show_table, show_text

    unknown = uuid4()

    @flow(persist_result=False)
    def refused() -> str:
        # No such key is allowed, and there is no such artifact.
        show_table("A Table", [], "refused")
        show_text("A Text", "", "refused")
        assert show_progress(None, "A Count", 50.0, "refused") is None
        assert show_progress(unknown, "a-count", 50.0, "refused") == unknown
        return "fine"

    with caplog.at_level(logging.WARNING):
        assert refused() == "fine"
    warnings = [line for line in caplog.messages if "the run itself is not affected" in line]
    assert [line.partition(" could")[0] for line in warnings] == ["A Table", "A Text", "A Count", "a-count"]
    assert all(len(line.splitlines()) == 1 for line in warnings)


def test_a_count_is_one_artifact_and_a_long_table_is_cut(
    prefect_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    from prefect import flow, runtime

    from flows.orchestration.reporting import show_progress, show_table

    @flow(persist_result=False)
    def here() -> UUID:
        show_table("a-table", [{"row": str(number)} for number in range(MOST_ROWS + 1)], "All rows")
        shown = show_progress(None, "a-count", 50.0, "1 of 2")
        assert show_progress(shown, "a-count", 100.0, "2 of 2") == shown
        return UUID(runtime.flow_run.id)

    with caplog.at_level(logging.INFO):
        found = read_artifacts(here())
    assert (found["a-count"].data, found["a-count"].description) == (100.0, "2 of 2")
    assert len(json.loads(found["a-table"].data)) == MOST_ROWS
    assert found["a-table"].description == "All rows. The first 400 of 401 rows"
    assert any("See a-table under Artifacts" in line for line in caplog.messages)

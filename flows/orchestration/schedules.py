"""The deployments of sources: one for each row of sources.toml that has a schedule, beside those of prefect.yaml."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from tasks.errors import RequestError
from tasks.sources import SourceRow, make_cron

NIGHTLY = "nightly"  # the queue, and how names of these deployments begin
FROM_SOURCES = "sources.toml"  # the tag of what is made from it
WRITTEN = "deployments.yaml"


def make_deployment(row: SourceRow) -> dict[str, Any]:
    """The deployment of a source that has a schedule, as prefect.yaml would declare it."""
    assert row.schedule is not None
    name = f"{NIGHTLY}-{row.name}"
    return {
        "name": name,
        "entrypoint": "flows.ingest:ingest",
        "description": row.why or f"The files of {row.name}, cleaned, audited and published.",
        "tags": [NIGHTLY, row.name, FROM_SOURCES],
        "parameters": {"what": [row.name], "days_back": row.days_back, "time_zone": row.time_zone},
        "work_pool": {"name": "copydesk", "work_queue_name": NIGHTLY},
        "concurrency_limit": {"limit": 1, "collision_strategy": "ENQUEUE"},
        "schedules": [{"cron": make_cron(row.schedule), "timezone": row.time_zone, "slug": name}],
    }


def write_deployments(file: Path, rows: Iterable[SourceRow], folder: Path) -> tuple[Path, set[str]]:
    """Writes those of `file` (prefect.yaml) and those of sources as one file in `folder`; its path and the latter's names.

    A deployment that `file` declares under the same name stays as it is there. Raises RequestError for a wrong file.
    """
    try:
        declared = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        known = {deployment.get("name") for deployment in declared.setdefault("deployments", [])}
    except (AttributeError, TypeError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RequestError(f"{file}: not a file of deployments: {' '.join(str(error).split())}") from None
    made = [make_deployment(row) for row in rows if row.schedule]
    made = [deployment for deployment in made if deployment["name"] not in known]
    declared["deployments"] += made
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / WRITTEN
    written.write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return written, {deployment["name"] for deployment in made}

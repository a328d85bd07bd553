"""What Prefect is told before it is imported: no telemetry, and patience with its server.

The same stands in `[tool.prefect]` of pyproject.toml, which Prefect reads only where it is started from the project's folder.
Whatever the environment says already stays as it is.
"""

from __future__ import annotations

import os

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The embedded server takes 18 to 28 s on two cores; Prefect gives up after 20.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # A server that is away for eight minutes is waited for, each time twice as long; Prefect gives up after one.
    "PREFECT_CLIENT_MAX_RETRIES": "8",
    # Who holds a place of a deployment is written down: in memory it is lost with the server, and Prefect then ends the run.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Without it the UI works on port 4200 only.
    "PREFECT_SERVER_UI_API_URL": "/api",
}


def set_defaults() -> None:
    """Puts the defaults into the environment, where nothing else stands there."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)

"""Environment variables that Prefect reads when it is imported: no telemetry, long waits for its server.

`[tool.prefect]` of pyproject.toml has the same values, but Prefect reads it only in the project's folder. A variable that is set
already stays as it is.
"""

import os

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The embedded server takes 18 to 28 s on two cores; Prefect gives up after 20.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # Waits up to eight minutes for a server, each time twice as long; Prefect gives up after one.
    "PREFECT_CLIENT_MAX_RETRIES": "8",
    # Concurrency leases go to a file: in memory they are lost with the server, and Prefect then ends the run.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Without it the UI works on port 4200 only.
    "PREFECT_SERVER_UI_API_URL": "/api",
}


def set_defaults() -> None:
    """Puts the defaults into the environment, where it has no other value."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)

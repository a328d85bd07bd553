"""The command line and the Prefect flows: when work runs, where, how often, and how much of it at once.

Prefect reads its environment when it is imported, so its defaults have to be set here, before any module imports it.
`[tool.prefect]` of pyproject.toml has the same values, but Prefect reads it only in the project's folder. A variable that is set
already stays as it is.
"""

import os

# No telemetry, long waits for Prefect's server.
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

for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)

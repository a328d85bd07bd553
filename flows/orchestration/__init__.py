"""Prefect around the flows: the server of `make ui`, deployments, artifacts, retries."""

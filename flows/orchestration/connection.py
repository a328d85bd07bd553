"""What is said where Prefect's server cannot be reached: one line, with its address and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.settings import get_current_settings

from tasks.errors import RequestError

UNREACHED = "Failed to reach API"  # how Prefect says it before a flow runs


@contextmanager
def explain_server() -> Iterator[None]:
    """Turns the errors of a server that does not answer, or refuses, into a RequestError."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not str(error).startswith(UNREACHED):
            raise
        if isinstance(error, httpx.HTTPStatusError):
            why = f"it answered {error.response.status_code} {error.response.reason_phrase}"
        else:
            why = str(error).partition("\n")[0] or type(error).__name__
        raise RequestError(
            f"Prefect's server at {get_current_settings().api.url} cannot be used ({why}). Is it running, and is PREFECT_API_URL "
            "right? `copydesk ui` starts one."
        ) from error

"""The two kinds of error that are reported in one line, without a traceback: what is wrong, where, and what to do next."""


class RequestError(ValueError):
    """A request, or a row or file that it names, that cannot be used as it is. Commands end with exit code 2."""


class RunFailed(RuntimeError):
    """A run or command that did not reach its goal. Commands end with exit code 1."""


EXPECTED = (RequestError, RunFailed)


def find_exit_code(error: Exception) -> int:
    """The exit code for an expected error."""
    return 2 if isinstance(error, RequestError) else 1

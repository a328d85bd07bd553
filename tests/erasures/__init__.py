"""Random erasures in lakes with a history, judged by a scan of all bytes that uses nothing of the project."""

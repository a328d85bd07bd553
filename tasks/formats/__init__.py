"""One module a format: each turns the bytes of a file into records and rejects, and never raises over what it reads."""

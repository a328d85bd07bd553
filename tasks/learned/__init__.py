"""Lines that return across many documents of one publisher: its template, learned from the lake and named by version."""

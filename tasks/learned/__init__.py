"""Lines that return across many documents of one publisher: its template, learned from the lake and named by version.

    learn      documents and lines -> the lines that return, with where and how often
    versions   documents of the lake, without vetoed lines -> .lake-store/learned/<version>.json

Learning is a command of its own. A run only reads one version, and its receipt names it, so a backfill removes the same lines.
"""

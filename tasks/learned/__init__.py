"""Lines that return across many documents of one publisher: its template, learned from the lake and named by version.

    sample     some documents of every publisher from the lake
    learn      documents and lines -> the lines that return, with where and how often
    vetoes     learned lines that a person has ruled out
    versions   a table <-> .lake-store/learned/<version>.json

Learning is a command of its own. A run only reads one version, and its receipt names it, so a backfill removes the same lines.
"""

"""Lines that return across many documents of one publisher: its template, learned from the lake and named by version.

    sample   the lake's own rows -> some documents of every publisher
    learn    documents and lines -> the lines that return, with where and how often
    veto     rows that a person has ruled out
    store    a table <-> .lake-store/learned/<version>.json
    match    lines of a shard -> the same hits that a written rule gives

Learning is an act of its own. A run only reads one version, and its receipt names it: so a backfill cuts what was cut then.
"""

"""A lake, whatever its store: its versions and tables, queries, releases, and its registration in Iceberg catalogs."""

"""A lake as it lies there: its places, versions, notes and tables. Nothing here publishes."""

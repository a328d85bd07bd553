"""Written dates: one table of months, one of zones, one parser for fields of records and for lines of articles."""

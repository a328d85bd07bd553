"""What good data is: suites of expectations, each a row of data in `rows/` with its reason code and its why.

`suites` reads the rows, `projections` gives the columns they are judged in, `evaluate` judges them by Great Expectations.
`tasks/auditing/audit.py` decides what a failure leads to.
"""

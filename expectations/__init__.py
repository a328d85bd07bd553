"""What good data is: suites of expectations, each a row of data in `rows/` with its reason code and its why."""

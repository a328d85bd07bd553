"""What good data is: suites of expectations, each a row of data with its reason code and its why.

A suite is a module with a tuple `EXPECTATIONS` and the limits it uses. `tasks/auditing/audit.py` puts them to the test.
"""

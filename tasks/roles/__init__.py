"""What each line is: roles by its own words (`rows.py`), by its place (`structure.py`) or by what stands around it."""

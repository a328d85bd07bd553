"""When the work is done, where, how often and how much of it at once: the command line and the Prefect flows."""

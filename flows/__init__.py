"""The command line and the Prefect flows: when work runs, where, how often, and how much of it at once."""

from flows.prefect_defaults import set_defaults

# Prefect reads its environment when it is imported, so this has to come before any module that imports it.
set_defaults()

"""The work: plain functions on columns. Nothing in here knows of an orchestrator, a clock or an environment."""

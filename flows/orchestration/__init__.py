"""What the flows need of Prefect and Prefect of them: logs, states, retries, assets, choices of a form."""

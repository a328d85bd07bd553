"""One batch: what was asked for, its files, its run from plan to publish, its page. Knows nothing of Prefect."""

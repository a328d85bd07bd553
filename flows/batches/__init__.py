"""One batch: from the request to its files, its ingest, replay and preview, and its page. Independent of Prefect."""

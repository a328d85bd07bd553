"""What the tests share: batches, lakes, clusters, servers and pages, made in one place."""

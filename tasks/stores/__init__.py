"""Where a lake is, on a disk or in a bucket, and everything that differs between the two."""

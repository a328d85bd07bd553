"""From staged rows to the version that readers see: merged, checked against other batches, and shown in one step."""

"""From staged rows to the version that readers see: merged, settled with other batches, swapped in one step."""

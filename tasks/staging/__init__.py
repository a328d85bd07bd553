"""What a shard and a batch come to: documents and rows of lines, measured, written and accounted for."""
